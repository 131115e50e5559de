"""Reading the summary of the sources: what became of each video, and its licence."""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

PUBLIC = ("http", "youtube", "demo")  # kinds of sources that everybody can get


def read_summary(path: str | Path) -> dict[str, dict[str, str]]:
    """The rows of the sources' summary by video, their cells as text."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return {row["video"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def list_sources(path: str | Path, videos: Collection[str]) -> Iterator[dict[str, str | None]]:
    """Where these videos come from, a row each, from the summary; addresses of this machine are left out."""
    for video, row in read_summary(path).items():
        if video in videos:
            source = row["source"] if row["kind"] in PUBLIC else None
            known = {"sha256": row["sha256"] or None, "source": source, "licence": row["licence"] or None}
            yield {"video": video, **known}


def read_licences(path: str | Path) -> dict[str, str]:
    """The licence of each video as the table of videos names it, empty where none is known; from the summary."""
    return {video: row["licence"] for video, row in read_summary(path).items()}
