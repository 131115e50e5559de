"""Filling a class under constraints: greedily in the order given, as asked first, then relaxed step by step."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from framewright.boxes import compute_iou
from framewright.tracks.curation.candidates import Candidates
from framewright.tracks.curation.options import Constraints
from framewright.tracks.metrics.vectors import compute_products, compute_squares, squared_threshold

BLOCK = 512  # candidates whose distances to what was picked are computed together
FAR = np.iinfo(np.int32).max


def fill(
    tracks: Candidates, ranked: np.ndarray, classes: np.ndarray, quota: int, constraints: Constraints
) -> tuple[np.ndarray, np.ndarray]:
    """Places of the tracks taken, at most `quota` of each class, and the level of each, 0 where it met what was asked.

    `ranked` (N,) are places, classes together, the first choice first. Within a class, the first `quota` are also the
    first of any larger quota.
    """
    levels = [constraints.at(factor) for factor in constraints.factors]
    first = _first_level(tracks, ranked, levels)
    if not constraints.pairwise:
        return _prefixes(ranked, first, classes, quota, len(levels))
    bounds = np.flatnonzero(np.diff(classes[ranked], prepend=-1, append=-1))
    taken, reached = [ranked[:0]], [np.zeros(0, np.uint8)]
    for start, stop in pairwise(bounds.tolist()):
        part = _fill_class(tracks, ranked[start:stop], first[start:stop], quota, levels)
        taken.append(part[0])
        reached.append(part[1])
    return np.concatenate(taken), np.concatenate(reached)


def _first_level(tracks: Candidates, ranked: np.ndarray, levels: Sequence[Constraints]) -> np.ndarray:
    """(N,) uint8: the first level at which a track meets what is asked of it alone; len(levels) where at none."""
    first = np.full(len(ranked), len(levels), np.uint8)
    for number in reversed(range(len(levels))):
        level = levels[number]
        met = np.ones(len(ranked), bool)
        for least, values in ((level.min_motion, tracks.motion), (level.min_quality, tracks.quality)):
            if least > 0:
                met &= values[ranked] >= np.float32(least)  # not-a-number meets nothing
        if level.min_distance > 0:
            met &= tracks.embedded[ranked]
        first[met] = number
    return first


def _prefixes(
    ranked: np.ndarray, first: np.ndarray, classes: np.ndarray, quota: int, levels: int
) -> tuple[np.ndarray, np.ndarray]:
    """The greedy fill where tracks do not depend on each other: those of the first level before those of the next."""
    if levels > 1 or (first > 0).any():
        codes = classes[ranked].astype(np.int64) * (levels + 1) + first
        sorted_ = np.argsort(codes, kind="stable")
        ranked, first = ranked[sorted_], first[sorted_]
        met = first < levels
        ranked, first = ranked[met], first[met]
    codes = classes[ranked]
    begins = np.flatnonzero(np.diff(codes, prepend=-1))
    ranks = np.arange(len(codes)) - np.repeat(begins, np.diff(np.append(begins, len(codes))))
    kept = ranks < quota
    return ranked[kept], first[kept]


def _fill_class(
    tracks: Candidates, places: np.ndarray, first: np.ndarray, quota: int, levels: Sequence[Constraints]
) -> tuple[np.ndarray, np.ndarray]:
    """The greedy fill of one class. Each candidate is compared with each pick once, whatever the number of levels."""
    dimensions = tracks.vectors.shape[1]
    near = np.where(tracks.embedded[places], FAR, -1).astype(np.int32)  # squared distance to the nearest pick
    free = np.ones(len(places), bool)
    seen = np.zeros(-(-len(places) // BLOCK), np.int64)  # picks that a block was compared with
    picks: list[int] = []
    reached: list[int] = []
    by_video: dict[int, list[int]] = {}
    apart = levels[0].min_distance > 0
    for number, level in enumerate(levels):
        least = squared_threshold(level.min_distance, dimensions) if level.min_distance > 0 else -1
        for block, start in enumerate(range(0, len(places), BLOCK)):
            part = slice(start, min(start + BLOCK, len(places)))
            open_ = free[part] & (first[part] <= number)
            if not open_.any():
                continue
            exact = norms = np.zeros(0)
            if apart:
                exact = tracks.vectors[places[part]].astype(np.float32)
                norms = compute_squares(exact)
                if len(picks) > seen[block]:
                    others = tracks.vectors[places[picks[seen[block] :]]].astype(np.float32)
                    _come_nearer(near[part], norms, exact, others)
            for place in (np.flatnonzero(open_ & (near[part] >= least)) + start).tolist():
                if near[place] < least or not _fits(tracks, places, place, by_video, level):
                    continue
                picks.append(place)
                reached.append(number)
                free[place] = False
                by_video.setdefault(int(tracks.videos[places[place]]), []).append(place)
                if len(picks) == quota:
                    return places[picks], np.array(reached, np.uint8)
                if apart:
                    _come_nearer(near[part], norms, exact, exact[place - start : place - start + 1])
            seen[block] = len(picks)
    return places[picks], np.array(reached, np.uint8)


def _come_nearer(near: np.ndarray, norms: np.ndarray, vectors: np.ndarray, picked: np.ndarray) -> None:
    """Let `near` (N,) know of the vectors that were picked (P, D)."""
    apart = (compute_squares(picked) - 2 * compute_products(vectors, picked)).min(axis=1) + norms
    near[:] = np.where(near < 0, near, np.minimum(near, apart))


def _fits(
    tracks: Candidates, places: np.ndarray, place: int, by_video: dict[int, list[int]], level: Constraints
) -> bool:
    """Whether a track overlaps no pick of its video too much."""
    if level.max_overlap >= 1:
        return True
    one = places[place]
    others = places[by_video.get(int(tracks.videos[one]), [])]
    if not len(others):
        return True
    apart = np.abs(tracks.middles[others] - tracks.middles[one])
    fade = np.maximum(np.sqrt(apart / level.overlap_seconds), 1.0)
    return bool((compute_iou(tracks.boxes[one], tracks.boxes[others])[0] / fade <= level.max_overlap).all())
