"""Patches as training reads them: a PyTorch data set over one format's folder."""

from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

from framewright.errors import UserError
from framewright.patches.formats import HELD_OUT, SCALE
from framewright.patches.stack import read_png, unstack
from framewright.study.rows import list_served


def list_pairs(folder: Path, small: Path) -> list[str]:
    """The names of the pairs in a format's folder: those of the rows of its study, or all where no study is around."""
    there = sorted(path.name for path in (folder / "GT").glob("*.png") if (small / path.name).is_file())
    served = list_served(folder / "GT")
    if served is None or (not served and folder.name in HELD_OUT.values()):
        return there
    return sorted({Path(row["path"]).name for row in served} & {*there})


class PatchPairs(Dataset):
    """The pairs of a folder that holds GT and LR_5frames or LR_7frames, in the order of their names.

    In a study its rows say which there are: what left the table of videos is served no more, whatever lies there. Val
    and Test serve also what a person put there.

    `pairs[0]` has `lr_stack` (frames, 3, H/3, W/3) and `gt` (3, H, W), both uint8 RGB in order of time, and `name`, the
    file's name. With `range=(0, 1)` pixels are float32 from 0 to 1 instead; any two numbers will do. With `crop`,
    (width, height) in pixels of the small pictures, a part is cut out of both: the middle, or with a `seed` any part,
    the same for the same seed, epoch and name.

    >>> pairs = PatchPairs("results/patches/dataset/Universal/Mastermodell/Learn/Patches", frames=5, range=(0, 1))
    >>> loader = torch.utils.data.DataLoader(pairs, batch_size=8, shuffle=True)
    >>> next(iter(loader))["lr_stack"].shape[1:]
    torch.Size([5, 3, 180, 180])
    """

    def __init__(
        self,
        folder: str | Path,
        frames: int = 5,
        range: tuple[float, float] | None = None,
        crop: tuple[int, int] | None = None,
        seed: int | None = None,
    ) -> None:
        self.crop, self.seed = crop, seed
        self.folder, self.frames, self.range, self.epoch = Path(folder), frames, range, 0
        self.small = self.folder / f"LR_{frames}frames"
        if not self.small.is_dir():
            self.small = self.folder / "LR"  # of films that are held out
        self.names = list_pairs(self.folder, self.small)
        if not self.names:
            remedy = "give the folder of a format, of a study with rows for patches"
            raise UserError(f"{folder}: no pair of pictures in GT and {self.small.name}; {remedy}")

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor | str]:
        name = self.names[index]
        sharp = read_png(self.folder / "GT" / name)
        small = unstack(read_png(self.small / name), self.frames)
        if self.crop is not None:
            sharp, small = self._crop(name, sharp, small, self.crop)
        return {"gt": self._tensor(sharp), "lr_stack": self._tensor(small), "name": name}

    def set_epoch(self, epoch: int) -> None:
        """Cut other parts out than in the epochs before. Without `crop` and `seed` pairs are the same in each."""
        self.epoch = epoch

    def _crop(
        self, name: str, sharp: np.ndarray, small: np.ndarray, size: tuple[int, int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The same part of both, `size` (width, height) in pixels of the small pictures."""
        place = np.full(2, 0.5)
        if self.seed is not None:
            place = np.random.default_rng([self.seed, self.epoch, *name.encode()]).random(2)
        height, width = small.shape[1:3]
        left, top = (
            max(0, int(at * (side - cut + 1))) for at, side, cut in zip(place, (width, height), size, strict=True)
        )
        x, y = slice(left, left + size[0]), slice(top, top + size[1])
        wide, high = (slice(SCALE * part.start, SCALE * part.stop) for part in (x, y))
        return sharp[high, wide], small[:, y, x]

    def _tensor(self, pictures: np.ndarray) -> torch.Tensor:
        """(..., H, W, 3) uint8 as (..., 3, H, W), uint8 or float32 in the range asked for."""
        tensor = torch.from_numpy(np.ascontiguousarray(np.moveaxis(pictures, -1, -3)))
        if self.range is None:
            return tensor
        low, high = self.range
        return tensor.float() * ((high - low) / 255) + low
