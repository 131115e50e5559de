"""Patches as training reads them: a PyTorch data set over one format's folder."""

from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

from framewright.errors import UserError
from framewright.patches.stack import from_png, unstacked


class PatchPairs(Dataset):
    """The pairs in a folder that holds GT and LR_5frames or LR_7frames, in the order of their names.

    `pairs[0]` has `gt` (3, H, W) and `lr_stack` (frames, 3, H/3, W/3), both float32 RGB from 0 to 1, in order of time,
    and `name`, the file's.
    """

    def __init__(self, folder: str | Path, frames: int = 5) -> None:
        self.folder, self.frames = Path(folder), frames
        self.small = self.folder / f"LR_{frames}frames"
        if not self.small.is_dir():
            self.small = self.folder / "LR"  # of films that are held out
        self.names = sorted(
            path.name for path in (self.folder / "GT").glob("*.png") if (self.small / path.name).is_file()
        )
        if not self.names:
            raise UserError(f"{folder}: no pair of pictures in GT and {self.small.name}; give the folder of a format")

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor | str]:
        name = self.names[index]
        sharp = from_png((self.folder / "GT" / name).read_bytes())
        small = unstacked(from_png((self.small / name).read_bytes()), self.frames)
        return {"gt": _tensor(sharp), "lr_stack": _tensor(small), "name": name}


def _tensor(pictures: np.ndarray) -> torch.Tensor:
    """(..., H, W, 3) uint8 as (..., 3, H, W) float32, 0 to 1."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(pictures, -1, -3))).float() / 255
