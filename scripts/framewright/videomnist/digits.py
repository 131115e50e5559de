"""Pictures of digits to set in motion: MNIST's files, or the real 8x8 digits that come with scikit-learn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from framewright.errors import UserError
from framewright.videomnist.clip_spec import SPLITS
from framewright.videomnist.digit_files import EMBEDDED
from framewright.videomnist.idx import read_idx

SIDE, BOX = 28, 20  # MNIST's pictures are 28 pixels wide and high, their digits fit into 20
EVERY = 6  # in a set without splits every sixth picture is for testing, the proportion of MNIST
FILES = {"train": "train", "test": "t10k"}


@dataclass(frozen=True, eq=False)
class Digits:
    """Pictures of one split, in the order of their file."""

    images: np.ndarray  # (n, 28, 28) uint8, ink is bright
    labels: np.ndarray  # (n,) uint8: 0..9
    index: np.ndarray  # (n,) int64: the picture's place in its file


def gather(place: str, files: Iterable[str | Path]) -> dict[str, Digits]:
    """The digits that come with scikit-learn where that is the place, else those in MNIST's files."""
    return load_embedded() if place == EMBEDDED else read_mnist(files)


def load_embedded() -> dict[str, Digits]:
    """scikit-learn's 1,797 real digits, enlarged from 8x8 pixels into MNIST's box, split as `split_evenly` does."""
    # Here and not above: who has MNIST's files need not wait for scikit-learn.
    from sklearn.datasets import load_digits

    small, labels = load_digits(return_X_y=True)
    images = np.stack([_like_mnist(picture.reshape(8, 8)) for picture in small])
    return split_evenly(images, labels.astype(np.uint8))


def read_mnist(paths: Iterable[str | Path]) -> dict[str, Digits]:
    """The digits in MNIST's four files, or in the two of one part alone, which is then split by `split_evenly`."""
    files = {_canonical(path): path for path in paths}
    parts = {split: _read_part(files, prefix) for split, prefix in FILES.items() if _has_part(files, prefix)}
    if not parts:
        there = ", ".join(sorted(files)) or "none"
        names = "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (plain or .gz), or those of train"
        raise UserError(f"videomnist.digits: no pair of images and labels among its files ({there}); it needs {names}")
    if len(parts) == 1:
        (images, labels), *_ = parts.values()
        return split_evenly(images, labels)
    return {split: Digits(*part, np.arange(len(part[0]))) for split, part in parts.items()}


def split_evenly(images: np.ndarray, labels: np.ndarray) -> dict[str, Digits]:
    """Every sixth picture for testing, all others for training."""
    index = np.arange(len(images))
    test = index % EVERY == EVERY - 1
    return {name: Digits(images[of], labels[of], index[of]) for name, of in (("train", ~test), ("test", test))}


def find_repeated(digits: Mapping[str, Digits]) -> np.ndarray:
    """(n,) bool: the test pictures that a training picture equals, pixel by pixel."""
    train = {picture.tobytes() for picture in digits["train"].images}
    return np.array([picture.tobytes() in train for picture in digits["test"].images], bool)


def write_digits(path: Path, digits: Mapping[str, Digits]) -> None:
    """Write both splits into one .npz file; the same digits give the same bytes."""
    arrays = {
        f"{split}_{name}": getattr(part, name) for split, part in digits.items() for name in Digits.__annotations__
    }
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def read_digits(path: str | Path) -> dict[str, Digits]:
    """Both splits, as `write_digits` wrote them."""
    with np.load(path) as file:
        return {split: Digits(*(file[f"{split}_{name}"] for name in Digits.__annotations__)) for split in SPLITS}


def _like_mnist(small: np.ndarray) -> np.ndarray:
    """(28, 28) uint8: the picture cut to its ink (0..16), enlarged to 20 pixels, its centre of mass in the middle."""
    ink = small > 0
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = small[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] * (255 / 16)
    zoom = BOX / max(cut.shape)
    size = [max(1, round(side * zoom)) for side in cut.shape[::-1]]
    large = np.clip(cv2.resize(cut, size, interpolation=cv2.INTER_CUBIC), 0, 255).round().astype(np.uint8)
    large[large < 24] = 0  # the faint rim of the enlargement
    y, x = (np.average(axis, weights=large) for axis in np.indices(large.shape))
    top, left = (
        int(np.clip(round((SIDE - 1) / 2 - at), 0, SIDE - side)) for at, side in zip((y, x), large.shape, strict=True)
    )
    picture = np.zeros((SIDE, SIDE), np.uint8)
    picture[top : top + large.shape[0], left : left + large.shape[1]] = large
    return picture


def _canonical(path: str | Path) -> str:
    """`train-images` for train-images-idx3-ubyte, train-images.idx3-ubyte and either with .gz."""
    return Path(path).name.removesuffix(".gz").replace(".", "-").partition("-idx")[0]


def _has_part(files: Mapping[str, object], prefix: str) -> bool:
    return {f"{prefix}-images", f"{prefix}-labels"} <= files.keys()


def _read_part(files: Mapping[str, str | Path], prefix: str) -> tuple[np.ndarray, np.ndarray]:
    images, labels = read_idx(files[f"{prefix}-images"], 3), read_idx(files[f"{prefix}-labels"], 1)
    if images.shape[1:] != (SIDE, SIDE):
        high, wide = images.shape[1:]
        raise UserError(f"{files[f'{prefix}-images']}: pictures of {wide}x{high} pixels, not of {SIDE}x{SIDE}")
    if len(images) != len(labels):
        counts = f"{len(labels):,} labels for {len(images):,} images"
        raise UserError(f"{files[f'{prefix}-labels']}: {counts}; take both files from the same set")
    if len(labels) and labels.max() > 9:
        raise UserError(f"{files[f'{prefix}-labels']}: a label is {labels.max()}; digits are 0 to 9")
    return images, labels
