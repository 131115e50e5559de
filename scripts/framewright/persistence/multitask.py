"""One model for three questions: what kind of path it is, which frames show a transient, where the real sphere is."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class MultitaskConfig:
    """`size` is the picture's side in pixels, `width` the number of channels, `kinds` that of the kinds of path."""

    size: int = 64
    width: int = 16
    hidden: int = 32
    kinds: int = 4


class Multitask(nn.Module):
    """Finds the sphere in each frame, and tells the path by where it was."""

    def __init__(self, config: MultitaskConfig) -> None:
        super().__init__()
        width, hidden = config.width, config.hidden
        self.find = nn.Sequential(
            nn.Conv2d(3, width, 6, stride=4, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
        )
        self.judge = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, 1))
        self.look = nn.Conv2d(width, 1, 1)
        self.place = nn.Linear(width + 2, 3)
        self.conclusion = Follow(2, hidden, config.kinds)

    def see(self, video: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, T, 3, H, W) uint8 -> logits `clean` (N, T), and `positions` (N, T, 3) as the camera sees them."""
        number, length = video.shape[:2]
        seen = self.find(video.flatten(0, 1).float() / 255)  # (N T, width, H/4, W/4)
        pooled = torch.cat([seen.sum(dim=(2, 3)) / 16, seen.amax(dim=(2, 3))], dim=1)  # how much, and the most
        clean = self.judge(pooled).view(number, length)
        weights = self.look(seen).flatten(2).softmax(dim=2)  # (N T, 1, cells)
        cells = make_grid(seen.shape[2], seen.shape[3], seen.device).expand(len(seen), -1, -1)
        around = torch.cat([seen.flatten(2), cells], dim=1)  # (N T, width + 2, cells)
        positions = self.place((weights * around).sum(dim=2)).view(number, length, 3)
        return {"clean": clean, "positions": positions}

    def conclude(self, seen: dict[str, torch.Tensor], length: int) -> dict[str, torch.Tensor]:
        """What was seen of clips of `length` frames, with the logits `kind` (N, kinds) of their paths."""
        # Depth shows in the disc's size alone, which has three steps: that would only blur the bends.
        way = seen["positions"][..., :2].detach()
        return seen | {"kind": self.conclusion(way - way.mean(dim=1, keepdim=True))}  # from its own middle

    def forward(self, video: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, T, 3, H, W) uint8 -> logits `clean` (N, T) and `kind` (N, kinds), `positions` (N, T, 3)."""
        return self.conclude(self.see(video), video.shape[1])


class Follow(nn.Module):
    """Names the kind of a path by its bends."""

    def __init__(self, channels: int, hidden: int, kinds: int) -> None:
        super().__init__()
        self.bends = nn.Sequential(
            nn.Conv1d(channels, hidden, 5, padding=2),
            nn.ReLU(),
            nn.Conv1d(hidden, hidden, 5, padding=2, stride=2),
            nn.ReLU(),
            nn.Conv1d(hidden, hidden, 5, padding=2, stride=2),
            nn.ReLU(),
        )
        self.name = nn.Linear(2 * hidden, kinds)

    def forward(self, way: torch.Tensor) -> torch.Tensor:  # (N, T, channels) -> (N, kinds)
        steps = self.bends(way.mT)  # (N, hidden, T / 4)
        return self.name(torch.cat([steps.mean(dim=2), steps.amax(dim=2)], dim=1))


def make_grid(rows: int, columns: int, device: torch.device) -> torch.Tensor:
    """(1, 2, rows * columns): x and y of the middle of each cell, in -1..1."""
    y, x = ((torch.arange(n, device=device) + 0.5) * 2 / n - 1 for n in (rows, columns))
    return torch.stack([x.expand(rows, -1), y[:, None].expand(-1, columns)]).flatten(1)[None]


def loss(outputs: dict[str, torch.Tensor], batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross entropy of frames and of kinds, and the positions' error in the frames without transients alone."""
    frames = F.binary_cross_entropy_with_logits(outputs["clean"], batch["clean"])
    kinds = F.cross_entropy(outputs["kind"], batch["kind"])
    return frames + kinds + 3 * position_error(outputs["positions"], batch["positions"], batch["clean"])


def position_error(found: torch.Tensor, true: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """Mean squared distance of (N, T, 3) positions over the frames that are clean and whose position is known."""
    counts = (clean > 0.5) & ~true.isnan().any(dim=2)
    off = (found - torch.nan_to_num(true)).square().sum(dim=2)
    return (off * counts).sum() / counts.sum().clamp(min=1)
