"""One model for three questions: what kind of path it is, which frames show a transient, where the real sphere is."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class MultitaskConfig:
    """`size` is the picture's side in pixels, `width` the number of channels, `kinds` that of the kinds of path,
    `trail` the frames of which a trail is the mean."""

    size: int = 64
    width: int = 16
    hidden: int = 32
    kinds: int = 4
    trail: int = 9


class Multitask(nn.Module):
    """Finds the sphere in each frame, and tells the path by where it was."""

    def __init__(self, config: MultitaskConfig) -> None:
        super().__init__()
        width, hidden = config.width, config.hidden
        self.reach = config.trail // 2
        self.find = nn.Sequential(
            nn.Conv2d(3, width, 6, stride=4, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
        )
        self.judge = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, 1))
        self.stay = nn.Conv2d(1, width, 3, padding=1)
        self.weigh = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, 1, 1))
        self.depth = nn.Linear(width, 1)
        self.conclusion = Follow(2, hidden, config.kinds)

    def see(self, video: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, T, 3, H, W) uint8 -> logits `clean` (N, T), and `positions` (N, T, 3) as the camera sees them."""
        number, length = video.shape[:2]
        frames = video.flatten(0, 1).float() / 255
        seen = self.find(frames)  # (N T, width, H/4, W/4)
        pooled = torch.cat([seen.sum(dim=(2, 3)) / 16, seen.amax(dim=(2, 3))], dim=1)  # how much, and the most
        clean = self.judge(pooled).view(number, length)
        # What stays leaves a trail, what comes and goes does not.
        trail = average_trail(frames, number, self.reach, (seen.shape[2], seen.shape[3]))
        weights = self.weigh(seen + self.stay(trail)).flatten(2).softmax(dim=2)  # (N T, 1, cells)
        cells = make_grid(seen.shape[2], seen.shape[3], seen.device)  # (1, 2, cells)
        across = (weights * cells).sum(dim=2)  # (N T, 2)
        depth = self.depth((weights * seen.flatten(2)).sum(dim=2))
        positions = torch.cat([across, depth], dim=1).view(number, length, 3)
        return {"clean": clean, "positions": positions}

    def conclude(self, seen: dict[str, torch.Tensor], length: int) -> dict[str, torch.Tensor]:
        """What was seen of clips of `length` frames, with the logits `kind` (N, kinds) of their paths."""
        # Depth shows in the disc's size alone, which has three steps: that would only blur the bends.
        way = bridge(seen["positions"][..., :2].detach(), seen["clean"].detach() > 0)
        return seen | {"kind": self.conclusion(way - way.mean(dim=1, keepdim=True))}  # from its mean

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


def bridge(way: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """(N, T, 2) positions, those of frames that are not `clean` (N, T) on the line between the nearest that are.

    A transient draws the eye away from the sphere. Before the first clean frame and after the last its place stands.
    """
    length = way.shape[1]
    times = torch.arange(length, device=way.device).expand_as(clean)
    before = torch.where(clean, times, -1).cummax(dim=1).values
    after = torch.where(clean, times, length).flip(1).cummin(dim=1).values.flip(1)
    before, after = torch.where(before < 0, after, before), torch.where(after == length, before, after)
    known = (before >= 0) & (before < length) & (after < length)
    before, after = torch.where(known, before, times), torch.where(known, after, times)
    share = ((times - before) / (after - before).clamp(min=1))[..., None]
    first, last = (way.gather(1, ends[..., None].expand_as(way)) for ends in (before, after))
    return first + (last - first) * share


def average_trail(frames: torch.Tensor, number: int, reach: int, shape: tuple[int, int]) -> torch.Tensor:
    """(N T, 3, H, W) frames of N clips -> (N T, 1, *shape) the mean grey of the frames within `reach` of each."""
    grey = F.adaptive_avg_pool2d(frames.mean(dim=1), shape).view(number, -1, shape[0] * shape[1])
    sums = F.pad(grey.cumsum(dim=1), (0, 0, 1, 0))
    times = torch.arange(grey.shape[1], device=grey.device)
    first, end = (times - reach).clamp(min=0), (times + reach + 1).clamp(max=grey.shape[1])
    return ((sums[:, end] - sums[:, first]) / (end - first)[:, None]).view(-1, 1, *shape)


def make_grid(rows: int, columns: int, device: torch.device) -> torch.Tensor:
    """(1, 2, rows * columns): x and y of the middle of each cell, in -1..1."""
    y, x = ((torch.arange(n, device=device) + 0.5) * 2 / n - 1 for n in (rows, columns))
    return torch.stack([x.expand(rows, -1), y[:, None].expand(-1, columns)]).flatten(1)[None]


def compute_loss(outputs: dict[str, torch.Tensor], batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross entropy of frames and of kinds, and the positions' error in the frames without transients alone."""
    frames = F.binary_cross_entropy_with_logits(outputs["clean"], batch["clean"])
    kinds = F.cross_entropy(outputs["kind"], batch["kind"])
    return frames + kinds + 3 * position_error(outputs["positions"], batch["positions"], batch["clean"])


def position_error(found: torch.Tensor, true: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """Mean squared distance of (N, T, 3) positions over the frames that are clean and whose position is known."""
    counts = (clean > 0.5) & ~true.isnan().any(dim=2)
    off = (found - torch.nan_to_num(true)).square().sum(dim=2)
    return (off * counts).sum() / counts.sum().clamp(min=1)
