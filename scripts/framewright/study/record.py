"""What jobs tell each other: records on disk, as JSON that people can read."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any


def write_record(path: str | Path, known: Mapping[str, Any] | Sequence[Any], indent: int | None = 1) -> None:
    """Write a record; the same record gives the same bytes. Without `indent` it is one line."""
    Path(path).write_text(json.dumps(known, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")


def read_record(path: str | Path) -> Any:
    """A record as it was written. A file that holds none is an OSError or a ValueError."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_lines(path: str | Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write records, a line of JSON each; the same records give the same bytes."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(known, ensure_ascii=False) + "\n" for known in records)


def read_lines(paths: Iterable[str | Path]) -> Iterator[dict[str, Any]]:
    """The records in these files, one after the other."""
    for path in paths:
        with Path(path).open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def hash_file(path: str | Path) -> str:
    """The sha256 of a file in small hexadecimal digits. A film's stands in the record beside it."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
