"""The records beside models and tables of samples, as JSON."""

import json
from pathlib import Path
from typing import Any

from framewright.errors import UserError


def read_card(path: Path) -> dict[str, Any]:
    """The record in the .json beside a model or a table of samples."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not a card of a model or of samples ({error})") from error
    if not isinstance(card, dict):
        raise UserError(f"{path}: not a card of a model or of samples")
    return card
