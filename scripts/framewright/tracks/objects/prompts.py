"""What open-vocabulary weights shall find: files with a prompt a line."""

from collections.abc import Sequence
from pathlib import Path

from framewright.errors import UserError


def read_prompts(path: str | Path) -> tuple[str, ...]:
    """The lines of a file of prompts, without blank ones at its end."""
    try:
        lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").rstrip().splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise UserError(f"{path}: the prompts can't be read ({why}); give a text file with one a line") from error
    if not lines or not all(lines):
        empty = "it is empty" if not lines else f"line {lines.index('') + 1} is empty"
        raise UserError(f"{path}: {empty}; a line's number is its label, so that each must hold a prompt")
    if len(set(lines)) < len(lines):
        twice = next(line for line in lines if lines.count(line) > 1)
        raise UserError(f"{path}: {twice!r} stands there twice; each prompt is one class")
    return tuple(lines)


def choose_prompts(rename: bool, files: Sequence[str | Path]) -> dict[str, tuple[str, ...]]:
    """What `open_detector` is told: prompts that rename classes, or the vocabulary of open-vocabulary weights."""
    return {"prompts" if rename else "vocabulary": read_prompts(path) for path in files}
