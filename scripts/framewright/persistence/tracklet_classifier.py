"""Which tracklets are spheres that persist: an encoder of crops, stored with the model, and a net over time."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from framewright.persistence.tracklets import CHANNELS, SIDE


@dataclass(frozen=True)
class TrackletConfig:
    """`size` is the picture's side in pixels, `width` the length of a crop's description, `hidden` the memory's."""

    size: int = 64
    width: int = 16
    hidden: int = 32


class TrackletClassifier(nn.Module):
    """Describes the crop around each blob of a tracklet, and reads the descriptions in order."""

    def __init__(self, config: TrackletConfig) -> None:
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv2d(3, config.width // 2, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(config.width // 2 * (SIDE // 2) ** 2, config.width),
            nn.ReLU(),
        )
        self.conclusion = Reader(config.width + CHANNELS - 3, config.hidden)

    def see(self, video: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, T, CHANNELS, SIDE, SIDE) uint8 -> `tokens` (N, T, width + 3): description, presence, x, y."""
        frames = video.flatten(0, 1).float() / 255
        state = frames[:, 3:, 0, 0]  # (N T, 3)
        tokens = torch.cat([self.encode(frames[:, :3]) * state[:, :1], state], dim=1)
        return {"tokens": tokens.view(*video.shape[:2], -1)}

    def conclude(self, seen: dict[str, torch.Tensor], length: int) -> dict[str, torch.Tensor]:
        """What was seen, with the logit `persistent` (N, 1) of each tracklet in clips of `length` frames."""
        return seen | {"persistent": self.conclusion(seen["tokens"])}

    def forward(self, video: torch.Tensor) -> dict[str, torch.Tensor]:
        """(N, T, CHANNELS, SIDE, SIDE) uint8 -> the logit `persistent` (N, 1)."""
        return self.conclude(self.see(video), video.shape[1])


class Reader(nn.Module):
    """Reads the tokens of a whole clip in order, and adds up in how many frames there was a blob."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.read = nn.GRU(width, hidden, batch_first=True)
        self.judge = nn.Linear(hidden + 1, 1)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:  # (N, T, width) -> (N, 1)
        _, memory = self.read(tokens)
        share = tokens[:, :, -3].mean(dim=1, keepdim=True)
        return self.judge(torch.cat([memory[0], share], dim=1))


def compute_loss(outputs: dict[str, torch.Tensor], batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross entropy of tracklets."""
    return F.binary_cross_entropy_with_logits(outputs["persistent"].squeeze(1), batch["persistent"])
