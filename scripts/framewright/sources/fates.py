"""Reading the summary of the sources: what became of each video, and its licence."""

import csv
from pathlib import Path


def read_summary(path: str | Path) -> dict[str, dict[str, str]]:
    """The rows of the sources' summary by video, their cells as text."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return {row["video"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def read_licences(path: str | Path) -> dict[str, str]:
    """The licence of each video as the table of videos names it, empty where none is known; from the summary."""
    return {video: row["licence"] for video, row in read_summary(path).items()}
