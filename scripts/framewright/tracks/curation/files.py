"""The documented files of an index and its subsets, from the compressed lines beside the tables."""

import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from framewright.tracks.curation.index import read_index
from framewright.tracks.curation.names import file_name, full_name
from framewright.tracks.curation.options import Subset
from framewright.tracks.curation.pieces import write_gzip

PLACES = ("at", "packed", "length", "check")
Paths = Sequence[str | Path]


def write_full(folder: Path, dataset: str, index: Paths, pieces: Paths, hidden: set[str]) -> Path:
    """Write all lines of the index but those of `hidden` videos, sorted by video and track; returns the file."""
    table = read_index(index, ("video", *PLACES))
    if hidden:
        table = table.filter(pa.array([video not in hidden for video in table["video"].to_pylist()], pa.bool_()))
    path = folder / full_name(dataset, len(table))
    _write(path, table, pieces)
    return path


def write_subset(folder: Path, dataset: str, subset: Subset, chosen: str | Path, index: Paths, pieces: Paths) -> Path:
    """Write the lines of a subset's tracks, verbatim, in the index's order; returns the file."""
    rows = pq.read_table(chosen, columns=["video", "track"])
    path = folder / file_name(dataset, subset, len(rows))
    _write(path, _places(rows, index), pieces)
    return path


def _places(rows: pa.Table, index: Paths) -> pa.Table:
    """Where the lines of these rows lie, in the rows' order."""
    table = read_index(index, ("video", "track", *PLACES))
    numbered = rows.append_column("place", pa.array(np.arange(len(rows))))
    found = numbered.join(table, ["video", "track"], join_type="inner")
    return found.sort_by("place")


def _write(path: Path, table: pa.Table, pieces: Paths) -> None:
    check = table["check"].to_numpy().astype(np.uint32)
    length = table["length"].to_numpy().astype(np.int64)
    write_gzip(path, _pieces(table, pieces), check, length)


def _pieces(table: pa.Table, paths: Paths) -> Iterator[bytes]:
    """The compressed lines of a table's rows, in order."""
    opened: dict[int, mmap.mmap] = {}
    try:
        columns = (table[name].to_pylist() for name in ("bucket", "at", "packed"))
        for bucket, at, packed in zip(*columns, strict=True):
            if bucket not in opened:
                with Path(paths[bucket]).open("rb") as file:
                    opened[bucket] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            yield opened[bucket][at : at + packed]
    finally:
        for mapped in opened.values():
            mapped.close()
