"""Which detector finds the cuts and which rules drop segments, as the configuration says."""

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from framewright.tracks.segments import filters
from framewright.tracks.segments.find import CutDetector
from framewright.tracks.segments.quality import Limits, apply_limits
from framewright.tracks.segments.segments import Judge, Lengths
from framewright.tracks.segments.transitions import TransitionDetector

Settings = Mapping[str, Any]  # `tracks.segments` of the configuration


def detector_of(settings: Settings) -> CutDetector:
    """The detector that the settings name."""
    if settings["detector"] == "adaptive":
        from framewright.tracks.segments.adaptive import (
            AdaptiveCutDetector,  # takes a second to import, for those alone who ask for it
        )

        return AdaptiveCutDetector(settings["adaptive"])
    return TransitionDetector()


def lengths_of(settings: Settings) -> Lengths:
    """How long segments may be, in exact seconds."""
    least, most = (Fraction(str(settings[name])) for name in ("min_seconds", "max_seconds"))
    return Lengths(least, most, settings["long"] == "split")


def judges_of(path: str | Path, settings: Settings) -> list[Judge]:
    """The rules that drop segments of the film `path` by what they show, in the order in which they are asked."""
    judges: list[Judge] = [partial(apply_limits, limits=Limits(**settings["filters"]))]
    cartoon, aesthetic = settings["cartoon"], settings["aesthetic"]
    if cartoon["weights"]:
        judges.append(filters.make_cartoon_judge(path, filters.load_model(cartoon["weights"])))
    if aesthetic["weights"]:
        encoder = filters.load_model(aesthetic["encoder"]) if aesthetic["encoder"] else None
        judge = filters.combine_models(encoder, filters.load_model(aesthetic["weights"]))
        judges.append(filters.make_aesthetic_judge(path, judge, aesthetic["least"]))
    return judges
