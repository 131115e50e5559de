"""What jobs took beside what they had asked for, by rule, and what they should ask for on this cluster."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from framewright.study.usage import Usage, group_by_rule

SNAKEMAKE = 420  # megabytes of the two processes of Snakemake that a Slurm job holds beside its script
ROOM, LONGER = 1.3, 3.0  # what is proposed: the most memory that was seen, and the longest time, times this
LEAST_MINUTES, STEP = 10, 100  # of a proposal; memory in steps of so many megabytes
PROMISED = {"sources_probe"}  # they ask for what a child of theirs may take, not for what it took
CLOSE = 0.7  # a proposal that is nearer than this to what was asked for is not made


@dataclass(frozen=True)
class Efficiency:
    """All measured jobs of a rule: hours of processors, the share of their threads that was busy, the most memory of a
    job with Snakemake's (megabytes) and the longest time (minutes), and what the jobs had asked for; 0 for nothing."""

    rule: str
    jobs: int
    cpu_hours: float
    busy: float
    megabytes: int
    asked_megabytes: int
    minutes: float
    asked_minutes: int


def rate_jobs(used: Iterable[Usage]) -> list[Efficiency]:
    """How well each rule's jobs used what they had asked for, the costliest first; a job that ran twice counts once."""
    rated = [_rate(rule, jobs) for rule, jobs in group_by_rule(used).items()]
    return sorted(rated, key=lambda rule: (-rule.cpu_hours, rule.rule))


def compose_table(rated: Iterable[Efficiency]) -> list[str]:
    """A line for each rule, below a head."""
    lines = [f"{'rule':24} {'jobs':>8} {'CPU hours':>10} {'busy':>5} {'memory MB':>16} {'longest minutes':>18}"]
    for rule in rated:
        memory = f"{rule.megabytes:,} of {rule.asked_megabytes:,}" if rule.asked_megabytes else f"{rule.megabytes:,}"
        minutes = f"{rule.minutes:,.1f} of {rule.asked_minutes:,}" if rule.asked_minutes else f"{rule.minutes:,.1f}"
        share = f"{100 * rule.busy:.0f} %"
        lines.append(f"{rule.rule:24} {rule.jobs:>8,} {rule.cpu_hours:>10,.2f} {share:>5} {memory:>16} {minutes:>18}")
    return lines


def propose_requests(rated: Iterable[Efficiency]) -> dict[str, dict[str, str]]:
    """What rules should ask for where that is far from what they do, as `rules:` of the site file says it."""
    proposed: dict[str, dict[str, str]] = {}
    for rule in rated:
        memory = STEP * math.ceil(ROOM * rule.megabytes / STEP)
        minutes = max(LEAST_MINUTES, math.ceil(LONGER * rule.minutes))
        for name, value, asked in (
            ("mem_mb", memory, rule.asked_megabytes),
            ("runtime", minutes, rule.asked_minutes),
        ):
            if name == "mem_mb" and rule.rule in PROMISED:
                continue
            if asked and not CLOSE <= value / asked <= 1 / CLOSE:
                proposed.setdefault(rule.rule, {})[name] = f"{value} * attempt"
    return proposed


def write_proposal(proposed: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The proposal as lines of YAML."""
    if not proposed:
        return ["# nothing: what the rules ask for fits what they took"]
    lines = ["rules:"]
    for rule, resources in sorted(proposed.items()):
        lines += [f"  {rule}: {{{', '.join(f'{name}: {value}' for name, value in resources.items())}}}"]
    return lines


def _rate(rule: str, jobs: list[Usage]) -> Efficiency:
    held = sum(job.seconds * max(1, job.threads) for job in jobs)
    cpu = sum(job.cpu_seconds for job in jobs)
    return Efficiency(
        rule=rule,
        jobs=len(jobs),
        cpu_hours=cpu / 3600,
        busy=cpu / held if held else 0.0,
        megabytes=round(max(job.mebibytes for job in jobs) * 1.048576) + SNAKEMAKE,
        asked_megabytes=max(job.mem_mb for job in jobs),
        minutes=max(job.seconds for job in jobs) / 60,
        asked_minutes=max(job.runtime for job in jobs),
    )
