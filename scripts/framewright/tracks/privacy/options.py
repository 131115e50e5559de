"""What can be chosen for privacy: how faces and plates are detected, what covers them, and how much is audited."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FinderSettings:
    """How faces are detected, and licence plates where weights for them are given."""

    threshold: float = 0.2  # score of a sure detection
    long_side: int = 1920  # pixels; larger frames are reduced for face detection
    plates: str | None = None  # weights of a plate detector
    plate_size: int = 640  # side of its square input, pixels


@dataclass(frozen=True)
class DefaceSettings:
    """How a video is defaced."""

    finders: FinderSettings = FinderSettings()
    method: str = "blur"  # blur, mosaic, solid or none
    every: int = 3  # frames from one detection to the next
    crf: int = 18  # x264's quality of what is written


@dataclass(frozen=True)
class AuditSettings:
    """How a defaced video is searched again."""

    finders: FinderSettings = FinderSettings(threshold=0.3)
    frames: int = 12
