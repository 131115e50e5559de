"""The index of tracks: a Parquet table for each bucket of videos, and its lines beside it, compressed one by one.

The table is what subsets are chosen from and what DuckDB or Polars open; `COLUMNS` says what each column means. Rows
are sorted by video and track. `<bucket>.pieces` holds the lines of the documented metadata; see `pieces`.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from framewright.boxes import clip
from framewright.tracks.clips.record import Clip
from framewright.tracks.curation.candidates import Candidates
from framewright.tracks.curation.order import id_numbers
from framewright.tracks.curation.pieces import compress_line
from framewright.tracks.curation.scan import encode_texts
from framewright.tracks.meta import Track


class IndexColumn(NamedTuple):
    """A column of the index: its type, and a sentence on what it means."""

    kind: pa.DataType
    sentence: str


COLUMNS = {
    "video": IndexColumn(pa.string(), "The video's name in all results."),
    "track": IndexColumn(pa.string(), "The track's id."),
    "clip": IndexColumn(pa.string(), "Its clip, relative to tracks_mp4/<dataset>/; null where there is none."),
    "reason": IndexColumn(pa.string(), "Why the track can't be in a subset, in a word; null where it can."),
    "name": IndexColumn(pa.string(), "What its likeliest class is called."),
    "label": IndexColumn(pa.int32(), "The number of that class, from 0."),
    "score": IndexColumn(pa.float64(), "Mean of the class's probability times the detection's score, 0 to 1."),
    "start": IndexColumn(pa.float64(), "When it is first seen, in seconds of the video."),
    "end": IndexColumn(pa.float64(), "When it is last seen, in seconds of the video."),
    "x1": IndexColumn(pa.float32(), "Left side of its mean box, as a share of the frame's width."),
    "y1": IndexColumn(pa.float32(), "Upper side, as a share of the frame's height."),
    "x2": IndexColumn(pa.float32(), "Right side, as a share of the frame's width."),
    "y2": IndexColumn(pa.float32(), "Lower side, as a share of the frame's height."),
    "motion_q50": IndexColumn(pa.float32(), "Median of the flow in its clip; see motion_q90."),
    "motion_q75": IndexColumn(pa.float32(), "Upper quartile of the flow in its clip; see motion_q90."),
    "motion_q90": IndexColumn(
        pa.float32(), "90 % quantile of the flow in its clip, in pixels per 1/16 s, the clip's short side being 360."
    ),
    "object_motion": IndexColumn(pa.float32(), "Median speed of the object against its background, in the same unit."),
    "camera_motion": IndexColumn(
        pa.float32(), "Median speed of the background, in pixels per 1/16 s, the frame's short side being 360."
    ),
    "sharpness": IndexColumn(pa.float32(), "How much of the steps between pixels a blur takes away, 0 to 100."),
    "brightness": IndexColumn(pa.float32(), "Mean luma, 0 to 1."),
    "contrast": IndexColumn(pa.float32(), "Standard deviation of the luma, 0 to 1."),
    "bits_per_pixel": IndexColumn(pa.float32(), "Bits of the clip's file for each pixel of each frame."),
    "object_share": IndexColumn(pa.float32(), "Mean area of its boxes as a share of the frame's."),
    "quality": IndexColumn(pa.float32(), "The weakest of sharpness, contrast and exposure, 0 to 1."),
    "signature": IndexColumn(pa.uint64(), "64 bits that near duplicates of the clip's middle picture share."),
    "embedding": IndexColumn(pa.binary(), "One signed byte for each dimension; null where there is none."),
    "at": IndexColumn(pa.int64(), "Where its line begins in the file of lines, in bytes."),
    "packed": IndexColumn(pa.int32(), "How many bytes its line has there."),
    "length": IndexColumn(pa.int32(), "How many bytes its line has when unpacked."),
    "check": IndexColumn(pa.uint32(), "The CRC-32 of its line."),
}
SCHEMA = pa.schema([(name, column.kind) for name, column in COLUMNS.items()])
NEEDED = (  # by choosing; what else there is stays on disk
    *("video", "track", "reason", "name", "score", "start", "end", "x1", "y1", "x2", "y2"),
    *("motion_q90", "quality"),
)
ROWS = 1 << 16


def track_row(track: Track, line: bytes, became: Clip, measured: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """The row of a track, but for where its line lies; `measured` holds what is known of its metrics."""
    width, height = track.size
    box = (
        clip(track.boxes, track.size).mean(axis=0) / (width, height, width, height) if width and height else [None] * 4
    )
    return {
        "video": track.video,
        "track": track.tid,
        "clip": None if became.reason else became.fn,
        "reason": became.reason or reason or None,
        "name": track.names[0] if track.names else "unknown",
        "label": track.labels[0] if track.labels else None,
        "score": track.score[0] if track.score else None,
        "start": float(track.times[0]),
        "end": float(track.times[-1]),
        **dict(zip(("x1", "y1", "x2", "y2"), box, strict=True)),
        **measured,
        "length": len(line),
    }


def write_index(path: str | Path, pieces: str | Path, rows: Iterable[tuple[dict[str, Any], bytes]]) -> int:
    """Write rows, sorted by video and track, with their lines; returns how many. The same rows give the same bytes."""
    at = count = 0
    waiting: list[dict[str, Any]] = []
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer, Path(pieces).open("wb") as packed:
        for row, line in rows:
            data, check = compress_line(line)
            packed.write(data)
            waiting.append(row | {"at": at, "packed": len(data), "check": check})
            at += len(data)
            count += 1
            if len(waiting) == ROWS:
                writer.write_table(pa.Table.from_pylist(waiting, SCHEMA))
                waiting = []
        writer.write_table(pa.Table.from_pylist(waiting, SCHEMA))
    return count


def read_index(paths: Sequence[str | Path], columns: Sequence[str] = NEEDED) -> pa.Table:
    """Columns of all buckets, sorted by video and track, and which bucket each row is of (`bucket`, `row` in it)."""
    tables = []
    for number, path in enumerate(paths):
        table = pq.read_table(path, columns=list(columns))
        table = table.append_column("bucket", pa.array(np.full(len(table), number, np.int32)))
        tables.append(table.append_column("row", pa.array(np.arange(len(table), dtype=np.int64))))
    table = pa.concat_tables(tables)
    if len(tables) < 2:
        return table
    _, videos = encode_texts(table["video"])
    # a video's rows are all in one bucket, in order
    return table.take(pa.array(np.argsort(videos, kind="stable")))


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
