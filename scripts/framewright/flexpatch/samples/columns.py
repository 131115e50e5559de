"""What a sample is: the columns of training_data.csv, the labels, and how samples are written."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

LABELS = ("high", "medium", "low")  # how urgently a detector should look again
LEAST_VISIBLE = 0.1  # share of an object; one that shows less is gone: no detector would find it


@dataclass(frozen=True)
class Sampling:
    """How samples are made. Tracks are refreshed after every `every`-th frame."""

    every: int = 10
    max_age: int = 10
    high: float = 0.0  # overlaps with the truth up to this are labelled high
    medium: float = 0.5  # and up to this, medium


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
    object: int  # identity of what it was last refreshed on, in the truth of its video
    state: str  # "there", or "gone": the object has left, or is hidden
    iou: float  # overlap with the object's true box, 0 where it is gone
    looked: int  # frames since a detector looked
    age: int  # frames for which nothing has confirmed it
    x1: float
    y1: float
    x2: float
    y2: float


COLUMNS = Sample._fields


def label_of(overlap: float, how: Sampling) -> str:
    """How urgent it is to look again for an object that a track overlaps by so much; 0 is for one that is gone."""
    return "high" if overlap <= how.high else "medium" if overlap <= how.medium else "low"


def summed(found: Sequence[Sample]) -> dict[str, Any]:
    """How many samples there are, and of each label."""
    return {"samples": len(found), "labels": {label: sum(own.iou_label == label for own in found) for label in LABELS}}


def write_samples(path: str | Path, found: Iterable[Sample]) -> None:
    """Write samples as CSV, beginning with the columns as documented; the same samples give the same bytes."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for own in found:
            writer.writerow(_cell(value) for value in own)


def _cell(value: Any) -> Any:
    """A number with six digits that count: more would be noise, and twice the bytes."""
    return f"{value:.6g}" if isinstance(value, float) else value
