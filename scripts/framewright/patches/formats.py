"""Formats and categories as the configuration says, what it must not say, and how many windows each film is to give.

The Snakefile reads this: it needs nothing but Python itself.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import combinations
from math import ceil, floor
from pathlib import PurePosixPath
from typing import Any

SCALE = 3  # a sharp patch has three times the width and height of a small one
SPAN = 7  # frames of a window; its middle one is the sharp patch
STACKS = {"LR_5frames": range(1, 6), "LR_7frames": range(7)}  # the frames of a window that each folder's stacks hold
FOLDERS = ("GT", *STACKS)
PICKED = {"LR": 5, "LR_7frames": 7}  # folders of the small copies of pictures picked by hand, frames of their stacks
HELD_OUT = {"val": "Val", "test": "Test"}  # folders of films that are not to be trained with


@dataclass(frozen=True)
class Format:
    """A size of sharp patches, in pixels, the folder they are in, and what their file names end in."""

    name: str
    width: int
    height: int
    folder: str
    suffix: str

    @property
    def pixels(self) -> int:
        """Number of pixels of a sharp patch."""
        return self.width * self.height


@dataclass(frozen=True)
class Category:
    """A model's part of the dataset: its folder, each format's share, and the most patches it gets, None for any."""

    name: str
    path: str
    shares: tuple[tuple[Format, float], ...]
    target: int | None

    @property
    def formats(self) -> tuple[Format, ...]:
        """All formats of the category, also those with a share of 0."""
        return tuple(format for format, _ in self.shares)

    @property
    def root(self) -> str:
        """The folder that training reads, within the dataset."""
        return f"{self.path}/Learn"


def categories_of(settings: Mapping[str, Any]) -> dict[str, Category]:
    """The categories of the configuration's section, by name."""
    formats = {
        name: Format(name, own["width"], own["height"], own["folder"], own["suffix"])
        for name, own in settings["formats"].items()
    }
    return {
        name: Category(
            name, own["path"], tuple((formats[key], share) for key, share in own["formats"].items()), own["target"]
        )
        for name, own in settings["categories"].items()
    }


def fitting_of(category: Category, area: tuple[int, int, int, int]) -> list[Format]:
    """The formats that the category uses and that can be cut from an area (x1, y1, x2, y2)."""
    width, height = area[2] - area[0], area[3] - area[1]
    return [own for own, share in category.shares if share and own.width <= width and own.height <= height]


def faults(settings: Mapping[str, Any]) -> list[str]:
    """A line for each contradiction between keys of the section that the schema can't see."""
    return [f"config: patches.{line}" for line in (*_category_faults(settings), *_format_faults(settings))]


def _category_faults(settings: Mapping[str, Any]) -> Iterator[str]:
    known = settings["formats"]
    for name, own in settings["categories"].items():
        for key in own["formats"]:
            if key not in known:
                yield f"categories.{name}.formats.{key}: no such format; known: {', '.join(known)}"
        total = sum(own["formats"].values())
        if abs(total - 1) > 1e-6:
            yield f"categories.{name}.formats: the shares sum to {total:g}; they must sum to 1"
    for (first, one), (second, other) in combinations(settings["categories"].items(), 2):
        if f"{one['path']}/".startswith(f"{other['path']}/") or f"{other['path']}/".startswith(f"{one['path']}/"):
            yield f"categories.{second}.path = {other['path']}: lies within that of {first}, or around it"


def _format_faults(settings: Mapping[str, Any]) -> Iterator[str]:
    for (first, one), (second, other) in combinations(settings["formats"].items(), 2):
        if one["folder"].lower() == other["folder"].lower():
            yield f"formats.{second}.folder = {other['folder']}: that of {first}; loaders need one size in a folder"
    for name, own in settings["formats"].items():
        if own["folder"] in HELD_OUT.values():
            yield f"formats.{name}.folder = {own['folder']}: is for frames that are held out"


def allot(
    films: Mapping[str, Mapping[str, float]], settings: Mapping[str, Any], bytes_of: Mapping[str, float]
) -> dict[str, dict[str, int]]:
    """How many windows each film gives to each category, by its shares: 3000 and 0.3 make 900.

    Where a category's target or the space on disk (`bytes_of`: one patch's, by category) would be exceeded, all films
    give the same part of what they would.
    """
    limit = settings["base_frame_limit"]
    wanted = {
        film: {name: floor(Fraction(str(share)) * limit + Fraction(1, 2)) for name, share in shares.items()}
        for film, shares in films.items()
    }
    for name, own in settings["categories"].items():
        total = sum(counts.get(name, 0) for counts in wanted.values())
        if own["target"] is not None and total > own["target"]:
            _cut_down(wanted, [name], Fraction(own["target"], total))
    budget = settings["disk_gigabytes"]
    expected = sum(count * bytes_of[name] for counts in wanted.values() for name, count in counts.items())
    if budget is not None and expected > budget * 1e9:
        _cut_down(wanted, list(settings["categories"]), Fraction(budget * 1e9 / expected))
    return {film: {name: count for name, count in counts.items() if count} for film, counts in wanted.items()}


def _cut_down(wanted: dict[str, dict[str, int]], names: Iterable[str], share: Fraction) -> None:
    """Leave each count its share, rounded so that the sum over the films is never more than the share of the sum."""
    for name in names:
        before = Fraction(0)
        for counts in wanted.values():
            after = before + counts.get(name, 0) * share
            if name in counts:
                counts[name] = floor(after) - floor(before)
            before = after


def parts_of(counts: Mapping[str, int], windows_per_part: int) -> list[str]:
    """The names of a film's parts: 000, 001 ..."""
    parts = max(1, ceil(sum(counts.values()) / windows_per_part))
    return [f"{number:0{max(3, len(str(parts - 1)))}d}" for number in range(parts)]


def split_of(video: str, said: str | None, val: float) -> str:
    """train, val or test: as the table of videos says, else by the video's name alone."""
    if said:
        return said
    draw = int.from_bytes(sha256(f"patches/val/{video}".encode()).digest()[:8], "big") / 2**64
    return "val" if draw < val else "train"


def patch_name(video: str, index: int, suffix: str) -> str:
    """The file name that a patch has in all folders. A name with - gets a digest: a-b and a_b are two films."""
    plain = re.sub("[^A-Za-z0-9]", "_", video)
    if "-" in video:
        plain += f"_{sha256(video.encode()).hexdigest()[:6]}"
    return f"patch_{plain}_idx{index}{suffix}.png"


def held_out(said: Mapping[str, str | None], val: float) -> list[str]:
    """The folders, such as Val, that films are held out for; `said` is each film's split, where the table says one."""
    splits = {split_of(video, own, val) for video, own in said.items()}
    return [folder for split, folder in HELD_OUT.items() if split in splits]


def folders_of(categories: Mapping[str, Category], held_out: Iterable[str]) -> list[str]:
    """The folders of the dataset that hold GT and LR, also those of formats that are never drawn."""
    return [
        f"{category.root}/{folder}"
        for category in categories.values()
        for folder in (*(format.folder for format in category.formats), *held_out)
    ]


def by_hand(categories: Mapping[str, Category], held_out: Iterable[str]) -> list[str]:
    """The folders that are made for frames that a person picks; none where films are held out."""
    return [f"{own.root}/Val/GT" for own in categories.values() if HELD_OUT["val"] not in held_out]


def stacks_by_hand(pictures: Iterable[str]) -> list[str]:
    """The folders for the small copies of what a person puts into the folders `pictures`."""
    return [str(PurePosixPath(folder).with_name(kind)) for folder in pictures for kind in PICKED]


def is_limited(settings: Mapping[str, Any]) -> bool:
    """Whether targets or the disk may decide how many windows a film gives, and not its shares alone."""
    targets = [own["target"] for own in settings["categories"].values()]
    return settings["disk_gigabytes"] is not None or any(target is not None for target in targets)


PLANNED = ("categories", "formats", "val", "windows_per_part", "colour", "frame", "quality")
CUT = (
    *("categories", "formats", "kernel", "scene_diff_threshold", "checks", "min_file_size", "max_retry_attempts"),
    *("retry_skip_seconds", "format_choice", "degrade"),
)
