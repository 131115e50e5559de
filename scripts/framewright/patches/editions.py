"""Editions of one film under several names: found before anything is cut, by what their pictures look like."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from framewright.patches.record import FilmPlan
from framewright.video.fingerprint import find_duplicates


@dataclass(frozen=True)
class Edition:
    """Two films of which `alike` sampled pictures, at least, are the same; and the split of each."""

    film: str
    other: str
    alike: int
    split: str
    other_split: str


def find_editions(plans: Iterable[FilmPlan]) -> list[Edition]:
    """The pairs of films that show the same."""
    usable = {plan.video: plan for plan in plans if plan.film}
    alike = find_duplicates({video: plan.hashes for video, plan in usable.items()})
    return [Edition(one, other, count, usable[one].split, usable[other].split) for (one, other), count in alike.items()]


def find_leaks(editions: Iterable[Edition]) -> list[str]:
    """A line for each pair of which one film is trained with and the other is held out."""
    return [
        f"{pair.film} ({pair.split}) and {pair.other} ({pair.other_split}) show the same in {pair.alike} or more of "
        f"their sampled pictures; give both rows of the table of videos the same `group`, or the same `split`"
        for pair in editions
        if pair.split != pair.other_split
    ]


def write_editions(path: str | Path, editions: Iterable[Edition]) -> None:
    """Write a row for each pair."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for row in (tuple(field.name for field in fields(Edition)), *map(astuple, editions)):
            file.write("\t".join(map(str, row)) + "\n")
