"""The options of the stage that rates the runtime."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from framewright.flexpatch.runtime.options import RuntimeSettings


@dataclass(frozen=True)
class EvaluationPlan:
    """What is compared: sequences of `frames` frames from the beginning of each video, at most `sequences` of them;
    whole frames, one in each of `every`; and the settings of the runtime."""

    frames: int
    sequences: int
    every: tuple[int, ...]
    runtimes: tuple[RuntimeSettings, ...]

    @property
    def ranked(self) -> RuntimeSettings | None:
        """The settings that are also rated with other models: the first with a cluster at fixed times."""
        return next((settings for settings in self.runtimes if settings.budget is None), None)


def read_plan(settings: Mapping[str, Any]) -> EvaluationPlan:
    """The plan that the plain values of a rule's settings describe."""
    runtimes = tuple(RuntimeSettings(**runtime) for runtime in settings["runtimes"])
    return EvaluationPlan(settings["frames"], settings["sequences"], tuple(settings["every"]), runtimes)
