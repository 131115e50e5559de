"""The record of a video that every job reads: what `results/sources/<video>/probe.json` holds, with types."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from framewright.errors import UserError
from framewright.study.record import read_record

# Facts that every record has; all of them are null where a video is rejected.
FACTS = (
    *("container", "codec", "profile", "pixel_format", "bit_depth", "coded_size", "displayed_size", "rotation"),
    *("mirrored", "pixel_aspect", "rate", "rate_varies", "start", "duration", "frames", "keyframes", "time_base"),
    *("interlaced", "colour", "audio", "stream", "sample"),
)


@dataclass(frozen=True)
class ProbeColour:
    """The colour tags of a video. `kind` is its class: SDR, PQ, HLG or unknown; peaks are nits, None where untold."""

    primaries: str = "unknown"
    transfer: str = "unknown"
    matrix: str = "unknown"
    range: str = "unknown"
    kind: str = "unknown"
    untagged: bool = True
    forced: bool = False  # the video table overrules the tags
    peak: float | None = None
    mastering_peak: float | None = None
    max_cll: float | None = None
    max_fall: float | None = None


@dataclass(frozen=True)
class Probe:
    """What a video is. Of a rejected one `reason` says why, and all facts are empty: 0, "" or ().

    Times are seconds on the file's presentation clock, `use` the part to work on (start, end). Sizes are (width,
    height); `displayed_size` is that of the upright frame with square pixels, in which all boxes are measured.
    """

    video: str
    status: str  # ok or rejected
    reason: str  # a sentence, empty where the video can be used
    notes: tuple[str, ...] = ()
    sha256: str = ""
    bytes: int = 0
    use: tuple[float, float] = (0.0, 0.0)
    container: str = ""
    codec: str = ""
    profile: str = ""
    pixel_format: str = ""
    bit_depth: int = 0
    coded_size: tuple[int, int] = (0, 0)
    displayed_size: tuple[int, int] = (0, 0)
    rotation: int = 0
    mirrored: bool = False
    pixel_aspect: Fraction = Fraction(1)
    rate: Fraction = Fraction(0)  # frames per second; an average where `rate_varies`
    rate_varies: bool = False
    start: float = 0.0
    duration: float = 0.0
    frames: int = 0
    keyframes: tuple[float, ...] = ()
    time_base: Fraction = Fraction(0)
    interlaced: bool = False
    colour: ProbeColour = ProbeColour()
    audio: str = ""  # the codec of its sound, empty without sound

    @property
    def usable(self) -> bool:
        """Whether pipelines can work on it."""
        return self.status == "ok"


FRACTIONS, PAIRS = ("pixel_aspect", "rate", "time_base"), ("use", "coded_size", "displayed_size")


def read_probe(path: str | Path) -> Probe:
    """The record in `path`.

    >>> read_probe("results/sources/street/probe.json").displayed_size
    (96, 64)
    """
    try:
        return as_probe(read_record(path))
    except FileNotFoundError as error:
        raise UserError(f"{path}: not there yet; run snakemake first") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"{path}: not the record of a video ({error}); delete it and run snakemake") from error


def as_probe(record: dict[str, Any]) -> Probe:
    """A record as `examine.probe` makes it, with types; what is not known (null) gets its empty value."""
    known = {name: value for name, value in record.items() if value is not None and name in Probe.__annotations__}
    known |= {name: Fraction(known[name]) for name in FRACTIONS if name in known}
    known |= {name: tuple(known[name]) for name in (*PAIRS, "notes", "keyframes") if name in known}
    if "audio" in known:
        known["audio"] = known["audio"]["codec"]
    if "colour" in known:
        known["colour"] = ProbeColour(
            **{"kind" if name == "class" else name: of for name, of in known["colour"].items()}
        )
    return Probe(**{"video": "", "reason": ""} | known)
