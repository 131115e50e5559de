"""What Snakemake says of jobs, short: a few of many files, and of a failed Slurm job the end of what it said."""

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

SHOWN = 4  # files of a longer list that are named
LIST = 12  # the longest list that is shown whole
TAIL, BYTES = 12, 65536  # lines of a Slurm log that are shown, of so many bytes at its end
SLURM_LOGS = "/slurm_logs/"
NOISE = (  # beginnings of lines of a Slurm log that Snakemake or srun write in every job
    *("SNAKEMAKE", "=====", "Date:", "Workflow ID:", "Platform:", "Host:", "User:", "Snakemake version:", "Command:"),
    *("Python version:", "Snakefile:", "Base directory:", "Run directory:", "Working directory:", "Config file(s):"),
    *(
        "Config MD5:",
        "Building DAG",
        "Using shell:",
        "Provided ",
        "Rules claiming",
        "Select jobs",
        "Execute ",
        "[",
        "{",
    ),
    *("Shutting down", "Storing output", "Elapsed time:", "Will exit after", "srun: got SIGCONT", "Complete log(s):"),
    *("rule ", "localrule ", "input:", "output:", "log:", "jobid:", "reason:", "wildcards:", "resources:", "message:"),
    *("shell:", "(command exited", "Error in rule", "benchmark:", "threads:", "priority:", "Logfile ", "conda-env:"),
    *("Trying to restart", "srun: cluster configuration lacks", "Finished jobid", "For further error", "jobs:"),
    *("Exiting because a job", "WorkflowError:", "At least one job", "RuleException:", "CalledProcessError in"),
    *("Command 'set -", "Removing output files", "[", "{"),
)
NO_REASON = " Detailed failure reason unavailable (status command is not 'sacct')."
LOCKED = "LockException:"
SEE_LOGS = "For further error details see the cluster/cloud log and the log files of the involved rule(s)."


class Shorten(logging.Filter):
    """Shortens the lists of files in records of jobs, and shows what a failed Slurm job said last.

    What `lock` tells of the study's lock, where there is one, stands for Snakemake's paragraph about locks.
    """

    def __init__(self, lock: str | None = None) -> None:
        super().__init__()
        self.lock = lock

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: every record is printed."""
        known, event = vars(record), str(getattr(record, "event", "") or "")
        if event in ("job_info", "job_error"):
            for name in ("input", "output"):
                known[name] = shorten(known.get(name) or [])
        if event == "job_error" and (logs := known.get("log")):
            known["log"], known["aux"] = explain_logs(logs, known.get("aux") or {})
        if event == "group_error":  # its jobs' own logs follow, job by job
            _, said = explain_logs(known["aux_logs"], {})
            known["msg"] = "\n    ".join([record.msg, *(f"{name}: {text}" for name, text in said.items())])
            known["aux_logs"] = []
            for job in known["job_error_info"]:
                job["output"] = shorten(job["output"])
        for name in ("msg", "rule_msg"):
            if isinstance(known.get(name), str):
                known[name] = known[name].replace(NO_REASON, "").replace(SEE_LOGS, "").rstrip()
        if self.lock and isinstance(record.msg, str) and record.msg.startswith(LOCKED):
            record.msg = f"{LOCKED} {self.lock}"
        return True


def shorten(files: Sequence[str]) -> list[str]:
    """The files, or some of them and how many more there are."""
    if len(files) <= LIST:
        return list(files)
    return [*files[:SHOWN], f"... and {len(files) - SHOWN:,} more"]


def explain_logs(logs: Sequence[str], aux: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """The logs that a job wrote itself, but empty ones; what its Slurm log says goes beside them."""
    slurm = [path for path in logs if SLURM_LOGS in str(path)]
    own = [str(path) for path in logs if path not in slurm]
    for path in slurm:
        lines = read_tail(Path(path))
        said = "".join(f"\n        {line}" for line in lines)
        aux = aux | {"Slurm log": f"{path}{said}"}
    return ([path for path in own if _has_content(path)] if slurm else own), aux


def read_tail(path: Path) -> list[str]:
    """The last lines of a Slurm log that say something of this job, each once."""
    with suppress(OSError), path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - BYTES))
        lines = [line.rstrip() for line in file.read().decode(errors="replace").splitlines()]
        telling = [line for line in lines if line.strip() and not line.strip().startswith(NOISE)]
        return list(dict.fromkeys(telling))[-TAIL:]
    return []


def shorten_messages(logger: logging.Logger, lock: str | None = None) -> None:
    """Let the handlers of Snakemake's logger print short messages; `lock` explains a lock that is in the way."""
    for handler in logger.handlers:
        handler.addFilter(Shorten(lock))


def _has_content(path: str) -> bool:
    with suppress(OSError):
        return Path(path).stat().st_size > 0
    return False
