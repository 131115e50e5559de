"""Which frames show a transient, and, after each frame, whether the whole clip will count as persistent."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from framewright.persistence.augment import PERSISTENT_BELOW


@dataclass(frozen=True)
class FrameClassifierConfig:
    """`encoder` is cnn or transformer; `size` the picture's side in pixels, `patch` that of a transformer's token."""

    encoder: str = "cnn"
    size: int = 64
    width: int = 16
    patch: int = 8
    layers: int = 2
    heads: int = 4


class Cnn(nn.Module):
    """Looks for spheres everywhere and adds up what it finds."""

    def __init__(self, config: FrameClassifierConfig) -> None:
        super().__init__()
        half = config.width // 2
        self.find = nn.Sequential(
            nn.Conv2d(3, half, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(half, config.width, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(config.width, config.width, 3, padding=1),
            nn.ReLU(),
        )

    def forward(self, frames: torch.Tensor) -> torch.Tensor:  # (N, 3, H, W) -> (N, width)
        return self.find(frames).sum(dim=(2, 3)) / 16


class Transformer(nn.Module):
    """Lets the patches of a frame look at each other, and adds up what they say."""

    def __init__(self, config: FrameClassifierConfig) -> None:
        super().__init__()
        patches = (config.size // config.patch) ** 2
        self.cut = nn.Conv2d(3, config.width, config.patch, stride=config.patch)
        self.place = nn.Parameter(torch.randn(patches, config.width) * 0.02)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                config.width, config.heads, 2 * config.width, dropout=0.0, batch_first=True, norm_first=True
            )
            for _ in range(config.layers)
        )

    def forward(self, frames: torch.Tensor) -> torch.Tensor:  # (N, 3, H, W) -> (N, width)
        tokens = self.cut(frames).flatten(2).mT + self.place  # (N, patches, width)
        for layer in self.layers:
            tokens = layer(tokens)
        return tokens.sum(dim=1) / 16


class FrameClassifier(nn.Module):
    """Judges each frame by itself, then counts: what it says after frame k knows frames 1 to k, none that follow."""

    def __init__(self, config: FrameClassifierConfig) -> None:
        super().__init__()
        self.encode = {"cnn": Cnn, "transformer": Transformer}[config.encoder](config)
        self.judge = nn.Sequential(nn.Linear(config.width, config.width), nn.ReLU(), nn.Linear(config.width, 1))
        self.conclusion = nn.Sequential(nn.Linear(3, config.width), nn.Tanh(), nn.Linear(config.width, 1))

    def see(self, video: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, T, 3, H, W) uint8 -> `clean` (N, T), the logit of a frame without transients."""
        return {"clean": self.judge(self.encode(video.flatten(0, 1).float() / 255)).view(video.shape[:2])}

    def conclude(self, seen: dict[str, torch.Tensor], length: int) -> dict[str, torch.Tensor]:
        """What was seen of the first frames of clips of `length`, with `persistent` (N, T), a logit after each frame.

        It gets the verdicts, not the pictures, and does not teach the eye: counting is all there is to it.
        """
        shows = torch.sigmoid(-seen["clean"].detach())
        time = torch.arange(1, shows.shape[1] + 1, device=shows.device).expand_as(shows) / length
        spare = PERSISTENT_BELOW * length - shows.cumsum(dim=1)  # frames that may yet show one
        return seen | {"persistent": self.conclusion(torch.stack([shows, spare, time], dim=2)).squeeze(2)}

    def forward(self, video: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, T, 3, H, W) uint8 -> logits (N, T): `clean` of each frame, and `persistent` after each frame."""
        return self.conclude(self.see(video), video.shape[1])


def compute_loss(outputs: dict[str, torch.Tensor], batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross entropy of all frames, and of the clip's label after each frame."""
    frames = F.binary_cross_entropy_with_logits(outputs["clean"], batch["clean"])
    label = batch["persistent"][:, None].expand_as(outputs["persistent"])
    return frames + F.binary_cross_entropy_with_logits(outputs["persistent"], label)
