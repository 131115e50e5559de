"""Contracts: what a dataset promises, found to hold or broken."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from framewright.errors import UserError
from framewright.study.record import read_record, write_record

MOST = 3  # faults that are named


@dataclass(frozen=True)
class Finding:
    """One promise: what must hold, in words; whether it does; figures when it does, the first offenders when not."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True)
class Part:
    """A promise as far as one bucket of videos is concerned.

    `holds` is the detail of a promise that holds; in it `{name}` stands for a number of `counts`, which are added up
    over all buckets. Of the `faulty` faults the first are in `faults`.
    """

    name: str
    faults: tuple[str, ...]
    faulty: int
    holds: str = ""
    counts: Mapping[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it holds in this bucket."""
        return not self.faulty

    @property
    def detail(self) -> str:
        """What a study of this bucket alone would say."""
        return join_parts([[self]])[0].detail


def make_part(name: str, faults: Iterable[str], holds: str = "", **counts: float) -> Part:
    """A promise that `faults` break in one bucket; `holds` is a format of the `counts`."""
    faults = list(faults)
    return Part(name, tuple(faults[:MOST]), len(faults), holds, counts)


def join_parts(buckets: Iterable[Iterable[Part]]) -> list[Finding]:
    """The promises of a whole study from those of its buckets, in the order of the first bucket."""
    promises: dict[str, list[Part]] = {}
    for parts in buckets:
        for part in parts:
            promises.setdefault(part.name, []).append(part)
    return [_join(parts) for parts in promises.values()]


def _join(parts: list[Part]) -> Finding:
    faulty = sum(part.faulty for part in parts)
    if faulty:
        first = sorted(fault for part in parts for fault in part.faults)[:MOST]
        more = f" and {faulty - len(first):,} more" if faulty > len(first) else ""
        return Finding(parts[0].name, False, "; ".join(first) + more)
    counts = {name: sum(part.counts[name] for part in parts) for name in parts[0].counts}
    return Finding(parts[0].name, True, parts[0].holds.format(**counts))


def write_parts(path: str | Path, parts: Iterable[Part]) -> None:
    """Write what one bucket found; the same parts give the same bytes."""
    write_record(path, [asdict(part) for part in parts])


def read_parts(path: str | Path) -> list[Part]:
    """What one bucket found, as it was written."""
    try:
        found = read_record(path)
        return [Part(**part | {"faults": tuple(part["faults"])}) for part in found]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: not a part of a contract ({error}); delete it and run snakemake") from error


def make_finding(name: str, faults: Iterable[str], holds: str = "", most: int = MOST) -> Finding:
    """A promise that `faults` break, each of them a few words; `holds` is its detail where there are none."""
    faults = list(faults)
    more = f" and {len(faults) - most:,} more" if len(faults) > most else ""
    return Finding(name, not faults, "; ".join(faults[:most]) + more if faults else holds)


def hold(findings: Iterable[Finding], log: logging.Logger) -> list[Finding]:
    """Log each finding and return them all; a UserError names those that are broken, so that the build fails."""
    findings = list(findings)
    for finding in findings:
        log.info(
            "%s %s%s", "holds: " if finding.ok else "BROKEN:", finding.name, finding.detail and f" ({finding.detail})"
        )
    if broken := [finding for finding in findings if not finding.ok]:
        what = "; ".join(f"{finding.name}: {finding.detail}" for finding in broken)
        raise UserError(f"{len(broken)} of {len(findings)} promises broken: {what}")
    return findings


def write_contract(path: str | Path, findings: Iterable[Finding]) -> None:
    """Write the findings as JSON; the same findings give the same bytes."""
    write_record(path, [asdict(finding) for finding in findings])


def read_contract(path: str | Path) -> list[Finding]:
    """The findings written in `path`."""
    try:
        return [Finding(**finding) for finding in read_record(path)]
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{path}: not a contract ({error}); delete it and run snakemake") from error
