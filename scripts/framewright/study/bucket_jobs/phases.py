"""Phases of a bucket: which rules run together in one job of a cluster, found from what rules read and make.

Phase 0 fetches, where the network is. Odd phases are work for processors, even ones for GPUs. A rule runs in the first
phase of its kind in which all it reads is there. What a rule over the whole study makes is there once that rule's own
inputs are, so that whatever reads it runs in a later phase.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONG = 2000  # letters of settings of which a digest is kept
FETCH, WORK, GPU = "fetch", "work", "gpu"


@dataclass(frozen=True)
class Step:
    """A rule: its kind, whether it works on videos (else on the whole study), and the paths that it reads and makes.

    `once_a_bucket` says that it has one job for each bucket.
    """

    name: str
    kind: str
    each: bool
    reads: tuple[str, ...]
    makes: tuple[str, ...]
    once_a_bucket: bool = False

    @property
    def word(self) -> str:
        """The pipeline that it belongs to."""
        return self.name.partition("_")[0]


def assign_phases(steps: Iterable[Step]) -> dict[str, int]:
    """The phase of each rule that works on videos."""
    steps = list(steps)
    makers: dict[str, list[Step]] = {}
    for step in steps:
        for path in step.makes:
            makers.setdefault(path, []).append(step)
    found = {step.name: _next_of(step.kind, 0) if step.each else -1 for step in steps}
    for _ in range(len(steps) + 1):
        before = dict(found)
        for step in steps:
            among = [maker for path in step.reads for maker in makers.get(path, ()) if maker.name != step.name]
            found[step.name] = max([found[step.name], *(_bound(step, maker, found[maker.name]) for maker in among)])
        if before == found:
            break
    return {step.name: found[step.name] for step in steps if step.each}


def name_phase(phase: int) -> str:
    """What a phase is called: `0-fetch`, `1-work`, `2-gpu`."""
    return f"{phase}-{FETCH if phase == 0 else WORK if phase % 2 else GPU}"


def number_of(name: str) -> int:
    """The number of the phase of this name."""
    return int(name.partition("-")[0])


def list_allowed(steps: Iterable[Step], phases: Mapping[str, int], phase: int, words: Collection[str]) -> list[str]:
    """The rules that a job of a phase may run: its own, and those before it that need nothing the job has not."""
    mine = FETCH if phase == 0 else WORK if phase % 2 else GPU
    return [
        step.name
        for step in steps
        if step.each
        and step.word in words
        and phases[step.name] <= phase
        and step.kind in {mine, WORK} - {GPU} | {mine}
    ]


class Digests:
    """Digests of settings; what is long and was seen before is not read again."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str]] = {}

    def digest(self, value: Any) -> str:
        """A digest of plain values: None, bool, numbers, str, list, dict at any depth."""
        if isinstance(value, Mapping):
            parts = [f"{key}={self._digest_part(part)}" for key, part in sorted(value.items())]
            return _hash("\n".join(parts))
        return self._digest_part(value)

    def _digest_part(self, value: Any) -> str:
        if not isinstance(value, Mapping | list | tuple):
            return repr(value)
        if (known := self._known.get(id(value))) is not None:
            return known[1]
        text = json.dumps(value, sort_keys=True, default=str)
        if len(text) > LONG:  # the value is kept, so that no other takes its place
            self._known[id(value)] = (value, _hash(text))
        return _hash(text)


def _bound(step: Step, maker: Step, phase: int) -> int:
    """The first phase in which a step can run that reads what this maker makes in a phase (-1: before all of them)."""
    if not step.each:
        return phase
    if maker.each and maker.kind == step.kind:
        return phase
    return _next_of(step.kind, phase + 1)


def _next_of(kind: str, least: int) -> int:
    """The first phase of a kind that is not before `least`; all that is fetched is fetched in the first."""
    if kind == FETCH:
        return 0
    least = max(least, 1 if kind == WORK else 2)
    return least + (least % 2 != (kind == WORK))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
