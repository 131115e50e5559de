"""Tracklets that exchange their subjects while these pass each other are set right.

Where two boxes lie upon each other, neither place nor looks tell for a moment which is which. Half a second before and
behind does: things keep their speed, size and looks. Two tracklets that meet and both turn back, while going on would
fit better, have exchanged their subjects.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from framewright.tracks.objects.appearance import compare
from framewright.tracks.objects.associate import Tracklet

SIDE, FEWEST = 0.7, 4  # seconds on each side of a meeting that are compared, and detections there, at least
MEET = 0.6  # how near the middles come: share of the mean side of the boxes
SPEED, SIZE, LOOKS = 1.0, 2.0, 8.0  # what a change counts: sides a second, logarithm of the side, cosine
BETTER = 1.0  # by how much an exchange must fit better


@dataclass(frozen=True)
class _Side:
    """A tracklet on one side of a meeting."""

    speed: np.ndarray  # (2,) pixels a second
    height: float
    looks: np.ndarray  # (L,) sum over its detections


def undo_exchanges(tracklets: Iterable[Tracklet]) -> list[Tracklet]:
    """The tracklets of a shot, their ends exchanged where two of them met and exchanged their subjects."""
    known = list(tracklets)
    meetings = sorted(
        (time, first, second)
        for first in range(len(known))
        for second in range(first)
        if (time := find_meeting(known[first], known[second])) is not None
    )
    for time, first, second in meetings:
        one, other = known[first], known[second]
        if are_exchanged(one, other, time):
            known[first], known[second] = _exchange_ends(one, other, time)
    return known


def find_meeting(one: Tracklet, other: Tracklet) -> float | None:
    """When the middles of two tracklets are nearest, in seconds; None where they never are upon each other."""
    begin, end = max(one.times[0], other.times[0]), min(one.times[-1], other.times[-1])
    if end - begin < 2 * FEWEST / 100:
        return None
    times = np.unique(np.concatenate([one.times, other.times]))
    times = times[(times >= begin) & (times <= end)]
    if not len(times):
        return None
    middles, sides = zip(*(_places(tracklet, times) for tracklet in (one, other)), strict=True)
    apart = np.hypot(*(middles[0] - middles[1]).T) / ((sides[0] + sides[1]) / 2)
    nearest = int(apart.argmin())
    return float(times[nearest]) if apart[nearest] <= MEET else None


def are_exchanged(one: Tracklet, other: Tracklet, time: float) -> bool:
    """Whether two tracklets that meet at `time` fit better with their ends exchanged."""
    before, behind = _side(one, time, -1), _side(one, time, 1)
    other_before, other_behind = _side(other, time, -1), _side(other, time, 1)
    if before is None or behind is None or other_before is None or other_behind is None:
        return False
    kept = _differ(before, behind) + _differ(other_before, other_behind)
    exchanged = _differ(before, other_behind) + _differ(other_before, behind)
    return kept - exchanged > BETTER


def fit_speed(times: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """How fast the middles of boxes move, (2,) pixels a second: the straight line nearest to them."""
    middles, around = (boxes[:, :2] + boxes[:, 2:]) / 2, times - times.mean()
    return around @ (middles - middles.mean(axis=0)) / max(float(around @ around), 1e-9)


def _places(tracklet: Tracklet, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where a tracklet is at these times, (N, 2), and the mean side of its boxes, (N,)."""
    boxes = np.column_stack([np.interp(times, tracklet.times, column) for column in tracklet.boxes.T])
    return (boxes[:, :2] + boxes[:, 2:]) / 2, np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))


def _side(tracklet: Tracklet, time: float, way: int) -> _Side | None:
    """A tracklet before (-1) or behind (1) a meeting; None where too little of it is there."""
    ahead = (tracklet.times - time) * way
    rows = np.flatnonzero((ahead > 0) & (ahead <= SIDE))
    if len(rows) < FEWEST:
        return None
    times, boxes = tracklet.times[rows], tracklet.boxes[rows]
    speed = fit_speed(times, boxes)
    looks = tracklet.looks[rows].astype(np.float64).sum(axis=0) if len(tracklet.looks) else np.zeros(0)
    return _Side(speed, float(np.median(boxes[:, 3] - boxes[:, 1])), looks)


def _differ(before: _Side, behind: _Side) -> float:
    """How little two sides of a meeting look like one thing."""
    height = np.sqrt(before.height * behind.height)
    jolt = float(np.hypot(*(before.speed - behind.speed))) / max(height, 1e-9)
    resized = abs(np.log(max(before.height, 1e-9) / max(behind.height, 1e-9)))
    unlike = 1 - float(compare(before.looks[None], behind.looks[None])[0]) if len(before.looks) else 0.0
    return SPEED * jolt + SIZE * resized + LOOKS * unlike


def _exchange_ends(one: Tracklet, other: Tracklet, time: float) -> tuple[Tracklet, Tracklet]:
    """Each with what the other has behind `time`."""
    cuts = [int(np.searchsorted(tracklet.times, time, side="right")) for tracklet in (one, other)]
    heads = [tracklet.part(0, cut) for tracklet, cut in zip((one, other), cuts, strict=True)]
    tails = [tracklet.part(cut, len(tracklet.times)) for tracklet, cut in zip((one, other), cuts, strict=True)]
    return heads[0].join(tails[1]), heads[1].join(tails[0])
