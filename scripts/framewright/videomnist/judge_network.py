"""The network that judges videos of digits: which digit, which motion, how fast. It is trained on real clips alone.

It looks at a digit and at its path apart. The digit is cut out around its centre of mass, so that where it is does not
matter; of the path it gets the centre, its steps and their changes, the ink and the spread of each frame. Its features
are what both parts know.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

CUT = 16  # pixels a side of a digit as the network sees it: half of the frame, reduced
SHAPE, PATH = 32, 32  # features of the digit, of the path
TRACK = 9  # numbers that describe the path in a frame


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
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * (CUT // 4) ** 2, SHAPE),
            nn.ReLU(),
        )
        nn.utils.convert_conv2d_weight_memory_format(self.shape, torch.channels_last)  # takes six tenths of the time so
        self.digit = nn.Linear(SHAPE, 10)
        self.path = nn.Sequential(
            nn.Linear(TRACK * config.frames, 192),
            nn.ReLU(),
            nn.Linear(192, 96),
            nn.ReLU(),
            nn.Linear(96, PATH),
            nn.ReLU(),
        )
        self.motion = nn.Linear(PATH, config.motions)
        self.speed = nn.Linear(PATH, 1)

    def forward(self, video: torch.Tensor) -> Judgement:
        return self.judge(*follow(video))

    def judge(self, track: torch.Tensor, cuts: torch.Tensor) -> Judgement:
        """The same from what `follow` found; the cuts may be those of some frames alone."""
        shape = self.describe_shape(cuts).view(*cuts.shape[:2], -1).mean(1)
        path = self.path(describe_track(track).flatten(1))
        features = torch.cat([shape, path], 1)
        return Judgement(self.digit(shape), self.motion(path), self.speed(path)[:, 0], features)

    def describe_shape(self, cuts: torch.Tensor) -> torch.Tensor:
        """(B * T, SHAPE): what the digit looks like in each of the cuts (B, T, CUT, CUT)."""
        return self.shape(cuts.flatten(0, 1)[:, None].contiguous(memory_format=torch.channels_last))


def describe_track(track: torch.Tensor) -> torch.Tensor:
    """(B, T, TRACK) of tracks (B, T, 4): place, ink and spread, the last step, its length, and its change."""
    step = 8 * torch.diff(track[..., :2], dim=1, prepend=track[:, :1, :2])
    change = torch.diff(step, dim=1, prepend=step[:, :1])
    return torch.cat([track, step, step.norm(dim=2, keepdim=True), 2 * change], 2)


def follow(video: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of videos (B, T, S, S): x, y, ink, spread of each frame (B, T, 4), and cuts around x, y (B, T, CUT, CUT)."""
    batch, count, size = video.shape[:3]
    places = torch.linspace(-1, 1, size, dtype=video.dtype, device=video.device)
    columns, rows = video.sum(2), video.sum(3)  # (B, T, S)
    ink = rows.sum(2).clamp(min=1e-3)  # (B, T)
    x, y = columns @ places / ink, rows @ places / ink
    across, down = (places - x[..., None]) ** 2, (places - y[..., None]) ** 2  # (B, T, S)
    spread = ((columns * across).sum(-1) + (rows * down).sum(-1)) / ink
    track = torch.stack([x, y, 16 * ink / size**2, 4 * spread.clamp(min=0).sqrt()], 2)
    half = size // 4
    framed = F.pad(video.flatten(0, 1), (half, half, half, half))  # (B * T, S + 2 half, S + 2 half)
    left, top = (
        (each.flatten() + 1) / 2 * (size - 1) for each in (x, y)
    )  # in the margin's pixels: half less, half more
    steps = torch.arange(2 * half, device=video.device)
    down, across = (each.round().long().clamp(0, size)[:, None] + steps for each in (top, left))
    which = torch.arange(len(framed), device=video.device)[:, None, None]
    cuts = framed[which, down[:, :, None], across[:, None, :]][:, None]  # (B * T, 1, S / 2, S / 2)
    return track, F.adaptive_avg_pool2d(cuts, CUT).view(batch, count, CUT, CUT)
