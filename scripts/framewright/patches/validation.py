"""Pictures that a person picked for validation: small copies of them, and whether training has seen them already."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np

from framewright.patches.formats import HELD_OUT, PICKED, Category, Format
from framewright.patches.manifest import Patch
from framewright.patches.stack import Degrading, decode_png, encode_png, make_low, read_png
from framewright.video.fingerprint import ALIKE, count_differing_bits, hash_picture, parse_hashes

SIDE = 32  # pixels of the copies in which two pictures are compared
SAME = 0.9  # correlation of such copies from which on two pictures show the same


def list_picked(dataset: Path, category: Category) -> list[Path]:
    """What lies in the folder that is for pictures picked by hand, by name."""
    folder = dataset / category.root / HELD_OUT["val"] / "GT"
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def find_faults(dataset: Path, categories: Mapping[str, Category], patches: Iterable[Patch]) -> Iterator[str]:
    """A line for each picked picture that can't be used: not the size that loaders want, or seen in training."""
    trained = [patch for patch in patches if patch.split == "train"]
    patch_hashes = parse_hashes([patch.patch_hash for patch in trained])
    frame_hashes = parse_hashes([patch.frame_hash for patch in trained])
    for category in categories.values():
        for path in list_picked(dataset, category):
            name = path.relative_to(dataset)
            picture = decode_png(path.read_bytes()) if path.suffix == ".png" and path.is_file() else None
            if fault := _unusable(picture, category.formats[0]):
                yield f"{name}: {fault}"
                continue
            grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
            digest = hash_picture(grey)
            near = [trained[place] for place in np.flatnonzero(count_differing_bits(digest, patch_hashes) <= ALIKE)]
            whole = [
                trained[place] for place in np.flatnonzero(count_differing_bits(digest, frame_hashes) <= ALIKE // 2)
            ]
            seen = next((patch for patch in near if _shows_the_same(grey, dataset / patch.gt)), None)
            if seen or whole:
                patch = seen or whole[0]
                time = float(patch.times[len(patch.times) // 2])
                what = f"the same as {patch.gt}" if seen else "a frame that is trained with"
                yield f"{name}: {what}, of {patch.video} at {time:.2f} s; take one of a film that is not trained with"


def make_still_stacks(picture: np.ndarray, kernel: str) -> dict[str, bytes]:
    """The PNG files of a picked picture (H, W, 3) uint8 RGB, by folder: its small copy as often as a stack has frames.

    There are no neighbours of a single picture: its stacks show a film that stands still.
    """
    small = make_low(picture, kernel, Degrading(), 0)
    return {kind: encode_png(np.vstack([small] * count)) for kind, count in PICKED.items()}


def make_stacks(dataset: Path, category: Category, kernel: str, kind: str, target: Path) -> int:
    """Write the stacks of all picked pictures of a category into a folder; returns how many there are."""
    target.mkdir()
    pictures = list_picked(dataset, category)
    for path in pictures:
        (target / path.name).write_bytes(make_still_stacks(read_png(path), kernel)[kind])
    return len(pictures)


def _unusable(picture: np.ndarray | None, format: Format) -> str:
    if picture is None:
        return "no PNG that can be read; save it as one, with a name that ends in .png"
    height, width = picture.shape[:2]
    if (width, height) != (format.width, format.height):
        return f"{width}x{height}; loaders want one size here, {format.width}x{format.height}: crop it"
    return ""


def _shows_the_same(grey: np.ndarray, other: Path) -> bool:
    """Whether a patch shows what a grey picture does: hashes may be equal by accident where there is little detail."""
    patch = read_png(other)
    copies = [
        cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(float).ravel()
        for picture in (grey, cv2.cvtColor(np.ascontiguousarray(patch), cv2.COLOR_RGB2GRAY))
    ]
    if min(copy.std() for copy in copies) < 1:
        return abs(copies[0].mean() - copies[1].mean()) < 1
    return bool(np.corrcoef(copies)[0, 1] > SAME)
