"""What a run and its machine do at this moment: processor, memory, disk and GPU."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Process:
    """A process of a run. CPU in seconds since it began, memory and disk in bytes; `log` is where it prints to."""

    pid: int
    log: str
    cpu: float
    rss: int
    read: int
    written: int


@dataclass(frozen=True)
class Rates:
    """What happened between two samples: processors' worth of CPU, bytes read and written a second."""

    cpu: float
    read: float
    written: float


def processes_of(pid: int) -> dict[int, Process]:
    """The process `pid` and all below it, by id; none where it has ended or is another user's."""
    found = {}
    for number in _family(pid):
        with suppress(psutil.Error, OSError):
            found[number] = _process(number)
    return found


def compute_rates(before: dict[int, Process], now: dict[int, Process], seconds: float) -> Rates:
    """What the processes did in between; one that is new counts with all that it did."""
    cpu = read = written = 0.0
    for pid, process in now.items():
        old = before.get(pid)
        cpu += process.cpu - (old.cpu if old else 0.0)
        read += process.read - (old.read if old else 0)
        written += process.written - (old.written if old else 0)
    return Rates(*(max(0.0, value) / seconds for value in (cpu, read, written)))


def is_alive(pid: int) -> bool:
    """Whether there is such a process on this machine, and it has not just ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _process(pid: int) -> Process:
    process = psutil.Process(pid)
    with process.oneshot():
        times = process.cpu_times()
        read = written = 0
        with suppress(psutil.Error, AttributeError):  # other systems have no counters for one process
            counters = process.io_counters()
            read, written = counters.read_bytes, counters.write_bytes
        return Process(pid, _output_of(pid), times.user + times.system, process.memory_info().rss, read, written)


def _output_of(pid: int) -> str:
    """Where a process prints to, on Linux."""
    with suppress(OSError):
        return str(Path(f"/proc/{pid}/fd/1").readlink())
    return ""


def _family(pid: int) -> Iterator[int]:
    """A process and those below it. Linux tells a process's children; elsewhere all processes are asked."""
    if not Path(f"/proc/{pid}/task").is_dir():
        yield pid
        with suppress(psutil.Error):
            yield from (process.pid for process in psutil.Process(pid).children(recursive=True))
        return
    waiting = [pid]
    while waiting:
        pid = waiting.pop()
        yield pid
        with suppress(OSError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                waiting += map(int, (thread / "children").read_text(encoding="ascii").split())


class Folder:
    """The bytes of all files in a folder, counted bit by bit so that a large study costs a moment as little as a small
    one: `step` looks at some entries and gives the size of the last whole round, None before the first is complete."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.bytes: int | None = None
        self._round: Iterator[None] = iter(())

    def step(self, entries: int) -> int | None:
        """Look at so many entries."""
        for _ in range(entries):
            if next(self._round, self) is self:
                self._round = self._count()
                break
        return self.bytes

    def _count(self) -> Iterator[None]:
        total, waiting, linked = 0, [str(self.path)], set()
        while waiting:
            try:
                with os.scandir(waiting.pop()) as entries:
                    for entry in entries:
                        yield
                        with suppress(OSError):
                            if entry.is_dir(follow_symlinks=False):
                                waiting.append(entry.path)
                                continue
                            about = entry.stat(follow_symlinks=False)
                            if about.st_nlink > 1:  # one file under several names
                                if (about.st_dev, about.st_ino) in linked:
                                    continue
                                linked.add((about.st_dev, about.st_ino))
                            total += about.st_size
            except OSError:
                continue
        self.bytes = total
