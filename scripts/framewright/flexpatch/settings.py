"""The section `flexpatch` of the configuration: what each rule takes from it, and its faults.

The only module that knows the section's keys. Each `*_settings` returns plain values for the `settings` of a rule; the
rule's script builds its stage's dataclass from them.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from framewright.flexpatch.evaluation.options import EvaluationPlan
from framewright.flexpatch.runtime.options import RuntimeSettings
from framewright.flexpatch.samples.options import DetectorSettings, Sampling
from framewright.flexpatch.tree.options import Splitting, TreeSettings
from framewright.study.definition import compute_definition

Section = Mapping[str, Any]  # the filled section


def find_faults(section: Section) -> list[str]:
    """What the schema can't say about the section: one line for each fault, with the value and the remedy."""
    lines = []
    high, medium = section["iou_threshold_high"], section["iou_threshold_medium"]
    if medium <= high:
        lines.append(
            f"config: flexpatch.iou_threshold_medium = {medium:g}: must be more than iou_threshold_high, {high:g}"
        )
    for width, height, every in section["evaluate"]["clusters"]:
        if width > 1 or height > 1 or every != round(every):
            lines.append(
                f"config: flexpatch.evaluate.clusters = [{width:g}, {height:g}, {every:g}]: "
                "must be two shares of the frame, at most 1, and a whole number of frames"
            )
    return lines


def detector_settings(section: Section) -> dict[str, Any]:
    """The fields of `DetectorSettings`."""
    detector = section["detector"]
    settings = DetectorSettings(
        detector["image_size"],
        detector["confidence"],
        detector["nms"],
        detector["max_objects"],
        tuple(detector["classes"]),
        detector["device"],
        detector["batch"],
    )
    return asdict(settings) | {"classes": list(settings.classes)}


def truth_settings(section: Section) -> dict[str, Any]:
    """What `flexpatch_truth` uses."""
    return {"truth": section["truth"], "frames": section["frames"], "detector": detector_settings(section)}


def sampling_settings(section: Section) -> dict[str, Any]:
    """The fields of `Sampling`."""
    return asdict(
        Sampling(section["refresh"], section["max_age"], section["iou_threshold_high"], section["iou_threshold_medium"])
    )


def samples_settings(section: Section) -> dict[str, Any]:
    """What `flexpatch_samples` uses."""
    return {"features": section["features"], "sampling": sampling_settings(section)}


def define_samples(section: Section) -> str:
    """A digest of all settings that decide what samples are like, whichever the video."""
    return compute_definition(truth_settings(section), samples_settings(section))


def training_settings(section: Section, splits: Mapping[str, str]) -> dict[str, Any]:
    """What `flexpatch_train` uses; `splits` is the video table's column, without its empty cells."""
    model = dict(section["model"])
    compare = model.pop("compare")
    return {
        "tree": asdict(TreeSettings(**model)),
        "splitting": asdict(Splitting(**section["split"])),
        "splits": dict(splits),
        "compare": compare,
    }


def tables_settings(section: Section, splits: Mapping[str, str]) -> dict[str, Any]:
    """What `flexpatch_tables` uses; `splits` is the video table's column, without its empty cells."""
    return {name: training_settings(section, splits)[name] for name in ("splitting", "splits")}


def pretraining_settings(section: Section) -> dict[str, Any]:
    """What `flexpatch_pretrain` uses: the fields of `Recipe`."""
    return {"recipe": dict(section["pretraining"])}


def runtime_settings(section: Section) -> RuntimeSettings:
    """How the runtime is set."""
    return RuntimeSettings(**section["runtime"])


def run_settings(section: Section, is_clear: bool) -> dict[str, Any]:
    """What `flexpatch_run` uses; `is_clear` says whether its film may show a video's frames sharply."""
    return {
        "frames": section["frames"],
        "detector": detector_settings(section),
        "runtime": asdict(runtime_settings(section)),
        "is_clear": is_clear or section["show"] == "all",
    }


def rate_settings(section: Section) -> dict[str, Any]:
    """What `flexpatch_rate` uses: the detector, and the plan of the comparison, the configured runtime first."""
    evaluate, usual = section["evaluate"], runtime_settings(section)
    others = [
        replace(usual, width=min(width, 1.0), height=min(height, 1.0), every=round(every), budget=None)
        for width, height, every in evaluate["clusters"]
    ]
    plan = EvaluationPlan(
        evaluate["frames"], evaluate["sequences"], tuple(evaluate["every"]), tuple(dict.fromkeys([usual, *others]))
    )
    plain = asdict(plan) | {"every": list(plan.every), "runtimes": [asdict(runtime) for runtime in plan.runtimes]}
    return {"detector": detector_settings(section), "plan": plain}
