"""Small pictures of what is in boxes, all of one size, so that an object can be compared with what it looked like."""

from functools import cached_property

import cv2
import numpy as np

SIDE = 24  # pixels of a small picture
MOST_LEVELS = 4


class Levels:
    """A picture (H, W) uint8 and, when somebody asks, smaller ones, each half the size of the one before."""

    def __init__(self, picture: np.ndarray) -> None:
        self._full = picture

    @cached_property
    def pictures(self) -> list[np.ndarray]:
        """The picture itself first."""
        found = [self._full]
        while len(found) < MOST_LEVELS and min(found[-1].shape) >= 2 * SIDE:
            half = tuple(side // 2 for side in found[-1].shape[::-1])
            found.append(cv2.resize(found[-1], half, interpolation=cv2.INTER_AREA))
        return found


def crops(levels: Levels, boxes: np.ndarray) -> np.ndarray:
    """What is in each of these boxes (N, 4) of the picture: (N, SIDE, SIDE) float32, not-a-number outside of it."""
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    pictures = levels.pictures
    height, width = pictures[0].shape
    steps = (np.arange(SIDE) + 0.5) / SIDE
    x = boxes[:, :1] + steps * (boxes[:, 2:3] - boxes[:, :1])
    y = boxes[:, 1:2] + steps * (boxes[:, 3:] - boxes[:, 1:2])
    inside = ((y >= 0) & (y <= height))[:, :, None] & ((x >= 0) & (x <= width))[:, None, :]
    sides = np.sqrt(np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1.0)) / SIDE
    chosen = np.clip(np.log2(sides).astype(int), 0, len(pictures) - 1)
    found = np.empty((len(boxes), SIDE, SIDE), np.float32)
    for level in np.unique(chosen):
        own, picture = np.flatnonzero(chosen == level), pictures[level]
        across = x[own] * (picture.shape[1] / width) - 0.5
        down = y[own] * (picture.shape[0] / height) - 0.5
        columns = np.broadcast_to(across[:, None, :], (len(own), SIDE, SIDE)).reshape(-1, SIDE)
        rows = np.broadcast_to(down[:, :, None], (len(own), SIDE, SIDE)).reshape(-1, SIDE)
        seen = cv2.remap(
            picture, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
        )
        found[own] = seen.reshape(-1, SIDE, SIDE)
    found[~inside] = np.nan
    return found


def correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Correlations of small pictures (N, SIDE, SIDE), pair by pair: (N,) float64, -1 to 1.

    Means are subtracted. Pixels count that both have (not not-a-number); 0 where these are fewer than a tenth, or where
    one of the two shows nothing.
    """
    one, other = first.reshape(len(first), -1), second.reshape(len(second), -1)
    both = np.isfinite(one) & np.isfinite(other)
    shared = both.sum(axis=1)
    count = np.maximum(shared, 1)[:, None]
    one, other = np.where(both, one, 0), np.where(both, other, 0)
    one = np.where(both, one - one.sum(axis=1, keepdims=True) / count, 0)
    other = np.where(both, other - other.sum(axis=1, keepdims=True) / count, 0)
    norm = np.sqrt((one * one).sum(axis=1) * (other * other).sum(axis=1))
    known = (shared >= both.shape[1] / 10) & (norm > 1e-3 * count[:, 0])
    return np.clip(np.where(known, (one * other).sum(axis=1) / np.where(known, norm, 1), 0), -1, 1)
