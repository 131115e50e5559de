"""Small pictures of what is in boxes, all of one size, so that an object can be compared with its last detection."""

from functools import cached_property

import cv2
import numpy as np

SIDE = 24  # pixels of a crop
STEPS = (np.arange(SIDE) + 0.5) / SIDE  # where its pixels are, as shares of a box's sides
MAX_LEVELS = 4
MIN_SHARED = 0.1  # share of pixels that two crops must share to be compared


class Pyramid:
    """A picture (H, W) uint8 and, computed on demand, smaller ones, each half the size of the one before."""

    def __init__(self, picture: np.ndarray) -> None:
        self.full = picture

    @cached_property
    def pictures(self) -> list[np.ndarray]:
        """All levels, the picture itself first."""
        levels = [self.full]
        while len(levels) < MAX_LEVELS and min(levels[-1].shape) >= 2 * SIDE:
            height, width = levels[-1].shape
            levels.append(cv2.resize(levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA))
        return levels


def extract_crops(pyramid: Pyramid, boxes: np.ndarray) -> np.ndarray:
    """The contents of boxes (N, 4) of the picture: (N, SIDE, SIDE) float32, not-a-number outside of the picture."""
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    pictures = pyramid.pictures
    height, width = pictures[0].shape
    x = boxes[:, :1] + STEPS * (boxes[:, 2:3] - boxes[:, :1])
    y = boxes[:, 1:2] + STEPS * (boxes[:, 3:] - boxes[:, 1:2])
    sides = np.sqrt(np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1.0)) / SIDE
    levels = np.clip(np.log2(sides).astype(int), 0, len(pictures) - 1)
    scales = np.array([picture.shape for picture in pictures])[levels] / (height, width)
    across, down = (x * scales[:, 1:] - 0.5).astype(np.float32), (y * scales[:, :1] - 0.5).astype(np.float32)
    crops = np.empty((len(boxes), SIDE, SIDE), np.float32)
    for level, picture in enumerate(pictures):
        rows = np.flatnonzero(levels == level)
        if len(rows):
            map_x = np.repeat(across[rows], SIDE, axis=0)  # a row of pixels for each row of each crop
            map_y = np.repeat(down[rows].reshape(-1, 1), SIDE, axis=1)
            pixels = cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            crops[rows] = pixels.reshape(-1, SIDE, SIDE)
    inside_x, inside_y = (x >= 0) & (x <= width), (y >= 0) & (y <= height)
    if not (inside_x.all() and inside_y.all()):
        crops[~(inside_y[:, :, None] & inside_x[:, None, :])] = np.nan
    return crops


def correlate(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Correlations of crops (N, SIDE, SIDE), pair by pair: (N,) float64, -1 to 1.

    Means are subtracted. Pixels count that both have (not not-a-number); 0 where these are fewer than MIN_SHARED, or
    where one of the two is uniform.
    """
    one, other = first.reshape(len(first), -1), second.reshape(len(second), -1)
    if not np.isnan(one.sum() + other.sum()):  # as for most tracks: none leaves the picture
        means = (part.sum(axis=1, keepdims=True) / np.int64(part.shape[1]) for part in (one, other))
        one, other = (part - mean for part, mean in zip((one, other), means, strict=True))
        norm = np.sqrt((one * one).sum(axis=1) * (other * other).sum(axis=1))
        defined = norm > 1e-3 * one.shape[1]
        return np.clip(np.where(defined, (one * other).sum(axis=1) / np.where(defined, norm, 1), 0), -1, 1)
    both = np.isfinite(one) & np.isfinite(other)
    shared = both.sum(axis=1)
    count = np.maximum(shared, 1)[:, None]
    one, other = np.where(both, one, 0), np.where(both, other, 0)
    one = np.where(both, one - one.sum(axis=1, keepdims=True) / count, 0)
    other = np.where(both, other - other.sum(axis=1, keepdims=True) / count, 0)
    norm = np.sqrt((one * one).sum(axis=1) * (other * other).sum(axis=1))
    defined = (shared >= MIN_SHARED * both.shape[1]) & (norm > 1e-3 * count[:, 0])
    return np.clip(np.where(defined, (one * other).sum(axis=1) / np.where(defined, norm, 1), 0), -1, 1)
