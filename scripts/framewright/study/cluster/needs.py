"""Minutes that a job may take on a cluster: from measured rates, the length of its video, and the attempt.

A limit that is too short costs a whole attempt, one that is too long some minutes in the queue: so limits are several
times what was measured, and grow with each attempt.
"""

import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from framewright.errors import UserError
from framewright.video.probe import read_probe

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
        return _read_frames(probe)
    except (OSError, UserError):
        return None


@cache
def _read_frames(probe: str) -> int:
    return read_probe(Path(probe)).frames
