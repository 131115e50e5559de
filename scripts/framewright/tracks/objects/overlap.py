"""Tracks that show what another one shows already."""

from collections.abc import Sequence

import numpy as np

from framewright.boxes import compute_areas
from framewright.tracks.meta import Track


def measure_overlap(track: Track, other: Track) -> float:
    """How much of the space and time of `track` another one shares with it, 0..1.

    Shared areas over united ones, both summed up over the instants of `track`; where `other` has no box at that time,
    the united area is the track's.
    """
    right = np.clip(np.searchsorted(other.times, track.times), 1, max(1, len(other.times) - 1))
    left = right - 1
    right = np.minimum(right, len(other.times) - 1)
    nearest = np.where(track.times - other.times[left] <= other.times[right] - track.times, left, right)
    there = np.abs(other.times[nearest] - track.times) <= _step(other)
    boxes = other.boxes[nearest]
    sides = np.minimum(track.boxes[:, 2:], boxes[:, 2:]) - np.maximum(track.boxes[:, :2], boxes[:, :2])
    shared = np.prod(np.maximum(sides, 0), axis=1) * there
    united = float((compute_areas(track.boxes) + compute_areas(boxes) * there - shared).sum())
    return float(shared.sum()) / united if united else 0.0


def drop_duplicates(tracks: Sequence[Track], most: float) -> tuple[list[Track], dict[str, Track]]:
    """The tracks that overlap no kept one by more than `most`, in the order given, and for the ids of the others whom
    they repeat.

    Longer tracks are kept before shorter ones, whatever their order: what lies within another goes. Each track is
    compared only with those that are seen at the same time.
    """
    order = sorted(range(len(tracks)), key=lambda k: (-tracks[k].seconds, tracks[k].tid, k))
    starts, ends = np.zeros(len(tracks)), np.zeros(len(tracks))
    kept: list[int] = []
    repeated: dict[str, Track] = {}
    for k in order:
        track = tracks[k]
        begin, end = track.times[0], track.times[-1]
        met = np.flatnonzero((starts[: len(kept)] <= end) & (ends[: len(kept)] >= begin))
        twin = next((kept[m] for m in met if measure_overlap(track, tracks[kept[m]]) > most), None)
        if twin is None:
            starts[len(kept)], ends[len(kept)] = begin, end
            kept.append(k)
        else:
            repeated[track.tid] = tracks[twin]
    return [tracks[k] for k in sorted(kept)], repeated


def _step(track: Track) -> float:
    """The usual time between two instants of a track, in seconds."""
    return float(np.median(np.diff(track.times))) if len(track.times) > 1 else 0.0
