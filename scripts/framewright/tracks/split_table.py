"""The split of each video, in a small table that all readers of clips share."""

import csv
from collections.abc import Mapping
from pathlib import Path


def write_splits(path: str | Path, splits: Mapping[str, str]) -> None:
    """Write the split of each video."""
    text = "".join(f"{video}\t{split}\n" for video, split in sorted(splits.items()))
    Path(path).write_text("video\tsplit\n" + text, encoding="utf-8")


def read_splits(path: str | Path) -> dict[str, str]:
    """The split of each video."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return {row[0]: row[1] for row in list(csv.reader(file, "excel-tab"))[1:]}
