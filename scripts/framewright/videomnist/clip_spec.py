"""What all videos of a set have in common. Light: no arrays here.

Lengths are in pixels of a frame of 64 pixels a side; they grow with the frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SPLITS = ("train", "test")
FRAME = 64  # pixels a side, at which lengths are stated


@dataclass(frozen=True)
class GlyphSpec:
    """How pictures of digits are prepared for drawing."""

    size: int  # pixels a side of the frame
    growth: float  # part of its size by which a digit grows and shrinks at most
    max_enlargement: float  # times its size, up to which a thin digit is enlarged so that enough pixels are lit

    @property
    def zoom(self) -> float:
        """How much larger than at 64 pixels everything is."""
        return self.size / FRAME


@dataclass(frozen=True)
class ClipSpec(GlyphSpec):
    """How the digits of a video move."""

    frames: int  # of each video
    motions: Sequence[str]
    speed: Sequence[float]  # pixels a frame, for frames of 64 pixels: from, to
    rotation: float  # degrees that a digit swings to either side at most
    digits: int = 1  # in each video
