"""What the samples are, for their card, and the rows of its index."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from framewright.flexpatch.row_columns import COLUMNS
from framewright.flexpatch.rows import read_sample_rows
from framewright.report.card import Background, Column, Dataset, Front
from framewright.report.provenance import SOURCES

RECALL = "recall of failing tracks by the tree, on samples that it has not seen"

PROVENANCE = (
    "The file of a video is its source. Objects were followed through it by optical flow; a row of `index.parquet` has "
    "the video, the frame and the track that it was measured at."
)
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
        **COLUMNS,
    },
    others={"sources": SOURCES},
    provenance=PROVENANCE,
    cites=("FlexPatch", "ByteTrack"),
    privacy="The rows are numbers about boxes. Sheets with pictures are made of the demo's scenes alone.",
    limits=(
        "Rows of neighbouring frames are nearly alike: split by video or by time, never by row.",
        "Tracks that show no object of the truth are left out; at run time they exist.",
    ),
    front=Front(
        title="Samples of tracking quality",
        load='datasets.load_samples("results/flexpatch")',
        picture="results/flexpatch/sheets/street/samples.png",
        gallery="results/flexpatch/gallery/index.html",
    ),
    background=Background(
        collection="Objects of the study's videos were followed by optical flow, frame by frame.",
        annotation="Labels are overlaps with the truth of each video: annotations, or else a detector's boxes.",
        biases=("Sizes, speeds and classes are those of the chosen videos.",),
        uses=("Training models that predict when a tracked object must be detected again.",),
        tasks=("tabular-classification",),
    ),
)
PSEUDO = (
    "For {videos} the truth is the output of a detector, with a tracker's identities: what it misses counts as gone."
)
COMPAT = (
    "The features are trtutils' as coded there, of rectangles that are too large because corners are read as sizes: "
    "use them for a model inside trtutils alone."
)


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
    figure = DATASET.front.with_figure("-" if high is None else f"{high:.2f}", RECALL)
    return replace(
        DATASET, description=f"{DATASET.description} {result}", limits=(*limits, *DATASET.limits), front=figure
    )


def list_index_rows(paths: Iterable[str | Path]) -> Iterator[dict[str, Any]]:
    """A row of the index for each sample that is served, from the shared rows."""
    for row in read_sample_rows(paths):
        name = f"{row['video']} {row['track']} {row['frame']}"
        yield {"sample": name} | row
