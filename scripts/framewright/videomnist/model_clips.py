"""The clips that models of moving digits learn from, in batches that follow from the step's number alone."""

from pathlib import Path

import h5py
import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import Dataset

from framewright.errors import UserError
from framewright.videomnist.dataset import MovingDigits


class ClipBatches(Dataset[dict[str, torch.Tensor]]):
    """Batch `step` of a split: `video` (B, C, T, S, S) float32 from -0.5 to 0.5, and `label` (B,) int64.

    Clips have `frames` frames from their beginning on, and are resized to `size` pixels a side; `channels` is 1 or 3,
    whatever the file has. Each step draws its clips from (seed, step).
    """

    def __init__(
        self, path: str | Path, split: str, batch: int, frames: int, size: int, channels: int, seed: int
    ) -> None:
        try:
            self.clips = MovingDigits(path, split, frames, seed, range=(-0.5, 0.5), order="CTHW")
        except (KeyError, OSError) as error:
            raise UserError(f"{path}: {error}; videomnist.training wants a file of a documented layout") from error
        self.batch, self.size, self.channels, self.seed = batch, size, channels, seed

    def __getitem__(self, step: int) -> dict[str, torch.Tensor]:
        return self.take(np.random.default_rng([self.seed, step]).integers(0, len(self.clips), self.batch))

    def __len__(self) -> int:
        return len(self.clips)

    def take(self, places: np.ndarray) -> dict[str, torch.Tensor]:
        """These clips of the split."""
        items = [self.clips[int(place)] for place in places]
        video = torch.stack([item["video"] for item in items])
        if video.shape[1] != self.channels:
            video = video[:, :1].expand(-1, self.channels, -1, -1, -1) if self.channels == 3 else video.mean(1, True)
        if video.shape[-1] != self.size:
            folded = video.flatten(0, 1)  # (B * C, T, H, W)
            resized = F.interpolate(folded, size=(self.size, self.size), mode="bilinear", antialias=True)
            video = resized.view(*video.shape[:3], self.size, self.size)
        return {"video": video.contiguous(), "label": torch.stack([item["label"] for item in items])}

    def parts(self, most: int | None = None, size: int = 50) -> list[np.ndarray]:
        """The places of the first clips, at most so many, in small groups."""
        count = len(self.clips) if most is None else min(most, len(self.clips))
        return [np.arange(first, min(first + size, count)) for first in range(0, count, size)]


def compute_variance(batches: ClipBatches, most: int = 500) -> float:
    """The variance of the pixels of the first clips: what a reconstruction loss is divided by."""
    total, square, count = 0.0, 0.0, 0
    for part in batches.parts(most):
        video = batches.take(part)["video"].double()
        total, square, count = total + float(video.sum()), square + float((video**2).sum()), count + video.numel()
    found = square / count - (total / count) ** 2
    if found <= 0:
        raise UserError("videomnist.training: the clips show nothing, their pixels are all alike")
    return found


def read_motions(path: str | Path, split: str) -> tuple[np.ndarray, np.ndarray, list[str]] | None:
    """The motion (n,) int64 and speed (n,) float of each clip, and the motions' names; None where a file lacks them."""
    with h5py.File(path) as file:
        if f"{split}_motion" not in file or f"{split}_speed" not in file:
            return None
        names = [str(name) for name in file.attrs["motion_types"]]
        return file[f"{split}_motion"][()].astype(np.int64), file[f"{split}_speed"][()], names
