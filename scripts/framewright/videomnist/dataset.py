"""Read the moving digits, or any file of these layouts, in PyTorch.

clips = MovingDigits("results/videomnist/videomnist-videogpt.h5", "train", length=16, seed=1)
loader = DataLoader(clips, batch_size=32, shuffle=True, num_workers=4)
for epoch in range(100):
    clips.set_epoch(epoch)
    for batch in loader:
        train(batch["video"], batch["label"])
"""

import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from torch.utils.data import Dataset

from framewright.errors import UserError
from framewright.study.rows import find_rows, list_served
from framewright.video.tensors import in_range

INDEX_BYTES = 128 * 1024


def open_lean(path: str | Path) -> h5py.File:
    """A file that keeps at most INDEX_BYTES of its index: HDF5's own limit is 32 MB in each of a loader's processes."""
    file = h5py.File(path)
    cache = file.id.get_mdc_config()
    cache.set_initial_size = True
    cache.min_size = cache.initial_size = cache.max_size = INDEX_BYTES
    file.id.set_mdc_config(cache)
    return file


def require_served(path: str | Path) -> None:
    """A UserError where a dataset in a study's results is in none of its rows: it is of an earlier configuration.

    Files in the folders below, such as the clips of a model, are in no rows.
    """
    documented = Path(path).with_name(Path(path).name.replace("-videogpt.h5", ".h5"))
    found = find_rows(path)
    if found and Path(path).absolute().parent == found[0] and list_served(documented) == []:
        raise UserError(
            f"{path}: no row of its study names it; run snakemake, or make tidy to remove what is left over"
        )


class MovingDigits(Dataset[dict[str, torch.Tensor]]):
    """The videos of a split, each cut to `length` frames (by default to the file's `sequence_length`).

    An item has `video`, (T, C, H, W) uint8 with C = 1 or 3, and `label`, int64. With `range=(-0.5, 0.5)` pixels are
    float32 from -0.5 to 0.5 instead; any two numbers will do. `order="CTHW"` puts channels first, as VideoGPT's
    loader does: together they give what it gives.

    Nothing is read before it is asked for. Each process opens the file for itself, so workers may be forked or spawned.
    Where a video has frames to spare, the cut is drawn from (seed, epoch, index), whatever the workers. In every other
    split than train it is at the beginning, so that evaluations can be compared.

    >>> digits = MovingDigits("results/videomnist/videomnist.h5", "train", length=8)
    >>> digits[0]["video"].shape, digits[0]["label"]
    (torch.Size([8, 1, 64, 64]), tensor(0))
    """

    def __init__(
        self,
        path: str | Path,
        split: str = "train",
        length: int | None = None,
        seed: int = 0,
        range: tuple[float, float] | None = None,
        order: str = "TCHW",
    ) -> None:
        if order not in ("TCHW", "CTHW"):
            raise UserError(f"order = {order!r}: must be TCHW or CTHW")
        self.path, self.split, self.seed, self.epoch = str(path), split, seed, 0
        self.range, self.order = range, order
        require_served(path)
        with h5py.File(path) as file:
            if f"{split}_data" not in file:
                raise UserError(f"{path}: it has no split {split}; its data sets are {', '.join(file)}")
            frames = len(file[f"{split}_data"])
            self.length = length or int(file.attrs["sequence_length"])
            self.starts = file[f"{split}_idx"][()].astype(np.int64)
            self.labels = file[f"{split}_labels"][()].astype(np.int64)
        self.counts = np.diff(self.starts, append=frames)
        short = np.flatnonzero(self.counts < self.length)
        if len(short):
            count = self.counts[short[0]]
            raise UserError(f"{path}: video {short[0]} of {split} has {count} frames, not {self.length}")
        self._data: h5py.Dataset | None = None
        self._process = 0

    def set_epoch(self, epoch: int) -> None:
        """Draw other cuts of the training videos in each epoch, the same for the same number."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        first = int(self.starts[index]) + self._choose_cut(index)
        frames = torch.from_numpy(self._open_data()[first : first + self.length])
        frames = frames[..., None] if frames.ndim == 3 else frames
        video = frames.permute(*((0, 3, 1, 2) if self.order == "TCHW" else (3, 0, 1, 2))).contiguous()
        return {"video": in_range(video, self.range), "label": torch.tensor(self.labels[index])}

    def __getstate__(self) -> dict[str, Any]:
        """What another process gets: everything but the open file."""
        return self.__dict__ | {"_data": None, "_process": 0}

    def _choose_cut(self, index: int) -> int:
        spare = int(self.counts[index]) - self.length
        if not spare or self.split != "train":
            return 0
        return int(np.random.default_rng([self.seed, self.epoch, index]).integers(spare + 1))

    def _open_data(self) -> h5py.Dataset:
        """The frames, in a file that this process has opened: a forked one inherits a file that it may not share."""
        if self._data is None or self._process != os.getpid():
            if self._data is not None:
                self._data.file.close()
            self._data, self._process = open_lean(self.path)[f"{self.split}_data"], os.getpid()
        return self._data
