"""Who works on a bucket: one job at a time, also where a head was killed and its jobs run on."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from framewright.errors import PassingError
from framewright.study.record import read_record, write_record

NAME = "lease.json"
PATIENCE = 120.0  # seconds that a job waits for another to end


@dataclass(frozen=True)
class Holder:
    """A job that works on a bucket: its process and machine, and its Slurm job, if it is one."""

    pid: int
    host: str
    slurm: str = ""
    restarts: str = ""  # how often Slurm began it again: the same job on another node

    @property
    def sentence(self) -> str:
        """What it is, for people."""
        return f"Slurm job {self.slurm}" if self.slurm else f"process {self.pid} on {self.host}"


def describe_this(environment: Mapping[str, str]) -> Holder:
    """This process."""
    slurm, restarts = environment.get("SLURM_JOB_ID", ""), environment.get("SLURM_RESTART_COUNT", "")
    return Holder(os.getpid(), socket.gethostname(), slurm, restarts)


def take_lease(
    folder: Path,
    holder: Holder,
    lives: Callable[[Holder], bool],
    sleep: Callable[[float], None] = time.sleep,
    patience: float = PATIENCE,
) -> None:
    """Take a bucket's folder. Another job that has it is waited for; a PassingError where it does not end."""
    place = folder / NAME
    waited = 0.0
    while (other := _read(place)) is not None and other != holder and _is_apart(other, holder) and lives(other):
        if waited >= patience:
            raise PassingError(f"{folder}: {other.sentence} is at work here; end it, or wait until it is gone")
        sleep(2.0)
        waited += 2.0
    folder.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f".{NAME}.{holder.pid}.partial")
    write_record(partial, asdict(holder))
    partial.replace(place)


def give_back(folder: Path, holder: Holder) -> None:
    """Leave a bucket's folder to others."""
    if _read(folder / NAME) == holder:
        with suppress(FileNotFoundError):
            (folder / NAME).unlink()


def is_living(holder: Holder) -> bool:
    """Whether a job still runs or waits. Slurm knows its jobs; of a process, only its machine knows: it counts as gone
    elsewhere, because the lock of the study's head keeps others out."""
    if holder.slurm:
        asked = ("squeue", "--noheader", "--jobs", holder.slurm, "--states=all", "--format=%T")
        try:
            said = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)
        except (OSError, subprocess.TimeoutExpired):
            return True  # nobody knows
        gone = {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "BOOT_FAIL"}
        if said.returncode and "Invalid job id" not in said.stderr:
            return True
        return bool({*said.stdout.split()} - gone)
    if holder.host != socket.gethostname():
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_apart(other: Holder, holder: Holder) -> bool:
    """Whether it is another job, and not an earlier beginning of this one on a node that was lost."""
    return not (holder.slurm and other.slurm == holder.slurm)


def _read(place: Path) -> Holder | None:
    try:
        return Holder(**read_record(place))
    except (OSError, ValueError, TypeError):
        return None
