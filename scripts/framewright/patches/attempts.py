"""The places of films that were tried for a window, and what became of each."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class Attempt(NamedTuple):
    """One place that was tried: `attempt` 0 is the first, `time` (seconds) that of the target frame; `reason` is empty
    where it became a patch, else a word."""

    category: str
    index: int
    attempt: int
    time: str
    reason: str


def write_attempts(path: str | Path, attempts: Iterable[Attempt]) -> None:
    """Write a row for each place that was tried."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for row in (Attempt._fields, *attempts):
            file.write("\t".join(map(str, row)) + "\n")


def read_attempts(path: str | Path) -> Iterator[Attempt]:
    """The places that were tried."""
    with Path(path).open(encoding="utf-8") as file:
        next(file)
        for line in file:
            category, index, attempt, *rest = line.rstrip("\n").split("\t")
            yield Attempt(category, int(index), int(attempt), *rest)
