"""Formats, categories and the folders of the dataset.

The Snakefile reads this: it needs nothing but Python itself.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

SCALE = 3  # a sharp patch has three times the width and height of a low-resolution one
SPAN = 7  # frames of a window; the middle one becomes the sharp patch
STACKS = {"LR_5frames": range(1, 6), "LR_7frames": range(7)}  # the frames of a window in each folder's stacks
FOLDERS = ("GT", *STACKS)
PICKED = {"LR": 5, "LR_7frames": 7}  # folders of the stacks of hand-picked pictures, and frames in a stack
HELD_OUT = {"val": "Val", "test": "Test"}  # folders of the splits that are not trained with
Box = tuple[int, int, int, int]  # x1, y1, x2, y2 in pixels


@dataclass(frozen=True)
class Format:
    """A size of sharp patches in pixels, the folder for them, and the suffix of their file names."""

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
    """A model's part of the dataset: its folder, the share of each format, and its maximum of patches (None: any)."""

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


Categories = Mapping[str, Category]  # by name


def dump_categories(categories: Categories) -> list[dict[str, Any]]:
    """Categories as values that JSON and a rule's settings can hold."""
    return [
        {
            "name": category.name,
            "path": category.path,
            "shares": [[asdict(format), share] for format, share in category.shares],
            "target": category.target,
        }
        for category in categories.values()
    ]


def load_categories(records: Iterable[Mapping[str, Any]]) -> dict[str, Category]:
    """The categories that `dump_categories` wrote, by name."""
    return {
        record["name"]: Category(
            **{**record, "shares": tuple((Format(**format), share) for format, share in record["shares"])}
        )
        for record in records
    }


def list_fitting(category: Category, area: Box) -> list[Format]:
    """The formats with a share in the category that fit into an area (x1, y1, x2, y2)."""
    width, height = area[2] - area[0], area[3] - area[1]
    return [format for format, share in category.shares if share and format.width <= width and format.height <= height]


def name_patch(video: str, index: int, suffix: str) -> str:
    """The file name of a patch in all folders. A name with `-` gets a digest: a-b and a_b are two films."""
    plain = re.sub("[^A-Za-z0-9]", "_", video)
    if "-" in video:
        plain += f"_{sha256(video.encode()).hexdigest()[:6]}"
    return f"patch_{plain}_idx{index}{suffix}.png"


def list_folders(categories: Categories, held_out: Iterable[str]) -> list[str]:
    """The folders of the dataset that hold GT and LR, also those of formats with a share of 0."""
    return [
        f"{category.root}/{folder}"
        for category in categories.values()
        for folder in (*(format.folder for format in category.formats), *held_out)
    ]


def list_by_hand(categories: Categories, held_out: Iterable[str]) -> list[str]:
    """The folders for hand-picked validation pictures; none where films are held out for validation."""
    return [f"{category.root}/Val/GT" for category in categories.values() if HELD_OUT["val"] not in held_out]


def list_stacks_by_hand(pictures: Iterable[str]) -> list[str]:
    """The folders for the stacks of the pictures in the folders `pictures`."""
    return [str(PurePosixPath(folder).with_name(kind)) for folder in pictures for kind in PICKED]
