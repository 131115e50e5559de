"""The section `tracks` of the configuration as settings of each stage: the one place that knows the section's keys.

Rule files and the study's configuration read it. Scripts get plain dictionaries, and build the stages' dataclasses.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from framewright.study.definition import compute_definition
from framewright.tracks.card_facts import CardFacts
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.curation.names import compose_stem
from framewright.tracks.curation.options import Likeness, read_subset
from framewright.tracks.demo_detector.options import Recipe
from framewright.tracks.metrics.options import MetricSettings
from framewright.tracks.objects.options import Association, DetectorSettings, Keep
from framewright.tracks.privacy.options import AuditSettings, DefaceSettings, FinderSettings
from framewright.tracks.segments.options import CutSettings, Lengths, Limits, ModelFilters

Section = Mapping[str, Any]  # `tracks` of the configuration, filled with its defaults


@dataclass(frozen=True)
class TracksSettings:
    """What a study asks of this pipeline, stage by stage."""

    dataset: str
    show: str  # whose pictures the report shows: none, demo, audited or all
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
    weights: str | None  # of the detector; None is the demo's, "none" no detector
    reid: str | None  # a re-identification network; None compares histograms
    prompts: str | None  # a file; None is the workflow's
    metrics: MetricSettings
    motion_weights: str | None
    embedding_weights: str | None
    likeness: Likeness
    remove_duplicates: bool
    evaluation: str | None  # a list of evaluation videos
    splits: dict[str, float]  # share of each
    subsets: list[dict[str, Any]]  # as `curation.options.read_subset` takes them
    max_gallery_items: int
    keep_prompts: bool  # open-vocabulary weights keep the prompts that they were saved with

    def choose(self, *stages: str) -> dict[str, Any]:
        """The settings of these stages as plain dictionaries, which Snakemake can compare."""
        return {stage: asdict(getattr(self, stage)) for stage in stages}

    def define_tracks(self) -> str:
        """A digest of all settings that decide what tracks and their clips are like, whichever the video."""
        stages = "cuts", "lengths", "limits", "models", "deface", "detector", "association", "keep", "clips", "metrics"
        return compute_definition(self.choose(*stages), self.dataset)

    def model_files(self) -> list[str]:
        """The model files of the filters that are on."""
        encoder = self.models.encoder if self.models.aesthetic else None
        return [name for name in (self.models.cartoon, self.models.aesthetic, encoder) if name]

    def weight_files(self, demo: str) -> list[str]:
        """The detector's weights, `demo` where the configuration names none; nothing where nothing is searched."""
        return [self.weights or demo] if self.searches else []

    def reid_files(self) -> list[str]:
        """The re-identification network, if there is one and objects are searched."""
        return [self.reid] if self.reid and self.searches else []

    @property
    def searches(self) -> bool:
        """Whether objects are searched at all: without, the dataset has segments alone."""
        return self.weights != "none"

    def shows(self, is_demo: bool) -> bool:
        """Whether the report shows all pictures of a video, those before its faces were covered among them."""
        return self.show == "all" or (is_demo and self.show != "none")

    @property
    def shows_audited(self) -> bool:
        """Whether the report shows sheets of users' defaced videos in which no open face was found."""
        return self.show in ("audited", "all")

    def plate_files(self) -> list[str]:
        """The weights of the plate detector, if there is one."""
        return [self.deface.finders.plates] if self.deface.finders.plates else []

    def prompt_files(self, default: Path) -> list[str]:
        """The file of prompts to read, if any is read."""
        return [] if self.keep_prompts or not self.searches else [self.prompts or str(default)]

    def motion_files(self) -> list[str]:
        """The model that measures motion, if it is not built in."""
        return [self.motion_weights] if self.motion_weights else []

    def embedding_files(self) -> list[str]:
        """The model that makes embeddings, if it is not built in."""
        return [self.embedding_weights] if self.embedding_weights else []

    def evaluation_files(self) -> list[str]:
        """The list of evaluation videos, if there is one."""
        return [self.evaluation] if self.evaluation else []

    def subset_names(self) -> list[str]:
        """The names of the subsets, in the order of the configuration."""
        return [subset["name"] for subset in self.subsets]

    def id_files(self) -> list[str]:
        """The lists of track ids that subsets are made from."""
        return [subset["from"] for subset in self.subsets if subset["from"]]


def read_settings(section: Section) -> TracksSettings:
    """The settings of all stages from the filled section."""
    segments, deface, detector, clips = (section[name] for name in ("segments", "deface", "detector", "clips"))
    metrics = section["metrics"]
    cartoon, aesthetic, adaptive = segments["cartoon"], segments["aesthetic"], segments["detector"] == "adaptive"
    plates = deface["plates"]
    finders = {"long_side": deface["long_side"], "plates": plates["weights"], "plate_size": plates["image_size"]}
    return TracksSettings(
        dataset=section["dataset"],
        show=deface["show"],
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
        reid=detector["reid"],
        prompts=detector["prompts"],
        keep_prompts=detector["keep_prompts"],
        metrics=MetricSettings(metrics["motion"]["backend"], metrics["embedding"]["backend"]),
        motion_weights=metrics["motion"]["weights"],
        embedding_weights=metrics["embedding"]["weights"],
        likeness=Likeness(**{name: value for name, value in section["duplicates"].items() if name != "remove"}),
        remove_duplicates=section["duplicates"]["remove"],
        evaluation=section["evaluation"],
        splits={name: share for name, share in section["splits"].items() if share},
        subsets=section["subsets"],
        max_gallery_items=section["gallery"]["max_items"],
    )


def find_faults(section: Section) -> list[str]:
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
    found += [
        f"config: tracks.metrics.{name}.backend = {section['metrics'][name]['backend']}: needs weights; name a file in "
        f"tracks.metrics.{name}.weights"
        for name, built_in in (("motion", "dis"), ("embedding", "hog_lab"))
        if section["metrics"][name]["backend"] != built_in and not section["metrics"][name]["weights"]
    ]
    return found + _subset_faults(section["subsets"])


def _subset_faults(items: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the list of subsets."""
    found: list[str] = []
    names: set[str] = set()
    files: dict[tuple[str, int | None], str] = {}
    for item in items:
        where, name = "config: tracks.subsets", item["name"]
        subset = read_subset(item, 0)
        sizes = [key for key in ("max_tracks", "max_per_class") if item[key]]
        wanted = {"random": ["max_tracks"], "picked": []}.get(subset.strategy, ["max_per_class"])
        if name in names:
            found.append(f"{where}: {name} is there twice; give each subset another name")
        if sizes != wanted:
            need = f"needs {wanted[0]} and no other size" if wanted else "takes all tracks of its list, and no size"
            found.append(f"{where}: {name}: its strategy {subset.strategy} {need}")
        if subset.strategy == "picked" and not item["from"]:
            found.append(f"{where}: {name}: picked needs a list of track ids; name a file in from")
        if list(item["relax"]) != sorted(set(item["relax"]), reverse=True):
            found.append(f"{where}: {name}: relax = {item['relax']}: each factor must be less than the one before")
        file = compose_stem(subset), subset.max_tracks  # a limit of tracks shows in the count that the name holds
        if file in files:
            found.append(
                f"{where}: {name} and {files[file]} would both be called "
                f"{compose_stem(subset).format(count='<count>')}; "
                "leave one out, or give them different sizes or thresholds"
            )
        names.add(name)
        files[file] = name
    return found
