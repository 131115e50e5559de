"""How well cuts fit the truth: one cut for each transition, near enough, and none for what only looks like one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from framewright.truth import Transition, Truth

NEAR = 2  # frames by which a cut may be before a transition's start or behind its end


@dataclass(frozen=True)
class Score:
    """Of the transitions that are cuts, how many were hit; how many found cuts hit none; by kind, in words."""

    hits: int
    missed: int
    false: int

    @property
    def precision(self) -> float:
        """Share of the found cuts that are true; 1 where none was found."""
        return self.hits / max(1, self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of the true cuts that were found; 1 where there are none."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return (
            2 * self.hits / (2 * self.hits + self.missed + self.false) if self.hits + self.missed + self.false else 1.0
        )


def match(frames: Sequence[float], transitions: Sequence[Transition]) -> dict[int, int]:
    """The transition (by its place) that each found cut (by its place) hits, one to one, as many as can be.

    `frames` are where cuts were found, as frame numbers. Intervals that end first are served first, each by the first
    cut in it: that leaves most to the others.
    """
    hit: dict[int, int] = {}
    cuts = [number for number, own in enumerate(transitions) if own.is_cut]
    for number in sorted(cuts, key=lambda number: (transitions[number].end, transitions[number].start)):
        first, last = transitions[number].start - NEAR, transitions[number].end + NEAR
        inside = [place for place, frame in enumerate(frames) if place not in hit and first <= frame <= last]
        if inside:
            hit[min(inside, key=lambda place: frames[place])] = number
    return hit


def scored(frames: Sequence[float], transitions: Sequence[Transition]) -> dict[str, Score]:
    """The score of all transitions together, under `all`, and by kind of transition.

    A false cut counts for the kind that misled the detector, flash say, or else for `none`.
    """
    hit = match(frames, transitions)
    kinds = sorted({own.kind for own in transitions})
    false = [_misled(frame, transitions) for place, frame in enumerate(frames) if place not in hit]
    by_kind = {}
    for kind in [*kinds, "none"]:
        of_kind = {number for number, own in enumerate(transitions) if own.kind == kind and own.is_cut}
        hits = sum(number in of_kind for number in hit.values())
        by_kind[kind] = Score(hits, len(of_kind) - hits, false.count(kind))
    total = Score(*(sum(getattr(own, name) for own in by_kind.values()) for name in ("hits", "missed", "false")))
    return {"all": total, **by_kind}


def frames_of(cuts: Iterable[Mapping[str, Any]], truth: Truth) -> list[float]:
    """Where the cuts of a record lie, as frame numbers of the truth: the middle of those that last."""
    return [(cut["start"] + cut["end"]) / 2 * float(truth.rate) for cut in cuts if cut["kind"] != "gap"]


def table(scores: Mapping[str, Mapping[str, Score]]) -> str:
    """The scores of videos, by kind, as tab-separated text."""
    lines = ["video\tkind\thits\tmissed\tfalse\tprecision\trecall\tf1"]
    for video, by_kind in scores.items():
        for kind, own in by_kind.items():
            figures = (f"{value:.4f}" for value in (own.precision, own.recall, own.f1))
            lines.append("\t".join([video, kind, str(own.hits), str(own.missed), str(own.false), *figures]))
    return "\n".join(lines) + "\n"


def _misled(frame: float, transitions: Iterable[Transition]) -> str:
    near = [own for own in transitions if own.start - NEAR <= frame <= own.end + NEAR]
    return min(near, key=lambda own: own.is_cut).kind if near else "none"
