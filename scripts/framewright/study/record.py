"""What jobs tell each other: records on disk, as JSON that people can read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_record(path: str | Path, known: Mapping[str, Any]) -> None:
    """Write a record; the same record gives the same bytes."""
    Path(path).write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_record(path: str | Path) -> dict[str, Any]:
    """A record as it was written."""
    return json.loads(Path(path).read_text(encoding="utf-8"))
