"""The rules of VideoGPT's loader, so that a file that passes here loads there, unmodified."""

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from framewright.videomnist.clip_spec import SPLITS


def find_faults(path: str | Path) -> list[str]:
    """What keeps VideoGPT's HDF5Dataset from reading this file with this `sequence_length`; empty when it loads."""
    with h5py.File(path) as file:
        lacking = [f"no {split}_{key}" for split in SPLITS for key in ("data", "idx") if f"{split}_{key}" not in file]
        length = int(file.attrs["sequence_length"])
        return lacking or [f"{split}: {what}" for split in SPLITS for what in _find_split_faults(file, split, length)]


def read(path: str | Path, split: str, index: int, start: int = 0) -> np.ndarray:
    """What that loader returns for a video, as (3, T, S, S) float32 from -0.5 to 0.5, from frame `start` of it on."""
    with h5py.File(path) as file:
        first = int(file[f"{split}_idx"][index]) + start
        frames = file[f"{split}_data"][first : first + int(file.attrs["sequence_length"])]
    return frames.transpose(3, 0, 1, 2).astype(np.float32) / 255 - 0.5


def _find_split_faults(file: h5py.File, split: str, length: int) -> Iterator[str]:
    data, idx = file[f"{split}_data"], file[f"{split}_idx"]
    if data.dtype != np.uint8 or data.ndim != 4 or data.shape[3] != 3:
        yield f"data is {data.dtype} {data.shape}, not uint8 (frames, height, width, 3)"
    if idx.ndim != 1 or idx.dtype.kind not in "iu":
        yield f"idx is {idx.dtype} {idx.shape}, not whole numbers in one row"
        return
    starts = idx[()].astype(np.int64)
    if not len(starts):
        yield "no videos"
    elif starts[0] != 0:
        yield f"its first video begins at frame {starts[0]}"
    lengths = np.diff(starts, append=len(data))
    if len(lengths) and lengths.min() <= length:
        # It draws a start below (frames - sequence_length), which must be at least one.
        yield f"a video has {lengths.min()} frames; with sequence_length {length} each needs {length + 1}"
