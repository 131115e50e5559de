"""What can be chosen for objects: the detector, how detections become tracks, and which tracks are kept."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class DetectorSettings:
    """What the object detector looks for, and what counts as found."""

    image_size: int | None = None  # pixels of the frame's longer side in the network; None: what the weights name
    confidence: float = 0.1  # lowest score of a detection
    nms: float = 0.5  # of two boxes that overlap more, whatever their classes, the surer one stays
    max_objects: int = 300  # in one frame
    classes: list[str] = field(default_factory=list)  # names of the only classes kept; empty for all
    renames: bool = False  # the prompts say what the weights' classes are called, or what open vocabularies look for
    device: str = "cpu"
    batch: int = 8  # frames in one call of the network
    rate: float = 16  # frames searched per second


@dataclass(frozen=True)
class Association:
    """How detections become tracks. The figures behind the defaults: python tests/bench/bench_association.py"""

    nms: float = 0.5  # of two boxes that overlap more, whatever their classes, the surer one stays
    min_score: float = 0.1  # detections below are left out
    high_score: float = 0.5  # surer ones are associated first, and begin tracks
    min_overlap: float = 0.2  # of a box and where its track should be
    lost_seconds: float = 1.5  # after so long without a box a track has ended
    duplicate: float = 0.85  # two tracks that share more space and time are one
    appearance: float = 0.2  # weight of how alike track and detection look, 0..1, beside their overlap; 0 looks at none


@dataclass(frozen=True)
class Keep:
    """Which tracks are worth keeping."""

    min_seconds: float = 3.0
    min_area: float = 0.1  # mean area of the boxes over that of the frame
