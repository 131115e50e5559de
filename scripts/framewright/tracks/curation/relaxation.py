"""How far a subset is what was asked for: per class, what was found and taken, and at which relaxation."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framewright.tracks.curation.options import Subset
from framewright.tracks.curation.subsets import Choice

COLUMNS = ("class", "asked", "found", "taken", "as_asked")


@dataclass(frozen=True)
class ClassFill:
    """One class of a subset; `relaxed` counts the tracks taken at each factor of relaxation."""

    name: str
    asked: int
    found: int  # candidates of the class
    taken: int
    as_asked: int  # taken that meet what was asked
    relaxed: dict[float, int]


def count_fills(subset: Subset, choice: Choice, classes: np.ndarray, names: tuple[str, ...]) -> list[ClassFill]:
    """A line for each class that has candidates. A random subset asks for no number of a class:
    `asked` is what it took.

    `classes` are the codes (K,) of the tracks taken.
    """
    factors = subset.constraints.factors
    table = np.zeros((len(names), len(factors)), np.int64)
    np.add.at(table, (classes, choice.levels), 1)
    by_class = subset.strategy not in ("random", "picked")
    return [
        ClassFill(
            name,
            subset.quota if by_class else int(row.sum()),
            int(found),
            int(row.sum()),
            int(row[0]),
            {factor: int(count) for factor, count in zip(factors[1:], row[1:], strict=True)},
        )
        for name, found, row in zip(names, choice.found, table, strict=True)
        if found
    ]


def write_fills(path: str | Path, rows: Iterable[ClassFill]) -> None:
    """Write a tab-separated line for each class, with a column `at_<factor>` for each relaxation; `at_0` is none."""
    rows = list(rows)
    factors = list(rows[0].relaxed) if rows else []
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, "excel-tab", lineterminator="\n")
        writer.writerow([*COLUMNS, *(f"at_{factor:g}" for factor in factors)])
        for row in rows:
            writer.writerow([row.name, row.asked, row.found, row.taken, row.as_asked, *row.relaxed.values()])


def read_fills(path: str | Path) -> list[ClassFill]:
    """The lines of a table as they were written."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        header, *lines = list(csv.reader(file, "excel-tab"))
    factors = [float(name.removeprefix("at_")) for name in header[len(COLUMNS) :]]
    return [_fill_of(line, factors) for line in lines]


def _fill_of(line: list[str], factors: list[float]) -> ClassFill:
    name, asked, found, taken, as_asked, *relaxed = line
    counts = dict(zip(factors, map(int, relaxed), strict=True))
    return ClassFill(name, int(asked), int(found), int(taken), int(as_asked), counts)
