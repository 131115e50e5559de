"""Scaling any part of a picture alone, to exactly the pixels that scaling the whole of it would give.

Lanczos with three lobes that widens when it makes smaller, so that nothing aliases. A plane's samples may lie beside
the pixels they belong to, as chroma does.
"""

from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array

from framewright.patches.formats import Box

LOBES = 3


def scale_part(
    plane: np.ndarray,
    size: tuple[int, int],
    box: Box,
    shift: tuple[float, float] = (0.0, 0.0),
) -> np.ndarray:
    """(y2 - y1, x2 - x1) float32: the part `box` (x1, y1, x2, y2) of an (H, W) plane scaled to `size` (width, height).

    `shift` says how far right and down (in samples of the plane) its samples lie of where they would lie if they
    covered the picture evenly.
    """
    x1, y1, x2, y2 = find_source((plane.shape[1], plane.shape[0]), size, box, shift)
    return scale_region(plane[y1:y2, x1:x2], (plane.shape[1], plane.shape[0]), size, box, shift)


def find_source(
    stored: tuple[int, int], size: tuple[int, int], box: Box, shift: tuple[float, float] = (0.0, 0.0)
) -> Box:
    """The samples (x1, y1, x2, y2) of a plane of `stored` (width, height) that a part of the scaled picture needs."""
    across, left = _weights(stored[0], size[0], box[0], box[2], shift[0])
    down, top = _weights(stored[1], size[1], box[1], box[3], shift[1])
    return left, top, left + across.shape[1], top + down.shape[1]


def scale_region(
    region: np.ndarray,
    stored: tuple[int, int],
    size: tuple[int, int],
    box: Box,
    shift: tuple[float, float] = (0.0, 0.0),
) -> np.ndarray:
    """`scale_part` of a plane of `stored` (width, height), from the samples that `find_source` names alone."""
    across, _ = _weights(stored[0], size[0], box[0], box[2], shift[0])
    down, _ = _weights(stored[1], size[1], box[1], box[3], shift[1])
    region = region.astype(np.float32)
    if not _copies(down):
        region = down @ region
    if not _copies(across):
        region = (across @ np.ascontiguousarray(region.T)).T
    return np.ascontiguousarray(region)


def _copies(weights: csr_array) -> bool:
    """Whether every pixel is a sample as it is."""
    return weights.shape[0] == weights.shape[1] == weights.nnz


@lru_cache(maxsize=64)
def _weights(samples: int, pixels: int, first: int, last: int, shift: float) -> tuple[csr_array, int]:
    """What each sample (columns) adds to each of the pixels `first` to `last` (rows), and which sample is column 0."""
    step = samples / pixels
    width = max(step, 1.0)
    centre = (np.arange(first, last) + 0.5) * step - 0.5 - shift
    near = np.floor(centre)[:, None] + np.arange(1 - int(np.ceil(LOBES * width)), 1 + int(np.ceil(LOBES * width)))
    away = (near - centre[:, None]) / width
    weight = np.where(np.abs(away) < LOBES, np.sinc(away) * np.sinc(away / LOBES), 0)
    weight /= weight.sum(axis=1, keepdims=True)
    weight[np.abs(weight) < 1e-9] = 0
    column = np.clip(near, 0, samples - 1).astype(np.int64)  # beyond its edges a picture goes on as it ends
    row, tap = np.nonzero(weight)
    column = column[row, tap]
    left = int(column.min())
    shape = last - first, int(column.max()) - left + 1
    return csr_array((weight[row, tap].astype(np.float32), (row, column - left)), shape=shape), left
