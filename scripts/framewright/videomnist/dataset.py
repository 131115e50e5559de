"""Read the moving digits, or any file of these layouts, in PyTorch.

clips = MovingDigits("results/videomnist/videomnist-videogpt.h5", "train", length=16, seed=1)
loader = DataLoader(clips, batch_size=32, shuffle=True, num_workers=4)
for epoch in range(100):
    clips.epoch = epoch
    for batch in loader:
        train(batch["video"], batch["label"])
"""

import os
from pathlib import Path

import h5py
import numpy as np
import torch
from torch.utils.data import Dataset


class MovingDigits(Dataset):
    """The videos of a split, each cut to `length` frames (by default to the file's `sequence_length`).

    Nothing is read before it is asked for, and each process opens the file for itself, so that workers may be forked or
    spawned. Where a video has frames to spare, the cut is drawn from (seed, epoch, index), whatever the workers; in
    every other split than train it is at the beginning, so that evaluations can be compared.
    """

    def __init__(self, path: str | Path, split: str = "train", length: int | None = None, seed: int = 0) -> None:
        self.path, self.split, self.seed, self.epoch = str(path), split, seed, 0
        with h5py.File(path) as file:
            frames = len(file[f"{split}_data"])
            self.length = length or int(file.attrs["sequence_length"])
            self.starts = file[f"{split}_idx"][()].astype(np.int64)
            self.labels = file[f"{split}_labels"][()].astype(np.int64)
        self.counts = np.diff(self.starts, append=frames)
        short = np.flatnonzero(self.counts < self.length)
        if len(short):
            raise ValueError(
                f"{path}: video {short[0]} of {split} has {self.counts[short[0]]} frames, not {self.length}"
            )
        self._file, self._process = None, None

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        """`read_video`, (C, T, H, W) float32 from -0.5 to 0.5 with C = 1 or 3, and `label`, int64."""
        index = range(len(self))[index]
        first = int(self.starts[index]) + self._cut(index)
        frames = torch.from_numpy(self._data()[first : first + self.length])
        frames = frames[..., None] if frames.ndim == 3 else frames
        video = frames.permute(3, 0, 1, 2).contiguous().float().div_(255).sub_(0.5)
        return {"video": video, "label": torch.tensor(self.labels[index])}

    def __getstate__(self) -> dict:
        """What another process gets: everything but the open file."""
        return self.__dict__ | {"_file": None, "_process": None}

    def _cut(self, index: int) -> int:
        spare = int(self.counts[index]) - self.length
        if not spare or self.split != "train":
            return 0
        return int(np.random.default_rng([self.seed, self.epoch, index]).integers(spare + 1))

    def _data(self) -> h5py.Dataset:
        """The frames, in a file that this process has opened: a forked one inherits a file that it may not share."""
        if self._process != os.getpid():
            if self._file is not None:
                self._file.close()
            self._file, self._process = h5py.File(self.path), os.getpid()
        return self._file[f"{self.split}_data"]
