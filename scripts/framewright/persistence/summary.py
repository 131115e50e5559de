"""The figures of all arms in one table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from framewright.report.page import escape_markdown, render_page, render_table
from framewright.study.record import read_record

COLUMNS = (
    "variant",
    "total_processed",
    "total_transients_added",
    "average_transients_per_video",
    "errors",
    "success_rate",
    "transient_frames",
    "persistent_videos",
)


def read_statistics(folder: str | Path) -> dict[str, Any]:
    """The statistics in the GENERATION_SUMMARY.json of a dataset."""
    statistics: dict[str, Any] = read_record(Path(folder) / "GENERATION_SUMMARY.json")["statistics"]
    return statistics


def make_summary_page(text: str) -> str:
    """The same table as a page of the report."""
    header, *rows = (line.split("\t") for line in text.splitlines())
    return render_page(
        "Persistence",
        "# Persistence: what each arm holds\n\n" + render_table([escape_markdown(cell) for cell in header], rows),
    )


def make_summary(arms: Mapping[str, Mapping[str, Any]]) -> str:
    """The figures of each arm that are the same in every run, tab-separated."""
    rows: list[Sequence[str]] = [COLUMNS]
    for name, figures in arms.items():
        rows.append([name, *(f"{figures[column]:.6g}" for column in COLUMNS[1:])])
    return "".join("\t".join(row) + "\n" for row in rows)
