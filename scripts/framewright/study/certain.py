"""Failures that are certain to recur, on record, so that the next attempt of the same run stops at once."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from framewright.errors import PassingError, UserError

FOLDER = Path(".snakemake/framewright/certain")  # below the working directory


def record(job: str, run: str, error: BaseException) -> None:
    """Write down that a job (known by its log) failed in this run, where its error is certain to recur."""
    if not run or not isinstance(error, UserError) or isinstance(error, PassingError):
        return
    with suppress(OSError):  # it is tried again, and that is all
        FOLDER.mkdir(parents=True, exist_ok=True)
        _place(job).write_text(json.dumps({"run": run, "message": str(error)}), encoding="utf-8")


def recall(job: str, run: str) -> str | None:
    """What a job failed of in this run; None where it did not, or where that may be gone. Other runs are forgotten."""
    try:
        known = json.loads(_place(job).read_text(encoding="utf-8"))
        if run and known["run"] == run:
            return str(known["message"])
        _place(job).unlink()
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _place(job: str) -> Path:
    return FOLDER / f"{hashlib.sha256(job.encode()).hexdigest()[:32]}.json"
