"""Files that tell of the clock or the machine: their bytes differ from run to run, what else is in them must not."""

import json
import re
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

# One line for each kind of file: the pattern of its path (`*` stands for folders as well), and the names of what is
# volatile in it. In JSON these are keys, at any depth; of any other text, the lines that contain such a name. Dates and
# durations in other lines of text are volatile without being named.
VOLATILE: dict[str, tuple[str, ...]] = {
    "results/versions.json": ("git", "processor", "platform"),
    "results/flexpatch/training_summary.json": ("seconds",),
    "results/flexpatch/training_summary.txt": (),
    "results/flexpatch/rated/*.costs.json": ("cpu_ms",),
    "results/persistence/*dataset/PROGRESS.txt": (),
    "results/persistence/*dataset/checkpoint.json": ("timestamp", "start_time"),
    "results/persistence/*dataset/GENERATION_SUMMARY.json": (
        *("timestamp", "start_time", "elapsed_time_minutes"),
        *("processing_time_minutes", "average_rate_samples_per_second"),
    ),
}

_TIMES = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?(Z|[+-]\d\d:?\d\d)?"  # a date, with the time of day or without
    r"|\b\d+:\d\d(:\d\d)?([.,]\d+)?"  # a time of day, or a duration as 1:02:03
    r"|\b\d+([.,]\d+)?\s?(ns|us|µs|ms|s|sec|seconds?|min|minutes?|h|hours?|days?)\b"
)


def is_volatile(path: str, patterns: Mapping[str, Collection[str]] = VOLATILE) -> bool:
    """Whether the file at this path, as the MANIFEST names it, has bytes that are not the same in each run."""
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def drop_volatile(path: str, content: bytes, patterns: Mapping[str, Collection[str]] = VOLATILE) -> str:
    """What must be the same in each run of the `content` of a volatile file; nothing of one that is not text."""
    names = {name for pattern, keys in patterns.items() if fnmatchcase(path, pattern) for name in keys}
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    if Path(path).suffix == ".json":
        return json.dumps(_without(json.loads(text), names), indent=1, sort_keys=True)
    lines = (line for line in text.splitlines() if not any(name in line for name in names))
    return "\n".join(_TIMES.sub("<time>", line) for line in lines)


def _without(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, names) for key, item in value.items() if key not in names}
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    return value
