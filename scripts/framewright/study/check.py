"""Whether a study on disk is still the one that its MANIFEST describes, and what its contracts say."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from framewright.errors import UserError
from framewright.study.contract import Finding, make_finding, read_contract
from framewright.study.leftovers import find_leftovers, find_strangers, read_made
from framewright.study.manifest import PROGRESS, VOLATILE, Artifact, files_of, read_manifest, sha256_of

CONTRACT = "contract.json"
MOST = 5  # files that are named of those that differ


def check_study(manifest: str | Path, artifacts: Iterable[str], log: logging.Logger) -> list[Finding]:
    """The findings of `check`; those of `check_unlisted` where there is no MANIFEST yet."""
    if Path(manifest).exists():
        return check(read_manifest(manifest), artifacts, log)
    return check_unlisted(artifacts)


def check_unlisted(artifacts: Iterable[str]) -> list[Finding]:
    """Findings for results that no MANIFEST lists yet, as after `snakemake -- tracks` alone: the contract of each part
    that has one, and how many of the `artifacts` that the configuration asks for are there."""
    parts: dict[str, list[str]] = defaultdict(list)
    wanted: dict[str, int] = defaultdict(int)
    for artifact in artifacts:
        wanted[_part(artifact)] += 1
        if Path(artifact).exists():
            parts[_part(artifact)].append(artifact)
    findings = []
    for part, there in sorted(parts.items()):
        unlisted = "no MANIFEST lists them yet: run snakemake for one"
        findings.append(Finding(f"{part}: files", True, f"{len(there):,} of {wanted[part]:,} are there; {unlisted}"))
        findings += _contracts(part, there)
    if not findings:
        raise UserError("results: nothing is there yet; run snakemake first")
    return findings


def check(rows: Sequence[Artifact], artifacts: Iterable[str], log: logging.Logger) -> list[Finding]:
    """Two findings for each part of the results: its files are those of the MANIFEST, and its contract holds.

    Every byte is read. `artifacts` are the files and folders that the configuration asks for; what lies in them and is
    not in the MANIFEST is a fault as well. A part is a folder of the results, such as `sources`.
    """
    faults: dict[str, list[str]] = defaultdict(list)
    for row, fault in _differences(rows, log):
        faults[_part(row.path)].append(f"{fault}: {row.path}")
    recorded = {row.path for row in rows}
    for artifact in artifacts:
        for path in files_of(artifact):
            if path not in recorded:
                faults[_part(path)].append(f"not in the MANIFEST: {path}")
    parts: dict[str, list[Artifact]] = defaultdict(list)
    for row in rows:
        parts[_part(row.path)].append(row)
    return [
        finding
        for part in sorted({*parts, *faults})
        for finding in (_files(part, parts[part], faults[part]), *_contracts(part, [row.path for row in parts[part]]))
    ]


def find_unclaimed(
    outputs: Mapping[str, str], results: str | Path, records: str | Path, kept: Sequence[str]
) -> list[Finding]:
    """A finding for each part of the results that has files which belong to nothing; they break no promise.

    `outputs` are what the study asks for; `records` is its folder .snakemake; the folders `kept` are a person's.
    """
    made = list(read_made(records))
    leftovers: dict[str, list[str]] = defaultdict(list)
    for one in find_leftovers(made, outputs):
        leftovers[_part(one.path)].append(one.path)
    folders = sorted(path for path in Path(results).glob("*") if path.is_dir() and any(path.glob("*/")))
    strangers = find_strangers(folders, outputs, {one.path for one in made}, kept)
    found = []
    for part, paths in sorted(leftovers.items()):
        named = ", ".join(paths[:MOST]) + (f" and {len(paths) - MOST:,} more" if len(paths) > MOST else "")
        found.append(Finding(f"{part}: left over", True, f"{named}: asked for no more; make tidy removes them"))
    if strangers:
        named = ", ".join(strangers[:MOST]) + (f" and {len(strangers) - MOST:,} more" if len(strangers) > MOST else "")
        found.append(Finding("results: strangers", True, f"{named}: made by no job of this study"))
    return found


def show(findings: Iterable[Finding], file: TextIO) -> None:
    """Print the findings as a table: coloured and fitted to a terminal, plain lines to anything else."""
    console = Console(file=file, highlight=False)
    if not console.is_terminal:
        console.width = 10_000  # nothing is wrapped that a program may read
    table = Table(box=None, pad_edge=False, show_header=False)
    for finding in findings:
        verdict = Text("ok", "green") if finding.ok else Text("FAILED", "bold red")
        table.add_row(verdict, Text(finding.name), Text(finding.detail))
    console.print(table)


def require_all(findings: Iterable[Finding]) -> None:
    """A UserError that counts the findings that failed, if there are any."""
    findings = list(findings)
    if failed := [finding.name for finding in findings if not finding.ok]:
        raise UserError(
            f"{len(failed)} of {len(findings)} checks failed: {', '.join(failed)}; "
            "run snakemake, which makes what is missing; delete what still differs, and run it again"
        )


def _differences(rows: Iterable[Artifact], log: logging.Logger) -> Iterable[tuple[Artifact, str]]:
    done = 0
    for row in rows:
        if fault := _fault(row):
            yield row, fault
        size = row.bytes or 0
        if done // PROGRESS < (done + size) // PROGRESS:
            log.info("%.1f GB read", (done + size) / 1e9)
        done += size


def _fault(row: Artifact) -> str:
    path = Path(row.path)
    if not path.is_file():
        return "missing"
    if row.sha256 == VOLATILE:
        return ""
    if (size := path.stat().st_size) != row.bytes:
        return f"{size:,} instead of {row.bytes:,} bytes"
    return "" if sha256_of(row.path) == row.sha256 else "other bytes"


def _files(part: str, rows: Sequence[Artifact], faults: list[str]) -> Finding:
    size = sum(row.bytes or 0 for row in rows)
    volatile = sum(row.sha256 == VOLATILE for row in rows)
    apart = f", {volatile:,} of them volatile" if volatile else ""
    return make_finding(f"{part}: files", faults, f"{len(rows):,} as in the MANIFEST, {size:,} bytes{apart}", MOST)


def _contracts(part: str, paths: Iterable[str]) -> Iterable[Finding]:
    for path in paths:
        if Path(path).name == CONTRACT and Path(path).is_file():
            findings = read_contract(path)
            faults = (f"{finding.name}: {finding.detail}" for finding in findings if not finding.ok)
            yield make_finding(f"{part}: contract", faults, f"{len(findings)} promises hold")


def _part(path: str) -> str:
    """The second word of a path: `sources` of `results/sources/...`, the file's name of what is in no folder."""
    return path.split("/")[1] if "/" in path else path
