"""What a person declares of each video in the table: licence, split and the like, in a separate record.

Jobs that decode, detect or train never read it. A changed licence reaches summaries, rows, cards and exports alone.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from framewright.errors import UserError

KEPT_OUT = "the table of videos says training = no"


@dataclass(frozen=True)
class Declared:
    """The declarations of one video; what the table leaves empty is ""."""

    video: str
    pipelines: tuple[str, ...] = ()
    licence: str = ""
    split: str = ""  # train, val or test
    group: str = ""  # editions of one film share a group, and so a split
    training: bool = True  # no: processed and checked, but in no rows, cards or exports

    @property
    def why_not(self) -> str:
        """The reason in one word why it is in no dataset, for the funnel; empty where it may be."""
        return "" if self.training else "not-for-training"


COLUMNS = tuple(field.name for field in fields(Declared))


def declare_videos(rows: Iterable[Any]) -> list[Declared]:
    """The declarations in rows of the video table, sorted by video."""
    found = [
        Declared(row.video, tuple(row.pipelines), row.licence or "", row.split or "", row.group or "", row.training)
        for row in rows
    ]
    return sorted(found, key=lambda one: one.video)


def digest(rows: Iterable[Any]) -> str:
    """What changes when a declaration does, and only then."""
    return hashlib.sha256(_text(declare_videos(rows)).encode()).hexdigest()


def write_declared(path: str | Path, rows: Iterable[Declared]) -> None:
    """Write a row for each video; the same rows give the same bytes."""
    Path(path).write_text(_text(rows), encoding="utf-8")


def read_declared(paths: Iterable[str | Path]) -> dict[str, Declared]:
    """The declarations in these files, such as those of all buckets, by video."""
    return {video: row for path in paths for video, row in _read(path).items()}


def _read(path: str | Path) -> dict[str, Declared]:
    header, *lines = Path(path).read_text(encoding="utf-8").split("\n")[:-1]
    if tuple(header.split("\t")) != COLUMNS:
        raise UserError(f"{path}: its columns are not {', '.join(COLUMNS)}; delete it and run snakemake")
    found = {}
    for line in lines:
        video, pipelines, licence, split, group, training = line.split("\t")
        words = tuple(filter(None, pipelines.split(",")))
        found[video] = Declared(video, words, licence, split, group, training == "yes")
    return found


def _text(rows: Iterable[Declared]) -> str:
    lines = ["\t".join(COLUMNS)]
    for row in rows:
        cells = (row.video, ",".join(row.pipelines), row.licence, row.split, row.group, "yes" if row.training else "no")
        lines.append("\t".join(" ".join(cell.split()) for cell in cells))
    return "\n".join(lines) + "\n"
