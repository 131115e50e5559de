"""How things look, as far as it takes to tell two of one class apart: the colours inside their boxes."""

import cv2
import numpy as np

SIDE = 16  # of the small picture whose colours are counted
LEVELS = 4  # of each of red, green and blue
INNER = (0.7, 0.8)  # share of a box, across and down, that is looked at: what is around a thing is not of it


def colours_of(rgb: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """The colours inside each box of a picture, (H, W, 3) uint8 RGB: (N, 64) float32, square roots of shares, so that
    the product of two is 1 where their colours are the same, and 0 where they have none in common."""
    cv2.setNumThreads(1)
    frame = np.array(rgb.shape[1::-1])
    middles, halves = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2 * INNER
    low = np.clip(np.floor(middles - halves), 0, frame - 1).astype(int)
    high = np.maximum(np.clip(np.ceil(middles + halves), 0, frame).astype(int), low + 1)
    counts = np.zeros((len(boxes), LEVELS**3), np.float32)
    for row, (left, top), (right, bottom) in zip(counts, low, high, strict=True):
        small = cv2.resize(rgb[top:bottom, left:right], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        level = (small // (256 // LEVELS)).reshape(-1, 3) @ np.array([LEVELS**2, LEVELS, 1], np.uint8)
        row[:] = np.bincount(level, minlength=LEVELS**3)
    return np.sqrt(counts / SIDE**2)
