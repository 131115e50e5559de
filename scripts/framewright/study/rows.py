"""The rows of a dataset: one Parquet file for each bucket, from which indexes, cards, exports and loaders are derived.

A row stands for an item that entered the last stage: a clip, a patch, a sample. Every pipeline has the columns
`COMMON` and adds its columns. What is in no row is served by nobody.
"""

import heapq
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from framewright.errors import UserError
from framewright.study.declared import Declared

KEPT = "kept"
DEFINITION = b"definition"  # of the rows, in a file's metadata
DEEPEST = 8  # folders between a file and the folder of results that it lies in, at most
BATCH = 1 << 16  # rows that are plain Python objects at once when they are written
AT_ONCE = 1 << 12  # the same when they are read
KINDS = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "single": pa.float32(),
    "bits": pa.uint64(),
    "bytes": pa.binary(),
    "yes-no": pa.bool_(),
    "texts": pa.list_(pa.string()),
    "numbers": pa.list_(pa.float64()),
    "boxes": pa.list_(pa.list_(pa.float32(), 4)),
}


class Column(NamedTuple):
    """A column: its kind (a key of KINDS), and a sentence on what it means, for cards."""

    kind: str
    sentence: str


COMMON: dict[str, Column] = {
    "video": Column("text", "The video it was made from; empty where it was made from nothing."),
    "item": Column("text", "Its name, unique within the video."),
    "path": Column("text", "Its file, relative to the folder of the pipeline's results; empty where it has none."),
    "sha256": Column("text", "The digest of that file, where it is one of its own."),
    "state": Column("text", "kept, or in one word why it is not in the dataset."),
    "split": Column("text", "train, val or test."),
    "group": Column("text", "Editions of one film share a group, and so a split."),
    "licence": Column("text", "The licence that the table of videos names; empty where none is known."),
    "training": Column("yes-no", "Whether the table of videos lets it into datasets."),
}


def schema_of(columns: Mapping[str, Column]) -> pa.Schema:
    """The schema of rows with the common columns and these, each with its sentence as `description`."""
    every = COMMON | dict(columns)
    fields = [
        pa.field(name, KINDS[column.kind], metadata={"description": column.sentence}) for name, column in every.items()
    ]
    return pa.schema(fields)


def write_rows(
    path: str | Path,
    columns: Mapping[str, Column],
    rows: Iterable[Mapping[str, Any]],
    declared: Mapping[str, Declared],
    definition: str = "",
) -> int:
    """Write rows sorted by (video, item), and say how many are kept; the same rows give the same bytes.

    `definition` is a digest of the settings that decide what the rows are like; files of different ones are not read
    as one table.

    A row has `video`, `item`, `state`, `path`, `sha256` and the pipeline's `columns`; what it leaves out is null.
    `licence`, `group` and `training` come from what the table declares, and so does `split` where the row has none.
    What the table keeps out of training is not kept.
    """
    schema = schema_of(columns)
    complete = (_completed(row, declared) for row in rows)
    batches = iter(lambda: list(itertools.islice(complete, BATCH)), [])
    table = pa.concat_tables([schema.empty_table(), *(pa.Table.from_pylist(batch, schema) for batch in batches)])
    table = table.sort_by([("video", "ascending"), ("item", "ascending")]).combine_chunks()
    if twice := _first_twice(table):
        raise UserError(f"{path}: {twice} is there twice; its name must be unique within the video")
    table = table.replace_schema_metadata({DEFINITION: definition}) if definition else table
    pq.write_table(table, path, compression="zstd", row_group_size=BATCH)
    return int(pc.sum(pc.equal(table["state"], KEPT)).as_py() or 0)


def read_rows(paths: Iterable[str | Path], columns: Sequence[str] | None = None, kept: bool = True) -> pa.Table:
    """The rows in these files as one table, sorted by (video, item); only the kept ones, or all.

    >>> table = read_rows(["results/tracks/rows/0-of-1.parquet"], ["video", "path"])
    >>> table["video"].to_pylist()
    ['walk']
    """
    asked = None if columns is None else list(dict.fromkeys([*columns, "video", "item", "state"]))
    paths = list(paths)
    _check_definitions(paths)
    parts = [_read(path, asked) for path in paths]
    if not parts:
        raise UserError("no files of rows were given; run snakemake, then give results/<pipeline>/rows/*.parquet")
    table = pa.concat_tables(parts)
    if kept:
        table = table.filter(pc.equal(table["state"], KEPT))
    table = table.sort_by([("video", "ascending"), ("item", "ascending")])
    return table if columns is None else table.select(list(columns))


def iterate_rows(
    paths: Iterable[str | Path], kept: bool = True, columns: Sequence[str] | None = None
) -> Iterator[dict[str, Any]]:
    """The rows in these files as dictionaries, file after file, without holding many of them in memory.

    With `columns` they have these alone, and their state.
    """
    paths = list(paths)
    _check_definitions(paths)
    asked = None if columns is None else list(dict.fromkeys([*columns, "state"]))
    for path in paths:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(AT_ONCE, columns=asked):
                yield from (row for row in batch.to_pylist() if not kept or row["state"] == KEPT)


def merge_rows(paths: Iterable[str | Path], kept: bool = True) -> Iterator[dict[str, Any]]:
    """The rows in these files as dictionaries, sorted by (video, item) whatever the buckets."""
    paths = list(paths)
    _check_definitions(paths)
    return heapq.merge(*(iterate_rows([path], kept) for path in paths), key=lambda row: (row["video"], row["item"]))


def rows_in(results: str | Path) -> list[Path]:
    """The files of rows in the folder of a pipeline's results; a UserError where there are none."""
    found = sorted(Path(results, "rows").glob("*.parquet"))
    if not found:
        raise UserError(
            f"{results}: no rows/*.parquet in it; give the folder of a pipeline's results, made by snakemake"
        )
    return found


def find_rows(place: str | Path) -> tuple[Path, list[Path]] | None:
    """The folder of a pipeline's results that `place` lies in, and its files of rows; None where there are none."""
    for folder in Path(place).absolute().parents[:DEEPEST]:
        if files := sorted(folder.glob("rows/*.parquet")):
            return folder, files
    return None


def list_served(place: str | Path) -> list[dict[str, Any]] | None:
    """The kept rows whose file is `place` or lies in it: `item`, `path` and `split`; None where nothing has rows.

    A folder may hold more: of videos that left the table, or of an earlier configuration.
    """
    found = find_rows(place)
    if found is None:
        return None
    results, files = found
    inside = Path(place).absolute().relative_to(results).as_posix()
    table = read_rows(files, ["item", "path", "split"])
    within = pc.or_(pc.equal(table["path"], inside), pc.starts_with(table["path"], f"{inside}/"))
    return table.filter(within).to_pylist()


def _completed(row: Mapping[str, Any], declared: Mapping[str, Declared]) -> dict[str, Any]:
    known = declared.get(row["video"], Declared(row["video"]))
    state = row["state"] if row["state"] != KEPT else known.why_not or KEPT
    stated = {"licence": known.licence, "group": known.group, "training": known.training, "path": row.get("path") or ""}
    return {**row, **stated, "state": state, "split": row.get("split") or known.split}


def _check_definitions(paths: Sequence[str | Path]) -> None:
    """Refuse files whose rows were made by different settings or seeds."""
    first: tuple[str | Path, bytes] | None = None
    for path in paths if len(paths) > 1 else ():
        definition = (_read_schema(path).metadata or {}).get(DEFINITION, b"")
        first = first or (path, definition)
        if definition != first[1]:
            one, other = (found.decode() or "unknown" for found in (definition, first[1]))
            raise UserError(
                f"{path}: its rows were made by other settings or another seed ({one}) than those of {first[0]} "
                f"({other}); delete it and run snakemake"
            )


def _read_schema(path: str | Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(f"{path}: can't be read ({error}); delete it and run snakemake") from error


def _read(path: str | Path, columns: list[str] | None) -> pa.Table:
    try:
        return pq.read_table(path, columns=columns)
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(f"{path}: can't be read ({error}); delete it and run snakemake") from error


def _first_twice(table: pa.Table) -> str:
    """The first of a sorted table's items that has the name of the one before it."""
    if len(table) < 2:
        return ""
    same = [pc.equal(table[name][1:], table[name][:-1]).combine_chunks() for name in ("video", "item")]
    place = pc.index(pc.and_(*same), True).as_py()
    return "" if place < 0 else f"{table['video'][place].as_py()} {table['item'][place].as_py()}".strip()
