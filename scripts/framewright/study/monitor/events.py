"""What Snakemake does, as lines of JSON beside its records: jobs begun, done and failed, and which process runs.

Whatever Snakemake prints, or is told not to print, this file has each job. The monitor reads it, and so does what asks
whether a lock is held by a living process.
"""

import json
import logging
import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from framewright.study.choices import list_choices
from framewright.study.record import read_record, write_record

PLACE = Path(".snakemake/framewright/events.jsonl")  # below the working directory
CHOICES = PLACE.with_name("choices.json")  # what the last run that made something was told on its command line
MAKE_NOTHING = {"all", "check", "forecast"}  # rules


class EventLog(logging.Handler):
    """Writes a line for each event of a run to `path`, from when the run begins: a dry run never does.

    What can't be written is left out: watching a run never fails it.
    """

    def __init__(self, path: str | Path = PLACE, directory: str | Path | None = None) -> None:
        """`directory` is what --directory said."""
        super().__init__(logging.INFO)
        self.path = Path(path)
        self.cwd = called_in(directory, Path.cwd(), os.environ.get("PWD"))
        self._jobs: dict[str, int] = {}
        self._file: TextIO | None = None

    def begin(self) -> None:
        """The run begins: so does a new file, under a new inode, so that readers notice."""
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            partial = self.path.with_name(f".{self.path.stem}.{os.getpid()}.partial{self.path.suffix}")
            self._file = partial.open("w", encoding="utf-8", buffering=1)
            partial.replace(self.path)
            if self._jobs.keys() - MAKE_NOTHING:
                chosen = list_choices(sys.argv[1:], self.cwd)
                write_record(self.path.with_name(CHOICES.name), {"options": chosen})
            self._write(
                {
                    **{"event": "run", "time": round(time.time(), 3), "pid": os.getpid(), "host": socket.gethostname()},
                    **{"command": sys.argv[1:], "cwd": str(self.cwd), "jobs": self._jobs},
                }
            )

    def emit(self, record: logging.LogRecord) -> None:
        """Write the event that a record of Snakemake's logger carries, if it is one of those wanted."""
        if str(getattr(record, "event", "")) == "run_info":
            self._jobs = {rule: count for rule, count in vars(record)["stats"].items() if rule != "total"}
        elif (event := _event_of(record)) is not None:
            self._write(event | {"time": round(record.created, 3)})

    def close(self) -> None:
        """The run has ended by itself."""
        self._write({"event": "end", "time": round(time.time(), 3)})
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        self._file = None
        super().close()

    def _write(self, event: dict[str, Any]) -> None:
        if self._file is not None:
            with suppress(OSError, ValueError):
                self._file.write(json.dumps(event, ensure_ascii=False, default=str) + "\n")


def read_choices(folder: Path) -> list[str]:
    """The options with which the last run of a study that made something was told what to make."""
    with suppress(OSError, ValueError):
        return list(read_record(folder / CHOICES)["options"])
    return []


def called_in(directory: str | Path | None, here: Path, shell: str | None) -> Path:
    """Where Snakemake was called. It is `here` by now: in the `directory` that it was told to work in. `shell` is where
    the shell was that called it, which programs may have changed since."""
    if directory is None:
        return here
    depth = len(Path(directory).parts)
    if not Path(directory).is_absolute() and here.parts[-depth:] == Path(directory).parts:
        return Path(*here.parts[:-depth])
    return Path(shell) if shell else here


def _event_of(record: logging.LogRecord) -> dict[str, Any] | None:
    """What is kept of a record; None where it is no event, or none of those wanted."""
    match str(getattr(record, "event", "") or ""):
        case "job_info":
            known = vars(record)
            wildcards = dict(known["wildcards"] or {})
            return {
                **{"event": "job", "id": known["jobid"], "rule": known["rule_name"], "wildcards": wildcards},
                **{"log": [str(path) for path in known["log"]]},
            }
        case "job_finished":
            return {"event": "done", "id": vars(record)["job_id"]}
        case "job_error":
            return {"event": "failed", "id": vars(record)["jobid"]}
    return None
