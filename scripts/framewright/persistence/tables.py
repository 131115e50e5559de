"""The clips of an arm as a table for each split, which `datasets.load_dataset` opens: labels of each frame, and boxes.

`train.parquet`, `val.parquet` and `test.parquet` have a row for each clip. `frame_labels` says of each frame whether a
transient can be seen; `object_boxes` has for each sphere its box in each of its `object_frames`.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from framewright.exports.features import write_table
from framewright.persistence.objects import list_objects
from framewright.persistence.store import Clips

ROLES = ("sphere", "companion", "transient")
FRAMES = ("clean", "transient")
CLASSES = ("Linear", "Circular", "Helical", "Parabolic")
SCHEMA = pa.schema(
    [
        ("file_name", pa.string()),  # relative to the arm's folder `dataset`
        ("clip", pa.int64()),  # its number; where many clips share a file, the one that `index` has there
        ("source", pa.int64()),
        ("split", pa.string()),
        ("label", pa.int64()),
        ("persistent", pa.bool_()),
        ("frame_labels", pa.list_(pa.int64())),
        ("object_roles", pa.list_(pa.int64())),
        ("object_frames", pa.list_(pa.list_(pa.int64()))),
        ("object_boxes", pa.list_(pa.list_(pa.list_(pa.float64(), 4)))),
    ]
)
NAMES = {"label": CLASSES, "frame_labels": FRAMES, "object_roles": ROLES}


def write_tables(folder: Path, rows: Iterable[Mapping[str, Any]], clips: Clips) -> dict[str, int]:
    """Make `folder` with a table of each split that has clips, from the rows of one arm; how many clips each has."""
    folder.mkdir(parents=True)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _list_rows(rows, clips):
        found.setdefault(row["split"], []).append(row)
    for split, records in found.items():
        write_table(folder / f"{split}.parquet", pa.Table.from_pylist(records, SCHEMA), NAMES)
    return {split: len(records) for split, records in found.items()}


def _list_rows(rows: Iterable[Mapping[str, Any]], clips: Clips) -> Iterator[dict[str, Any]]:
    places = {number: position for position, number in enumerate(clips.numbers)}
    for row in rows:
        metadata = clips.metadata(places[row["index"]])
        objects, seen = list_objects(metadata), set(metadata["transient_frames"])
        yield {
            "file_name": Path(row["path"]).name,
            "clip": row["index"],
            "source": row["source"],
            "split": row["split"],
            "label": CLASSES.index(row["class"]),
            "persistent": row["persistent"],
            "frame_labels": [int(frame in seen) for frame in range(row["frames"])],
            "object_roles": [ROLES.index(one.role) for one in objects],
            "object_frames": [one.frames for one in objects],
            "object_boxes": [one.boxes for one in objects],
        }
