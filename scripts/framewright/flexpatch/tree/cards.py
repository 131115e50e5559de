"""The records beside models and tables of samples, as JSON."""

from pathlib import Path
from typing import Any

from framewright.errors import UserError
from framewright.study.record import read_record


def read_card(path: Path) -> dict[str, Any]:
    """The record in the .json beside a model or a table of samples."""
    try:
        card = read_record(path)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not a card of a model or of samples ({error})") from error
    if not isinstance(card, dict):
        raise UserError(f"{path}: not a card of a model or of samples")
    return card
