"""Which detector finds the cuts and which rules drop segments, as the configuration says."""

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from framewright.tracks import models
from framewright.tracks.film import Detector
from framewright.tracks.looks import Limits, passed
from framewright.tracks.segments import Judge, Lengths
from framewright.tracks.transitions import Transitions

Settings = Mapping[str, Any]  # `tracks.segments` of the configuration


def detector_of(settings: Settings) -> Detector:
    """The detector that the settings name."""
    if settings["detector"] == "adaptive":
        from framewright.tracks.adaptive import Adaptive  # takes a second to import, for those alone who ask for it

        return Adaptive(settings["adaptive"])
    return Transitions()


def lengths_of(settings: Settings) -> Lengths:
    """How long segments may be, in exact seconds."""
    least, most = (Fraction(str(settings[name])) for name in ("min_seconds", "max_seconds"))
    return Lengths(least, most, settings["long"] == "split")


def judges_of(path: str | Path, settings: Settings) -> list[Judge]:
    """The rules that drop segments of the film `path` by what they show, in the order in which they are asked."""
    judges: list[Judge] = [partial(passed, limits=Limits(**settings["filters"]))]
    cartoon, aesthetic = settings["cartoon"], settings["aesthetic"]
    if cartoon["weights"]:
        judges.append(models.cartoon(path, models.load(cartoon["weights"])))
    if aesthetic["weights"]:
        encoder = models.load(aesthetic["encoder"]) if aesthetic["encoder"] else None
        judge = models.beauty(encoder, models.load(aesthetic["weights"]))
        judges.append(models.aesthetic(path, judge, aesthetic["least"]))
    return judges
