"""The network that judges videos of digits: which digit, which motion, how fast. It never sees what it judges in training.

It looks at a digit and at its path apart. The digit is cut out around its centre of mass, so that where it is does not
matter; of the path it gets the centre, the ink and the spread of each frame. Its features are what both parts know.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

CUT = 16  # pixels a side of a digit as the network sees it: half of the frame, reduced
SHAPE, PATH = 32, 32  # features of the digit, of the path


class Judgement(NamedTuple):
    """Logits of the digit (B, 10) and of the motion (B, motions), the speed (B,), and the features (B, 64)."""

    digit: torch.Tensor
    motion: torch.Tensor
    speed: torch.Tensor
    features: torch.Tensor


@dataclass(frozen=True)
class JudgeConfig:
    """How long the videos are, and how many motions there are."""

    frames: int
    motions: int


class JudgeNetwork(nn.Module):
    """(B, T, S, S) float from 0 to 1 -> Judgement."""

    def __init__(self, config: JudgeConfig) -> None:
        super().__init__()
        self.config = config
        self.shape = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(32 * (CUT // 4) ** 2, SHAPE),
            nn.ReLU(),
        )
        self.digit = nn.Linear(SHAPE, 10)
        self.path = nn.Sequential(
            nn.Linear(4 * config.frames, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, PATH), nn.ReLU()
        )
        self.motion = nn.Linear(PATH, config.motions)
        self.speed = nn.Linear(PATH, 1)

    def forward(self, video: torch.Tensor) -> Judgement:
        track, cuts = follow(video)
        shape = self.shape(cuts.flatten(0, 1)[:, None]).view(*video.shape[:2], -1).mean(1)
        path = self.path(track.flatten(1))
        features = torch.cat([shape, path], 1)
        return Judgement(self.digit(shape), self.motion(path), self.speed(path)[:, 0], features)


def follow(video: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of videos (B, T, S, S): x, y, ink, spread of each frame (B, T, 4), and cuts around x, y (B, T, CUT, CUT)."""
    size = video.shape[-1]
    places = torch.linspace(-1, 1, size, dtype=video.dtype, device=video.device)
    ink = video.sum((2, 3)).clamp(min=1e-3)  # (B, T)
    x, y = (video.sum(2) @ places) / ink, (video.sum(3) @ places) / ink
    across, down = (places - x[..., None]) ** 2, (places - y[..., None]) ** 2  # (B, T, S)
    spread = ((video.sum(2) * across).sum(-1) + (video.sum(3) * down).sum(-1)) / ink
    track = torch.stack([x, y, 64 * ink / size**2 / 4, 4 * spread.clamp(min=0).sqrt()], 2)
    steps = torch.linspace(-0.5, 0.5, 2 * CUT, dtype=video.dtype, device=video.device)
    grid = torch.stack(
        [
            (x[..., None, None] + steps).expand(-1, -1, 2 * CUT, -1),
            (y[..., None, None] + steps[:, None]).expand(-1, -1, -1, 2 * CUT),
        ],
        -1,
    )
    cuts = F.grid_sample(video.flatten(0, 1)[:, None], grid.flatten(0, 1), align_corners=True)
    return track, F.avg_pool2d(cuts, 2).view(*video.shape[:2], CUT, CUT)
