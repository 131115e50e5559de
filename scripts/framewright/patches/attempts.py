"""The places of films that were tried for a window, and the outcome of each."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

POSTERS = "posters.npz"  # small pictures of the places of a part, by name, in the part's folder


@dataclass(frozen=True, order=True)
class Attempt:
    """One place that was tried: `attempt` 0 is the first; `time` (seconds) is that of the target frame; `reason` is
    empty where the window became a patch, else one word."""

    category: str
    index: int
    attempt: int
    time: str
    reason: str


def name_attempt(video: str, attempt: Attempt) -> str:
    """The name of a place that was tried."""
    return f"{video} {attempt.category} {attempt.index} {attempt.attempt}"


def write_attempts(path: str | Path, attempts: Iterable[Attempt]) -> None:
    """Write a row for each place that was tried."""
    header = tuple(field.name for field in fields(Attempt))
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for row in (header, *map(astuple, attempts)):
            file.write("\t".join(map(str, row)) + "\n")


def read_attempts(path: str | Path) -> Iterator[Attempt]:
    """The places that were tried."""
    with Path(path).open(encoding="utf-8") as file:
        next(file)
        for line in file:
            category, index, attempt, time, reason = line.rstrip("\n").split("\t")
            yield Attempt(category, int(index), int(attempt), time, reason)
