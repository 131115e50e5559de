"""The subsets as a table of the dataset's card."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from framewright.report.page import escape_markdown, render_table
from framewright.tracks.curation.names import file_name
from framewright.tracks.curation.options import read_subset
from framewright.tracks.curation.relaxation import read_fills

HEADER = ("subset", "file in `tracks_subsets/<dataset>/`", "tracks", "classes", "as asked", "relaxed")


def tabulate_subsets(dataset: str, items: Sequence[Mapping[str, Any]], fills: Sequence[str | Path]) -> str:
    """A row for each item of `tracks.subsets`, from its table of relaxation in `fills`, as Markdown; empty without any.

    Relaxed are tracks that met what was asked only after it was multiplied by the factor before the colon.
    """
    rows = []
    for item, path in zip(items, fills, strict=True):
        subset, classes = read_subset(item, 0), read_fills(path)
        taken, met = sum(row.taken for row in classes), sum(row.as_asked for row in classes)
        factors = classes[0].relaxed if classes else {}
        relaxed = {factor: sum(row.relaxed[factor] for row in classes) for factor in factors}
        words = ", ".join(f"{factor:g}: {count:,}" for factor, count in relaxed.items() if count)
        numbers = (f"{taken:,}", f"{sum(row.taken > 0 for row in classes):,}", f"{met:,}")
        rows.append((escape_markdown(subset.name), f"`{file_name(dataset, subset, taken)}`", *numbers, words))
    return render_table(HEADER, rows) if rows else ""
