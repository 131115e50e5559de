"""The gallery of samples: what a track showed in a frame, beside its features and how urgent it was to look again."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from framewright.flexpatch.posters import name_sample
from framewright.flexpatch.row_columns import COLUMNS
from framewright.flexpatch.rows import read_sample_rows
from framewright.report.gallery.write import Field, Gallery

NUMBERS = ("ncc", "min_eig", "accel", "flow_std", "confidence", "iou", "age", "time")
GALLERY = Gallery(
    title="Samples of tracking quality",
    fields=(
        Field("label", "label", "choice", COLUMNS["iou_label"].sentence),
        Field("object", "object", "choice", "Whether the object is there, or has left or is hidden."),
        Field("video", "video", "choice"),
        *(Field(name, name, "number", COLUMNS[name].sentence) for name in NUMBERS),
    ),
    caption=("label", "iou"),
    use="Ids are <video>-<frame>-<track>: rows of training_data.csv.",
)


def list_items(rows: Iterable[str | Path], posters: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """What the gallery says of each served sample that has a poster."""
    return [item for item in map(_describe, read_sample_rows(rows)) if item["id"] in posters]


def _describe(sample: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name_sample(sample["video"], sample["frame"], sample["track"]),
        "label": sample["iou_label"],
        "object": sample["state"],
        "video": sample["video"],
        **{name: round(float(sample[name]), 4) for name in NUMBERS},
    }
