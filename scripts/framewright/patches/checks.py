"""What a window is rejected for: one word, and none for a good one."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from framewright.patches.film import measure_detail

JUMP = 4.0  # a step between frames this many times the usual one of its window, and
LEAST_JUMP = 6.0  # of at least so many grey values, is no motion
CHANGE = 8.0  # grey values between first and last frame: less is not worth asking whether it is a dissolve
BLEND = 0.3  # of that change: how far a middle frame of a dissolve may be from the mean of its neighbours


@dataclass(frozen=True)
class CheckLimits:
    """What makes a window bad, in grey values of 0 to 255 unless said: see the configuration. 0 is no limit."""

    scene_diff: float = 45
    still: float = 0.02
    black: float = 20
    flat: float = 2
    blurred: float = 5  # 0 to 100
    credits: bool = False


@dataclass(frozen=True)
class Scores:
    """What the checks measured: the largest and smallest difference of neighbouring frames and that of the first and
    last, in grey values; and the fine detail of the middle frame, 0 to 100."""

    most: float
    least: float
    ends: float
    sharpness: float


def measure(greys: np.ndarray, patch: np.ndarray) -> Scores:
    """The scores of a window, from its small grey pictures (n, h, w) uint8 and its sharp patch (H, W) uint8 grey."""
    steps = _steps(greys)
    return Scores(
        round(float(steps.max()), 3),
        round(float(steps.min()), 3),
        round(_difference(greys[0], greys[-1]), 3),
        round(measure_detail(patch), 3),
    )


def judge_window(greys: np.ndarray, limits: CheckLimits) -> str:
    """Why a window's small grey pictures (n, h, w) uint8 make it useless, in a word; nothing when they don't.

    `black`, `flat` and `credits` are about the middle one. `still` are duplicates and frozen frames. `scene` are
    differences beyond the limit; `cut` is a jump out of line with the other steps, such as a cut to a similar scene or
    a flash; `dissolve` is a blend of one scene into another, or a fade.
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
    if _has_jump(steps, LEAST_JUMP) or _has_jump(_steps(_coarse(greys)), LEAST_JUMP / 2):
        return "cut"
    if _is_blend(greys, ends):
        return "dissolve"
    if limits.still and steps.min() <= limits.still:
        return "still"
    return ""


def judge_patch(scores: Scores, bytes_: int, limits: CheckLimits, min_file_size: int) -> str:
    """Why a sharp patch is useless that takes so many bytes as PNG, in a word; nothing when it isn't."""
    if bytes_ <= min_file_size:
        return "small-file"
    return "blurred" if limits.blurred and scores.sharpness <= limits.blurred else ""


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
        float(np.abs((1 - share) * first + share * last - own).mean())
        for share, own in zip(shares, greys[1:-1], strict=True)
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
