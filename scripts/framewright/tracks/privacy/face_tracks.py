"""From faces found in some frames to places covered in all: a missed face must not show for a single frame.

A detector sees each frame by itself: it loses a face for a frame, or for as long as somebody looks aside. So what it
finds is linked to chains, a chain needs one sure detection, unsure ones continue it, gaps are filled, and it holds on
for a moment before its first detection and behind its last one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

PATIENCE = 0.6  # seconds that a chain waits for its next detection
HOLD = 0.3  # seconds that a place stays covered before the first detection and behind the last one,
KNOWN, HOLD_KNOWN = 3, 0.6  # the latter around a chain of at least so many: a face that looks aside is still there
LARGEST = 0.4  # seconds around it in which a face was as large as it is taken to be: turning away, it seems to shrink
SLACK = 0.5  # how much of the way that a face may have gone since it was seen is covered around it as well
PAD = 1.0  # pixels around every face: boxes of the smallest ones are a few pixels off
REACH = 1.5  # a chain is continued where it was last seen up to this many heights and widths away,
GROWTH = 0.35  # whose logarithm differs by no more than this at once,
GROWS = 0.8  # and by this more for each second since then
STEADY = 0.5  # share of the old speed in a chain's speed: boxes of small faces jump by a pixel or two


@dataclass(frozen=True, eq=False)
class FaceDetections:
    """What a detector found. `frames` (n,) int64, ascending, are those it looked at; the other arrays have a row for
    each detection: `at` (m,) int64, ascending, places in `frames`; `boxes` (m, 4) float64; `scores` (m,) float64, 0..1.
    """

    frames: np.ndarray
    at: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True, eq=False)
class FaceTrack:
    """Detections of one thing, in order of time: `frames` (n,) int64, `boxes` (n, 4) and `scores` (n,) float64."""

    frames: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray


def link_faces(
    sightings: FaceDetections, times: np.ndarray, sure: float, patience: float = PATIENCE
) -> list[FaceTrack]:
    """Chains of detections that are of one thing, each with at least one that is `sure` (score), in order of their
    first detections.

    `times` (seconds) are those of all frames. A chain ends when nothing continues it for `patience` seconds; detections
    further than that from a sure one are cut off at both ends.
    """
    alive: list[_Linked] = []
    ended: list[_Linked] = []
    starts = np.searchsorted(sightings.at, np.arange(len(sightings.frames) + 1))
    for place, frame in enumerate(sightings.frames):
        now = float(times[frame])
        ended += [chain for chain in alive if now - chain.time > patience]
        alive = [chain for chain in alive if now - chain.time <= patience]
        rows = np.arange(starts[place], starts[place + 1])
        rows = rows[np.argsort(-sightings.scores[rows], kind="stable")]
        taken = pair_boxes(alive, sightings.boxes[rows], now)
        for column, row in enumerate(rows):
            if column in taken:
                taken[column].add(sightings.boxes[row], now)
                taken[column].rows.append(row)
            else:
                alive.append(_Linked(sightings.boxes[row], now, rows=[row]))
    chains = []
    for chain in ended + alive:
        rows = np.array(chain.rows)
        frames, scores = sightings.frames[sightings.at[rows]], sightings.scores[rows]
        if not (certain := times[frames[scores >= sure]]).size:
            continue
        kept = (times[frames] >= certain[0] - patience) & (times[frames] <= certain[-1] + patience)
        chains.append(FaceTrack(frames[kept], sightings.boxes[rows[kept]], scores[kept]))
    return sorted(chains, key=lambda chain: (chain.frames[0], *chain.boxes[0]))


def list_covers(chains: list[FaceTrack], times: np.ndarray) -> Iterator[np.ndarray]:
    """For each of all frames, which appear at `times` (n,) float64 seconds, the boxes to be covered: (m, 4) float64.

    Between two detections a box moves along a line, and the further from both, and the faster, the larger it is.
    """
    coming = sorted(((_span(chain, times), chain) for chain in chains), key=lambda pair: pair[0])
    alive: list[tuple[int, int, np.ndarray]] = []
    begun = 0
    for frame in range(len(times)):
        alive = [entry for entry in alive if frame < entry[1]]
        while begun < len(coming) and coming[begun][0][0] <= frame:
            (first, end), chain = coming[begun]
            alive.append((first, end, place_covers(chain, times[first:end], times)))
            begun += 1
        yield np.array([boxes[frame - first] for first, _, boxes in alive]).reshape(-1, 4)


def place_covers(chain: FaceTrack, when: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The boxes (n, 4) float64 to be covered for a chain at the times `when` (n,) float64 seconds."""
    seen = times[chain.frames]
    centres = (chain.boxes[:, :2] + chain.boxes[:, 2:]) / 2
    first = np.searchsorted(seen, seen - LARGEST)
    end = np.searchsorted(seen, seen + LARGEST, side="right")
    sizes = chain.boxes[:, 2:] - chain.boxes[:, :2]
    sizes = np.array([sizes[a:b].max(0) for a, b in zip(first, end, strict=True)])
    at = _between(when, seen, centres)
    half = _between(when, seen, sizes) / 2
    behind = np.searchsorted(seen, when)
    before, after = np.clip(behind - 1, 0, len(seen) - 1), np.clip(behind, 0, len(seen) - 1)
    away = np.minimum(np.abs(when - seen[before]), np.abs(when - seen[after]))
    start, stop = np.maximum(before - 1, 0), np.minimum(after + 1, len(seen) - 1)
    took = np.maximum(seen[stop] - seen[start], 1e-3)
    speed = np.hypot(*(centres[stop] - centres[start]).T) / took
    room = np.minimum(SLACK * speed * away, 2 * half.max(1)) + PAD
    return np.concatenate([at - half - room[:, None], at + half + room[:, None]], axis=1)


def _span(chain: FaceTrack, times: np.ndarray) -> tuple[int, int]:
    """The first frame at which a chain is covered, and the one behind the last: a neighbour each way at the least."""
    hold = HOLD_KNOWN if len(chain.frames) >= KNOWN else HOLD
    first = np.searchsorted(times, times[chain.frames[0]] - hold)
    end = np.searchsorted(times, times[chain.frames[-1]] + hold, side="right")
    return max(0, min(int(first), int(chain.frames[0]) - 1)), min(len(times), max(int(end), int(chain.frames[-1]) + 2))


def _between(when: np.ndarray, seen: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(when, seen, column) for column in values.T], axis=1)


@dataclass(eq=False)
class OpenTrack:
    """A face while it is linked: where and when it was seen last, and how fast it moves (pixels per second)."""

    box: np.ndarray  # (4,) float64
    time: float
    speed: np.ndarray = field(default_factory=lambda: np.zeros(2))
    is_new: bool = True

    def add(self, box: np.ndarray, time: float) -> None:
        """Go on with a detection."""
        moved = (_centre(box) - _centre(self.box)) / max(time - self.time, 1e-3)
        self.speed = moved if self.is_new else STEADY * self.speed + (1 - STEADY) * moved
        self.box, self.time, self.is_new = box, time, False


@dataclass(eq=False)
class _Linked(OpenTrack):
    """A track with the rows of its detections."""

    rows: list[int] = field(default_factory=list)


T = TypeVar("T", bound=OpenTrack)


def pair_boxes(chains: list[T], boxes: np.ndarray, now: float) -> dict[int, T]:
    """Which track each box continues, by the box's place: the nearest pairs first, none twice."""
    if not chains or not len(boxes):
        return {}
    last = np.array([chain.box for chain in chains])
    moved = np.array([chain.speed * (now - chain.time) for chain in chains])
    sizes, new_sizes = last[:, 2:] - last[:, :2], boxes[:, 2:] - boxes[:, :2]
    away = (last[:, None, :2] + last[:, None, 2:]) / 2 + moved[:, None] - (boxes[None, :, :2] + boxes[None, :, 2:]) / 2
    near = np.hypot(*np.moveaxis(away / np.maximum(np.maximum(sizes[:, None], new_sizes[None]), 1.0), 2, 0))
    grown = np.abs(np.log(np.maximum(new_sizes, 1.0))[None] - np.log(np.maximum(sizes, 1.0))[:, None]).max(2)
    waited = np.array([now - chain.time for chain in chains])
    near[(near > REACH) | (grown > GROWTH + GROWS * waited[:, None])] = np.inf
    taken: dict[int, T] = {}
    used: set[int] = set()
    for flat in np.argsort(near, axis=None, kind="stable"):
        row, column = divmod(int(flat), len(boxes))
        if not np.isfinite(near[row, column]):
            break
        if row not in used and column not in taken:
            used.add(row)
            taken[column] = chains[row]
    return taken


def _centre(box: np.ndarray) -> np.ndarray:
    return (box[:2] + box[2:]) / 2
