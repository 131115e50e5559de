"""The rows of the samples, which all that serves samples reads, and the account of each video beside them."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from framewright.flexpatch.row_columns import COLUMNS
from framewright.study.declared import Declared
from framewright.study.rows import COMMON, KEPT, Column, merge_rows

STATE = "object_state"  # what the rows call the samples' column `state`: theirs says whether a sample is served
ROW_COLUMNS: dict[str, Column] = {name: column for name, column in COLUMNS.items() if name not in COMMON}
ROW_COLUMNS[STATE] = COLUMNS["state"]
TYPES = {"number": float, "whole": int, "text": str}


def list_rows(tables: Iterable[str | Path]) -> Iterator[dict[str, Any]]:
    """A row for each sample in the tables of videos, named by its frame and its track."""
    kinds = {name: TYPES[column.kind] for name, column in COLUMNS.items()}
    for table in tables:
        with Path(table).open(encoding="utf-8", newline="") as file:
            for cells in csv.DictReader(file):
                row = {name: kind(cells[name]) for name, kind in kinds.items()}
                row[STATE] = row.pop("state")
                yield row | {"item": f"{row['frame']:07d}-{row['track']:06d}", "state": KEPT}


def read_sample_rows(paths: Iterable[str | Path]) -> Iterator[dict[str, Any]]:
    """The samples that are served, under the names of training_data.csv, by video, frame and track."""
    for row in merge_rows(paths):
        yield {name: row[STATE if name == "state" else name] for name in COLUMNS}


def list_accounts(
    records: Iterable[Mapping[str, Any]], truths: Iterable[Mapping[str, Any]], declared: Mapping[str, Declared]
) -> Iterator[dict[str, Any]]:
    """Of each video its record, that of its truth, and why it is in no dataset, empty where it may be."""
    for record, truth in zip(records, truths, strict=True):
        video = record["video"]
        yield {"video": video, "why_not": declared[video].why_not, "record": record, "truth": truth}
