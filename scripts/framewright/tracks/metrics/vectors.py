"""Embeddings as 8-bit integers, whose products and distances are exact: no order of summation changes them.

A product of two blocks of 1,024 dimensions stays below 2**24, so that float32 holds it exactly.
"""

import math

import numpy as np

MOST = 127
BLOCK = 1024  # dimensions: 1024 * 127**2 < 2**24
SIGMAS = 6  # what an entry of a unit vector may be, in units of the root mean square, before it saturates


def scale_of(dimensions: int) -> float:
    """The one scale of all unit vectors of so many dimensions: an integer is `round(entry * scale)`."""
    return MOST * math.sqrt(dimensions) / SIGMAS


def quantise(vectors: np.ndarray) -> tuple[np.ndarray, int]:
    """(N, D) int8 of float vectors (N, D), which are made of length 1 first, and how many entries saturated."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    scaled = np.rint(vectors / np.maximum(lengths, 1e-12) * scale_of(vectors.shape[1]))
    return np.clip(scaled, -MOST, MOST).astype(np.int8), int((np.abs(scaled) > MOST).sum())


def compute_products(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(N, M) int32 inner products of int8 vectors (N, D) and (M, D), or of float32 ones that hold such integers."""
    total: np.ndarray | None = None
    for start in range(0, max(left.shape[1], 1), BLOCK):
        one, other = left[:, start : start + BLOCK], right[:, start : start + BLOCK]
        part = (one.astype(np.float32, copy=False) @ other.astype(np.float32, copy=False).T).astype(np.int32)
        total = part if total is None else total + part
    assert total is not None
    return total


def compute_squares(vectors: np.ndarray) -> np.ndarray:
    """(N,) int32 squared lengths of int8 vectors, or of float32 ones that hold such integers."""
    whole = vectors.astype(np.int32, copy=False)
    return np.einsum("ij,ij->i", whole, whole)


def compute_distances(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(N, M) int32 squared distances, in the integers' unit."""
    return compute_squares(left)[:, None] + compute_squares(right)[None] - 2 * compute_products(left, right)


def squared_threshold(distance: float, dimensions: int) -> int:
    """The squared distance of integers that a distance of unit vectors stands for: at least as far is >= this."""
    return math.ceil((distance * scale_of(dimensions)) ** 2)
