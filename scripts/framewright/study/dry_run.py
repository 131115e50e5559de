"""What `snakemake -n` prints: rules, counts and reasons, a line each, instead of every job with all its files."""

import logging
from collections.abc import Collection
from typing import Any, Protocol

EACH_JOB = "(check individual jobs above for details)"
TEMPORARY = "Would remove temporary output"  # a line for each file
HOW_TO_SEE = "(snakemake -n -p lists each job with its files and its reason)"


class Summary(logging.Filter):
    """Leaves out jobs, temporary files, what Snakemake says of itself, and the first of its two tables of counts."""

    def __init__(self) -> None:
        super().__init__()
        self._tables = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is printed."""
        event = str(getattr(record, "event", "") or "")
        if event == "run_info":
            self._tables += 1
            return self._tables > 1
        if isinstance(record.msg, str):
            if record.msg.startswith(TEMPORARY):
                return False
            record.msg = record.msg.replace(EACH_JOB, HOW_TO_SEE)
        return event not in ("workflow_started", "job_info", "group_info", "shellcmd")


class Output(Protocol):
    """What Snakemake was told to print."""

    dryrun: bool
    printshellcmds: bool
    verbose: bool
    debug_dag: bool
    quiet: Collection[Any]


def is_wanted(output: Output) -> bool:
    """Whether this is a dry run, and nobody asked for more or less than usual."""
    return output.dryrun and not (output.printshellcmds or output.verbose or output.debug_dag or output.quiet)


def summarise(logger: logging.Logger) -> None:
    """Let the handlers of Snakemake's logger print a summary."""
    for handler in logger.handlers:
        handler.addFilter(Summary())
