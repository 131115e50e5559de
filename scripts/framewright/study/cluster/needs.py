"""Minutes and memory that a job may take on a cluster: as measured, by the length of its video and the size of its
frames, and by the attempt.

A limit that is too short costs a whole attempt, one that is too long some minutes in the queue: so limits of time are
several times what was measured, and all grow with each attempt.
"""

import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from framewright.errors import UserError
from framewright.video.probe import Probe, read_probe

LEAST = 20  # minutes of the first attempt
MARGIN = 4.0  # slower processors, larger frames, storage that others use
USUAL = 9000  # frames of a video that is not probed yet: five minutes


class Rate(NamedTuple):
    """Processor seconds of one job: for starting it, and for each unit of work: frames, mostly."""

    start: float = 2.0
    unit: float = 0.0


# Of 720 lines, one core; the detector's rates are those of a network at 640 px without a GPU.
RATES = {
    "sources_probe": Rate(unit=0.02),
    "sources_mot": Rate(unit=0.05),
    "sources_render": Rate(unit=0.05),
    "sources_preview": Rate(unit=0.01),
    "tracks_segment": Rate(unit=0.0035),
    "tracks_deface": Rate(unit=0.103),
    "tracks_audit": Rate(5.0, 0.004),
    "tracks_preview": Rate(unit=0.01),
    "tracks_detect": Rate(5.0, 0.36),
    "tracks_follow": Rate(unit=0.01),
    "tracks_extract": Rate(unit=0.017),
    "tracks_sheet": Rate(unit=0.01),
    "tracks_entry": Rate(unit=0.01),
    "tracks_metrics": Rate(10.0, 0.03),
    "patches_plan": Rate(unit=0.03),
    "patches_cut": Rate(5.0, 4.0),  # a window of 2160 lines
    "flexpatch_truth": Rate(5.0, 0.36),
    "flexpatch_samples": Rate(unit=0.05),
    "flexpatch_run": Rate(5.0, 0.4),
    "flexpatch_rate": Rate(5.0, 0.4),
}


class Memory(NamedTuple):
    """Megabytes of one job: the least that it asks for, what it takes with the smallest frames, and for each million
    pixels of a frame; times `deep` for pixels of more than 8 bits, and `full` where chroma is not halved both ways."""

    least: int
    start: float
    megapixel: float
    deep: float = 1.6
    full: float = 1.0


HELD = 35 * 1.5  # frames that planning and cutting hold, in the decoder and as a window, and bytes a pixel

# Of frames of 8 and of 33 million pixels, a tenth added.
MEMORY = {
    "tracks_segment": Memory(1500, 200, 25),
    "tracks_deface": Memory(2000, 850, 97),
    "tracks_audit": Memory(2000, 750, 29),
    "tracks_detect": Memory(3000, 300, 51),
    "tracks_extract": Memory(2500, 250, 77),
    "patches_plan": Memory(1000, 500, HELD, deep=2.0, full=2.0),
    "patches_cut": Memory(1000, 500, HELD, deep=2.0, full=2.0),
    "flexpatch_truth": Memory(3000, 450, 64),
    "flexpatch_samples": Memory(1500, 200, 28),
    "flexpatch_run": Memory(2000, 600, 144),
    "flexpatch_rate": Memory(3000, 600, 144),
}


def estimate_megabytes(rule: str, probe: str, attempt: int) -> int:
    """Megabytes that a job of a rule gets at an attempt, by the record of its video; the least where that lacks."""
    memory = MEMORY[rule]
    try:
        known = _read(probe)
    except (OSError, UserError):
        return attempt * memory.least
    width, height = known.displayed_size
    each = memory.megapixel * (memory.deep if known.bit_depth > 8 else 1)
    each *= 1 if "420" in (known.pixel_format or "420") else memory.full
    return attempt * max(memory.least, math.ceil(memory.start + each * width * height / 1e6))


def estimate_minutes(rule: str, units: int | None, attempt: int) -> int:
    """Minutes that a job of a rule gets at an attempt, the first being 1, for so many units; None where unknown."""
    rate = RATES[rule]
    seconds = rate.start + rate.unit * (USUAL if units is None else units)
    return attempt * max(LEAST, math.ceil(MARGIN * seconds / 60))


def estimate_bucket_minutes(rules: Iterable[str], videos: int, frames: int, cores: int, attempt: int) -> int:
    """Minutes that a job gets which runs these rules on a bucket's videos; `frames` of all of them, 0 where unknown."""
    rates = [RATES.get(rule, Rate()) for rule in rules]
    seconds = sum(videos * rate.start + (frames or videos * USUAL) * rate.unit for rate in rates)
    return attempt * max(LEAST, math.ceil(MARGIN * seconds / max(1, cores) / 60))


def count_frames(probe: str) -> int | None:
    """The frames of a video by its record's path; None where the record isn't there yet."""
    try:
        return _read(probe).frames
    except (OSError, UserError):
        return None


@cache
def _read(probe: str) -> Probe:
    return read_probe(Path(probe))
