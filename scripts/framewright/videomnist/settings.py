"""What the section `videomnist` of the configuration means: its faults, and the settings of each rule.

Only rule files and the check of the configuration import this module. Light: no arrays here.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from framewright.videomnist.class_folders import VIDEO_SUFFIXES, find_class_folders, find_videos
from framewright.videomnist.clip_spec import SPLITS, ClipSpec, GlyphSpec
from framewright.videomnist.digit_files import EMBEDDED, is_address

Section = dict[str, Any]


def faults(section: Section) -> list[str]:
    """A line for each fault that the schema can't see."""
    lines, where = [], "paths are relative to the working directory"
    source, speed, folder = section["digits"], section["speed"], section["convert"]
    if source != EMBEDDED and not is_address(source) and not _is_folder(source):
        remedy = f"must be {EMBEDDED}, a folder with MNIST's files, or its http(s) address; {where}"
        lines.append(f"config: videomnist.digits = {json.dumps(source)}: {remedy}")
    if speed[0] > speed[1]:
        lines.append(f"config: videomnist.speed = {json.dumps(speed)}: must go from the slower to the faster")
    for split in SPLITS if folder else ():
        if not any(find_videos(path) for path in find_class_folders(folder).values() if path.parent.name == split):
            line = f"no videos in {split}/<class>/ (one of {', '.join(VIDEO_SUFFIXES)}); VideoGPT wants both splits"
            lines.append(f"config: videomnist.convert = {json.dumps(folder)}: {line}")
    return lines


def glyph_settings(section: Section) -> dict[str, Any]:
    """How pictures of digits are prepared, for `clip_spec.GlyphSpec`."""
    return asdict(
        GlyphSpec(size=section["image_size"], growth=section["max_growth"], max_enlargement=section["max_enlargement"])
    )


def clip_settings(section: Section) -> dict[str, Any]:
    """What all videos have in common, for `clip_spec.ClipSpec`."""
    spec = ClipSpec(
        **glyph_settings(section),
        frames=section["sequence_length"] + 1,  # VideoGPT's loader wants one more than it returns
        motions=section["motion_types"],
        speed=section["speed"],
        rotation=section["max_rotation"],
        digits=section["digits_per_video"],
    )
    return asdict(spec)


def define_videos(section: Section, seed: int, code: str) -> str:
    """A digest of all that decides what videos are like: shards with another one are not put together."""
    return _digest({"clip": clip_settings(section), "digits": section["digits"], "seed": seed, "code": code})


def define_films(section: Section, limits: dict[str, Any], code: str) -> str:
    """The same of converted films."""
    return _digest({"frames": section["sequence_length"], "size": section["image_size"], "code": code, **limits})


def shard_settings(section: Section, seed: int, code: str, split: str, shard: str) -> dict[str, Any]:
    """What one shard holds: which videos of its split, and how they are drawn."""
    count = count_shards(section)[split][shard]
    first = int(shard) * section["videos_per_shard"]
    return {
        "clip": clip_settings(section),
        "seed": seed,
        "first": first,
        "videos": count,
        "definition": define_videos(section, seed, code),
    }


def count_shards(section: Section) -> dict[str, dict[str, int]]:
    """The shards of each split and how many videos each has: all are full but the last, so that growing changes one."""
    most = section["videos_per_shard"]
    return {
        split: {f"{first // most:05}": min(most, 10 * count - first) for first in range(0, 10 * count, most)}
        for split, count in section["videos_per_digit"].items()
    }


def name_sets(section: Section) -> list[str]:
    """The sets of videos that are made: the digits, and what a class folder holds."""
    return ["videomnist", "converted"] if section["convert"] else ["videomnist"]


def merge_settings(name: str, section: Section, seed: int, definition: str) -> dict[str, Any]:
    """The shape of a set's videos, and what its files say of themselves beside what follows from their arrays."""
    shape = {"frames": section["sequence_length"], "size": section["image_size"], "definition": definition}
    if name == "converted":
        classes = sorted({folder.name for folder in find_class_folders(section["convert"]).values()})
        return shape | {"attributes": {"n_classes": len(classes), "classes": classes}}
    return shape | {
        "attributes": {
            "n_classes": 10,
            "motion_types": section["motion_types"],
            "digits_per_video": section["digits_per_video"],
            "digits": "scikit-learn's 8x8 digits, enlarged" if section["digits"] == EMBEDDED else "MNIST",
            "seed": seed,
            "fps": section["samples"]["fps"],
        }
    }


def _digest(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except OSError:  # a name too long
        return False
