"""Contracts: what a dataset promises, found to hold or broken."""

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from framewright.errors import UserError
from framewright.study.record import read_record, write_record


@dataclass(frozen=True)
class Finding:
    """One promise: what must hold, in words; whether it does; figures when it does, the first offenders when not."""

    name: str
    ok: bool
    detail: str = ""


def make_finding(name: str, faults: Iterable[str], holds: str = "", most: int = 3) -> Finding:
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
