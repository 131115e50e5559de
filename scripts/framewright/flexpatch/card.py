"""What the samples are, for their card, and the rows of its index."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from framewright.report.card import Column, Dataset

DATASET = Dataset(
    name="framewright-flexpatch",
    description=(
        "Objects that are followed through videos by optical flow, frame by frame: five features of how well that "
        "goes, and how well the box really lies. A small decision tree learns from them which objects a detector must "
        "look at again. "
        "The label is by the overlap (intersection over union) with the true box of the same object, and with no other."
    ),
    records="samples",
    columns={
        "sample": Column("text", "The video, the number of the track and that of the frame; names a row."),
        "min_eig": Column("number", "Mean smaller eigenvalue of the gradient matrix at the points that were followed."),
        "ncc": Column("number", "Correlation of what is in the box with what was when it was detected, -1 to 1."),
        "accel": Column("number", "Length of the change of velocity, pixels per frame per frame."),
        "flow_std": Column("number", "Spread of the displacements of its points, in pixels."),
        "confidence": Column("number", "Score of the last detection, 0 to 1."),
        "iou_label": Column("text", "How urgent it is to look again: high, medium or low."),
        "video": Column("text", "The video's name in all results."),
        "frame": Column("whole", "Number of the frame in the part that was used, from 0."),
        "time": Column("number", "When the frame appears, in seconds of the video's presentation time."),
        "track": Column("whole", "Number of the track in its video."),
        "object": Column("whole", "Identity, in the truth of its video, of what the track was last refreshed on."),
        "state": Column("text", "there, or gone: the object has left, or is hidden."),
        "iou": Column("number", "Overlap with the true box of that object, 0 where it is gone."),
        "looked": Column("whole", "Frames since a detector last looked."),
        "age": Column("whole", "Frames for which nothing has confirmed the track."),
    },
    cites=("FlexPatch", "ByteTrack"),
    privacy="Numbers about boxes, and show nobody. Sheets with pictures are made of the demo's scenes alone.",
    limits=(
        "Neighbouring rows are of neighbouring frames, and nearly alike: split by video or by time, never by row.",
        "Tracks that were no known object are left out; at run time they exist.",
    ),
)
PSEUDO = "For {videos} the truth is a detector's own finds, with a tracker's identities: what it misses counts as gone."
COMPAT = (
    "The features are trtutils' as coded there, of rectangles that are too large because corners are read as sizes: "
    "use them for a model inside trtutils alone."
)


def dataset(side: Mapping[str, Any], training: Mapping[str, Any]) -> Dataset:
    """The dataset that a side file describes, with what the training on it found."""
    definition, held = side["definition"], training["held_out"]
    recall = ", ".join(f"{name} {'-' if own is None else format(own, '.2f')}" for name, own in held["recall"].items())
    told = (
        f"Features are by the definition {definition['name']} {definition['version']}. A tree trained on a part has, "
        f"on {held['samples']:,} other samples, a recall of {recall}."
    )
    pseudo = [video for video, source in side["truth"].items() if source == "detector"]
    limits = [PSEUDO.format(videos=", ".join(pseudo))] if pseudo else []
    limits += [COMPAT] if definition["name"] == "compat" else []
    return replace(DATASET, description=f"{DATASET.description} {told}", limits=(*limits, *DATASET.limits))


def rows(path: str | Path) -> Iterator[dict[str, Any]]:
    """A row of the index for each sample in training_data.csv."""
    kinds = {"number": float, "whole": int, "text": str}
    own = {name: kinds[column.kind] for name, column in DATASET.columns.items() if name != "sample"}
    with Path(path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = f"{row['video']} {row['track']} {row['frame']}"
            yield {"sample": name} | {key: kind(row[key]) for key, kind in own.items()}
