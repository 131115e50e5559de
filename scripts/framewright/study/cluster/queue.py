"""A study's jobs in Slurm's queue, known by the beginning of their names, and how to be rid of them."""

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from framewright.errors import UserError

LIST = ("squeue", "--me", "--noheader", "--states=PENDING,RUNNING,COMPLETING,SUSPENDED", "--format=%i|%j|%T|%r")
TOGETHER = 200  # jobs that one call of scancel names


@dataclass(frozen=True)
class Queued:
    """A job in the queue: its number, name, state, and why it waits."""

    number: str
    name: str
    state: str
    reason: str


def parse_jobs(said: str, prefix: str) -> list[Queued]:
    """Of the jobs that squeue listed those whose names begin with `prefix`."""
    rows = (line.split("|", 3) for line in said.splitlines() if line.count("|") >= 3)
    return [Queued(*(cell.strip() for cell in row)) for row in rows if row[1].startswith(f"{prefix}_")]


def cancel_jobs(
    prefix: str, call: Callable[[tuple[str, ...]], str], sleep: Callable[[float], None] = time.sleep, tries: int = 120
) -> int:
    """Cancel the jobs whose names begin with `prefix`, and wait until they are gone; how many there were.

    `call` runs a command and returns what it printed. A UserError where some don't go.
    """
    first = parse_jobs(call(LIST), prefix)
    for numbers in _cut([job.number for job in first]):
        call(("scancel", *numbers))
    left = first
    for _ in range(tries if first else 0):
        left = parse_jobs(call(LIST), prefix)
        if not left:
            return len(first)
        sleep(1.0)
    if left:
        raise UserError(f"Slurm job {left[0].number} is still {left[0].state.lower()}; try again when it is gone")
    return 0


def call_slurm(command: tuple[str, ...]) -> str:
    """What a command of Slurm printed; a UserError where there is no Slurm, or where it refuses."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    except FileNotFoundError as error:
        raise UserError(f"{command[0]}: not found; call this on the cluster's login node") from error
    except subprocess.TimeoutExpired as error:
        raise UserError(f"{command[0]}: no answer in two minutes; try again") from error
    except subprocess.CalledProcessError as error:
        raise UserError(f"{command[0]}: {error.stderr.strip() or f'exit status {error.returncode}'}") from error


def _cut(numbers: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(numbers), TOGETHER):
        yield numbers[start : start + TOGETHER]
