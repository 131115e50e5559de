"""How well cuts fit the truth: one cut for each transition, near enough, and none for what only looks like one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from framewright.truth import Transition, Truth

NEAR = 2  # frames by which a cut may be before a transition's start or behind its end


@dataclass(frozen=True)
class CutScore:
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


def match_cuts(frames: Sequence[float], transitions: Sequence[Transition]) -> dict[int, int]:
    """The transition (by its place) that each found cut (by its place) hits, one to one, as many as can be.

    `frames` are where cuts were found, as frame numbers. Intervals that end first are served first, each by the first
    cut in it: that leaves most to the others.
    """
    hit: dict[int, int] = {}
    cuts = [number for number, transition in enumerate(transitions) if transition.is_cut]
    for number in sorted(cuts, key=lambda number: (transitions[number].end, transitions[number].start)):
        first, last = transitions[number].start - NEAR, transitions[number].end + NEAR
        inside = [place for place, frame in enumerate(frames) if place not in hit and first <= frame <= last]
        if inside:
            hit[min(inside, key=lambda place: frames[place])] = number
    return hit


def score_cuts(frames: Sequence[float], transitions: Sequence[Transition]) -> dict[str, CutScore]:
    """The score of all transitions together, under `all`, and by kind of transition.

    A false cut counts for the kind that misled the detector, flash say, or else for `none`.
    """
    hit = match_cuts(frames, transitions)
    cuts = [number for number, transition in enumerate(transitions) if transition.is_cut]
    kinds = sorted({transition.kind for transition in transitions})
    false = [_misled(frame, transitions) for place, frame in enumerate(frames) if place not in hit]
    by_kind = {}
    for kind in [*kinds, "none"]:
        of_kind = {number for number in cuts if transitions[number].kind == kind}
        hits = sum(number in of_kind for number in hit.values())
        by_kind[kind] = CutScore(hits, len(of_kind) - hits, false.count(kind))
    total = CutScore(*(sum(getattr(score, name) for score in by_kind.values()) for name in ("hits", "missed", "false")))
    return {"all": total, **by_kind}


def cut_frames(cuts: Iterable[Mapping[str, Any]], truth: Truth) -> list[float]:
    """Where the cuts of a record lie, as frame numbers of the truth: the middle of those that last."""
    return [(cut["start"] + cut["end"]) / 2 * float(truth.rate) for cut in cuts if cut["kind"] != "gap"]


def format_scores(scores: Mapping[str, Mapping[str, CutScore]]) -> str:
    """The scores of videos, by kind, as tab-separated text."""
    lines = ["video\tkind\thits\tmissed\tfalse\tprecision\trecall\tf1"]
    for video, by_kind in scores.items():
        for kind, score in by_kind.items():
            figures = (f"{value:.4f}" for value in (score.precision, score.recall, score.f1))
            lines.append("\t".join([video, kind, str(score.hits), str(score.missed), str(score.false), *figures]))
    return "\n".join(lines) + "\n"


def _misled(frame: float, transitions: Iterable[Transition]) -> str:
    near = [transition for transition in transitions if transition.start - NEAR <= frame <= transition.end + NEAR]
    return min(near, key=lambda transition: transition.is_cut).kind if near else "none"
