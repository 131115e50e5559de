"""Which windows of a film are cut, decided before a single one is decoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from framewright.patches.allotment import shrink_counts
from framewright.patches.formats import SPAN
from framewright.rng import make_generator


@dataclass(frozen=True, order=True)
class Window:
    """Seven neighbouring frames that are to become a patch: the category's window `index` of this film."""

    category: str
    index: int
    first: int  # number of the first frame among the film's frames in use; the fourth is the target


@dataclass(frozen=True)
class Part:
    """A stretch of a film that one job cuts: frames `start` to `end`, exclusive, and the windows in it."""

    start: int
    end: int
    windows: tuple[Window, ...]


@dataclass(frozen=True, eq=False)
class Frames:
    """When the frames in use appear: `ticks` (n,) int64 ascending in units of `unit` seconds; `keys` (n,) bool marks
    those where decoding can begin. The first one counts as one: reading it may begin before the part in use."""

    ticks: np.ndarray
    keys: np.ndarray
    unit: Fraction

    def __len__(self) -> int:
        return len(self.ticks)

    def time(self, number: int) -> Fraction:
        """When a frame appears, in seconds."""
        return int(self.ticks[number]) * self.unit

    def key_before(self, number: int) -> int:
        """The last key frame at or before a frame."""
        found = np.flatnonzero(self.keys[: number + 1])
        return int(found[-1]) if len(found) else 0

    def step(self) -> Fraction:
        """Seconds between frames, usually."""
        return int(np.median(np.diff(self.ticks))) * self.unit if len(self) > 1 else Fraction(1)


def plan(
    counts: Mapping[str, int], frames: int, windows_per_part: int, seed: int, video: str
) -> tuple[list[Part], list[tuple[str, int]]]:
    """The parts of a film with `frames` frames in use, and the windows (category, index) that it is too short for.

    The film is divided evenly among its windows, the categories taking turns by their shares; where in its stretch
    a window lies is drawn from (seed, video, category, index). In a short film all categories get less alike.
    """
    wanted = _turns(counts)
    room = min(len(wanted), frames // SPAN)
    chosen = _turns(shrink_counts(counts, room))
    windows = []
    for place, (category, index) in enumerate(chosen):
        start, end = _edge(place, room, frames), _edge(place + 1, room, frames)
        drawn = make_generator(seed, "window", video, category, index).integers(0, end - start - SPAN + 1)
        windows.append(Window(category, index, start + int(drawn)))
    parts = []
    for place in range(0, max(1, len(wanted)), windows_per_part):
        end = min(place + windows_per_part, room)
        span = (_edge(place, room, frames), _edge(end, room, frames)) if place < room else (frames, frames)
        parts.append(Part(*span, tuple(windows[place:end])))
    return parts, sorted(set(wanted) - set(chosen))


def _turns(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """All windows (category, index), so ordered that each category's are spread evenly."""
    places = [((index + 0.5) / count, name, index) for name, count in counts.items() for index in range(count)]
    return [(name, index) for _, name, index in sorted(places)]


def _edge(place: int, of: int, frames: int) -> int:
    return place * frames // of


def choose_next_place(
    part: Part, taken: np.ndarray, window: Window, attempt: int, skip: int, seed: int, video: str
) -> int:
    """Where a rejected window is tried next: the first frame, or -1 where no seven frames of the part are left.

    `taken` (part.end - part.start,) bool marks the frames that any window had. The place is `attempt` times `skip`
    frames further on, beginning again at the part's end, by up to half as much more or less, at the nearest free one.
    """
    free = np.convolve(~taken, np.ones(SPAN, int), "valid") == SPAN if len(taken) >= SPAN else np.zeros(0, bool)
    places = np.flatnonzero(free)
    if not len(places):
        return -1
    drawn = make_generator(seed, "retry", video, window.category, window.index, attempt).integers(
        -(skip // 2), skip // 2 + 1
    )
    wanted = (window.first - part.start + attempt * skip + int(drawn)) % len(taken)
    return part.start + int(places[np.argmin(np.abs(places - wanted))])
