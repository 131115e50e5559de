"""What a bucket of films adds up to: rows, outcomes, and an account of each film."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framewright.patches.allotment import Counts
from framewright.patches.attempts import Attempt, read_attempts
from framewright.patches.manifest import read_patches
from framewright.patches.outcomes import list_outcomes
from framewright.patches.record import DEFINITION, FilmPlan
from framewright.patches.rows import make_row
from framewright.study.declared import Declared
from framewright.study.definition import refuse_mixtures
from framewright.study.funnel import Item
from framewright.study.record import read_record

Paths = Sequence[str | Path]


@dataclass(frozen=True)
class FilmAccount:
    """What whole studies know of a film: the windows that each category was to get, and whether it could be used."""

    video: str
    counts: Counts
    usable: bool


def refuse_other_settings(plans: Sequence[FilmPlan], parts: Paths) -> None:
    """A UserError where two films were planned, or two parts cut, by different settings or seeds."""
    refuse_mixtures("plans", ((plan.video, plan.definition) for plan in plans))
    found = ((Path(part).parent.name, read_record(Path(part, DEFINITION))["definition"]) for part in parts)
    refuse_mixtures("parts", found)


def list_rows(parts: Paths) -> Iterator[dict[str, Any]]:
    """The rows of all patches in these parts."""
    for part in parts:
        yield from map(make_row, read_patches(Path(part, "patches.tsv")))


def list_bucket_outcomes(plans: Sequence[FilmPlan], parts: Paths, declared: Mapping[str, Declared]) -> Iterator[Item]:
    """The items for the funnel, stage after stage and by film; a part lies in a folder named after its film."""
    attempts: dict[str, list[Attempt]] = {plan.video: [] for plan in plans}
    for part in parts:
        attempts[Path(part).parent.name] += read_attempts(Path(part, "attempts.tsv"))
    return list_outcomes(plans, attempts, {plan.video: declared[plan.video].why_not for plan in plans})


def list_accounts(plans: Sequence[FilmPlan]) -> Iterator[dict[str, Any]]:
    """An account of each film, as plain values."""
    return ({"video": plan.video, "counts": plan.counts, "usable": plan.usable} for plan in plans)
