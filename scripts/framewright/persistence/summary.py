"""What became of each clip, for the funnel, and the figures of all arms in one table."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from framewright.persistence.shard import Account
from framewright.report.page import page, plain, table
from framewright.study.funnel import Item

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


def outcomes(samples: int, base: Iterable[Account], arms: Mapping[str, Iterable[Account]]) -> Iterator[Item]:
    """An item for each clip and stage that it entered: the base set, then each arm."""
    there = list(range(samples))
    stages = [("base", base), *((f"augment {name}", accounts) for name, accounts in arms.items())]
    for number, (stage, accounts) in enumerate(stages):
        lost = {index: (reason, detail) for account in accounts for index, reason, detail in account.lost}
        yield from (Item(stage, "", f"traj_{index:05d}", *lost.get(index, ("", ""))) for index in there)
        if number == 0:  # each arm begins with what is left of the base set
            there = [index for index in there if index not in lost]


def statistics_of(folder: str | Path) -> dict[str, Any]:
    """The statistics in the GENERATION_SUMMARY.json of a dataset."""
    text = (Path(folder) / "GENERATION_SUMMARY.json").read_text(encoding="utf-8")
    return json.loads(text)["statistics"]


def summary_page(text: str) -> str:
    """The same table as a page of the report."""
    header, *rows = (line.split("\t") for line in text.splitlines())
    return page("Persistence", "# Persistence: what each arm holds\n\n" + table([plain(cell) for cell in header], rows))


def summary(arms: Mapping[str, Mapping[str, Any]]) -> str:
    """The figures of each arm that are the same in every run, tab-separated."""
    rows: list[Sequence[str]] = [COLUMNS]
    for name, figures in arms.items():
        rows.append([name, *(f"{figures[column]:.6g}" for column in COLUMNS[1:])])
    return "".join("\t".join(row) + "\n" for row in rows)
