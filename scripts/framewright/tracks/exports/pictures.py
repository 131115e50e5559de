"""Sampled frames as annotated pictures, each in the split of its video."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from framewright.exports.features import name_classes
from framewright.exports.pictures import Box, Picture
from framewright.study.record import read_record

RECORD = "frames.json"  # in a folder of frames


def list_pictures(folders: Iterable[str | Path], splits: Mapping[str, str]) -> list[Picture]:
    """The sampled frames of all videos; a folder has the name of its video."""
    found = [(splits.get(Path(folder).name) or "train", folder) for folder in folders]
    return [one for split, folder in found for one in read_pictures(folder, split)]


def read_pictures(folder: str | Path, split: str) -> list[Picture]:
    """The pictures in a folder that `write_frames` made."""
    return [
        Picture(
            Path(folder, one["file"]),
            split,
            one["width"],
            one["height"],
            tuple(Box(*(thing["label"], *thing["box"], thing["tid"])) for thing in one["objects"]),
        )
        for one in read_record(Path(folder, RECORD))
    ]


def list_classes(folders: Iterable[str | Path]) -> list[str]:
    """The names of the classes of all objects in these folders, by their numbers."""
    objects = [one["objects"] for folder in folders for one in read_record(Path(folder, RECORD))]
    return name_classes({(thing["label"], thing["name"]) for some in objects for thing in some})


def count_pictures(pictures: Sequence[Picture]) -> str:
    """How much is in them, in words."""
    boxes, bare = sum(len(one.boxes) for one in pictures), sum(not one.boxes for one in pictures)
    return f"{len(pictures):,} pictures, {bare:,} of them without objects, {boxes:,} boxes"
