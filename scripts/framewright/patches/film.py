"""What a few of its frames tell of a whole film: where its picture lies between black bars, and how good it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from framewright.patches.fields import FieldVotes, compare_fields, count_votes
from framewright.patches.formats import Box
from framewright.patches.plan import Frames
from framewright.patches.reading import read_windows
from framewright.patches.view import View
from framewright.study.progress import Progress, report_nothing
from framewright.video.fingerprint import hash_picture
from framewright.video.stream import Video

SAMPLES = 16  # frames whose quality is measured
PLACES = 64  # where frames are read; all have a hash, every fourth is measured
BAR = 24  # grey values up to this are black, even where compression left its marks
LEAST = 0.5  # of the height or width: what leaves less is no bar but a dark film
FEW_KEYS = 8
LIT = 0.02  # share of a row or column that must be bright somewhere, or it is part of a bar
PLAIN = 6.0  # standard deviation in grey values; what has less shows too little to be recognized
BLOCK = 8


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


@dataclass(frozen=True)
class Survey:
    """What a few frames tell of a film: the area of its picture within black bars (pixels of the view), its quality,
    the votes on whether it is interlaced, and the perceptual hashes of its pictures in order of time."""

    area: Box
    quality: Quality
    fields: FieldVotes
    hashes: tuple[str, ...]


def survey(video: Video, frames: Frames, view: View, progress: Progress = report_nothing) -> Survey:
    """Look at pairs of frames all over the film. No more than a pair of them is in memory at a time."""
    brightest: np.ndarray | None = None
    scores, verdicts, small = [], [], []
    places = _choose_places(frames)
    pairs = progress(read_windows(video, frames, places, count=min(2, len(frames))), len(places), "places")
    for place, pair in enumerate(pairs):
        if not pair:
            continue
        small.append(view.grey(pair[0]))
        if len(pair) == 2:
            verdicts.append(compare_fields(pair[0].planes[0], pair[1].planes[0]))
        if place % (PLACES // SAMPLES) == 0:
            grey = view.whole_grey(pair[0])
            brightest = grey if brightest is None else np.maximum(brightest, grey, out=brightest)
            scores.append((measure_detail(grey), measure_blockiness(grey), _noise(grey)))
    if brightest is None:
        return Survey((0, 0, *view.size), Quality(0, 1, 0), FieldVotes(), ())
    area = find_picture_area(brightest)
    quality = Quality(*(round(float(score), 3) for score in np.median(np.array(scores), axis=0)))
    return Survey(area, quality, count_votes(verdicts), tuple(_sign(small, area, view.size)))


def _choose_places(frames: Frames) -> list[int]:
    """Where to look: at key frames, which cost least, or all over the beginning of a film that has few."""
    keys = np.flatnonzero(frames.keys)
    keys = keys[keys < max(1, len(frames) - 1)]
    if len(keys) >= FEW_KEYS:
        return keys[np.linspace(0, len(keys) - 1, min(PLACES, len(keys))).round().astype(int)].tolist()
    return np.unique(np.linspace(0, max(0, min(len(frames), 15 * SAMPLES) - 2), SAMPLES).round().astype(int)).tolist()


def _sign(greys: Sequence[np.ndarray], area: Box, size: tuple[int, int]) -> Iterator[str]:
    """Hashes of the small pictures within the area, so that bars make no difference; none of what shows nothing."""
    for grey in greys:
        across, down = grey.shape[1] / size[0], grey.shape[0] / size[1]
        x1, x2 = (round(side * across) for side in area[::2])
        y1, y2 = (round(side * down) for side in area[1::2])
        inside = grey[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]
        if inside.std() >= PLAIN:
            yield hash_picture(inside)


def find_picture_area(brightest: np.ndarray) -> Box:
    """(x1, y1, x2, y2): where the picture lies within its black bars.

    `brightest` (H, W) has the grey value, 0..255, that each pixel has where it is brightest. A row or column belongs to
    a bar when nothing in it is ever bright, and bars come in pairs of nearly the same width: what is dark on one side
    alone is part of the picture. Edges are moved to even numbers, inwards.
    """
    bright = brightest > BAR
    box = []
    for axis in (1, 0):
        side = bright.shape[1 - axis]
        lit = np.flatnonzero(bright.mean(axis=axis) > LIT)
        before, after = (int(lit[0]), side - 1 - int(lit[-1])) if len(lit) else (0, 0)
        if abs(before - after) > max(8, side // 50):
            before = after = min(before, after)
        first, last = before + before % 2, side - after - after % 2
        box.append((first, last) if last - first >= LEAST * side else (0, side))
    (y1, y2), (x1, x2) = box
    return x1, y1, x2, y2


def measure_detail(grey: np.ndarray) -> float:
    """How much of an (H, W) uint8 picture's detail is fine, finer than two pixels or so, from 0 to 100."""
    picture = grey.astype(np.float32)
    soft, softer = cv2.GaussianBlur(picture, (0, 0), 1), cv2.GaussianBlur(picture, (0, 0), 8)
    fine, coarse = float(np.abs(picture - soft).mean()), float(np.abs(soft - softer).mean())
    return 100 * fine / (fine + coarse + 0.05)


def measure_blockiness(grey: np.ndarray) -> float:
    """Steps across the borders of 8x8 blocks over those elsewhere, of an (H, W) uint8 picture; 1 without blocks.

    The blocks may begin anywhere: the worst of the eight places counts, so that a picture without blocks has a little
    more than 1.
    """
    ratios = []
    for picture in (grey, grey.T):
        steps = np.abs(np.diff(picture.astype(np.int16), axis=1)).mean(axis=0)
        if len(steps) < 3 * BLOCK:
            continue
        whole = steps[: len(steps) // BLOCK * BLOCK].reshape(-1, BLOCK).mean(axis=0)
        others = (whole.sum() - whole) / (BLOCK - 1)
        ratios.append((whole + 0.05) / (others + 0.05))
    return float(np.mean(ratios, axis=0).max()) if ratios else 1.0


def _noise(grey: np.ndarray) -> float:
    """The spread of what a smooth picture would not have, where the picture is smoothest (Immerkaer's kernel)."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    odd = np.abs(cv2.filter2D(grey.astype(np.float32), -1, kernel))[1:-1, 1:-1]
    cells = odd[: len(odd) // 16 * 16, : odd.shape[1] // 16 * 16] if min(odd.shape) >= 16 else odd[:0, :0]
    if not cells.size:
        return 0.0
    means = cells.reshape(len(cells) // 16, 16, -1, 16).mean(axis=(1, 3))
    return float(np.percentile(means, 25) * np.sqrt(np.pi / 2) / 6)
