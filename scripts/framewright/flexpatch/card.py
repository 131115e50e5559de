"""What the samples are, for their card, and the rows of its index."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from framewright.report.card import Column, Dataset, Front

RECALL = "recall of failing tracks by the tree, on samples that it has not seen"

DATASET = Dataset(
    name="framewright-flexpatch",
    description=(
        "Objects that are followed through videos by optical flow, frame by frame: five features of the tracking, "
        "and the overlap of each track with its object. A small decision tree learns from them which tracks a detector "
        "must examine again. The label is the class of the overlap (intersection over union) with the true box of the "
        "same object, and of no other."
    ),
    records="samples",
    columns={
        "sample": Column("text", "The video, the number of the track and that of the frame; names a row."),
        "min_eig": Column("number", "Mean smaller eigenvalue of the gradient matrix at the points that were followed."),
        "ncc": Column("number", "Correlation of the contents of the box with those at its last detection, -1 to 1."),
        "accel": Column("number", "Length of the change of velocity, pixels per frame per frame."),
        "flow_std": Column("number", "Spread of the displacements of its points, in pixels."),
        "confidence": Column("number", "Score of the last detection, 0 to 1."),
        "iou_label": Column("text", "How urgent it is to examine the track again: high, medium or low."),
        "video": Column("text", "The video's name in all results."),
        "frame": Column("whole", "Number of the frame in the part that was used, from 0."),
        "time": Column("number", "When the frame appears, in seconds of the video's presentation time."),
        "track": Column("whole", "Number of the track in its video."),
        "object": Column("whole", "Identity, in the truth of its video, of the object it was last refreshed on."),
        "state": Column("text", "there, or gone: the object has left, or is hidden."),
        "iou": Column("number", "Overlap with the true box of that object, 0 where it is gone."),
        "unexamined": Column("whole", "Frames since the detector last examined the track."),
        "age": Column("whole", "Frames for which nothing has confirmed the track."),
        "misses": Column("whole", "Examinations without success since its last detection."),
        "kept": Column("number", "Share of its points that agreed with their way back, 0 to 1."),
        "overlap": Column("number", "Largest overlap (intersection over union) with another track, 0 to 1."),
        "speed": Column("number", "Length of its velocity over the mean of its sides, per frame."),
        "side": Column("number", "Mean of its sides over the height of the frame."),
        "outside": Column("number", "Share of its box outside the frame, 0 to 1."),
    },
    cites=("FlexPatch", "ByteTrack"),
    privacy="The rows are numbers about boxes. Sheets with pictures are made of the demo's scenes alone.",
    limits=(
        "Rows of neighbouring frames are nearly alike: split by video or by time, never by row.",
        "Tracks that show no object of the truth are left out; at run time they exist.",
    ),
    front=Front(
        title="Samples of tracking quality",
        load='datasets.load_samples("results/flexpatch")',
        picture="results/flexpatch/samples/street.png",
    ),
)
PSEUDO = (
    "For {videos} the truth is the output of a detector, with a tracker's identities: what it misses counts as gone."
)
COMPAT = (
    "The features are trtutils' as coded there, of rectangles that are too large because corners are read as sizes: "
    "use them for a model inside trtutils alone."
)
TYPES = {"number": float, "whole": int, "text": str}


def describe_dataset(side: Mapping[str, Any], training: Mapping[str, Any]) -> Dataset:
    """The dataset that a side file describes, with the result of the training on it."""
    definition, held = side["definition"], training["held_out"]
    recall = ", ".join(
        f"{name} {'-' if share is None else format(share, '.2f')}" for name, share in held["recall"].items()
    )
    result = (
        f"Features are by the definition {definition['name']} {definition['version']}. A tree trained on a part has, "
        f"on {held['samples']:,} other samples, a recall of {recall}."
    )
    pseudo = [video for video, source in side["truth"].items() if source == "detector"]
    limits = [PSEUDO.format(videos=", ".join(pseudo))] if pseudo else []
    limits += [COMPAT] if definition["name"] == "compat" else []
    high = held["recall"]["high"]
    figure = replace(DATASET.front, figure="-" if high is None else f"{high:.2f}", meaning=RECALL)
    return replace(
        DATASET, description=f"{DATASET.description} {result}", limits=(*limits, *DATASET.limits), front=figure
    )


def read_index_rows(path: str | Path) -> Iterator[dict[str, Any]]:
    """A row of the index for each sample in training_data.csv."""
    columns = {name: TYPES[column.kind] for name, column in DATASET.columns.items() if name != "sample"}
    with Path(path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = f"{row['video']} {row['track']} {row['frame']}"
            yield {"sample": name} | {column: kind(row[column]) for column, kind in columns.items()}
