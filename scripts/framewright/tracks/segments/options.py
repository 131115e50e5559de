"""What can be chosen for segments: the detector of cuts, how long segments are, and what they are dropped for."""

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class CutSettings:
    """What finds cuts: `transitions`, or `adaptive`, PySceneDetect's AdaptiveDetector, with its options."""

    detector: str = "transitions"
    adaptive: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Lengths:
    """How long segments are, in seconds; longer ones are split, or else lose their end."""

    min_seconds: float | Fraction = 3
    max_seconds: float | Fraction = 600
    split: bool = True

    @property
    def least(self) -> Fraction:
        """The shortest length, exactly as it was written in decimals."""
        return Fraction(str(self.min_seconds))

    @property
    def most(self) -> Fraction:
        """The longest length, exactly as it was written in decimals."""
        return Fraction(str(self.max_seconds))


@dataclass(frozen=True)
class Limits:
    """What a segment may show at most, and must show at least; None is no limit.

    Shares, 0 to 1: of frames that are black, of frames that are still, of the frame that bars leave to the picture.
    `min_sharpness` is 0 to 100.
    """

    max_black: float | None = 0.5
    max_frozen: float | None = 0.95
    min_sharpness: float | None = 25
    min_picture: float | None = 0.25


@dataclass(frozen=True)
class ModelFilters:
    """The user's model files that judge segments; None turns a filter off."""

    cartoon: str | None = None
    aesthetic: str | None = None
    encoder: str | None = None  # of the aesthetic model's input, where it takes vectors
    min_aesthetic: float = 4
