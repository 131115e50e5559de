"""A model that tells the kind of a path from where it looks, and is taught not to look at transients."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from framewright.persistence.multitask import Follow, average_trail, position_error


@dataclass(frozen=True)
class AttentionConfig:
    """`size` is the picture's side in pixels, `width` the number of channels, `trail` the frames of which a trail is
    the mean."""

    size: int = 64
    width: int = 16
    hidden: int = 32
    kinds: int = 4
    trail: int = 9


class Attention(nn.Module):
    """All that it learns of a frame passes through one map of weights that say where to look."""

    def __init__(self, config: AttentionConfig) -> None:
        super().__init__()
        width, hidden = config.width, config.hidden
        self.reach = config.trail // 2
        self.find = nn.Sequential(
            nn.Conv2d(3, width, 6, stride=4, padding=1),
            nn.ReLU(),
        )
        self.stay = nn.Conv2d(1, width, 3, padding=1)
        self.weigh = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, 1, 1))
        self.conclusion = Follow(2, hidden, config.kinds)

    def see(self, video: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, T, 3, H, W) uint8 -> `attention` (N, T, H/4, W/4), 1 in all per frame; its middle `places` (N, T, 2)."""
        number, length = video.shape[:2]
        frames = video.flatten(0, 1).float() / 255
        seen = self.find(frames)  # (N T, width, H/4, W/4)
        # What stays leaves a trail, what comes and goes does not: that tells them apart where colour does not.
        trail = average_trail(frames, number, self.reach, (seen.shape[2], seen.shape[3]))
        weights = self.weigh(seen + self.stay(trail)).flatten(1).softmax(dim=1)
        weights = weights.view(number, length, *seen.shape[2:])
        columns, rows = weights.sum(dim=2), weights.sum(dim=3)  # (N, T, W/4), (N, T, H/4)
        x, y = (part @ make_cell_centres(part.shape[2], part.device) for part in (columns, rows))  # (N, T)
        return {"attention": weights, "places": torch.stack([x, y], dim=2)}

    def conclude(self, seen: dict[str, torch.Tensor], length: int) -> dict[str, torch.Tensor]:
        """What was seen of clips of `length` frames, with the logits `kind` (N, kinds) of their paths."""
        way = seen["places"].detach()
        return seen | {"kind": self.conclusion(way - way.mean(dim=1, keepdim=True))}

    def forward(self, video: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, T, 3, H, W) uint8 -> logits `kind` (N, kinds), `attention` (N, T, H/4, W/4) and `places` (N, T, 2)."""
        return self.conclude(self.see(video), video.shape[1])


def make_cell_centres(count: int, device: torch.device) -> torch.Tensor:
    """The middles of `count` cells from -1 to 1."""
    return (torch.arange(count, device=device) + 0.5) * 2 / count - 1


def compute_loss(outputs: dict[str, torch.Tensor], batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """How far the attention's middle is off the sphere in clean frames, how much of it lies on transients in others,
    and the cross entropy of kinds."""
    shows = 1 - batch["clean"]
    kept = -torch.log((1 - on_transients(outputs["attention"], batch["cells"])).clamp(min=1e-4))
    off = position_error(outputs["places"], batch["positions"][..., :2], batch["clean"])
    return F.cross_entropy(outputs["kind"], batch["kind"]) + 10 * off + (kept * shows).sum() / shows.sum().clamp(min=1)


def on_transients(attention: torch.Tensor, cells: torch.Tensor) -> torch.Tensor:
    """(N, T) the share of each frame's attention that lies on cells with transients; the grids may differ."""
    return (attention * F.adaptive_max_pool2d(cells, attention.shape[2:])).sum(dim=(2, 3))
