"""The gallery of samples: what a track showed in a frame, beside its features and how urgent it was to look again."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framewright.flexpatch.row_columns import COLUMNS
from framewright.flexpatch.rows import read_sample_rows
from framewright.report.gallery.choose import choose_items
from framewright.report.gallery.posters import decode_poster, encode_poster, read_posters
from framewright.report.gallery.write import Field, Gallery

EACH = 300  # samples of a video that have a poster, of every label as many
AROUND = 0.5  # of the box's sides: what is shown beside the box, on each side
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


def name_sample(video: str, frame: int, track: int) -> str:
    """The id of a sample in the gallery."""
    return f"{video}-{frame}-{track}"


def choose_posters(video: str, samples: pd.DataFrame) -> frozenset[str]:
    """The samples of a video that get a poster, of every label as many."""
    named = zip(samples["frame"], samples["track"], samples["iou_label"], strict=True)
    return choose_items(((name_sample(video, frame, track), label) for frame, track, label in named), (), EACH, 0)


def crop_sample(picture: np.ndarray, box: Sequence[float]) -> bytes:
    """A poster of what lies in a box (x1, y1, x2, y2) and around it; black outside of the (H, W, 3) uint8 picture."""
    x1, y1, x2, y2 = box
    wide, high = AROUND * (x2 - x1), AROUND * (y2 - y1)
    left, top, right, bottom = (round(edge) for edge in (x1 - wide, y1 - high, x2 + wide, y2 + high))
    shown = np.zeros((max(2, bottom - top), max(2, right - left), 3), np.uint8)
    height, width = picture.shape[:2]
    rows = slice(max(top, 0), min(top + shown.shape[0], height))
    columns = slice(max(left, 0), min(left + shown.shape[1], width))
    if rows.start < rows.stop and columns.start < columns.stop:
        shown[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = picture[rows, columns]
    return encode_poster(shown)


def list_items(rows: Iterable[str | Path], posters: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """What the gallery says of each served sample that has a poster."""
    return [item for item in map(_describe, read_sample_rows(rows)) if item["id"] in posters]


def read_all_posters(files: Iterable[str | Path]) -> dict[str, bytes]:
    """The posters of all videos, by the samples' ids."""
    return {name: poster for file in files for name, poster in read_posters(file).items()}


def list_posters(items: Iterable[Mapping[str, Any]], posters: Mapping[str, bytes]) -> Iterable[np.ndarray]:
    """The poster of each item."""
    return (decode_poster(posters[item["id"]]) for item in items)


def _describe(sample: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name_sample(sample["video"], sample["frame"], sample["track"]),
        "label": sample["iou_label"],
        "object": sample["state"],
        "video": sample["video"],
        **{name: round(float(sample[name]), 4) for name in NUMBERS},
    }
