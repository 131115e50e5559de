"""The state of a study at one moment, from what its run has written and what its processes do."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from framewright.study.buckets import FOLDER
from framewright.study.lock import resume_command
from framewright.study.monitor import load
from framewright.study.monitor.events import PLACE
from framewright.study.monitor.run import EventReader, Job, Run, earlier_seconds
from framewright.study.progress import read_seconds_left

INSIDE = 2  # jobs that are named of those inside the job of a bucket
TAIL = 4096  # bytes at the end of a log in which its last line is looked for
Counts = Sequence[Mapping[str, Any]]  # rows of a table of counts, with the same keys each


@dataclass(frozen=True)
class Part:
    """The jobs of one part of the workflow, such as `tracks`."""

    name: str
    done: int
    wanted: int
    running: int
    failed: int


@dataclass(frozen=True)
class Working:
    """A job at work: since how many seconds, and the last line of its log. Its CPU (processors) and memory (bytes) are
    known where it runs on this machine."""

    job: str
    log: str
    seconds: float
    line: str
    cpu: float | None
    rss: int | None


@dataclass(frozen=True)
class Failure:
    """A job that failed, the last line of its log, and the log."""

    job: str
    reason: str
    log: str


@dataclass(frozen=True)
class Snapshot:
    """All that the monitor shows. `status` is running, done, failed (it ended with jobs undone), killed, or elsewhere
    (it belongs to another machine, which alone knows whether it lives). Bytes, seconds, processors."""

    folder: str
    status: str
    pid: int
    host: str
    seconds: float
    done: int
    wanted: int
    jobs_a_minute: float
    seconds_left: float | None
    parts: tuple[Part, ...]
    running: tuple[Working, ...]
    failures: tuple[Failure, ...]
    counts: Mapping[str, Counts]
    cpu: float | None
    cores: int
    rss: int | None
    memory_used: int
    memory: int
    disk_used: int | None
    disk_free: int
    read: float | None
    written: float | None
    resume: str = ""  # what a person types to go on
    gpus: tuple[str, ...] = ()
    queue: Mapping[str, int] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return asdict(self)


class Watcher:
    """Looks at a study again and again; `look` gives its state.

    `counts` are functions that count what a pipeline has made, by its name. Each call costs a few milliseconds: what
    would cost more is done bit by bit.
    """

    def __init__(self, folder: Path, host: str, counts: Mapping[str, Callable[[float], Counts]] | None = None) -> None:
        self.folder, self.host = folder, host
        self.counts = counts or {}
        self.results = load.Folder(folder / "results")
        self._reader = EventReader(folder / PLACE)
        self._inside: dict[str, EventReader] = {}  # by bucket
        self._earlier = earlier_seconds(folder / "benchmarks")
        self._processes: dict[int, load.Process] = {}
        self._at = 0.0

    def look(self, now: float, entries: int = 2000) -> Snapshot | None:
        """The state at the time `now` (seconds of the clock); None where no run has begun there yet. At most so many
        `entries` of the results' folder are looked at."""
        run = self._reader.read()
        if run is None:
            return None
        here = run.host == self.host
        alive = here and not run.ended and load.is_alive(run.pid)
        lives = alive or (not here and not run.ended)  # as far as this machine knows
        processes = load.processes_of(run.pid) if alive else {}
        used = load.compute_rates(self._processes, processes, now - self._at) if self._processes and alive else None
        working = tuple(self._working(job, now, processes) for job in run.running()) if alive or not here else ()
        memory, size = psutil.virtual_memory(), self.results.step(entries)
        snapshot = Snapshot(
            folder=str(self.folder),
            status=_status(run, here, alive),
            pid=run.pid,
            host=run.host,
            seconds=(now if lives else run.last) - run.begin,
            done=sum(run.done.values()),
            wanted=sum(run.wanted.values()),
            jobs_a_minute=run.jobs_a_minute(now) if alive or not here else 0.0,
            seconds_left=_longest(run.seconds_left(now, self._earlier), working) if lives else None,
            parts=parts_of(run, {job.log for job in run.running()} if working else set()),
            running=working,
            failures=tuple(Failure(job.name, last_line(self.folder / job.log), job.log) for job in run.failures()),
            counts={name: count(now) for name, count in self.counts.items()},
            cpu=used.cpu if used else None,
            cores=psutil.cpu_count() or 1,
            rss=sum(process.rss for process in processes.values()) if alive else None,
            memory_used=memory.total - memory.available,
            memory=memory.total,
            disk_used=size,
            disk_free=psutil.disk_usage(str(self.folder)).free,
            read=used.read if used else None,
            written=used.written if used else None,
            resume=resume_command(self.folder),
        )
        self._processes, self._at = processes, now
        return snapshot

    def _working(self, job: Job, now: float, processes: Mapping[int, load.Process]) -> Working:
        log = self.folder / job.log
        started = [process for process in processes.values() if job.log and process.log == str(log.resolve())]
        before = [self._processes.get(process.pid) for process in started]
        spent = [process.cpu - old.cpu for process, old in zip(started, before, strict=True) if old]
        cpu = sum(spent) / (now - self._at) if spent and now > self._at else None
        rss = sum(process.rss for process in started) if started else None
        return Working(job.name, job.log, now - job.begin, self._look_inside(job) or last_line(log), cpu, rss)

    def _look_inside(self, job: Job) -> str:
        """How far a job of a bucket is, and what runs in it; empty for others, and where nothing has begun in it."""
        if not job.rule.startswith("buckets_") or (bucket := job.wildcards.get("bucket")) is None:
            return ""
        inside = self._inside.setdefault(bucket, EventReader(self.folder / FOLDER / bucket / PLACE)).read()
        if inside is None or inside.begin < job.begin:
            return ""
        names = ", ".join(one.name for one in inside.running()[:INSIDE])
        return f"{sum(inside.done.values()):,} of {sum(inside.wanted.values()):,} jobs; {names or 'between two jobs'}"


def _longest(estimate: float | None, working: Sequence[Working]) -> float | None:
    """The estimate, but no less than what a job at work says that it will take."""
    said = [seconds for job in working if (seconds := read_seconds_left(job.line)) is not None]
    return max([*said, *([] if estimate is None else [estimate])], default=None)


def parts_of(run: Run, alive: set[str]) -> tuple[Part, ...]:
    """The jobs of each part of the workflow, in the order in which the run named them; `alive` are logs of jobs that
    run."""
    done, wanted, running, failed = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for counts, total in ((run.done, done), (run.wanted, wanted)):
        for rule, count in counts.items():
            total[_word(rule)] += count
    for job in run.running():
        running[_word(job.rule)] += job.log in alive
    for job in run.failures():
        failed[_word(job.rule)] += 1
    return tuple(Part(name, done[name], wanted[name], running[name], failed[name]) for name in wanted)


def last_line(log: Path) -> str:
    """The last line of a log that is not empty; nothing where there is none yet."""
    with suppress(OSError):
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - TAIL))
            lines = file.read().decode("utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
    return ""


def _word(rule: str) -> str:
    return rule.partition("_")[0]


def _status(run: Run, here: bool, alive: bool) -> str:
    if run.ended:
        return "done" if not run.wanted - run.done else "failed"
    return "running" if alive else "killed" if here else "elsewhere"
