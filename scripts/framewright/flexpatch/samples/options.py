"""The options of the stage that makes samples."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DetectorSettings:
    """Which objects a detector reports, and how it is run; None for `image_size` is what the weights name."""

    image_size: int | None = None  # pixels of the frame's longer side as the network sees it
    confidence: float = 0.25  # minimum score of an object
    nms: float = 0.45  # of two boxes with a larger overlap (intersection over union) one is kept
    max_objects: int = 300  # in a frame, the surest ones
    classes: tuple[str, ...] = ()  # names of the classes to keep; empty for all
    device: str = "cpu"
    batch: int = 8  # frames in one call


@dataclass(frozen=True)
class Sampling:
    """How samples are made. Tracks are refreshed after every `every`-th frame."""

    every: int = 10
    max_age: int = 10
    high: float = 0.0  # a track with at most this overlap with its object is labelled high
    medium: float = 0.5  # and with at most this one, medium
