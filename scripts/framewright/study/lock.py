"""Who holds the lock of a study: a run that lives, or one that was killed and left it behind."""

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from framewright.errors import UserError
from framewright.study.monitor.events import PLACE
from framewright.study.monitor.run import EventReader, Run

HOUSE = Path(__file__).resolve().parents[3]  # the checkout
LOCKS = Path(".snakemake/locks")  # below the working directory


@dataclass(frozen=True)
class Holder:
    """A process that works in the study, and its machine."""

    pid: int
    host: str


def is_locked(folder: Path) -> bool:
    """Whether a run holds the folder, or left its lock there."""
    return any(_locks(folder))


def holder_of(folder: Path, host: str) -> Holder | None:
    """The process that works in a study, as seen from the machine `host`; None when nothing does any more.

    Of a run that another machine began and did not end, only that machine knows: it counts as living.
    """
    run = EventReader(folder / PLACE).read()
    if run is not None and run.host != host and not run.ended:
        return Holder(run.pid, run.host)
    pid = next(_working_in(folder.resolve()), None)
    return None if pid is None else Holder(pid, host)


def head_of(folder: Path, host: str) -> Holder | None:
    """The process of the last run, which submits jobs and waits for them; None where it has ended.

    Jobs that it left are none: on a cluster they may run on this very machine. Of a run that another machine began and
    did not end, only that machine knows: it counts as living.
    """
    run = EventReader(folder / PLACE).read()
    if run is None or run.ended:
        return None
    lives = run.host != host or run.pid in set(_working_in(folder.resolve()))
    return Holder(run.pid, run.host) if lives else None


def unlock(folder: Path, host: str) -> bool:
    """Remove the lock that a killed run left, and say whether there was one; a UserError where a run may live."""
    if not is_locked(folder):
        return False
    holder = holder_of(folder, host)
    if holder is not None and holder.host == host:
        raise UserError(f"{folder}: process {holder.pid} is at work here; wait for its end, or end it")
    if holder is not None:
        remedy = "if it has ended there, remove the lock with: snakemake --unlock"
        raise UserError(f"{folder}: a run that began on {holder.host} (process {holder.pid}) may be at work; {remedy}")
    for file in _locks(folder):
        file.unlink(missing_ok=True)
    return True


def explain_lock(folder: Path, host: str) -> str | None:
    """A line for a person whose run the lock stops; None where there is no lock."""
    if not is_locked(folder):
        return None
    holder = holder_of(folder, host)
    if holder is None:
        return f"a run was killed and left its lock: `{resume_command(folder)}` removes it and goes on"
    return f"process {holder.pid} on {holder.host} is at work here: `make monitor` shows how far it is"


def resume_command(folder: Path) -> str:
    """What a person types in the checkout to go on with the study in `folder`."""
    place = folder.resolve()
    return "make resume" if place == HOUSE else f"make resume DIR={shlex.quote(str(place))}"


def last_run(folder: Path) -> Run | None:
    """What the last run of a study wrote about itself."""
    return EventReader(folder / PLACE).read()


def _locks(folder: Path) -> Iterator[Path]:
    return (folder / LOCKS).glob("*.lock")


def _working_in(folder: Path) -> Iterator[int]:
    """The processes of Snakemake and of its jobs that work in a folder, but for this process and those above it."""
    ancestors = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = (process.info["cmdline"] or [])[:3]
        is_snakemake = any(Path(word).name == "snakemake" or "/.snakemake/scripts/" in word for word in words)
        if is_snakemake and process.info["cwd"] == str(folder) and process.pid not in ancestors:
            yield process.pid
