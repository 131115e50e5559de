"""A digest of the settings that decide what the records of a table are like: records of different ones don't mix."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from framewright.errors import UserError


def compute_definition(*settings: Any) -> str:
    """The digest of plain values: 16 hexadecimal digits, the same for the same values in any order of their keys."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def refuse_mixtures(stage: str, made: Iterable[tuple[str, str]]) -> None:
    """A UserError where records of one stage were made by different settings or seeds.

    `made` has of each record its video and its definition; a record from elsewhere may have none.
    """
    first: tuple[str, str] | None = None
    for video, definition in made:
        first = first or (video, definition)
        if definition != first[1]:
            raise UserError(
                f"{video}: the record of {stage} was made by other settings or another seed "
                f"({definition or 'unknown'}) than that of {first[0]} ({first[1] or 'unknown'}); "
                "delete one of them and run snakemake"
            )
