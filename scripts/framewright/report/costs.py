"""What each rule cost in time and memory, from the kernel's count of each job, as a table and as a picture."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from framewright.report import palette, svg
from framewright.report.palette import BLUE, ORANGE
from framewright.study.usage import Usage, group_by_rule

WIDTH, MARGIN, LABELS, NUMBERS, BAR, ROW = 960, 32, 190, 124, 16, 28
TIME, MEMORY = BLUE, ORANGE
BARS = 14  # rules that have a bar of their own: more make a picture that no screen holds


class Cost(NamedTuple):
    """What the jobs of a rule cost together: wall and processor seconds, and the most memory that one of them held, in
    MiB."""

    rule: str
    jobs: int
    seconds: float
    cpu_seconds: float
    mebibytes: float


def add_up(used: Iterable[Usage]) -> list[Cost]:
    """The cost of each rule, the costliest first. A job that ran several times counts once, as it ran last."""
    costs = [_cost(rule, jobs) for rule, jobs in group_by_rule(used).items()]
    return sorted(costs, key=lambda cost: (-cost.cpu_seconds, cost.rule))


def costs_table(costs: Iterable[Cost]) -> str:
    """The costs as tab-separated text, a row per rule."""
    rows = [Cost._fields, *(map(str, cost) for cost in costs)]
    return "".join("\t".join(row) + "\n" for row in rows)


def read_costs_table(path: str | Path) -> list[Cost]:
    """The costs as `costs_table` wrote them."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        Cost(row["rule"], int(row["jobs"]), *(float(row[name]) for name in ("seconds", "cpu_seconds", "mebibytes")))
        for row in rows
    ]


def draw_costs(costs: Sequence[Cost]) -> str:
    """The costs as an SVG document: for each rule a bar of processor time and one of memory.

    Rules that cost least share one line, so that the picture fits a screen.
    """
    full = (WIDTH - 2 * MARGIN - LABELS) / 2 - NUMBERS
    lefts = (MARGIN + LABELS, MARGIN + LABELS + full + NUMBERS)
    parts = [svg.draw_text(MARGIN, 44, "What it cost", size=20, bold=True)]
    parts.append(svg.draw_text(MARGIN, 65, _total(costs), palette.GREY, 12))
    for left, words, colour in zip(
        lefts, ("processor time of all jobs", "memory of the largest job"), (TIME, MEMORY), strict=True
    ):
        parts += [svg.draw_dot(left + 5, 92, 4.5, colour), svg.draw_text(left + 15, 96, words, palette.GREY, 12)]
    shown = _with_rest(costs)
    longest = max((cost.cpu_seconds for cost in shown), default=0) or 1
    largest = max((cost.mebibytes for cost in shown), default=0) or 1
    y = 110.0
    for cost in shown:
        parts.append(svg.draw_text(lefts[0] - 14, y + 13, svg.shorten(cost.rule, 24), anchor="end"))
        parts += _bar(
            lefts[0], y, full, cost.cpu_seconds / longest, TIME, _duration(cost.cpu_seconds), f"× {cost.jobs:,}"
        )
        parts += _bar(lefts[1], y, full, cost.mebibytes / largest, MEMORY, _memory(cost.mebibytes), "")
        y += ROW
    return svg.compose_document(WIDTH, y + MARGIN - 12, parts)


def _cost(rule: str, jobs: Sequence[Usage]) -> Cost:
    seconds, cpu = sum(job.seconds for job in jobs), sum(job.cpu_seconds for job in jobs)
    return Cost(rule, len(jobs), round(seconds, 2), round(cpu, 2), max(job.mebibytes for job in jobs))


def _with_rest(costs: Sequence[Cost]) -> list[Cost]:
    """The dearest rules, and one line for all others where there are too many."""
    if len(costs) <= BARS:
        return list(costs)
    first, rest = costs[: BARS - 1], costs[BARS - 1 :]
    jobs, seconds, cpu = (sum(column) for column in list(zip(*rest, strict=True))[1:4])
    return [*first, Cost(f"{len(rest)} other rules", jobs, seconds, cpu, max(cost.mebibytes for cost in rest))]


def _bar(x: float, y: float, full: float, share: float, colour: str, words: str, rest: str) -> list[str]:
    return [
        svg.draw_box(x, y, full, BAR, palette.TRACK, 3),
        *([svg.draw_box(x, y, max(3, full * share), BAR, colour, 3)] if share else []),
        svg.draw_text(x + full + 8, y + 13, words, size=12, rest=rest),
    ]


def _total(costs: Sequence[Cost]) -> str:
    if not costs:
        return "No job has been measured."
    jobs, seconds = sum(cost.jobs for cost in costs), sum(cost.cpu_seconds for cost in costs)
    return f"{jobs:,} jobs took {_duration(seconds)} of processor time together, without Snakemake's own."


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _memory(mebibytes: float) -> str:
    return f"{mebibytes:.0f} MiB" if mebibytes < 1024 else f"{mebibytes / 1024:.1f} GiB"
