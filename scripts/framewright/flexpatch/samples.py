"""From videos whose truth is known to samples: the features of a track that is followed, and how well it lies.

A follower starts from what a detector found, and is refreshed with it every few frames. In between, each of its tracks
is compared in each frame with the true box of the object that it was last refreshed on, and with no other.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from framewright.boxes import iou
from framewright.flexpatch.compat import CompatFollower
from framewright.flexpatch.features import COMPAT, DEFINITIONS, as_record, feature_matrix
from framewright.flexpatch.follow import Follower
from framewright.flexpatch.frames import frames_of
from framewright.flexpatch.known import NOBODY, Known
from framewright.video import open_video

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


def sampled(
    video: str | Path, name: str, known: Known, use: Sequence[float], how: Sampling, definition: str
) -> tuple[list[Sample], dict[str, Any]]:
    """The samples of a video, by the features of `definition`, and a record of the tracks behind them.

    A video of which nothing is known is not opened: it may be one that can't be.
    """
    record = {"video": name} | as_record(DEFINITIONS[definition]) | vars(how)
    record |= {"frames": len(known.times), "detections": len(known.found)}
    if not len(known.times):
        return [], record | summed([]) | {"tracks": [], "without_truth": []}
    follower = (CompatFollower if definition == COMPAT.name else Follower)(known.size, max_age=how.max_age)
    with open_video(video) as film:
        greys = (frame.gray() for frame in frames_of(film, use, len(known.times)))
        found, untrue = samples(name, known, greys, follower, how)
    tracks = sorted({own.track for own in found})
    return found, record | summed(found) | {"tracks": tracks, "without_truth": untrue}


def samples(
    name: str, known: Known, greys: Iterable[np.ndarray], follower: Follower | CompatFollower, how: Sampling
) -> tuple[list[Sample], list[int]]:
    """The samples of the frames `greys`, (H, W) uint8 each, and the numbers of tracks that were no true object."""
    found: list[Sample] = []
    owners: dict[int, int] = {}
    for frame, grey in enumerate(greys):
        seen = known.found.at(frame)
        given = grey, seen.boxes, seen.sure, seen.labels
        if frame == 0:
            follower.start(*given)
            owners |= zip((track.number for track in follower.tracks), seen.objects.tolist(), strict=True)
            continue
        follower.move(grey)
        found += _of_frame(name, known, frame, follower, owners, how)
        if frame % how.every == 0:
            owners |= zip(follower.refresh(*given).tolist(), seen.objects.tolist(), strict=True)
    return found, sorted(number for number, owner in owners.items() if owner == NOBODY)


def label_of(overlap: float, how: Sampling) -> str:
    """How urgent it is to look again for an object that a track overlaps by so much; 0 is for one that is gone."""
    return "high" if overlap <= how.high else "medium" if overlap <= how.medium else "low"


def _of_frame(
    name: str, known: Known, frame: int, follower: Follower | CompatFollower, owners: Mapping[int, int], how: Sampling
) -> list[Sample]:
    tracks = [track for track in follower.tracks if owners[track.number] != NOBODY]
    true = known.true.at(frame)
    there = true.sure >= LEAST_VISIBLE
    places = dict(zip(true.objects[there].tolist(), true.boxes[there], strict=True))
    found = []
    for track, row in zip(tracks, feature_matrix(tracks).tolist(), strict=True):
        owner = owners[track.number]
        overlap = float(iou(track.box, places[owner])[0, 0]) if owner in places else 0.0
        state = "there" if owner in places else "gone"
        found.append(
            Sample(
                *row, label_of(overlap, how), name, frame, float(known.times[frame]), track.number, owner, state,
                overlap, track.looked, track.age, *track.box.tolist(),
            )
        )  # fmt: skip
    return found


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
