"""What every export promises, whatever its format."""

from collections.abc import Iterable

from framewright.study.contract import Finding, make_finding


def judge_export(format: str, faults: Iterable[str], holds: str) -> Finding:
    """What is served is in the export and nothing else, unless there are `faults`; `holds` says how much that is."""
    return make_finding(f"the export {format} holds what is served, in order, byte by byte", faults, holds)
