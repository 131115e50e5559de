"""What the section `persistence` of the configuration means: its faults, and the settings of each rule.

Only rule files and the check of the configuration import this module. Light: no arrays here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import Any

from framewright.persistence.specs import BaseSpec, TrainingSpec, Variant

Section = dict[str, Any]
SPHERES = 16  # tracklets that count as one clip in a training step


def find_faults(section: Section) -> list[str]:
    """A line for each fault that the schema can't see."""
    lines = []
    if "default" in section["variants"]:
        lines.append(
            "config: persistence.variants.default: the default arm has this name; change persistence.default, "
            "or take another name"
        )
    for where, arm in _name_arms(section):
        if arm["min_duration"] > arm["max_duration"]:
            line = f"config: {where}.min_duration = {arm['min_duration']}"
            lines.append(f"{line}: must be at most {where}.max_duration, which is {arm['max_duration']}")
        if arm["min_companions"] > arm["max_companions"]:
            line = f"config: {where}.min_companions = {arm['min_companions']}"
            lines.append(f"{line}: must be at most {where}.max_companions, which is {arm['max_companions']}")
    return lines


def complete_arms(section: Section) -> dict[str, Section]:
    """The section of each arm by its name, the default arm first; its storage is that of all where it has none."""
    arms = {"default": section["default"], **section["variants"]}
    return {name: arm | {"storage": arm["storage"] or section["storage"]} for name, arm in arms.items()}


def list_shards(section: Section) -> list[str]:
    """The names of all shards."""
    return [f"{number:04d}" for number in range(-(-section["samples"] // section["shard_size"]))]


def number_clips(section: Section, shard: str) -> range:
    """The numbers of the clips in a shard."""
    first = int(shard) * section["shard_size"]
    return range(first, min(first + section["shard_size"], section["samples"]))


def base_settings(section: Section, seed: int, shard: str) -> dict[str, Any]:
    """Which base clips a shard has, and how they are rendered or taken from a folder."""
    base, numbers = section["base"], number_clips(section, shard)
    return {
        "spec": asdict(BaseSpec(**{field.name: base[field.name] for field in fields(BaseSpec)})),
        "folder": base["folder"],
        "min_visible_share": base["min_visible_share"],
        "storage": base["storage"],
        "seed": seed,
        "first": numbers.start,
        "stop": numbers.stop,
    }


def variant_settings(arm: Section) -> dict[str, Any]:
    """How the transients of an arm are made, for `specs.Variant`."""
    return asdict(Variant(**{field.name: arm[field.name] for field in fields(Variant)}))


def compose_gallery(section: Section, arms: Iterable[str], seed: int) -> dict[str, Any]:
    """Settings of persistence_gallery; `arms` in the order of their datasets."""
    return {"max_items": section["gallery"]["max_items"], "variants": list(arms), "seed": seed}


def document_settings(section: Section, seed: int, name: str) -> dict[str, Any]:
    """What an arm's summary says of its configuration, in the documented words where there are any."""
    arm = complete_arms(section)[name]
    return {
        "variant": name,
        "seed": seed,
        "num_samples": section["samples"],
        "transients_per_video": arm["per_video"],
        "checkpoint_interval": section["shard_size"],
        "source": section["base"],
        "transients": {key: value for key, value in arm.items() if key != "train"},
    }


def card_settings(section: Section) -> Section:
    """The part of the section that decides what the clips are."""
    return {key: value for key, value in section.items() if key not in ("shard_size", "train")}


def training_settings(section: Section, seed: int, task: str) -> dict[str, Any]:
    """How the model of a task is shaped, and how it learns."""
    train = section["train"]
    batch = train["batch"] * (SPHERES if task == "objects" else 1)
    spec = TrainingSpec(train["epochs"][task], batch, train["learning_rate"], train["gpus"])
    shape = {"encoder": train["encoder"]} if task == "persistence" else {}
    return {"shape": shape, "training": asdict(spec), "seed": seed}


def _name_arms(section: Section) -> Iterator[tuple[str, Section]]:
    yield "persistence.default", section["default"]
    yield from ((f"persistence.variants.{name}", arm) for name, arm in section["variants"].items())
