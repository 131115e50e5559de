"""What a few of its frames tell of a whole film: where its picture lies between black bars, and how good it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from framewright.patches.formats import Box
from framewright.patches.plan import Frames
from framewright.patches.view import View
from framewright.video.frame import Frame
from framewright.video.stream import Video

SAMPLES = 16
BAR = 24  # grey values up to this are black, even where compression left its marks
LEAST = 0.5  # of the height or width: what leaves less is no bar but a dark film
FEW_KEYS = 8


@dataclass(frozen=True)
class Quality:
    """How good a film's pictures are, as the median of a few frames: `sharpness` 0..100, the share of fine detail in
    all detail; `blockiness`, steps at the borders of 8x8 blocks over those inside, 1 without blocks; `noise`, as a
    standard deviation in grey values."""

    sharpness: float
    blockiness: float
    noise: float


@dataclass(frozen=True)
class QualityLimits:
    """Beyond what quality a film is left out; None is no limit."""

    min_sharpness: float = 0
    max_blockiness: float | None = None
    max_noise: float | None = None


def judge_film(quality: Quality, limits: QualityLimits) -> str:
    """Which limit a film's quality is beyond, in a sentence; empty for none."""
    if quality.sharpness < limits.min_sharpness:
        return f"sharpness {quality.sharpness} is less than {limits.min_sharpness}"
    for name, score, limit in (
        ("blockiness", quality.blockiness, limits.max_blockiness),
        ("noise", quality.noise, limits.max_noise),
    ):
        if limit is not None and score > limit:
            return f"{name} {score} is more than {limit}"
    return ""


def sample_frames(video: Video, frames: Frames) -> list[Frame]:
    """A few frames from all over the film: key frames, which cost least, or the beginning of a film that has few."""
    keys = np.flatnonzero(frames.keys)
    if alone := len(keys) >= FEW_KEYS:
        chosen = keys[np.linspace(0, len(keys) - 1, min(SAMPLES, len(keys))).round().astype(int)]
    else:
        chosen = np.unique(np.linspace(0, min(len(frames), 15 * SAMPLES) - 1, SAMPLES).round().astype(int))
    found: list[Frame | None] = []
    reading: Iterator[Frame] = iter(())
    reached = -1
    times = [frames.time(int(number)) for number in chosen]
    for number, time in zip(chosen, times, strict=True):
        if reached < 0 or frames.key_before(int(number)) > reached:
            reading = video.frames(start=time, wanted=[time] if alone else times)
        reached = int(number)
        found.append(next((frame for frame in reading if frame.time >= time), None))
    return [frame for frame in found if frame is not None]


def find_picture_area(greys: Sequence[np.ndarray]) -> Box:
    """(x1, y1, x2, y2): where the picture lies in (H, W) grey frames, 0..255, of one film: within its black bars.

    A row or column belongs to a bar when nothing in it is ever bright, and bars come in pairs of nearly the same width:
    what is dark on one side alone is part of the picture. Edges are moved to even numbers, inwards.
    """
    brightest = np.max(np.stack(greys), axis=0)
    box = []
    for axis in (1, 0):
        side = brightest.shape[1 - axis]
        lit = np.flatnonzero(np.percentile(brightest, 98, axis=axis) > BAR)
        before, after = (int(lit[0]), side - 1 - int(lit[-1])) if len(lit) else (0, 0)
        if abs(before - after) > max(8, side // 50):
            before = after = min(before, after)
        first, last = before + before % 2, side - after - after % 2
        box.append((first, last) if last - first >= LEAST * side else (0, side))
    (y1, y2), (x1, x2) = box
    return x1, y1, x2, y2


def measure_quality(greys: Sequence[np.ndarray]) -> Quality:
    """The quality of a film, from (H, W) uint8 grey pictures of it in full size."""
    scores = np.array([(measure_detail(grey), _blockiness(grey), _noise(grey)) for grey in greys])
    return Quality(*(round(float(score), 3) for score in np.median(scores, axis=0)))


def render_greys(view: View, frames: Iterable[Frame]) -> list[np.ndarray]:
    """(H, W) uint8 grey pictures of frames, in the size that patches are cut from."""
    return [cv2.cvtColor(view.whole(frame), cv2.COLOR_RGB2GRAY) for frame in frames]


def measure_detail(grey: np.ndarray) -> float:
    """How much of an (H, W) uint8 picture's detail is fine, finer than two pixels or so, from 0 to 100."""
    picture = grey.astype(np.float32)
    soft, softer = cv2.GaussianBlur(picture, (0, 0), 1), cv2.GaussianBlur(picture, (0, 0), 8)
    fine, coarse = float(np.abs(picture - soft).mean()), float(np.abs(soft - softer).mean())
    return 100 * fine / (fine + coarse + 0.05)


def _blockiness(grey: np.ndarray) -> float:
    """Steps between neighbours across the borders of 8x8 blocks, over those elsewhere."""
    ratios = []
    for picture in (grey, grey.T):
        steps = np.abs(np.diff(picture.astype(np.int16), axis=1)).mean(axis=0)
        borders = np.zeros(len(steps), bool)
        borders[7::8] = True
        ratios.append((steps[borders].mean() + 0.05) / (steps[~borders].mean() + 0.05))
    return float(np.mean(ratios))


def _noise(grey: np.ndarray) -> float:
    """The spread of what a smooth picture would not have, where the picture is smoothest (Immerkaer's kernel)."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    odd = np.abs(cv2.filter2D(grey.astype(np.float32), -1, kernel))[1:-1, 1:-1]
    cells = odd[: len(odd) // 16 * 16, : odd.shape[1] // 16 * 16]
    means = cells.reshape(len(cells) // 16, 16, -1, 16).mean(axis=(1, 3))
    return float(np.percentile(means, 25) * np.sqrt(np.pi / 2) / 6)
