"""What the configuration means for the workflow: shards, files of digits, class folders. Light: no arrays here."""

import json
import re
from pathlib import Path
from typing import Any

EMBEDDED = "scikit-learn"
MNIST = (
    *("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    *("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
)
FILMS = (".mp4", ".avi", ".webm")  # what VideoGPT looks for in class folders


def faults(section: dict[str, Any]) -> list[str]:
    """A line for each fault that the schema can't see."""
    lines, where = [], "paths are relative to the working directory"
    place, speed, folder = section["digits"], section["speed"], section["convert"]
    if place != EMBEDDED and not is_address(place) and not _is_folder(place):
        remedy = f"must be {EMBEDDED}, a folder with MNIST's files, or its http(s) address; {where}"
        lines.append(f"config: videomnist.digits = {json.dumps(place)}: {remedy}")
    if speed[0] > speed[1]:
        lines.append(f"config: videomnist.speed = {json.dumps(speed)}: must go from the slower to the faster")
    for split in ("train", "test") if folder else ():
        if not any(films_in(own) for own in class_folders(folder).values() if own.parent.name == split):
            line = f"no videos in {split}/<class>/ (one of {', '.join(FILMS)}); VideoGPT wants both splits"
            lines.append(f"config: videomnist.convert = {json.dumps(folder)}: {line}")
    return lines


def is_address(place: str) -> bool:
    """Whether the digits come from the web."""
    return re.match("https?://", place) is not None


def digit_files(place: str) -> list[str]:
    """MNIST's files in a folder; where one is there plain and packed, the plain one."""
    if place == EMBEDDED or is_address(place):
        return []
    found = sorted(Path(place).glob("*[.-]idx[13]-ubyte")) + sorted(Path(place).glob("*[.-]idx[13]-ubyte.gz"))
    chosen = {path.name.removesuffix(".gz"): str(path) for path in reversed(found)}
    return sorted(chosen.values())


def files_to_fetch(place: str) -> tuple[str, ...]:
    """The names of MNIST's files, where they come from the web."""
    return MNIST if is_address(place) else ()


def look(section: dict[str, Any]) -> dict[str, Any]:
    """What all videos have in common, as `framewright.videomnist.render.Look` wants it."""
    own = {key: section[key] for key in ("speed", "rotation", "growth")}
    own["digits"] = section["digits_per_video"]
    frames = section["sequence_length"] + 1  # VideoGPT's loader wants one more than it returns
    return own | {"frames": frames, "size": section["image_size"], "motions": section["motion_types"]}


def shards(videos_per_digit: dict[str, int], videos_per_shard: int) -> dict[str, dict[str, int]]:
    """The shards of each split and how many videos each has: all are full but the last, so that growing changes one."""
    return {
        split: {
            f"{first // videos_per_shard:05}": min(videos_per_shard, 10 * count - first)
            for first in range(0, 10 * count, videos_per_shard)
        }
        for split, count in videos_per_digit.items()
    }


def sets(section: dict[str, Any]) -> list[str]:
    """The sets of videos that are made: the digits, and what a class folder holds."""
    return ["videomnist", "converted"] if section["convert"] else ["videomnist"]


def attributes(name: str, section: dict[str, Any], seed: int, folders: dict[str, Path]) -> dict[str, Any]:
    """What a set's files say of themselves, beside what follows from their arrays."""
    if name == "converted":
        classes = sorted({folder.name for folder in folders.values()})
        return {"n_classes": len(classes), "classes": classes}
    own = section["digits"] == EMBEDDED
    return {
        "n_classes": 10,
        "motion_types": section["motion_types"],
        "digits_per_video": section["digits_per_video"],
        "digits": "scikit-learn's 8x8 digits, enlarged" if own else "MNIST",
        "seed": seed,
        "fps": section["samples"]["fps"],
    }


def class_folders(folder: str | None) -> dict[str, Path]:
    """The folders <split>/<class> below a folder, as `<split>-<number of the class>`.

    Classes are numbered in the order of their names, over both splits, as VideoGPT numbers them.
    """
    if folder is None:
        return {}
    here = [path for split in ("train", "test") for path in sorted(Path(folder, split).glob("*/")) if path.is_dir()]
    names = sorted({path.name for path in here})
    return {f"{path.parent.name}-{names.index(path.name):05}": path for path in here}


def films_in(folder: Path) -> list[str]:
    """The videos directly in a class folder, by name."""
    return sorted(str(path) for path in folder.iterdir() if path.suffix.lower() in FILMS)


def _is_folder(place: str) -> bool:
    try:
        return Path(place).is_dir()
    except OSError:  # a name too long
        return False
