"""What subsets are chosen from: the rows of the tracks, under the names that curation uses.

Rows are sorted by video and track. `<bucket>.pieces` holds the lines of the documented metadata; see `pieces`.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from framewright.study.rows import KEPT
from framewright.tracks.curation.candidates import Candidates
from framewright.tracks.curation.order import id_numbers
from framewright.tracks.curation.scan import encode_texts

NAMES = {"track": "item", "clip": "path", "reason": "state"}  # what columns of the rows are called here
NEEDED = (  # by choosing; what else there is stays on disk
    *("video", "track", "reason", "name", "score", "start", "end", "x1", "y1", "x2", "y2"),
    *("motion_q90", "quality"),
)


def read_index(paths: Sequence[str | Path], columns: Sequence[str] = NEEDED) -> pa.Table:
    """Columns of all buckets, sorted by video and track, and which bucket each row is of (`bucket`, `row` in it).

    They are those of `tracks.rows`, and `track`, `clip` (relative to tracks_mp4/<dataset>/) and `reason`, null where
    there is a clip.
    """
    tables = []
    wanted = [NAMES.get(name, name) for name in columns]
    for number, path in enumerate(paths):
        table = pq.read_table(path, columns=list(dict.fromkeys(wanted)))
        table = pa.table({name: _renamed(table, name) for name in columns})
        table = table.append_column("bucket", pa.array(np.full(len(table), number, np.int32)))
        tables.append(table.append_column("row", pa.array(np.arange(len(table), dtype=np.int64))))
    table = pa.concat_tables(tables)
    if len(tables) < 2:
        return table
    _, videos = encode_texts(table["video"])
    # a video's rows are all in one bucket, in order
    return table.take(pa.array(np.argsort(videos, kind="stable")))


def _renamed(table: pa.Table, name: str) -> pa.ChunkedArray:
    column = table[NAMES.get(name, name)]
    if name == "reason":
        return pc.if_else(pc.equal(column, KEPT), pa.scalar(None, pa.string()), column)
    if name == "clip":
        shorter = pc.replace_substring_regex(column, "^tracks_mp4/[^/]+/", "")
        return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), shorter)
    return pc.fill_null(column, "unknown") if name == "name" else column


def make_candidates(table: pa.Table, vectors: np.ndarray, embedded: np.ndarray) -> Candidates:
    """The rows of an index as candidates; `vectors` and `embedded` come from `read_embeddings`, or have no columns."""
    names, classes = encode_texts(table["name"])
    _, videos = encode_texts(table["video"])
    boxes = np.stack([_numbers(table[side], np.float32) for side in ("x1", "y1", "x2", "y2")], axis=1)
    return Candidates(
        numbers=id_numbers(table["track"]),
        videos=videos,
        classes=classes,
        names=names,
        score=_numbers(table["score"], np.float64),
        motion=_numbers(table["motion_q90"], np.float32),
        quality=_numbers(table["quality"], np.float32),
        middles=(_numbers(table["start"], np.float64) + _numbers(table["end"], np.float64)) / 2,
        boxes=boxes,
        vectors=vectors,
        embedded=embedded,
    )


def read_embeddings(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """(N, D) int8 vectors of the column `embedding`, zeros where there is none, and (N,) bool whether there is one."""
    there = column.is_valid().to_numpy()
    lengths = pc.binary_length(column)
    dimensions = pc.max(lengths).as_py() or 0
    vectors = np.zeros((len(column), dimensions), np.int8)
    place = 0
    for chunk in column.chunks:
        known = chunk.drop_null()
        offsets = np.frombuffer(known.buffers()[1], np.int32)[known.offset : known.offset + len(known) + 1]
        data = (
            np.frombuffer(known.buffers()[2] or b"", np.int8)[offsets[0] : offsets[-1]] if len(known) else vectors[:0]
        )
        rows = np.flatnonzero(there[place : place + len(chunk)]) + place
        vectors[rows] = data.reshape(len(known), dimensions)
        place += len(chunk)
    return vectors, there


def _numbers(column: pa.ChunkedArray, kind: type) -> np.ndarray:
    """A column as floats, nothing being not-a-number."""
    return column.to_numpy().astype(kind, copy=False) if len(column) else np.zeros(0, kind)
