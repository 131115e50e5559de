"""VideoGPT's encoder of given frames: a residual network of 34 layers in 3-D that keeps time and quarters the sides."""

import torch
import torch.nn.functional as F
from torch import nn

WIDTH = 240  # of what it returns for each place
GROUPS = ((64, 64, 3, 1), (64, 128, 4, 2), (128, 256, 6, 2), (256, WIDTH, 3, 1))  # channels in, out, blocks, stride


class FrameEncoder(nn.Module):
    """(B, 3, T, S, S) float from -0.5 to 0.5 -> (B, T * S/4 * S/4, WIDTH). Names of parameters are VideoGPT's."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv3d(3, 64, 3, padding=1, bias=False), NormRelu(64))
        self.group1, self.group2, self.group3, self.group4 = (BlockGroup(*group) for group in GROUPS)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        h = self.stem(frames)
        for group in (self.group1, self.group2, self.group3, self.group4):
            h = group(h)
        return h.flatten(2).mT


class NormRelu(nn.Module):
    """A batch norm, then an activation where it is wanted."""

    def __init__(self, channels: int, relu: bool = True) -> None:
        super().__init__()
        self.relu = relu
        self.norm = nn.BatchNorm3d(channels)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        h = self.norm(h)
        return F.relu(h) if self.relu else h


class BlockGroup(nn.Module):
    """Blocks of the same width; the first changes width and size."""

    def __init__(self, inputs: int, width: int, blocks: int, stride: int) -> None:
        super().__init__()
        self.start_block = ResidualBlock(inputs, width, stride, changes=True)
        self.blocks = nn.Sequential(*(ResidualBlock(width, width) for _ in range(blocks - 1)))

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        return self.blocks(self.start_block(h))


class ResidualBlock(nn.Module):
    """Two convolutions, added to what came in. (B, C, T, h, w) -> (B, width, T, h / stride, w / stride)."""

    def __init__(self, inputs: int, width: int, stride: int = 1, changes: bool = False) -> None:
        super().__init__()
        self.changes, steps = changes, (1, stride, stride)
        if changes:
            self.proj_conv = nn.Conv3d(inputs, width, 1, steps, bias=False)
            self.proj_bnr = NormRelu(width, relu=False)
        self.conv1 = nn.Conv3d(inputs, width, 3, steps, padding=1, bias=False)
        self.bnr1 = NormRelu(width)
        self.conv2 = nn.Conv3d(width, width, 3, padding=1, bias=False)
        self.bnr2 = NormRelu(width)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        kept = self.proj_bnr(self.proj_conv(h)) if self.changes else h
        return F.relu(self.bnr2(self.conv2(self.bnr1(self.conv1(h)))) + kept)
