"""MNIST's files in miniature, made by code."""

import gzip
from pathlib import Path

import numpy as np


def idx(array: np.ndarray) -> bytes:
    """An IDX file's bytes, as the format's description says."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def pictures(count: int, seed: int = 0) -> np.ndarray:
    """Digits' worth of ink in the middle of (28, 28)."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 6:22, 8:20] = np.random.default_rng(seed).integers(1, 256, (count, 16, 12))
    return images


def files(split: str = "t10k", count: int = 60, packed: bool = False, seed: int = 0) -> dict[str, bytes]:
    """The two files of a part, by name; labels run from 0 to 9 again and again."""
    arrays = {"images-idx3": pictures(count, seed), "labels-idx1": np.arange(count, dtype=np.uint8) % 10}
    plain = {f"{split}-{name}-ubyte": idx(array) for name, array in arrays.items()}
    return {f"{name}.gz": gzip.compress(data, mtime=0) for name, data in plain.items()} if packed else plain


def lay_out(folder: Path, split: str = "t10k", count: int = 60, packed: bool = False, seed: int = 0) -> None:
    """Write them into a folder."""
    for name, data in files(split, count, packed, seed).items():
        (folder / name).write_bytes(data)
