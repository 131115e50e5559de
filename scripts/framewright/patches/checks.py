"""What a window is rejected for: one word, and none for a good one."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from framewright.patches.film import measure_blockiness, measure_detail

JUMP = 4.0  # a step between frames this many times the usual one of its window, and
LEAST_JUMP = 6.0  # of at least so many grey values, is no motion
CHANGE = 8.0  # grey values between first and last frame: less is not worth asking whether it is a dissolve
BLEND = 0.3  # of that change: how far a middle frame of a dissolve may be from the mean of its neighbours
MOVING = 0.5  # grey values between neighbouring frames from which on something moves, whatever the codec's noise
FROZEN = 0.25  # grey values: steps up to this may be nothing but noise, which they are where
GROWTH = 2.0  # the first and last frame differ by no more than this many usual steps; motion adds up, noise doesn't
TILE = 30  # side of the squares whose contrast says whether a crop is alive, in pixels
LIVELY = 4.0  # standard deviation in grey values of a square with something in it
SIDE = 96  # pixels of the copy in which regions are counted
SHADES = 8  # grey values of that copy
REGION = 0.002  # share of the picture that a region must have to count


@dataclass(frozen=True)
class CheckLimits:
    """The limit for each reason to reject a window, see the configuration; 0 is no limit."""

    scene_diff: float = 45  # grey values
    still: float = 0.02  # grey values
    duplicate: float = 0.2  # share of the usual step
    gap: float = 3  # usual steps
    combed: bool = True
    black: float = 20  # grey values
    flat: float = 2  # grey values
    dead: float = 0.05  # share of squares with something in them
    blurred: float = 0.8  # grey values
    blocky: float = 0  # ratio
    uniform: float = 0  # regions
    credits: bool = False


@dataclass(frozen=True)
class Scores:
    """What the checks measured. Of the window, in grey values: the largest and smallest difference of neighbouring
    frames, and that of the first and last. Of the sharp patch: `sharpness`, the fine part of its detail, 0 to 100;
    `fine`, its fine detail in grey values where there is most; `liveliness`, the share of its squares that have
    contrast; `blockiness`, see `measure_blockiness`; `diversity`, the number of its regions."""

    max_step: float
    min_step: float
    ends: float
    sharpness: float
    fine: float
    liveliness: float
    blockiness: float
    diversity: float


def measure(greys: np.ndarray, patch: np.ndarray) -> Scores:
    """The scores of a window, from its small grey pictures (n, h, w) uint8 and its sharp patch (H, W) uint8 grey."""
    steps = _steps(greys)
    return Scores(
        round(float(steps.max()), 3),
        round(float(steps.min()), 3),
        round(_difference(greys[0], greys[-1]), 3),
        round(measure_detail(patch), 3),
        round(measure_fine(patch), 3),
        round(measure_liveliness(patch), 3),
        round(measure_blockiness(patch), 3),
        float(count_regions(patch)),
    )


def judge_times(times: Sequence[Fraction], step: Fraction, limits: CheckLimits) -> str:
    """`gap` where a window's frames are further apart than the limit allows, in usual steps; else nothing."""
    longest = max((later - sooner for sooner, later in pairwise(times)), default=Fraction(0))
    return "gap" if limits.gap and longest > Fraction(str(limits.gap)) * step else ""


def judge_window(greys: np.ndarray, limits: CheckLimits) -> str:
    """Why a window's small grey pictures (n, h, w) uint8 make it useless, in a word; nothing when they don't.

    `black`, `flat` and `credits` are about the middle one. `still` are frozen frames, `duplicate` a repeated one.
    `scene` are differences beyond the limit; `cut` is a jump out of line with the other steps, such as a cut to a
    similar scene or a flash; `dissolve` is a blend of one scene into another, or a fade.
    """
    middle = greys[len(greys) // 2]
    steps = _steps(greys)
    ends = _difference(greys[0], greys[-1])
    if limits.black and np.percentile(middle, 99) <= limits.black:
        return "black"
    if limits.flat and middle.std() <= limits.flat:
        return "flat"
    if limits.credits and _is_text(middle):
        return "credits"
    if max(steps.max(), ends) >= limits.scene_diff:
        return "scene"
    if limits.duplicate and _repeats(steps, limits.duplicate):
        return "duplicate"
    if _has_jump(steps, LEAST_JUMP) or _has_jump(_steps(_coarse(greys)), LEAST_JUMP / 2):
        return "cut"
    if _is_blend(greys, ends):
        return "dissolve"
    if limits.still and (steps.min() <= limits.still or _is_frozen(steps, ends)):
        return "still"
    return ""


def judge_patch(scores: Scores, bytes_: int, limits: CheckLimits, min_file_size: int) -> str:
    """Why a sharp patch is useless that takes so many bytes as PNG, in a word; nothing when it isn't."""
    if bytes_ <= min_file_size:
        return "small-file"
    faults = {
        "dead": limits.dead and scores.liveliness <= limits.dead,
        "blurred": limits.blurred and scores.fine <= limits.blurred,
        "blocky": limits.blocky and scores.blockiness > limits.blocky,
        "uniform": limits.uniform and scores.diversity < limits.uniform,
    }
    return next((reason for reason, holds in faults.items() if holds), "")


def measure_liveliness(grey: np.ndarray) -> float:
    """The share of an (H, W) uint8 picture's squares that have contrast, 0 to 1."""
    return float((_tiles(grey).std(axis=(1, 3)) > LIVELY).mean())


def measure_fine(grey: np.ndarray) -> float:
    """The fine detail of an (H, W) uint8 picture in grey values, in the tenth of its squares that have most.

    It is what a Gaussian of one pixel takes away, on average: 0 of a picture that is smooth everywhere, whatever its
    contrast, and more than 1 where anything is in focus.
    """
    picture = grey.astype(np.float32)
    fine = _tiles(np.abs(picture - cv2.GaussianBlur(picture, (0, 0), 1))).mean(axis=(1, 3))
    return float(np.percentile(fine, 90))


def count_regions(grey: np.ndarray) -> int:
    """How many regions of about one shade an (H, W) uint8 picture has: few where it shows little."""
    height, width = grey.shape
    share = min(1.0, SIDE / min(height, width))
    size = max(1, round(width * share)), max(1, round(height * share))
    small = cv2.medianBlur(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), 5)
    shades = small // (256 // SHADES)
    numbers = np.arange(small.size).reshape(small.shape)
    across, down = shades[:, 1:] == shades[:, :-1], shades[1:] == shades[:-1]
    one = np.concatenate([numbers[:, 1:][across], numbers[1:][down]])
    other = np.concatenate([numbers[:, :-1][across], numbers[:-1][down]])
    graph = csr_array((np.ones(len(one), bool), (one, other)), shape=(small.size, small.size))
    _, labels = connected_components(graph, directed=False)
    return int((np.bincount(labels) >= REGION * small.size).sum())


def _tiles(picture: np.ndarray) -> np.ndarray:
    """(rows, side, columns, side): squares of a picture (H, W)."""
    side = min(TILE, *picture.shape)
    rows, columns = (length // side for length in picture.shape)
    return picture[: rows * side, : columns * side].reshape(rows, side, columns, side)


def _is_frozen(steps: np.ndarray, ends: float) -> bool:
    """Whether nothing but the noise of a codec differs: small steps that add up to nothing."""
    return bool(np.median(steps) <= FROZEN and steps.max() <= MOVING and ends <= GROWTH * np.median(steps))


def _repeats(steps: np.ndarray, share: float) -> bool:
    """Whether a frame is shown again while something moves: one step far below the usual one, or any that lies between
    steps far larger.

    That finds animation on twos and threes and the repeated frames of other rates, and leaves a camera alone that
    begins to move or stops.
    """
    moving = steps[steps >= MOVING]
    if len(moving) >= len(steps) / 2:
        small = steps <= share * np.median(moving)
        if small.any() and not (small[1:] & small[:-1]).any():
            return True
    for number, step in enumerate(steps):
        before, after = (part[part * share >= step] for part in (steps[:number], steps[number + 1 :]))
        if (before >= MOVING).any() and (after >= MOVING).any():
            return True
    return False


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(np.int16) - other).mean())


def _steps(greys: np.ndarray) -> np.ndarray:
    return np.array([_difference(one, other) for one, other in pairwise(greys)])


def _has_jump(steps: np.ndarray, least: float) -> bool:
    return bool(steps.max() > least and steps.max() > JUMP * np.median(steps))


def _coarse(greys: np.ndarray) -> np.ndarray:
    """The pictures with a tenth of the width: motion changes little in them, another scene much."""
    height, width = greys.shape[1:]
    size = max(1, width // 10), max(1, height // 10)
    return np.stack([cv2.resize(grey, size, interpolation=cv2.INTER_AREA) for grey in greys])


def _is_blend(greys: np.ndarray, ends: float) -> bool:
    """Whether all frames lie on the way from the first to the last, and no motion of the camera explains it."""
    if ends < CHANGE:
        return False
    first, last = greys[0].astype(np.float32), greys[-1].astype(np.float32)
    shares = np.linspace(0, 1, len(greys))[1:-1]
    off = [
        float(np.abs((1 - share) * first + share * last - middle).mean())
        for share, middle in zip(shares, greys[1:-1], strict=True)
    ]
    return max(off) < BLEND * ends and _unmoved(first, last) > ends / 2


def _unmoved(first: np.ndarray, last: np.ndarray) -> float:
    """The difference of two pictures that is left when one is shifted to where it fits the other best."""
    shift, _ = cv2.phaseCorrelate(first, last)
    height, width = first.shape
    back = cv2.warpAffine(last, np.array([[1, 0, -shift[0]], [0, 1, -shift[1]]]), (width, height))
    x, y = (min(int(np.ceil(abs(off))), side // 3) for off, side in zip(shift, (width, height), strict=True))
    inner = np.s_[y : height - y, x : width - x]
    return float(np.abs(back[inner] - first[inner]).mean())


def _is_text(grey: np.ndarray) -> bool:
    """Bright strokes on a dark ground, hardly anything in between, spread over several lines."""
    dark, bright = grey < 48, grey > 128
    lines = np.any(bright, axis=1)
    blocks = int((np.diff(lines.astype(int), prepend=0) == 1).sum())
    return dark.mean() > 0.8 and 0.005 < bright.mean() < 0.15 and blocks >= 3
