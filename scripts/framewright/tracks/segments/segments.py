"""Segments: the parts of a film between two cuts, which of them are used, and why the others are not."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np

from framewright.tracks.segments.options import Lengths

Judge = Callable[["Segment"], "Segment"]


@dataclass(frozen=True)
class Cut:
    """Where another shot begins: what comes before ends at `start`, what follows begins at `end` (seconds).

    `kind` is cut, dissolve, fade, wipe, or gap where the film itself has a hole. A cut has both times equal.
    """

    kind: str
    start: Fraction
    end: Fraction


@dataclass(frozen=True)
class Segment:
    """Frames that appear at start <= time < end (seconds), used where `reason` is empty.

    `reason` is one word, `detail` says it with figures; `scores` are what the rules went by, as far as they came.
    """

    start: Fraction
    end: Fraction
    reason: str = ""
    detail: str = ""
    scores: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def seconds(self) -> Fraction:
        """How long it lasts."""
        return self.end - self.start

    def drop(self, reason: str, detail: str) -> "Segment":
        """The same, not used."""
        return replace(self, reason=reason, detail=detail)


def split_at_cuts(cuts: Iterable[Cut], start: Fraction, end: Fraction) -> Iterator[Segment]:
    """What lies between the cuts of a film that lasts from `start` to `end`, in order, however short."""
    begin = start
    for cut in sorted(cuts, key=lambda cut: cut.start):
        if cut.start > begin:
            yield Segment(begin, min(cut.start, end))
        begin = max(begin, cut.end)
    if begin < end:
        yield Segment(begin, end)


def fit_lengths(segment: Segment, lengths: Lengths, times: Callable[[Fraction], Fraction]) -> Iterator[Segment]:
    """A segment in pieces that are not too long, and dropped where it is too short.

    Pieces are as few as possible and equally long, so that none is too short; they begin when a frame appears, which
    `times` says: that of the frame nearest to a time. Or the first one is as long as may be, and the rest is dropped.
    """
    if segment.seconds < lengths.least:
        yield segment.drop("length", f"{float(segment.seconds):.3f} s, less than {float(lengths.least):g} s")
    elif segment.seconds <= lengths.most:
        yield segment
    elif lengths.split:
        pieces = math.ceil(segment.seconds / lengths.most)
        step = segment.seconds / pieces
        bounds = [segment.start, *(times(segment.start + step * k) for k in range(1, pieces)), segment.end]
        yield from (Segment(start, end) for start, end in pairwise(bounds))
    else:
        last = segment.start + lengths.most
        yield Segment(segment.start, last)
        yield Segment(last, segment.end).drop("truncated", f"beyond the first {float(lengths.most):g} s of its shot")


def apply_judges(candidates: Iterable[Segment], judges: Sequence[Judge]) -> Iterator[Segment]:
    """Each candidate after it has passed all judges, or those up to the first that drops it."""
    for segment in candidates:
        yield reduce(lambda part, judge: part if part.reason else judge(part), judges, segment)


def frame_time_finder(ticks: np.ndarray, unit: Fraction) -> Callable[[Fraction], Fraction]:
    """When the frame nearest to a time appears, in seconds; `ticks` (n,) int64 ascending, in units of `unit`."""

    def time(wanted: Fraction) -> Fraction:
        right = int(np.searchsorted(ticks, float(wanted / unit)))
        near = [int(ticks[index]) * unit for index in (right - 1, right) if 0 <= index < len(ticks)]
        return min(near, key=lambda instant: abs(instant - wanted))

    return time


def format_segments(segments: Iterable[Mapping[str, Any]]) -> str:
    """The used segments as the documented text: `start,end` in seconds, a line each, none after the last."""
    return "\n".join(f"{segment['start']!r},{segment['end']!r}" for segment in segments if not segment["reason"])


def parse_segments(text: str) -> list[tuple[float, float]]:
    """(start, end) of each segment in seconds, from the documented text."""
    return [(float(start), float(end)) for start, _, end in (line.partition(",") for line in text.splitlines())]
