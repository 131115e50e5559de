"""What an arm of the study promises, checked against every one of its files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from framewright.persistence.arm_folder import STEM, recount
from framewright.persistence.augment import draw_scene, is_persistent, redraw
from framewright.persistence.base import Clip, PackedClip, compute_crc
from framewright.persistence.paths import CLASSES
from framewright.persistence.splits import choose_split
from framewright.persistence.store import Clips
from framewright.persistence.summary import read_statistics
from framewright.study.contract import Finding, make_finding
from framewright.study.funnel import Item
from framewright.study.record import read_record

KEYS = {"class", "num_frames", "resolution", "num_cameras", "num_transients", "transient_frames", "transient_details"}
DETAILS = {"start_frame", "duration", "trajectory_type", "start_position", "velocity", "positions", "visible_area"}
# What is the same in all clips of an arm.
DEFINITION = (
    "seed",
    "variant",
    "transient_look",
    "transient_colour",
    "depth_order",
    "look",
    "projection",
)
SURE = 5.0  # standard errors that a mean may be off before chance is no longer believed


@dataclass
class _Faults:
    lost: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    pixels: list[str] = field(default_factory=list)
    view: list[str] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    definition: dict[str, Any] = field(default_factory=dict)


def check_arm(
    name: str, folder: str | Path, base: Clips, lost: Iterable[int], samples: int, max_lost: float, per_video: int
) -> list[Finding]:
    """The promises of the arm `name` in `folder`; `lost` are the clips that are recorded as lost."""
    clips, lost = Clips(folder, STEM), set(lost)
    faults = _Faults([f"clip {index}" for index in sorted(set(range(samples)) ^ {*clips.numbers, *lost})])
    places = {index: position for position, index in enumerate(base.numbers)}
    counts = []
    for clip in clips:
        counts.append(clip.metadata.get("num_transients", 0))
        _check(clip, base.video(places[clip.index]), faults)
    stated, true = read_statistics(folder), recount(folder)
    odd = [f"{key} is {true[key]}, the summary says {stated.get(key)}" for key in true if true[key] != stated.get(key)]
    too_many = [f"{len(lost)} of {samples}"] if len(lost) > max_lost * samples else []
    return [
        make_finding(f"{name}: every clip is there or recorded as lost", faults.lost, f"{len(clips):,} clips"),
        make_finding(
            f"{name}: not more clips are lost than persistence.max_lost allows", too_many, f"{len(lost)} lost"
        ),
        make_finding(f"{name}: metadata has the documented keys and fits the video", faults.keys),
        make_finding(f"{name}: a frame is listed exactly where transients changed its pixels", faults.labels),
        make_finding(f"{name}: every clip can be redrawn from its metadata, bit for bit", faults.pixels),
        make_finding(f"{name}: all clips are of one definition and seed", faults.mixed, str(faults.definition)),
        make_finding(f"{name}: rendered spheres are in view in every frame", faults.view),
        make_finding(f"{name}: the summary agrees with a recount of the files", odd, f"{len(true)} figures"),
        make_finding(f"{name}: every clip is in the split of its source", faults.splits, str(true["splits"])),
        make_finding(
            f"{name}: the number of transients is uniform",
            _find_odd_mean(counts, per_video),
            f"{np.sum(counts):,} in all",
        ),
    ]


def list_lost(items: Iterable[Item], variants: Iterable[str]) -> dict[str, set[int]]:
    """The numbers of the clips that are recorded as lost, for each arm: in the base set already, or in the arm."""
    lost: dict[str, set[int]] = {}
    for item in items:
        if item.reason:
            lost.setdefault(item.stage.removeprefix("augment "), set()).add(int(item.name.removeprefix("traj_")))
    return {name: lost.get("base", set()) | lost.get(name, set()) for name in variants}


def find_leaks(arms: Mapping[str, Clips]) -> Finding:
    """No source trajectory is in two splits, neither within an arm nor between arms."""
    split: dict[int, str] = {}
    faults = []
    for name, clips in arms.items():
        for position in range(len(clips)):
            metadata = clips.metadata(position)
            if split.setdefault(metadata["source"], metadata["split"]) != metadata["split"]:
                faults.append(f"{name}: source {metadata['source']} is in {metadata['split']} and another")
    return make_finding("no source is in two splits", faults, f"{len(split):,} sources")


def check_possible(evaluations: Iterable[str | Path]) -> Iterator[Finding]:
    """No model is better than can be: one that is has seen what it must not, or is scored on something else."""
    for path in evaluations:
        arms = read_record(path)
        faults = [
            f"{name}: after {figures['beats_the_bound']} frames"
            for name, figures in arms.items()
            if figures.get("beats_the_bound")
        ]
        yield make_finding("no model beats the Bayes bound by more than chance", faults, f"{len(arms)} arms")


def _check(clip: Clip | PackedClip, base: np.ndarray, faults: _Faults) -> None:
    metadata, who = clip.metadata, f"clip {clip.index}"
    if lacking := (KEYS - metadata.keys()) | _find_lacking(metadata["transient_details"]):
        faults.keys.append(f"{who} lacks {', '.join(sorted(lacking))}")
        return
    faults.keys += [f"{who}: {what}" for what in _find_unfit(metadata, clip.video)]
    definition = {key: metadata.get(key) for key in DEFINITION}
    faults.definition = faults.definition or definition
    for key, value in definition.items():
        if value != faults.definition[key]:
            faults.mixed.append(f"{who} has {key} {value}, others {faults.definition[key]}")
    if metadata["source_crc32"] != compute_crc(base):
        faults.keys.append(f"{who}: its base clip is another one")
    truth = redraw(metadata, base)
    noiseless = truth if not metadata["noise"] else redraw(metadata | {"noise": None}, base)
    changed = np.flatnonzero((noiseless != draw_scene(metadata, base)).any(axis=(1, 2, 3))).tolist()
    if metadata["transient_frames"] != changed:
        faults.labels.append(f"{who} lists {metadata['transient_frames']}, {changed} differ from the base clip")
    if metadata["frame_labels"] != [int(time not in changed) for time in range(len(base))]:
        faults.labels.append(f"{who}: frame_labels are not its transient_frames")
    if metadata["persistent"] != is_persistent(len(changed), len(base)):
        faults.labels.append(f"{who}: persistent = {metadata['persistent']} with {len(changed)} transient frames")
    if not metadata.get("taken"):
        truth = redraw(metadata)
        if not base.any(axis=(1, 2, 3)).all():
            faults.view.append(who)
    if not np.array_equal(truth, clip.video):
        faults.pixels.append(who)
    if metadata["split"] != choose_split(metadata["seed"], metadata["source"]):
        faults.splits.append(f"{who} is in {metadata['split']}")


def _find_lacking(details: list[dict[str, Any]]) -> set[str]:
    return set().union(*(DETAILS - detail.keys() for detail in details))


def _find_unfit(metadata: dict[str, Any], video: np.ndarray) -> Iterator[str]:
    if metadata["class"] not in CLASSES:
        yield f"class {metadata['class']}"
    if video.shape != (metadata["num_frames"], 3, *metadata["resolution"]):
        yield f"its video is {video.shape}"
    if metadata["num_transients"] != len(metadata["transient_details"]):
        yield f"{metadata['num_transients']} transients, {len(metadata['transient_details'])} described"


def _find_odd_mean(counts: list[int], per_video: int) -> Iterator[str]:
    """Their number is uniform from 1 to twice `per_video`, so that its mean and spread are known."""
    expected, spread = per_video + 0.5, np.sqrt(((2 * per_video) ** 2 - 1) / 12)
    if counts and abs(np.mean(counts) - expected) > SURE * spread / np.sqrt(len(counts)):
        yield f"a mean of {np.mean(counts):.3f}, not {expected}"
