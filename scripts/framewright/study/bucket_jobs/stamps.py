"""What is left of a bucket's phase when it has ended: a stamp, which lists the videos that crashed."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from framewright.errors import UserError
from framewright.study.contract import Finding, make_finding
from framewright.study.record import read_record, write_record


@dataclass(frozen=True)
class Crash:
    """What a video crashed of: the rule, and the last line that its log had."""

    rule: str
    message: str


@dataclass(frozen=True)
class Stamp:
    """A phase that has ended. `frames` are those of the bucket's videos, where they are known."""

    crashed: Mapping[str, Crash] = field(default_factory=dict)
    frames: int = 0


def write_stamp(path: str | Path, stamp: Stamp) -> None:
    """Write a stamp; the same gives the same bytes."""
    write_record(path, asdict(Stamp(dict(sorted(stamp.crashed.items())), stamp.frames)))


def read_stamp(path: str | Path) -> Stamp:
    """A stamp as it was written; a UserError where it is none."""
    try:
        found: dict[str, Any] = read_record(path)
        return Stamp({video: Crash(**crash) for video, crash in found["crashed"].items()}, int(found["frames"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: not a stamp ({error}); delete it and run snakemake") from error


def count_frames(path: str | Path) -> int:
    """The frames that a stamp counted; 0 where it is not there yet."""
    return read_stamp(path).frames if Path(path).exists() else 0


def join_stamps(paths: Iterable[str | Path]) -> Stamp:
    """What all buckets of a phase say together."""
    crashed: dict[str, Crash] = {}
    frames = 0
    for path in paths:
        stamp = read_stamp(path)
        crashed.update(stamp.crashed)
        frames += stamp.frames
    return Stamp(crashed, frames)


def forget_done(done: str | Path, stamps: Iterable[str | Path]) -> None:
    """Remove the record of a phase where a bucket's stamp is gone: Snakemake would take the phase for finished."""
    if Path(done).exists() and not all(Path(path).exists() for path in stamps):
        Path(done).unlink(missing_ok=True)


def check_crashes(paths: Iterable[str | Path], words: Iterable[str]) -> list[Finding]:
    """A broken promise that names the videos which crashed in these pipelines; nothing where none did."""
    among = {*words}
    faults = {
        f"{video}: {crash.rule}: {crash.message}"
        for path in paths
        for video, crash in read_stamp(path).crashed.items()
        if crash.rule.partition("_")[0] in among
    }
    return [make_finding("every video was worked on", sorted(faults))] if faults else []


def count_crashes(folder: str | Path) -> dict[str, int]:
    """How often each phase of each bucket ended with crashes, by its path below the folder: these are tried again."""
    counts = {}
    for path in sorted(Path(folder).glob("*/*/*.json")):
        try:
            counts[path.relative_to(folder).with_suffix("").as_posix()] = int(read_record(path))
        except (OSError, ValueError, TypeError):
            continue
    return counts


def add_crash(folder: str | Path, name: str) -> None:
    """Count one more."""
    path = Path(folder, f"{name}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{count_crashes(folder).get(name, 0) + 1}\n", encoding="utf-8")
