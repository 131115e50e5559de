"""What the tools of a GPU and of a cluster say, asked now and then and never waited for."""

import shutil
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path

GPU = ("nvidia-smi", "--query-gpu=index,name,utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits")
QUEUE = ("squeue", "--me", "--noheader", "--format=%T|%Z|%r")
SECONDS = 10.0  # between two questions


class Tool:
    """A command that is asked again every few seconds; `answer` has what it said last, None before."""

    def __init__(self, command: tuple[str, ...], seconds: float = SECONDS) -> None:
        self.command, self.seconds = command, seconds
        self.there = shutil.which(command[0]) is not None
        self._process: subprocess.Popen[str] | None = None
        self._asked = float("-inf")
        self._answer: str | None = None

    def answer(self, now: float, wait: float = 0.0) -> str | None:
        """What the command said last; it is started again where that is long ago, and given `wait` seconds."""
        if not self.there:
            return None
        if self._process is None and now - self._asked >= self.seconds:
            with suppress(OSError):
                self._asked = now
                self._process = subprocess.Popen(
                    self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
                )
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                said, _ = self._process.communicate(timeout=wait or 0.001)
                self._answer = said if self._process.returncode == 0 else None
                self._process = None
        return self._answer


def parse_gpus(said: str | None) -> tuple[str, ...]:
    """A line for each GPU: `0 NVIDIA H100: 87 % busy, 12.4 of 81.6 GB`."""
    lines = []
    for row in (said or "").splitlines():
        cells = [cell.strip() for cell in row.split(",")]
        if len(cells) == 5:
            index, name, busy, used, total = cells
            memory = " of ".join(
                f"{float(cell) * 1.048576 / 1000:.1f}" if cell.isdigit() else cell for cell in (used, total)
            )
            lines.append(f"{index} {name}: {busy} % busy, {memory} GB")
    return tuple(lines)


def parse_queue(said: str | None, folder: Path) -> dict[str, int] | None:
    """The jobs of a Slurm queue that belong to the study in `folder`, by state, with the reason why
    some wait; None without Slurm."""
    if said is None:
        return None
    rows = (line.split("|") for line in said.splitlines() if line.count("|") >= 2)
    here = [(state, reason) for state, place, reason, *_ in rows if Path(place) == folder]
    told = {"PENDING"}  # Slurm says None, or what is past, of the others
    return dict(Counter(f"{state} ({reason})" if state in told else state for state, reason in here))
