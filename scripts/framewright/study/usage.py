"""What each job took: seconds, processor seconds and memory, a line of JSON each, beside Snakemake's own records.

Snakemake's benchmarks miss the last sampling interval, so that short jobs take nothing there. The kernel counts every
job whole. What can't be written is left out: no job fails of being measured.
"""

import atexit
import json
import os
import resource
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from framewright.study.buckets import list_folders

FOLDER = Path(".snakemake/framewright/usage")  # below the working directory; a file per machine


@dataclass(frozen=True)
class Usage:
    """What one job took, children included, and what it had asked for.

    `mebibytes` is the most memory that its largest process held; `mem_mb` and `runtime` (minutes) are 0 where the rule
    asked for nothing.
    """

    rule: str
    item: str  # its wildcards, as `street` or `space-2`
    seconds: float
    cpu_seconds: float
    mebibytes: float
    threads: int = 1
    mem_mb: int = 0
    runtime: int = 0
    gpu: int = 0
    begin: float = 0.0
    host: str = ""
    slurm: str = ""  # the Slurm job that it was


def measure(snakemake: Any, folder: Path) -> None:
    """Measure this process from now on; when it ends well, a line is written below the folder `folder`."""
    if not (rule := getattr(snakemake, "rule", "")):
        return
    began, place, this = time.time() - _read_age(), folder.absolute() / f"{socket.gethostname()}.jsonl", os.getpid()
    asked = dict(getattr(snakemake, "resources", None) or {})
    known: dict[str, Any] = {
        **{"rule": rule, "item": "-".join(map(str, dict(getattr(snakemake, "wildcards", None) or {}).values()))},
        **{"threads": int(getattr(snakemake, "threads", 1)), "begin": round(began, 3)},
        **{name: _whole(asked.get(name)) for name in ("mem_mb", "runtime", "gpu")},
        **{"host": socket.gethostname(), "slurm": os.environ.get("SLURM_JOB_ID", "")},
    }

    def write() -> None:
        if os.getpid() == this:  # not in a child that was forked
            _append(place, Usage(**known, seconds=round(time.time() - began, 3), **_taken()))

    atexit.register(write)


def read_usage(folder: Path) -> list[Usage]:
    """What all jobs of a study took, in the order in which they began: FOLDER of a study includes its buckets."""
    places = [folder]
    if folder.parts[-len(FOLDER.parts) :] == FOLDER.parts:
        places = [study / FOLDER for study in list_folders(Path(*folder.parts[: -len(FOLDER.parts)]))]
    names = {field.name for field in fields(Usage)}
    found = [
        Usage(**{name: value for name, value in known.items() if name in names})
        for place in places
        for path in sorted(place.glob("*.jsonl"))
        for known in _lines(path)
    ]
    return sorted(found, key=lambda usage: (usage.begin, usage.rule, usage.item))


def last_of_each(used: Iterable[Usage]) -> list[Usage]:
    """The last time that each job ran: a job that ran again, after an edit, counts once."""
    return list({(usage.rule, usage.item): usage for usage in used}.values())


def group_by_rule(used: Iterable[Usage]) -> dict[str, list[Usage]]:
    """The last time that each job ran, by its rule."""
    groups: dict[str, list[Usage]] = {}
    for usage in last_of_each(used):
        groups.setdefault(usage.rule, []).append(usage)
    return groups


def _taken() -> dict[str, Any]:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    # The kernel's count for a process begins with the memory of the one that started it, here Snakemake's.
    peak = _read_peak() or own.ru_maxrss
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return {"cpu_seconds": round(cpu, 3), "mebibytes": round(max(peak, children.ru_maxrss) / 1024, 1)}


def _read_peak() -> int:
    """The most memory that this program held since it began, in KiB; 0 where Linux doesn't say."""
    with suppress(OSError, StopIteration), Path("/proc/self/status").open(encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("VmHWM:")).split()[1])
    return 0


def _read_age() -> float:
    """Seconds since this process began, so that what it imported counts; 0 where Linux doesn't say."""
    with suppress(OSError, ValueError, IndexError, AttributeError):
        ticks = int(
            Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
        )
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK"))
    return 0.0


def _append(place: Path, usage: Usage) -> None:
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        # One write to a file opened for appending: jobs of one machine that end together keep their lines whole.
        file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(file, (json.dumps(asdict(usage)) + "\n").encode())
        finally:
            os.close(file)


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            with suppress(ValueError):  # a disk that was full in between
                yield json.loads(line)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
