"""Orders of a class that show much with few tracks: farthest first, and evenly over clusters of clusters.

Both are orders, whose prefixes are the subsets. Distances are those of integers, so that they are exact.
"""

import math

import numpy as np

from framewright.tracks.metrics.vectors import compute_products, compute_squares

ROUNDS = 8  # of k-means
ROWS = 4096  # vectors that are compared with all centres at once


def farthest_first(vectors: np.ndarray, count: int) -> np.ndarray:
    """Places of `count` of the (N, D) int8 vectors: the first one, then each time the one farthest from all before.

    That order covers the vectors within twice the best possible distance, whatever the count (Gonzalez 1985). Of
    equally far ones the first is taken.
    """
    exact, norms = vectors.astype(np.float32), compute_squares(vectors)
    count = min(count, len(vectors))
    chosen = np.zeros(count, np.int64)
    nearest = np.full(len(vectors), np.iinfo(np.int32).max, np.int32)
    for k in range(count):
        place = int(np.argmax(nearest)) if k else 0
        chosen[k] = place
        apart = norms + norms[place] - 2 * compute_products(exact, exact[place : place + 1])[:, 0]
        np.minimum(nearest, apart, out=nearest)
        nearest[place] = -1
    return chosen


def k_means(vectors: np.ndarray, count: int, rounds: int = ROUNDS) -> tuple[np.ndarray, np.ndarray]:
    """(count, D) int8 centres of (N, D) int8 vectors, and the number of each vector's centre (N,) int64.

    It begins with vectors at even distances in the order given. Centres are rounded to integers, an empty one stays
    where it was: the same vectors in the same order give the same clusters on any machine.
    """
    count = min(count, len(vectors))
    exact = vectors.astype(np.float32)
    centres = vectors[np.arange(count) * len(vectors) // max(count, 1)]
    for _ in range(rounds):
        nearest = nearest_centres(exact, centres)
        filled = np.bincount(nearest, minlength=count)
        order = np.argsort(nearest, kind="stable")
        starts = np.concatenate([[0], np.cumsum(filled)[:-1]])[filled > 0]
        sums = np.add.reduceat(vectors[order].astype(np.int32), starts, axis=0) if len(vectors) else vectors[:0]
        moved = centres.copy()
        moved[filled > 0] = np.rint(sums / filled[filled > 0, None]).astype(np.int8)
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres, nearest_centres(exact, centres)


def nearest_centres(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """(N,) int64: which of the centres (K, D) is nearest to each vector (N, D), the first of equally near ones."""
    right, half = centres.astype(np.float32), compute_squares(centres)
    found = np.zeros(len(vectors), np.int64)
    for start in range(0, len(vectors), ROWS):
        part = slice(start, start + ROWS)
        found[part] = np.argmax(2 * compute_products(vectors[part], right) - half, axis=1)
    return found


def evenly_over_clusters(vectors: np.ndarray) -> np.ndarray:
    """All places (N,) of int8 vectors (N, D), which are given the best first, evenly over clusters of clusters.

    Vectors are clustered, and the clusters' centres again. The order takes one vector of each large cluster in turn,
    from each of its small clusters in turn, the best first: sampling from the top of hierarchical k-means (Vo et al.
    2024). A prefix gives each cluster the same number as long as it has any.
    """
    if len(vectors) < 3:
        return np.arange(len(vectors))
    leaves = max(2, round(2 * math.sqrt(len(vectors))))
    centres, leaf = k_means(vectors, leaves)
    _, top_of = k_means(centres, max(2, round(math.sqrt(len(centres)))))
    inner = _turn(leaf, np.arange(len(vectors)))
    # within each large cluster, its small ones take turns; among the large ones, they do so again
    order = np.lexsort((np.arange(len(vectors)), inner))
    top = top_of[leaf]
    outer = np.zeros(len(vectors), np.int64)
    outer[order] = _turn(top[order], np.arange(len(vectors)))
    return np.lexsort((np.arange(len(vectors)), inner, outer))


def _turn(groups: np.ndarray, order: np.ndarray) -> np.ndarray:
    """(N,): the how manieth of its group each is, from 0, in the order given."""
    sorted_ = np.argsort(groups, kind="stable")
    ends = np.flatnonzero(np.diff(groups[sorted_], prepend=-1))
    firsts = np.repeat(ends, np.diff(np.append(ends, len(groups))))
    turns = np.zeros(len(groups), np.int64)
    turns[sorted_] = order - firsts
    return turns
