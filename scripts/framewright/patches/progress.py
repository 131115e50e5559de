"""How far the patches of a run have come, by category, from the files that it has written so far."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

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
    """What a part of a film holds, by category: patches, places that were tried, windows that are settled, and when the
    patches came (seconds of the clock)."""

    kept: Mapping[str, int] = field(default_factory=dict)
    tried: Mapping[str, int] = field(default_factory=dict)
    settled: Mapping[str, int] = field(default_factory=dict)
    times: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


class PatchCounts:
    """Counts the patches below `folder` (`results/patches`); what has not changed since it was read is not read again.

    A file is known by its path, size, time and inode, so that a part that was made again is counted as it is now.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[tuple[str, int, int, int], Any] = {}

    def rows(self, now: float) -> list[dict[str, Any]]:
        """A row for each category and one for all: patches done, wanted, images a minute, the share of places that
        became a patch, minutes left. None where nothing tells; no rows before a run has said what it wants."""
        before, self._known = self._known, {}
        try:
            wanted = self._read(self.folder / "wanted.tsv", before, read_wanted)
        except OSError:
            return []
        lost: Counter[str] = Counter()
        for path in sorted(self.folder.glob("plans/*/plan.json")):
            lost.update(self._read(path, before, read_lost))
        roots = {row.root: row.category for row in wanted}
        parts = list(self._parts(roots, before, now))
        target: Counter[str] = Counter()
        for row in wanted:
            target[row.category] += row.windows
        rows = [_row(name, count, lost[name], parts, (name,), now) for name, count in target.items()]
        return [*rows, _row("all", target.total(), lost.total(), parts, tuple(target), now)]

    def _parts(self, roots: Mapping[str, str], before: dict[Any, Any], now: float) -> Iterator[PartProgress]:
        for path in sorted(self.folder.glob("parts/*/*")):
            hidden = path.name.startswith(".")
            if (hidden and ".partial" not in path.name) or not path.is_dir():
                continue
            try:
                if hidden:
                    times = _times(path, roots)
                    last = max(path.stat().st_mtime, *(max(moments, default=0.0) for moments in times.values()), 0.0)
                    if now - last < IDLE:
                        counts = {name: len(moments) for name, moments in times.items()}
                        yield PartProgress(counts, {}, counts, times)
                    continue
                attempts = path / "attempts.tsv"
                part = self._read(attempts, before, read_part)
                recent = now - attempts.stat().st_mtime < RECENT
                yield PartProgress(part.kept, part.tried, part.settled, _times(path, roots) if recent else {})
            except OSError:  # it has just been finished, or is being made again
                continue

    def _read(self, path: Path, before: dict[Any, Any], read: Any) -> Any:
        about = path.stat()
        key = (str(path), about.st_size, about.st_mtime_ns, about.st_ino)
        value = before[key] if key in before else read(path)
        self._known[key] = value
        return value


def _row(
    name: str, wanted: int, lost: int, parts: Iterable[PartProgress], categories: tuple[str, ...], now: float
) -> dict[str, Any]:
    done = tried = kept = settled = recent = 0
    oldest = now
    for part in parts:
        for category in categories:
            done += part.kept.get(category, 0)
            settled += part.settled.get(category, 0)
            if part.tried:
                tried, kept = tried + part.tried.get(category, 0), kept + part.kept.get(category, 0)
            times = [time for time in part.times.get(category, ()) if now - time < RECENT]
            recent, oldest = recent + len(times), min([oldest, *times])
    rate = recent / max(1.0, now - oldest) if recent else 0.0
    left = max(0, wanted - lost - settled)
    return {
        "category": name,
        "done": done,
        "wanted": wanted,
        "images/min": 60 * FILES * rate or None,
        "kept": f"{100 * kept / tried:.0f} %" if tried else None,
        "lost": max(0, wanted - left - done) or None,
        "min left": left / rate / 60 if rate and left else None,
    }


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


def read_lost(path: Path) -> Counter[str]:
    """Windows that a film's plan says can't be had, by category; all of a film that can't be used."""
    plan = read_record(path)
    if plan["film"] is None:
        return Counter(plan["counts"])
    return Counter(category for category, *_ in plan["lost"])


def read_part(path: Path) -> PartProgress:
    """What the attempts of a finished part say."""
    attempts = list(read_attempts(path))
    settled = Counter(category for category, _ in {(row.category, row.index) for row in attempts})
    kept = Counter(row.category for row in attempts if not row.reason)
    return PartProgress(kept, Counter(row.category for row in attempts), settled)


def _times(path: Path, roots: Mapping[str, str]) -> dict[str, tuple[float, ...]]:
    """When each patch in a part's folder came, by category."""
    times: dict[str, list[float]] = {}
    for root, category in roots.items():
        for folder in path.glob(f"{root}/*/GT"):
            with os.scandir(folder) as entries:
                times.setdefault(category, []).extend(
                    entry.stat().st_mtime for entry in entries if entry.name.endswith(".png")
                )
    return {name: tuple(moments) for name, moments in times.items()}
