"""What a sample is: the columns of training_data.csv, the labels, and how samples are written."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from framewright.flexpatch.samples.options import Sampling

LABELS = ("high", "medium", "low")  # how urgently a detector should examine the track again
MIN_VISIBLE = 0.1  # share of an object; one that shows less is gone: no detector would find it


class Sample(NamedTuple):
    """A track in a frame: the columns of training_data.csv, in this order."""

    min_eig: float
    ncc: float
    accel: float
    flow_std: float
    confidence: float
    iou_label: str
    video: str
    frame: int  # number of the frame, from 0
    time: float  # when it appears, in seconds
    track: int  # number of the track in its video
    object: int  # identity, in the truth of its video, of the object it was last refreshed on
    state: str  # "there", or "gone": the object has left, or is hidden
    iou: float  # overlap with the object's true box, 0 where it is gone
    unexamined: int  # frames since the detector last examined the track
    age: int  # frames for which nothing has confirmed it
    misses: int  # examinations without success since its last detection
    kept: float  # share of its points that agreed with their way back
    overlap: float  # largest overlap with another track
    speed: float  # length of its velocity over the mean of its sides
    side: float  # mean of its sides over the frame's height
    outside: float  # share of its box outside the frame
    x1: float
    y1: float
    x2: float
    y2: float


COLUMNS = Sample._fields


def label_overlap(overlap: float, sampling: Sampling) -> str:
    """The label of a track by its overlap with its object, which is 0 for an object that is gone."""
    return "high" if overlap <= sampling.high else "medium" if overlap <= sampling.medium else "low"


def count_labels(samples: Sequence[Sample]) -> dict[str, Any]:
    """The number of samples, and of each label."""
    labels = {label: sum(sample.iou_label == label for sample in samples) for label in LABELS}
    return {"samples": len(samples), "labels": labels}


def write_samples(path: str | Path, samples: Iterable[Sample]) -> int:
    """Write samples as CSV, the documented columns first, and say how many; the same samples give the same bytes."""
    number = 0
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for sample in samples:
            writer.writerow(_cell(value) for value in sample)
            number += 1
    return number


def _cell(value: Any) -> Any:
    """A number with six significant digits: more would be noise, and twice the bytes."""
    return f"{value:.6g}" if isinstance(value, float) else value
