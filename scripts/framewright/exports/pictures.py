"""Annotated pictures, of which detection sets are made: their objects, their splits, and their files, hard-linked."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

SPLITS = ("train", "val", "test")


class Box(NamedTuple):
    """An object in a picture: the number of its class, its corners in pixels, and the track that it belongs to."""

    label: int
    x1: float
    y1: float
    x2: float
    y2: float
    track: str = ""


class Picture(NamedTuple):
    """A picture: its file, its split, its size in pixels, and the objects in it."""

    file: Path
    split: str
    width: int
    height: int
    boxes: tuple[Box, ...]


def group_by_split(pictures: Iterable[Picture]) -> Iterator[tuple[str, list[Picture]]]:
    """The pictures of each split that has some, in the order of their file names."""
    pictures = sorted(pictures, key=lambda picture: picture.file.name)
    for split in SPLITS:
        if some := [picture for picture in pictures if picture.split == split]:
            yield split, some


def find_picture_faults(folder: Path, pictures: Iterable[Picture]) -> Iterator[str]:
    """Where the pictures of an export are not these: files, and their bytes."""
    wanted = {f"{picture.split}/{picture.file.name}": picture for picture in pictures}
    there = {path.relative_to(folder / "images").as_posix() for path in folder.glob("images/*/*")}
    yield from (f"images/{name} is not among the pictures, or is missing" for name in sorted(there ^ {*wanted}))
    for name in sorted(there & {*wanted}):
        one, other = folder / "images" / name, wanted[name].file
        if not one.samefile(other) and one.read_bytes() != other.read_bytes():
            yield f"images/{name}: other bytes than its source"
