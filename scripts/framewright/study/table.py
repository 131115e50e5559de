"""The table of videos: reading it, and its rows as typed values."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import groupby, repeat, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from framewright.errors import UserError

KINDS = {"http": "http", "https": "http", "youtube": "youtube", "mot": "mot", "demo": "demo"}


class Table(NamedTuple):
    """The cells of a table as text, and where each row stands in its file."""

    path: str
    header: list[str]
    rows: list[list[str]]
    numbers: list[int]  # each row's number in the file, counted from 1 as editors do
    fault: str = ""  # why the file could not be read at all


class Video(NamedTuple):
    """A row of the table.

    It holds plain values only: in a rule's params Snakemake notices a change of those, and of no others. Where the row
    stands is not part of it, so that a new row above makes nothing stale.
    """

    video: str
    source: str
    pipelines: tuple[str, ...]
    categories: dict[str, float]  # shares, 1 in sum at most
    licence: str | None
    sha256: str | None  # lower case
    truth: str | None
    start: float | None  # seconds; Fraction(str(start)) is the exact decimal of the table
    end: float | None
    split: str | None  # train, val, test
    group: str | None  # editions of one film
    training: bool  # no: kept out of datasets
    colour: str | None  # SDR, PQ, HLG

    @property
    def kind(self) -> str:
        """Where the video comes from: local, http, youtube, mot or demo."""
        return kind_of(self.source)

    @property
    def place(self) -> str:
        """The source without its kind: a path, a whole address, a YouTube id, a folder, a scene."""
        return self.source.partition(":")[2] if self.kind in ("youtube", "mot", "demo") else self.source


def kind_of(source: str) -> str:
    """local, http, youtube, mot or demo; whatever names no other kind is a path."""
    return KINDS.get(source.partition(":")[0], "local")


def read_table(path: Path | str) -> Table:
    """The cells of a tab-separated file, without its empty rows and those that start with #."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        row = error.object.count(b"\n", 0, error.start) + 1
        return Table(str(path), [], [], [], f"{path}: row {row}: not UTF-8; save the table as text in UTF-8")
    except OSError as error:
        return Table(str(path), [], [], [], f"{path}: {(error.strerror or str(error)).lower()}")
    rows, numbers = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and not line.lstrip(" ").startswith("#"):
            rows.append([cell.strip(" ") for cell in line.rstrip().split("\t")])
            numbers.append(number)
    if not rows:
        return Table(str(path), [], [], [], f"{path}: empty; its first row names the columns, each other row one video")
    return Table(str(path), rows[0], rows[1:], numbers[1:])


def type_rows(table: Table) -> dict[str, Video]:
    """The rows of a table without faults, by the videos' ids and in the table's order."""
    if table.fault:
        raise UserError(table.fault)
    cells = columns_of(table.header, table.rows, Video._fields)
    words = {cell: tuple(split_words(cell)) for cell in set(cells["pipelines"])}
    shares = {cell: {name: float(share) for name, _, share in split_shares(cell)} for cell in set(cells["categories"])}
    readers: dict[str, Callable[[str], Any]] = {
        "pipelines": words.__getitem__,
        "categories": lambda cell: shares[cell].copy(),
        "sha256": lambda cell: cell.lower() or None,
        "start": lambda cell: float(cell) if cell else None,
        "end": lambda cell: float(cell) if cell else None,
        "training": lambda cell: cell != "no",
    }
    values = [map(readers[name], column) if name in readers else _texts(column) for name, column in cells.items()]
    return {row.video: row for row in map(Video._make, zip(*values, strict=True))}


def _texts(column: list[str]) -> Iterable[str | None]:
    return [cell or None for cell in column] if any(column) else repeat(None, len(column))


def keep_samples(table: Table, fewest: int = 100) -> Table:
    """The first row of each kind of source and pipelines, known truth and training; all rows of a table of few.

    A workflow uses the same rules on them as on the whole table.
    """
    if len(table.rows) <= fewest:
        return table
    cells = columns_of(table.header, table.rows, ("source", "pipelines", "truth", "training"))
    first: dict[tuple[str | bool, ...], int] = {}
    for place, (source, pipelines, truth, training) in enumerate(zip(*cells.values(), strict=True)):
        first.setdefault((kind_of(source), pipelines, bool(truth), training), place)
    places = sorted(first.values())
    return table._replace(rows=[table.rows[at] for at in places], numbers=[table.numbers[at] for at in places])


def write_table(path: Path | str, table: Table) -> None:
    """Write the cells of a table, separated by tabs."""
    Path(path).write_text("".join("\t".join(row) + "\n" for row in (table.header, *table.rows)), encoding="utf-8")


def columns_of(header: list[str], rows: list[list[str]], names: Iterable[str]) -> dict[str, list[str]]:
    """The cells of each of `names`, all empty for a column that the table does not have."""
    columns = dict(zip(header, zip_longest(*rows, fillvalue=""), strict=False))
    return {name: list(columns.get(name) or [""] * len(rows)) for name in names}


def split_words(cell: str) -> list[str]:
    """The words of a cell, which commas separate."""
    return [word.strip() for word in cell.split(",")] if cell else []


def split_shares(cell: str) -> list[tuple[str, str, str]]:
    """(name, "=", number as text) for each part of `general=0.3,space=0.4`."""
    parts = [word.partition("=") for word in split_words(cell)]
    return [(name.strip(), equals, number.strip()) for name, equals, number in parts]


def id_pattern(ids: Iterable[str], among: Iterable[str] = ()) -> str:
    """A regular expression that matches exactly these ids of the table, and nothing when there are none.

    What ids share at either end is written once, which keeps it short and its matching independent of their number.
    Where they are thousands and nearly all of those `among` which they stand, it says which they are not: that takes a
    thousandth of the time to compile, and is as exact for ids of the table.
    """
    ids = sorted(set(ids))
    others = set(among).difference(ids)
    if among and len(ids) > 5000 and len(others) < len(ids) / 10:
        return f"(?!(?:{id_pattern(others)})(?![A-Za-z0-9_-]))[A-Za-z0-9_-]+"
    return _tails(ids, 0) if ids else "(?!)"


def _tails(ids: list[str], at: int) -> str:
    """The expression for what sorted ids, equal in their first `at` characters, go on with."""
    if len(ids) == 1:
        return ids[0][at:]
    fork = next(place for place in range(at, 99) if ids[0][place : place + 1] != ids[-1][place : place + 1])
    one_ends_here = len(ids[0]) == fork
    letters = defaultdict(list)
    for letter, group in groupby(ids[one_ends_here:], key=lambda name: name[fork]):
        letters[_tails(list(group), fork + 1)].append(letter)
    branches = [
        (f"[{''.join(variants)}]" if len(variants) > 1 else variants[0]) + tail for tail, variants in letters.items()
    ]
    if one_ends_here or len(branches) > 1:
        return f"{ids[0][at:fork]}(?:{'|'.join(branches)}){'?' * one_ends_here}"
    return ids[0][at:fork] + branches[0]
