"""What a run will take, rule by rule, before anyone starts it; and afterwards, how wrong that was.

Rates come from this study's own jobs as soon as there are some, so that a pilot of ten videos foretells the others on
the same machines. Until then they are those of other studies, measured on one core at 2.6 GHz or so.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from framewright.errors import UserError
from framewright.study.usage import Usage, last_of_each
from framewright.video.probe import read_probe

USUAL = 8300.0  # megapixels of a video that is not probed yet: five minutes of 720 lines, 30 frames a second
BUSY = 0.8  # of the cores of a cluster's nodes, of what one gets
STORED = {"tracks_deface": 1.3, "tracks_extract": 0.4, "sources_download": 1.0, "sources_youtube": 1.0}  # of a source


class Rate(NamedTuple):
    """Processor seconds: of a job's start, and of each megapixel of its video's frames."""

    start: float
    megapixel: float = 0.0


# Measured by framewright.study.usage: videos of 360 to 1080 lines, the demo's detector.
RATES = {
    "sources_link": Rate(0.4),
    "sources_render": Rate(2.0, 0.09),
    "sources_probe": Rate(0.6, 0.006),
    "sources_preview": Rate(0.4, 0.011),
    "tracks_link": Rate(0.2),
    "tracks_segment": Rate(0.5, 0.005),
    "tracks_deface": Rate(0.5, 0.12),
    "tracks_audit": Rate(1.5, 0.006),
    "tracks_preview": Rate(0.5, 0.016),
    "tracks_detect": Rate(1.2, 0.03),
    "tracks_follow": Rate(1.1, 0.004),
    "tracks_extract": Rate(0.7, 0.012),
    "tracks_sheet": Rate(0.8),
    "tracks_metrics": Rate(0.9, 0.003),
    "flexpatch_truth": Rate(1.2, 0.08),
    "flexpatch_samples": Rate(0.6, 0.038),
    "patches_plan": Rate(0.5, 0.01),
}


class Size(NamedTuple):
    """What a video is to those who work on it: megapixels of all its frames, and bytes."""

    megapixels: float
    bytes: float


@dataclass(frozen=True)
class Work:
    """The jobs of a rule: how many, the megapixels of all their videos, 0 where they work on none, and whether they
    run on a GPU. `bytes` are those of the sources that they read."""

    rule: str
    jobs: int
    megapixels: float = 0.0
    gpu: bool = False
    bytes: float = 0.0


@dataclass(frozen=True)
class Row:
    """What a rule will take: processor seconds, None where nothing tells, and whether this study has measured it."""

    work: Work
    seconds: float | None
    longest: float  # of one job
    measured: int  # jobs


def read_sizes(probe: str, videos: Iterable[str]) -> dict[str, Size]:
    """The sizes of the videos that are probed already; `probe` is the path of a record, with {video} in it."""
    sizes = {}
    for video in videos:
        with suppress(OSError, UserError):
            known = read_probe(Path(probe.format(video=video)))
            share = (known.use[1] - known.use[0]) / known.duration if known.duration else 1.0
            width, height = known.displayed_size
            sizes[video] = Size(min(1.0, share) * known.frames * width * height / 1e6, known.bytes)
    return sizes


def list_work(jobs: Mapping[str, int | Sequence[str]], sizes: Mapping[str, Size], gpu: Iterable[str]) -> list[Work]:
    """The work of each rule, from how many jobs it has or the ids of its videos, a job each.

    A video that is not probed yet counts as the mean of those that are, or else as `USUAL`.
    """
    known, on_gpu = list(sizes.values()), set(gpu)
    mean = Size(*(sum(column) / len(known) for column in zip(*known, strict=True))) if known else Size(USUAL, 0.0)
    work = []
    for rule, part in jobs.items():
        if isinstance(part, int):
            work.append(Work(rule, part, gpu=rule in on_gpu))
            continue
        each = [sizes.get(video, mean) for video in part]
        megapixels, size = sum(video.megapixels for video in each), sum(video.bytes for video in each)
        work.append(Work(rule, len(part), megapixels, rule in on_gpu, size))
    return work


def fit_rates(used: Iterable[Usage], sizes: Mapping[str, Size]) -> dict[str, tuple[Rate, int]]:
    """The rate of each rule that has run, with the number of jobs that tell it.

    A job's start is what RATES says or half a second, but never more than the quickest job took.
    """
    by_rule: dict[str, list[Usage]] = {}
    for usage in last_of_each(used):
        by_rule.setdefault(usage.rule, []).append(usage)
    fitted = {}
    for rule, jobs in by_rule.items():
        cpu = sum(job.cpu_seconds for job in jobs)
        work = sum(sizes[job.item].megapixels for job in jobs if job.item in sizes)
        start = min([RATES[rule].start if rule in RATES else 0.5, *(job.cpu_seconds for job in jobs)])
        known = Rate(start, max(0.0, cpu - start * len(jobs)) / work) if work else Rate(cpu / len(jobs))
        fitted[rule] = known, len(jobs)
    return fitted


def forecast(work: Iterable[Work], fitted: Mapping[str, tuple[Rate, int]]) -> list[Row]:
    """What each rule's jobs will take, the costliest first; those of which nothing tells come last."""
    rows = []
    for part in work:
        rate, measured = fitted.get(part.rule, (RATES.get(part.rule), 0))
        if rate is None or not part.jobs:
            rows += [Row(part, None, 0.0, 0)] if part.jobs else []
            continue
        seconds = rate.start * part.jobs + rate.megapixel * part.megapixels
        rows.append(Row(part, seconds, seconds / part.jobs, measured))
    return sorted(rows, key=lambda row: (row.seconds is None, -(row.seconds or 0.0), row.work.rule))


def compose_table(rows: Sequence[Row], cores: int, unprobed: int) -> list[str]:
    """A line for each rule, the sums, and how long it takes on these cores and on nodes of a cluster."""
    lines = [f"{'rule':24} {'jobs':>10} {'CPU hours':>12} {'GPU hours':>12} {'GB':>10}  rates of"]
    for row in rows:
        hours = "?" if row.seconds is None else _format_hours(row.seconds / 3600)
        on_cpu, on_gpu = ("", hours) if row.work.gpu else (hours, "")
        stored = STORED.get(row.work.rule, 0.0) * row.work.bytes / 1e9
        size = f"{stored:,.1f}" if stored else ""
        lines.append(
            f"{row.work.rule:24} {row.work.jobs:>10,} {on_cpu:>12} {on_gpu:>12} {size:>10}  {_describe_source(row)}"
        )
    cpu = sum(row.seconds or 0.0 for row in rows if not row.work.gpu) / 3600
    gpu = sum(row.seconds or 0.0 for row in rows if row.work.gpu) / 3600
    stored = sum(STORED.get(row.work.rule, 0.0) * row.work.bytes for row in rows) / 1e9
    jobs = sum(row.work.jobs for row in rows)
    lines.append(f"{'all':24} {jobs:>10,} {_format_hours(cpu):>12} {_format_hours(gpu):>12} {stored:>10,.1f}")
    longest = max((row.longest for row in rows), default=0.0) / 3600
    here = max((cpu + gpu) / cores, longest)
    lines.append(f"about {_say(here)} on the {cores} cores of this run")
    for nodes in (10, 100):
        lines.append(f"about {_say(max((cpu + gpu) / (nodes * 16 * BUSY), longest))} on {nodes} nodes of 16 cores")
    if unprobed:
        lines.append(
            f"{unprobed:,} videos are not probed yet, and taken for five minutes of 720 lines; `snakemake -- sources` "
            "probes them"
        )
    if not any(row.measured for row in rows):
        lines.append("no job of this study is measured: make some videos first, and the rates are of your machines")
    return lines


def compare(rows: Iterable[Row], used: Iterable[Usage]) -> list[str]:
    """For the rules that have run completely: what was foretold from RATES alone beside what it took; and in all."""
    taken: dict[str, list[float]] = {}
    for usage in last_of_each(used):
        taken.setdefault(usage.rule, []).append(usage.cpu_seconds)
    whole = [row for row in rows if row.seconds is not None and len(taken.get(row.work.rule, ())) == row.work.jobs]
    if not whole:
        return []
    foretold, took = sum(row.seconds or 0.0 for row in whole), sum(sum(taken[row.work.rule]) for row in whole)
    worst = max(whole, key=lambda row: abs((row.seconds or 0.0) - sum(taken[row.work.rule])))
    ratio = foretold / took if took else 0.0
    return [
        f"of {len(whole)} rules that have run completely, {foretold:,.0f} CPU seconds were foretold before any "
        f"job, and {took:,.0f} taken: {ratio:.2f} times; furthest off was {worst.work.rule}, "
        f"{worst.seconds:,.0f} for {sum(taken[worst.work.rule]):,.0f}"
    ]


def _describe_source(row: Row) -> str:
    if row.seconds is None:
        return "nobody: not measured yet"
    return f"{row.measured:,} jobs of this study" if row.measured else "other studies"


def _format_hours(hours: float) -> str:
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.3g}"


def _say(hours: float) -> str:
    if hours < 2:
        return f"{hours * 60:,.0f} minutes"
    return f"{hours:,.0f} hours" if hours < 72 else f"{hours / 24:,.0f} days"
