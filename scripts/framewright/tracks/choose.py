"""Which detector finds the cuts and which rules drop segments, as the configuration says."""

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from framewright.tracks.adaptive import Adaptive
from framewright.tracks.film import Detector
from framewright.tracks.looks import Limits, passed
from framewright.tracks.segments import Judge, Lengths

Settings = Mapping[str, Any]  # `tracks.segments` of the configuration


def detector_of(settings: Settings) -> Detector:
    """The detector that the settings name."""
    return Adaptive(settings["adaptive"])


def lengths_of(settings: Settings) -> Lengths:
    """How long segments may be, in exact seconds."""
    least, most = (Fraction(str(settings[name])) for name in ("min_seconds", "max_seconds"))
    return Lengths(least, most, settings["long"] == "split")


def judges_of(settings: Settings) -> list[Judge]:
    """The rules that drop segments by what they show, in the order in which they are asked."""
    limits = Limits(**settings["filters"])
    return [partial(passed, limits=limits)]
