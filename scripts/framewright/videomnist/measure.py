"""Measure finished videos of one bright digit on black: what can be seen of it, and how it moves."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache

import cv2
import numpy as np

WORST: dict[str, Callable[..., np.ndarray]] = {
    "offset": np.max,
    "step": np.max,
    "mean_step": np.mean,
}  # of several digits; of all else, the least


@dataclass(frozen=True, eq=False)
class Measures:
    """Of each of n videos, the worst of all its frames; every array has n elements."""

    margin: np.ndarray  # int: pixels between ink and the nearest edge
    pixels: np.ndarray  # int: that are not black
    ink: np.ndarray  # float: over what the digit has at its size, 1 when all of it is visible
    offset: np.ndarray  # float: pixels between its centre of mass and where the trajectory says that it is
    step: np.ndarray  # float: pixels that its centre of mass moves from one frame to the next
    mean_step: np.ndarray  # float: the same on average, and not the worst
    extent: np.ndarray  # float: pixels that its centre of mass covers in all, across or down, whichever is more


def measure(videos: np.ndarray, trajectories: np.ndarray, ink: np.ndarray) -> Measures:
    """Measure (n, T, S, S) uint8 videos against their (n, T, 4) trajectories.

    `ink` (n,) is the sum of each digit's pixels at scale 1.
    """
    size = videos.shape[-1]
    # One video after the other, because one stays in the processor's cache and several do not.
    sums = np.stack([video.reshape(len(video), -1).astype(np.float32) @ _weights(size) for video in videos])
    pixels = np.array([[cv2.countNonZero(frame) for frame in video] for video in videos])
    centres = sums[:, :, 1:] / np.maximum(sums[:, :, :1], 1)
    offsets, steps = centres - trajectories[:, :, :2], np.diff(centres, axis=1)
    lengths = np.hypot(steps[:, :, 0], steps[:, :, 1])
    return Measures(
        margin=np.array([_margin(np.bitwise_or.reduce(video)) for video in videos]),
        pixels=pixels.min(axis=1),
        ink=(sums[:, :, 0] / (ink[:, None] * trajectories[:, :, 3] ** 2)).min(axis=1),
        offset=np.hypot(offsets[:, :, 0], offsets[:, :, 1]).max(axis=1),
        step=lengths.max(axis=1, initial=0),
        mean_step=lengths.mean(axis=1),
        extent=np.ptp(centres, axis=1).max(axis=1),
    )


def take_worst(found: Measures, digits: int) -> Measures:
    """The measures of videos from those of their digits, so many each: the worst of these."""
    rows = {field.name: getattr(found, field.name).reshape(-1, digits) for field in fields(Measures)}
    return Measures(**{name: _reduce(name, row) for name, row in rows.items()})


def _reduce(name: str, row: np.ndarray) -> np.ndarray:
    reduced: np.ndarray = WORST.get(name, np.min)(row, axis=1)
    return reduced


def _margin(seen: np.ndarray) -> int:
    left, top, wide, high = cv2.boundingRect(seen)
    return min(left, top, len(seen) - left - wide, len(seen) - top - high) if wide else len(seen)


@cache
def _weights(size: int) -> np.ndarray:
    """(size * size, 3) float32: what makes of a frame its sum, and its first moments along x and y."""
    y, x = np.indices((size, size), np.float32).reshape(2, -1)
    return np.stack([np.ones_like(x), x, y], axis=1)
