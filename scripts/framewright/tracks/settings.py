"""The section `tracks` of the configuration as settings of each stage: the one place that knows the section's keys.

Rule files and the study's configuration read it. Scripts get plain dictionaries, and build the stages' dataclasses.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from framewright.tracks.card_facts import CardFacts
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.demo_detector.options import Recipe
from framewright.tracks.objects.options import Association, DetectorSettings, Keep
from framewright.tracks.privacy.options import AuditSettings, DefaceSettings, FinderSettings
from framewright.tracks.segments.options import CutSettings, Lengths, Limits, ModelFilters

Section = Mapping[str, Any]  # `tracks` of the configuration, filled with its defaults


@dataclass(frozen=True)
class TracksSettings:
    """What a study asks of this pipeline, stage by stage."""

    dataset: str
    show_all: bool  # frames of users' videos may be shown
    cuts: CutSettings
    lengths: Lengths
    limits: Limits
    models: ModelFilters
    deface: DefaceSettings
    audit: AuditSettings
    detector: DetectorSettings
    association: Association
    keep: Keep
    clips: ClipSettings
    training: Recipe
    card: CardFacts
    weights: str | None  # of the detector; None is the demo's own, "none" no detector
    prompts: str | None  # a file; None is the workflow's own
    keep_prompts: bool  # open-vocabulary weights keep the prompts that they were saved with

    def choose(self, *stages: str) -> dict[str, Any]:
        """The settings of these stages as plain dictionaries, which Snakemake can compare."""
        return {stage: asdict(getattr(self, stage)) for stage in stages}

    def model_files(self) -> list[str]:
        """The model files of the filters that are on."""
        encoder = self.models.encoder if self.models.aesthetic else None
        return [name for name in (self.models.cartoon, self.models.aesthetic, encoder) if name]

    def weight_files(self, demo: str) -> list[str]:
        """The detector's weights, `demo` where the configuration names none; nothing where nothing is searched."""
        return [self.weights or demo] if self.searches else []

    @property
    def searches(self) -> bool:
        """Whether objects are searched at all: without, the dataset has segments alone."""
        return self.weights != "none"

    def plate_files(self) -> list[str]:
        """The weights of the plate detector, if there is one."""
        return [self.deface.finders.plates] if self.deface.finders.plates else []

    def prompt_files(self, default: Path) -> list[str]:
        """The file of prompts to read, if any is read."""
        return [] if self.keep_prompts or not self.searches else [self.prompts or str(default)]


def read_settings(section: Section) -> TracksSettings:
    """The settings of all stages from the filled section."""
    segments, deface, detector, clips = (section[name] for name in ("segments", "deface", "detector", "clips"))
    cartoon, aesthetic, adaptive = segments["cartoon"], segments["aesthetic"], segments["detector"] == "adaptive"
    plates = deface["plates"]
    finders = {"long_side": deface["long_side"], "plates": plates["weights"], "plate_size": plates["image_size"]}
    return TracksSettings(
        dataset=section["dataset"],
        show_all=deface["show"] == "all",
        cuts=CutSettings(segments["detector"], segments["adaptive"] if adaptive else {}),
        lengths=Lengths(segments["min_seconds"], segments["max_seconds"], segments["long"] == "split"),
        limits=Limits(**segments["filters"]),
        models=ModelFilters(
            cartoon["weights"], aesthetic["weights"], aesthetic["encoder"], min_aesthetic=aesthetic["min_score"]
        ),
        deface=DefaceSettings(
            FinderSettings(deface["threshold"], **finders), deface["method"], deface["every"], deface["crf"]
        ),
        audit=AuditSettings(FinderSettings(deface["audit"]["threshold"], **finders), deface["audit"]["frames"]),
        detector=DetectorSettings(
            **{name: detector[name] for name in ("image_size", "confidence", "nms", "max_objects", "classes")},
            **{name: detector[name] for name in ("device", "batch")},
            renames=bool(detector["prompts"]),
            rate=section["frame_rate"],
        ),
        association=Association(detector["nms"], detector["confidence"], **section["tracker"]),
        keep=Keep(**section["keep"]),
        clips=ClipSettings(
            min_aspect=clips["aspects"][0],
            max_aspect=clips["aspects"][1],
            **{name: value for name, value in clips.items() if name != "aspects"},
        ),
        training=Recipe(**section["training"]),
        card=CardFacts(
            covered=deface["method"] != "none",
            plates=bool(plates["weights"]),
            demo_detector=not detector["weights"],
            searched=detector["weights"] != "none",
            cartoon=bool(cartoon["weights"]),
            aesthetic=bool(aesthetic["weights"]),
        ),
        weights=detector["weights"],
        prompts=detector["prompts"],
        keep_prompts=detector["keep_prompts"],
    )


def faults(section: Section) -> list[str]:
    """What the schema can't say: a line for each pair of keys that contradict each other, with the remedy."""
    segments, (narrow, wide) = section["segments"], section["clips"]["aspects"]
    found = []
    if segments["min_seconds"] > segments["max_seconds"]:
        found.append(
            f"config: tracks.segments.min_seconds = {segments['min_seconds']:g}: is more than max_seconds = "
            f"{segments['max_seconds']:g}, so that no segment can be used; lower it"
        )
    if narrow > wide:
        found.append(f"config: tracks.clips.aspects = [{narrow:g}, {wide:g}]: the narrowest comes first; swap them")
    if segments["aesthetic"]["encoder"] and not segments["aesthetic"]["weights"]:
        found.append(
            f"config: tracks.segments.aesthetic.encoder = {segments['aesthetic']['encoder']!r}: its vectors need "
            "aesthetic.weights too; name that file, or leave both out"
        )
    return found
