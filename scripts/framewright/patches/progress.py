"""How far a run has come, from the files that it has written so far: films and categories, rates, disk, time left."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from framewright.patches.attempts import read_attempts
from framewright.study.record import read_record

RECENT = 300.0  # seconds over which a rate is taken
IDLE = 600.0  # seconds without a new file after which a part counts as left behind by a killed run
FILES = 3  # of each patch


class Wanted(NamedTuple):
    """How many windows a film is to give to a category, and the folder of that category within the dataset."""

    video: str
    category: str
    root: str
    windows: int


@dataclass(frozen=True)
class PartProgress:
    """What a part of a film holds. Of one that is finished, `settled` windows (by category) were tried `tried` times;
    one that is being cut has neither yet. `written` says when each patch came (seconds of the clock), by category."""

    video: str
    finished: bool
    written: Mapping[str, tuple[float, ...]]
    bytes: int
    last: float  # when anything was written
    settled: Mapping[str, int] = field(default_factory=dict)
    tried: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ProgressRow:
    """A line of the monitor. `video` or `category` is empty in what is summed over all of them; `left` are windows that
    are not settled yet, `tried` and `kept` places in films, `seconds_left` None where nothing tells."""

    video: str
    category: str
    done: int
    target: int
    left: int
    images_a_minute: float
    tried: int
    kept: int
    running: int
    seconds_left: float | None

    @property
    def success(self) -> float | None:
        """The share of places that became a patch, 0..1; None before the first part is finished."""
        return self.kept / self.tried if self.tried else None


@dataclass(frozen=True)
class Progress:
    """The state of a run: rows by film and category, by category, and one for all; disk in bytes."""

    films: tuple[ProgressRow, ...]
    categories: tuple[ProgressRow, ...]
    total: ProgressRow
    bytes: int
    bytes_expected: float | None  # by the size of what is there


def measure_progress(
    wanted: Iterable[Wanted], lost: Mapping[tuple[str, str], int], parts: list[PartProgress], now: float
) -> Progress:
    """The state of a run at the time `now`. `lost` are windows, by video and category, that no part can give."""
    counts = {(item.video, item.category): item.windows for item in wanted}
    tallies = {key: _Tally(target=target, lost=lost.get(key, 0)) for key, target in counts.items()}
    of_film = defaultdict(list)
    for (video, category), tally in tallies.items():
        of_film[video].append((category, tally))
    running = 0
    for part in parts:
        live = not part.finished and now - part.last < IDLE
        running += live
        for category, tally in of_film[part.video] if part.finished or live else ():
            tally.add(part, category, live)
    films = tuple(tally.row(now, *key) for key, tally in tallies.items())
    categories = tuple(
        _sum(item for key, item in tallies.items() if key[1] == name).row(now, "", name)
        for name in dict.fromkeys(category for _, category in tallies)
    )
    total = _sum(tallies.values())
    total.running = running
    row, size = total.row(now, "", ""), sum(part.bytes for part in parts)
    expected = size / row.done * (row.done + row.left) if row.done else None
    return Progress(films, categories, row, size, expected)


@dataclass
class _Tally:
    target: int = 0
    lost: int = 0
    settled: int = 0
    underway: int = 0
    tried: int = 0
    kept: int = 0
    running: int = 0
    times: list[float] = field(default_factory=list)

    def add(self, part: PartProgress, category: str, live: bool) -> None:
        times = part.written.get(category, ())
        self.times += times
        self.running += live
        if part.finished:
            self.settled += part.settled.get(category, 0)
            self.tried += part.tried.get(category, 0)
            self.kept += len(times)
        else:
            self.underway += len(times)

    def row(self, now: float, video: str, category: str) -> ProgressRow:
        left = max(0, self.target - self.lost - self.settled - self.underway)
        recent = [time for time in self.times if now - time < RECENT]
        span = max(1.0, min(RECENT, now - min(recent))) if recent else RECENT
        rate = len(recent) / span
        seconds = 0.0 if not left else left / rate if rate else None
        return ProgressRow(
            *(video, category, len(self.times), self.target, left, 60 * FILES * rate),
            *(self.tried, self.kept, self.running, seconds),
        )


def _sum(tallies: Iterable[_Tally]) -> _Tally:
    whole = _Tally()
    for item in tallies:
        for name in ("target", "lost", "settled", "underway", "tried", "kept", "running", "times"):
            setattr(whole, name, getattr(whole, name) + getattr(item, name))
    return whole


# ---- files -----------------------------------------------------------------------------------------------------------


def write_wanted(path: str | Path, wanted: Iterable[Wanted]) -> None:
    """Write what is wanted as tab-separated text."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for row in (Wanted._fields, *wanted):
            file.write("\t".join(map(str, row)) + "\n")


def read_wanted(path: str | Path) -> list[Wanted]:
    """What is wanted, as written."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [Wanted(video, category, root, int(windows)) for video, category, root, windows in rows]


def read_lost(plans: Iterable[Path]) -> dict[tuple[str, str], int]:
    """Windows that plans say can't be had, by video and category; all of a film that can't be used."""
    lost: Counter[tuple[str, str]] = Counter()
    for path in plans:
        plan = read_record(path)
        video = plan["video"]
        if plan["film"] is None:
            lost.update({(video, category): count for category, count in plan["counts"].items()})
        lost.update((video, category) for category, _, _ in plan["lost"])
    return dict(lost)


def read_parts(folder: Path, roots: Mapping[str, str], known: dict[Path, PartProgress]) -> Iterator[PartProgress]:
    """The parts in `folder`, one folder each in that of its film, also those that are being cut.

    `roots` says by folder of the dataset which category it is. What is finished stays as it is: it is kept in `known`
    by path, and not read again.
    """
    for path in sorted(folder.glob("*/*")):
        hidden = path.name.startswith(".")
        if (hidden and ".partial" not in path.name) or not path.is_dir():
            continue
        try:
            if hidden:
                yield _part(path, roots, finished=False)
            else:
                if path not in known:
                    known[path] = _part(path, roots, finished=True)
                yield known[path]
        except FileNotFoundError:  # it has just been finished, or is being made again
            known.pop(path, None)


def _part(path: Path, roots: Mapping[str, str], finished: bool) -> PartProgress:
    written: dict[str, list[float]] = {name: [] for name in roots.values()}
    size, last = 0, path.stat().st_mtime
    for file in path.rglob("*.png"):
        about = file.stat()
        root = file.relative_to(path).parents[2].as_posix() if len(file.relative_to(path).parents) > 3 else ""
        if root in roots:
            size, last = size + about.st_size, max(last, about.st_mtime)
            if file.parent.name == "GT":
                written[roots[root]].append(about.st_mtime)
    times = {name: tuple(item) for name, item in written.items() if item}
    if not finished:
        return PartProgress(path.parent.name, False, times, size, last)
    attempts = list(read_attempts(path / "attempts.tsv"))
    settled = Counter(category for category, _ in {(item.category, item.index) for item in attempts})
    return PartProgress(path.parent.name, True, times, size, last, settled, Counter(item.category for item in attempts))
