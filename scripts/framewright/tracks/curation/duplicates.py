"""Near duplicates among tracks of different videos: the same clip uploaded twice, encoded again, or cropped.

Vectors are put into buckets by k-means and compared exactly inside; each is looked for in its two nearest buckets, so
that a pair which a border parts is found from one side. A pair counts when the vectors are near and the pictures'
64-bit signatures agree as well, or when the vectors are nearer than any two different things are.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from framewright.tracks.curation.diversity import k_means
from framewright.tracks.curation.options import Likeness
from framewright.tracks.metrics.vectors import BLOCK, compute_products, compute_squares, squared_threshold

SAMPLE = 48  # vectors a bucket from which its centre is found
ROWS = 4096


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of near duplicates: places `one` < `other` (P,), squared distances (P,) int32, bits apart (P,) uint8."""

    one: np.ndarray
    other: np.ndarray
    squared: np.ndarray
    bits: np.ndarray


def near_duplicates(vectors: np.ndarray, videos: np.ndarray, signatures: np.ndarray, likeness: Likeness) -> Pairs:
    """The pairs among int8 vectors (N, D) of different videos (N,), with signatures (N,) uint64, sorted by places."""
    dimensions = vectors.shape[1]
    most = squared_threshold(likeness.max_distance, dimensions)
    sure = squared_threshold(likeness.sure_distance, dimensions)
    found = list(_close(vectors, most)) or [(np.zeros(0, np.int64),) * 3]
    one, other, squared = (np.concatenate(parts) for parts in zip(*found, strict=True))
    bits = np.bitwise_count(signatures[one] ^ signatures[other])
    kept = (videos[one] != videos[other]) & ((squared <= sure) | (bits <= likeness.max_bits))
    one, other, squared, bits = one[kept], other[kept], squared[kept], bits[kept]
    order = np.lexsort((other, one))
    return Pairs(one[order], other[order], squared[order].astype(np.int32), bits[order])


def find_repeated(pairs: Pairs, rank: np.ndarray) -> dict[int, int]:
    """The place that each repeated track repeats. Of a pair the one of the lower rank (N,) is kept; what is removed
    removes nothing itself."""
    removed: dict[int, int] = {}
    first = np.where(rank[pairs.one] < rank[pairs.other], pairs.one, pairs.other)
    second = np.where(rank[pairs.one] < rank[pairs.other], pairs.other, pairs.one)
    for place in np.lexsort((rank[second], rank[first])).tolist():
        kept, gone = int(first[place]), int(second[place])
        if kept not in removed and gone not in removed:
            removed[gone] = kept
    return removed


def _close(vectors: np.ndarray, most: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Places of pairs at most so far apart, smaller one first, with their squared distances; each pair once."""
    count = max(1, round(math.sqrt(2 * len(vectors))) if len(vectors) > 4 * ROWS else 1)
    first, second = _buckets(vectors, count)
    norms = compute_squares(vectors)
    members = np.argsort(first, kind="stable")
    starts = np.searchsorted(first[members], np.arange(count + 1))
    guests = np.argsort(second, kind="stable")
    guest_starts = np.searchsorted(second[guests], np.arange(count + 1))
    for bucket in range(count):
        inside = members[starts[bucket] : starts[bucket + 1]]
        around = (
            np.concatenate([inside, guests[guest_starts[bucket] : guest_starts[bucket + 1]]]) if count > 1 else inside
        )
        exact = vectors[around].astype(np.float32)
        half = norms[around].astype(np.float32) / 2
        for start in range(0, len(inside), ROWS):
            part = inside[start : start + ROWS]
            # minus half of the squared distance: halves of integers, which float32 holds exactly at these lengths
            left, right = exact[start : start + len(part)], exact[start:]
            near = left @ right.T if vectors.shape[1] <= BLOCK else compute_products(left, right).astype(np.float64)
            near -= half[start : start + len(part), None]
            near -= half[None, start:]
            row, column = np.nonzero(near >= -most / 2)
            one, other = part[row], around[start:][column]
            # a pair of members is met once, above the diagonal; of two vectors that are each other's guests, twice
            inner = column + start < len(inside)
            mutual = ~inner & (second[one] == first[other])
            kept = np.where(inner, column > row, ~mutual | (one < other))
            one, other, squared = one[kept], other[kept], -2 * near[row[kept], column[kept]].astype(np.float64)
            yield np.minimum(one, other), np.maximum(one, other), squared


def _buckets(vectors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the nearest and the second nearest of `count` centres to each vector, (N,) int32 each."""
    first = np.zeros(len(vectors), np.int32)
    second = np.full(len(vectors), -1, np.int32)
    if count == 1:
        return first, second
    sample = (
        vectors[np.arange(SAMPLE * count) * len(vectors) // (SAMPLE * count)]
        if len(vectors) > SAMPLE * count
        else vectors
    )
    centres, _ = k_means(sample, count, rounds=3)
    right, half = centres.astype(np.float32), compute_squares(centres).astype(np.float32) / 2
    for start in range(0, len(vectors), ROWS):
        near = vectors[start : start + ROWS].astype(np.float32) @ right.T
        near -= half
        best = np.argmax(near, axis=1)
        near[np.arange(len(near)), best] = -np.inf
        first[start : start + ROWS], second[start : start + ROWS] = best, np.argmax(near, axis=1)
    return first, second
