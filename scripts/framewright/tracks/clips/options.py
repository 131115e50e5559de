"""What can be chosen for clips: which tracks get one, its window, its length and how it is encoded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ClipSettings:
    """How clips are made: seconds, shares, and x264's constant rate factor and preset."""

    overlap: float = 0.9  # more space and time than this shared with a longer track: no clip
    smoothing: float = 0.66  # seconds, deviation of the Gaussian over the boxes
    min_aspect: float = 2 / 3  # width over height
    max_aspect: float = 3 / 2
    max_seconds: float = 180
    key_seconds: float = 0.5  # longest time between two key frames
    crf: int = 20
    preset: str = "veryfast"
