"""A shard: some videos of a split with all that is known of them, measured before they are written."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from framewright.errors import UserError
from framewright.study.progress import Progress, report_nothing
from framewright.videomnist.clip_spec import FRAME, ClipSpec
from framewright.videomnist.digits import Digits
from framewright.videomnist.measure import Measures, measure, take_worst
from framewright.videomnist.render import DrawnDigits, draw, overlay, prepare_glyphs
from framewright.videomnist.store import GREY, RGB, Columns, PartWriter, Shape

# DrawnDigits of 64 pixels a side that are drawn together: enough that numpy works longer than it takes to be called.
BATCH = 32


def list_columns(spec: ClipSpec) -> Columns:
    """What a shard knows of each video beside its pixels."""
    each = (spec.digits,) if spec.digits > 1 else ()  # one digit has no axis, as documented
    return {
        "labels": (np.int64, ()),  # the first digit
        **({"digits": (np.int64, each)} if each else {}),
        "source": (np.int64, each),  # the picture's place in its file
        "motion": (np.uint8, ()),  # place in the attribute motion_types
        "speed": (np.float32, ()),
        "trajectory": (np.float32, (*each, spec.frames, 4)),
        "measured": (np.float32, (len(fields(Measures)),)),
    }


def choose_picture(index: int, choices: Sequence[np.ndarray], place: int = 0) -> int:
    """The picture of a video: 0, 10, 20 ... show the zeros (`choices[0]`, rows of Digits), 1, 11 ... the ones.

    The digit at another `place` in the video differs from the first by 1 to 9, in turn, times its place.
    """
    rows = choices[(index + place * (1 + index // 10 % 9)) % 10]
    return int(rows[(index // 10 + place) % len(rows)])


def group_by_digit(digits: Digits) -> list[np.ndarray]:
    """For each of the ten digits the rows of its pictures."""
    rows = [np.flatnonzero(digits.labels == digit) for digit in range(10)]
    for digit in [digit for digit, own_rows in enumerate(rows) if not len(own_rows)]:
        raise UserError(f"videomnist.digits: no usable picture of a {digit}; give all of MNIST's files")
    return rows


def write_shard(
    path: Path,
    digits: Digits,
    spec: ClipSpec,
    seed: int,
    split: str,
    indices: range,
    layouts: Sequence[str] = (GREY, RGB),
    definition: str = "",
    progress: Progress = report_nothing,
) -> None:
    """Draw, measure and write these videos of a split."""
    rows, step = group_by_digit(digits), max(1, BATCH * FRAME**2 // spec.size**2 // spec.digits)
    with PartWriter(path, Shape(spec.frames - 1, spec.size), list_columns(spec), layouts, definition) as part:
        for first in progress(range(indices.start, indices.stop, step), unit="batches"):
            batch = range(first, min(first + step, indices.stop))
            sources = np.array([choose_picture(index, rows, place) for index in batch for place in range(spec.digits)])
            prepared = prepare_glyphs(digits.images[sources], spec)
            drawn = draw(prepared, spec, seed, split, batch)
            found, pixels = _measure(drawn, prepared.ink, spec.digits), overlay(drawn.pixels, spec.digits)
            for place in range(len(batch)):
                its = slice(place * spec.digits, (place + 1) * spec.digits)
                labels = digits.labels[sources[its]]
                part.add(
                    pixels[place],
                    labels=labels[0],
                    digits=labels,
                    source=digits.index[sources[its]],
                    motion=drawn.motions[its.start],
                    speed=drawn.speeds[its.start],
                    trajectory=drawn.trajectories[its],
                    measured=found[place],
                )


def _measure(drawn: DrawnDigits, inks: np.ndarray, digits: int) -> np.ndarray:
    """(n, measures): the measures of some videos, one row each, in the order of the fields of Measures."""
    found = take_worst(measure(drawn.pixels, drawn.trajectories, inks), digits)
    return np.stack([getattr(found, field.name) for field in fields(Measures)], axis=1)
