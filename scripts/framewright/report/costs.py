"""What each rule cost in time and memory, from the benchmarks that Snakemake keeps, as a table and as a picture."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from framewright.report import svg

WIDTH, MARGIN, LABELS, NUMBERS, BAR, ROW = 960, 32, 190, 124, 16, 28
TIME, MEMORY = "#4f7cac", "#d0885a"


class Cost(NamedTuple):
    """What the jobs of a rule cost together: wall and processor seconds, and the most memory that one of them held, in
    MiB; None where no job ran long enough to be measured."""

    rule: str
    jobs: int
    seconds: float
    cpu_seconds: float | None
    mebibytes: float | None


def read_costs(benchmarks: str | Path) -> list[Cost]:
    """The cost of each rule that has benchmarks in `benchmarks/<rule>/`, or in `<rule>.tsv`, the longest first.

    A benchmark that can't be read is left out: it tells of the past and nothing depends on it.
    """
    folder = Path(benchmarks)
    rows: dict[str, list[dict[str, str]]] = {}
    for path in sorted(folder.rglob("*.tsv")):
        rows.setdefault(path.relative_to(folder).parts[0].removesuffix(".tsv"), []).extend(_rows(path))
    costs = [_cost(rule, jobs) for rule, jobs in rows.items() if jobs]
    return sorted(costs, key=lambda cost: (-cost.seconds, cost.rule))


def costs_table(costs: Iterable[Cost]) -> str:
    """The costs as tab-separated text, a row per rule."""
    rows = [Cost._fields, *(("" if cell is None else str(cell) for cell in cost) for cost in costs)]
    return "".join("\t".join(row) + "\n" for row in rows)


def read_costs_table(path: str | Path) -> list[Cost]:
    """The costs as `costs_table` wrote them."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        Cost(
            row["rule"],
            int(row["jobs"]),
            float(row["seconds"]),
            _number(row["cpu_seconds"]),
            _number(row["mebibytes"]),
        )
        for row in rows
    ]


def draw_costs(costs: Sequence[Cost]) -> str:
    """The costs as an SVG document: for each rule a bar of wall time and one of memory."""
    full = (WIDTH - 2 * MARGIN - LABELS) / 2 - NUMBERS
    lefts = (MARGIN + LABELS, MARGIN + LABELS + full + NUMBERS)
    parts = [svg.draw_text(MARGIN, 44, "What it cost", size=20, bold=True)]
    parts.append(svg.draw_text(MARGIN, 65, _total(costs), svg.GREY, 12))
    for left, words, colour in zip(
        lefts, ("time of all jobs", "memory of the largest job"), (TIME, MEMORY), strict=True
    ):
        parts += [svg.draw_dot(left + 5, 92, 4.5, colour), svg.draw_text(left + 15, 96, words, svg.GREY, 12)]
    longest = max((cost.seconds for cost in costs), default=0) or 1
    largest = max((cost.mebibytes or 0 for cost in costs), default=0) or 1
    y = 110.0
    for cost in costs:
        parts.append(svg.draw_text(lefts[0] - 14, y + 13, svg.shorten(cost.rule, 24), anchor="end"))
        parts += _bar(lefts[0], y, full, cost.seconds / longest, TIME, _duration(cost.seconds), f"× {cost.jobs:,}")
        share = (cost.mebibytes or 0) / largest
        parts += _bar(lefts[1], y, full, share, MEMORY, _memory(cost.mebibytes), "")
        y += ROW
    return svg.compose_document(WIDTH, y + MARGIN - 12, parts)


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [row for row in csv.DictReader(file, delimiter="\t") if _number(row.get("s")) is not None]
    except (OSError, ValueError, csv.Error):
        return []


def _cost(rule: str, jobs: list[dict[str, str]]) -> Cost:
    cpu = [seconds for job in jobs if (seconds := _number(job.get("cpu_time"))) is not None]
    memory = [size for job in jobs if (size := _number(job.get("max_rss"))) is not None]
    wall = sum(_number(job["s"]) or 0 for job in jobs)
    return Cost(rule, len(jobs), round(wall, 2), round(sum(cpu), 2) if cpu else None, max(memory, default=None))


def _number(cell: str | None) -> float | None:
    """The number in a cell; None for `NA`, `-` and whatever else is none."""
    try:
        return float(cell or "")
    except ValueError:
        return None


def _bar(x: float, y: float, full: float, share: float, colour: str, words: str, rest: str) -> list[str]:
    return [
        svg.draw_box(x, y, full, BAR, svg.TRACK, 3),
        *([svg.draw_box(x, y, max(3, full * share), BAR, colour, 3)] if share else []),
        svg.draw_text(x + full + 8, y + 13, words, size=12, rest=rest),
    ]


def _total(costs: Sequence[Cost]) -> str:
    if not costs:
        return "No job has been measured."
    jobs, seconds = sum(cost.jobs for cost in costs), sum(cost.seconds for cost in costs)
    return (
        f"{jobs:,} measured jobs took {_duration(seconds)} together; only rules that decode, train or write shards are."
    )


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _memory(mebibytes: float | None) -> str:
    if mebibytes is None:
        return "too short"
    return f"{mebibytes:.0f} MiB" if mebibytes < 1024 else f"{mebibytes / 1024:.1f} GiB"
