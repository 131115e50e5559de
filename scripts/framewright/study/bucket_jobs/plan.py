"""What the job of a bucket and phase makes: which rules, of which videos, and a digest of all that decides it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from framewright.study.bucket_jobs.phases import Step, assign_phases, list_allowed

# Patterns of paths, and of which videos or (video, part) they are collected; None where once a bucket.
Collected = tuple[Sequence[str], Collection[str] | Collection[tuple[str, object]] | None]


class Plan:
    """The phases of a study for these pipelines. `fits` says whether a rule applies to a video."""

    def __init__(
        self,
        steps: Iterable[Step],
        words: Collection[str],
        collected: Iterable[Collected],
        fits: Callable[[str, str], bool],
    ) -> None:
        self.steps, self.words, self.fits = list(steps), frozenset(words), fits
        self.phases = assign_phases(self.steps)
        # Of what collects them, by its place: the videos, and of those that have parts these.
        self._known: dict[int, tuple[frozenset[Any], dict[str, list[object]]]] = {}
        self.collected = [(patterns, ids) for patterns, ids in collected if ids is None or ids]

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The rules that make what anything collects, or what such a rule reads."""
        paths = {path for patterns, _ in self.collected for path in patterns}
        found: set[str] = set()
        while new := {step for step in self.steps if step.name not in found and not paths.isdisjoint(step.makes)}:
            found |= {step.name for step in new}
            paths |= {path for step in new for path in step.reads}
        return frozenset(found)

    def list_own(self, phase: int) -> list[Step]:
        """The rules that run in a phase."""
        return [
            step
            for step in self.steps
            if self.phases.get(step.name) == phase and step.word in self.words and step.name in self.wanted
        ]

    @cached_property
    def numbers(self) -> list[int]:
        """The phases that there are."""
        return [phase for phase in sorted({*self.phases.values()}) if self.list_own(phase)]

    def list_phases(self, videos: Sequence[str]) -> list[int]:
        """The phases of a bucket that holds these videos: those in which there is something to do."""
        return [phase for phase in self.numbers if any(self._has_work(step, videos) for step in self._own[phase])]

    def phases_of(self, patterns: Iterable[str]) -> list[int]:
        """The phases in which these paths are made."""
        paths = {*patterns}
        made = (step for phase in self.numbers for step in self._own[phase] if not paths.isdisjoint(step.makes))
        return sorted({self.phases[step.name] for step in made})

    def list_paths(self) -> list[str]:
        """All that is made in phases."""
        return [path for steps in self._own.values() for step in steps for path in step.makes]

    def list_static_inputs(self, phase: int) -> list[str]:
        """What the rules of a phase read that belongs to no video: weights, and what is made of the whole study."""
        return sorted({path for step in self._own[phase] for path in step.reads if "{" not in path})

    def list_targets(self, phase: int, bucket: str, videos: Sequence[str]) -> list[str]:
        """What a phase of a bucket is to make of these videos, in all."""
        return list(dict.fromkeys(self._targets(phase, bucket, videos)))

    def list_allowed(self, phase: int) -> list[str]:
        """The rules that a job of a phase may run."""
        return list_allowed(self.steps, self.phases, phase, self.words)

    @cached_property
    def _own(self) -> dict[int, list[Step]]:
        return {phase: self.list_own(phase) for phase in self.numbers}

    def _has_work(self, step: Step, videos: Sequence[str]) -> bool:
        return step.once_a_bucket or any(self.fits(step.name, video) for video in videos)

    def _targets(self, phase: int, bucket: str, videos: Sequence[str]) -> Iterator[str]:
        for patterns, ids in self.collected:
            for pattern in patterns:
                steps = [step for step in self._own[phase] if pattern in step.makes]
                if steps and ids is None:
                    yield pattern.format(bucket=bucket)
                if not steps or ids is None:
                    continue
                for video in videos:
                    if any(self.fits(step.name, video) for step in steps):
                        yield from (pattern.format(video=video, part=part) for part in self._parts(ids, video))

    def _parts(self, ids: Collection[str] | Collection[tuple[str, object]], video: str) -> Sequence[object]:
        """The parts of a video among the collected ones: one without a name where it has none."""
        if id(ids) not in self._known:
            self._known[id(ids)] = frozenset(ids), {}
            for one in ids if isinstance(next(iter(ids)), tuple) else ():
                self._known[id(ids)][1].setdefault(one[0], []).append(one[1])
        alone, parts = self._known[id(ids)]
        return [""] if video in alone else parts.get(video, ())
