"""Boxes: arrays (N, 4) float64 of x1, y1, x2, y2 in pixels of the upright, square-pixel frame."""

import numpy as np


def from_xywh(boxes: np.ndarray) -> np.ndarray:
    """Boxes given as left, top, width, height: (N, 4) -> (N, 4) float64 x1, y1, x2, y2.

    >>> from_xywh(np.array([[10, 20, 30, 40]])).tolist()
    [[10.0, 20.0, 40.0, 60.0]]
    """
    boxes = _rows(boxes)
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def to_xywh(boxes: np.ndarray) -> np.ndarray:
    """The same boxes as left, top, width, height: (N, 4) float64."""
    boxes = _rows(boxes)
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


def compute_areas(boxes: np.ndarray) -> np.ndarray:
    """Areas in square pixels, (N,) float64; an inside-out box has none."""
    boxes = _rows(boxes)
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0)
    return sides[:, 0] * sides[:, 1]


def clip(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The part of each box inside a frame of `size` (width, height); a box wholly outside is left with no area."""
    return np.clip(_rows(boxes), 0.0, np.array([*size, *size], dtype=np.float64))


def compute_iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Overlap of every box of `first` with every box of `second`: (N, M) float64 in 0..1, 0 where both are empty.

    >>> compute_iou(np.array([[0, 0, 10, 10]]), np.array([[0, 0, 10, 20], [20, 0, 30, 10]])).tolist()
    [[0.5, 0.0]]
    """
    first, second = _rows(first), _rows(second)
    corner = np.maximum(first[:, None, :2], second[None, :, :2])
    opposite = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.maximum(opposite - corner, 0.0)
    shared = sides[..., 0] * sides[..., 1]  # half the time of a product over an axis
    union = compute_areas(first)[:, None] + compute_areas(second)[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _rows(boxes: np.ndarray) -> np.ndarray:
    return np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
