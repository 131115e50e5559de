"""The state of a run, put together from its events: which jobs run, are done, failed, and how long it will take."""

import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECENT = 300.0  # seconds over which a rate is taken


@dataclass
class Job:
    """A job that was begun: its rule, wildcards and log, and when it began and ended (seconds of the clock)."""

    rule: str
    wildcards: dict[str, str]
    log: str
    begin: float
    end: float | None = None
    failed: bool = False

    @property
    def name(self) -> str:
        """`tracks_deface street`."""
        return " ".join([self.rule, *self.wildcards.values()])


@dataclass
class Run:
    """A run of Snakemake. `wanted` are jobs by rule; `ended` says that it ended by itself: a killed one has not."""

    pid: int = 0
    host: str = ""
    begin: float = 0.0
    last: float = 0.0  # when the last event came
    ended: bool = False
    command: list[str] = field(default_factory=list)  # the arguments of Snakemake, and where it was called
    cwd: str = ""
    wanted: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    jobs: dict[int, Job] = field(default_factory=dict)  # those that run, or failed
    spent: Counter[str] = field(default_factory=Counter)  # seconds of the jobs done, by rule
    recent: deque[float] = field(default_factory=deque)  # when the last jobs were done

    def add(self, event: Mapping[str, Any]) -> None:
        """Take the next event into account."""
        time = event.get("time", self.last)
        self.last = time
        match event["event"]:
            case "run":
                self.pid, self.host, self.begin = event["pid"], event["host"], time
                self.wanted, self.command, self.cwd = Counter(event["jobs"]), event["command"], event["cwd"]
            case "job":
                wildcards = {name: str(value) for name, value in event["wildcards"].items()}
                self.jobs[event["id"]] = Job(event["rule"], wildcards, next(iter(event["log"]), ""), time)
            case "done":
                if job := self.jobs.pop(event["id"], None):
                    self.done[job.rule] += 1
                    self.spent[job.rule] += time - job.begin
                    self.recent.append(time)
            case "failed":
                if job := self.jobs.get(event["id"]):
                    job.failed, job.end = True, time
            case "end":
                self.ended = True

    def running(self) -> list[Job]:
        """The jobs at work, the longest first."""
        return sorted((job for job in self.jobs.values() if not job.failed), key=lambda job: job.begin)

    def failures(self) -> list[Job]:
        """The jobs that failed and were not begun again."""
        return [job for job in self.jobs.values() if job.failed]

    def jobs_a_minute(self, now: float) -> float:
        """Jobs done a minute, over the last minutes."""
        while self.recent and now - self.recent[0] > RECENT:
            self.recent.popleft()
        return 60 * len(self.recent) / max(1.0, min(RECENT, now - self.begin))

    def seconds_left(self, now: float, known: Callable[[str], float | None]) -> float | None:
        """How long the rest will take: what its rules took so far, or else in earlier runs (`known`), done as many at a
        time as until now. None where nothing tells."""
        means = {rule: self.spent[rule] / count for rule, count in self.done.items() if count}
        running = self.running()
        rest = self.wanted - self.done
        for rule in rest.keys() - means.keys():
            if (seconds := known(rule)) is not None:
                means[rule] = seconds
        if not rest:
            return 0.0
        if not means:
            return None
        usual = sum(means.values()) / len(means)
        work = sum(count * means.get(rule, usual) for rule, count in rest.items())
        work -= sum(min(now - job.begin, means.get(job.rule, usual)) for job in running)
        busy = sum(self.spent.values()) + sum(now - job.begin for job in running)
        at_once = max(1.0, len(running), busy / max(1.0, now - self.begin))
        return max(0.0, work) / at_once


class EventReader:
    """Reads the events of a file as they come: each line once, and from the beginning when a new run begins."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.run: Run | None = None
        self._inode, self._offset = 0, 0

    def read(self) -> Run | None:
        """The run as it is now; None before the first."""
        try:
            with self.path.open("rb") as file:
                about = os.fstat(file.fileno())
                if about.st_ino != self._inode or about.st_size < self._offset:
                    self.run, self._inode, self._offset = Run(), about.st_ino, 0
                file.seek(self._offset)
                text = file.read()
        except OSError:
            return self.run
        whole = text[: text.rfind(b"\n") + 1]
        self._offset += len(whole)
        for event in _parsed(whole.splitlines()):
            assert self.run is not None
            self.run.add(event)
        return self.run if self.run is not None and self.run.pid else None


def _parsed(lines: Iterable[bytes]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:  # a disk that was full in between
            continue


def earlier_seconds(benchmarks: Path) -> Callable[[str], float | None]:
    """What a job of a rule took on average in earlier runs, by some of its benchmarks; each rule is read once."""
    known: dict[str, float | None] = {}

    def seconds(rule: str) -> float | None:
        if rule not in known:
            paths = [benchmarks / f"{rule}.tsv", *sorted((benchmarks / rule).rglob("*.tsv"))[:20]]
            found = [value for path in paths if (value := _benchmark(path)) is not None]
            known[rule] = sum(found) / len(found) if found else None
        return known[rule]

    return seconds


def _benchmark(path: Path) -> float | None:
    try:
        header, row, *_ = path.read_text(encoding="utf-8").splitlines()
        return float(dict(zip(header.split("\t"), row.split("\t"), strict=True))["s"])
    except (OSError, ValueError, KeyError):
        return None
