"""Failures that are certain to recur, on record, so that the next attempt of the same run stops at once."""

import hashlib
from contextlib import suppress
from pathlib import Path

from framewright.errors import PassingError, UserError
from framewright.study.record import read_record, write_record

FOLDER = Path(".snakemake/framewright/certain")  # below the working directory


def record(job: str, run: str, error: BaseException) -> None:
    """Write down that a job (known by its log) failed in this run, where its error is certain to recur."""
    if not run or not isinstance(error, UserError) or isinstance(error, PassingError):
        return
    with suppress(OSError):  # it is tried again, and that is all
        FOLDER.mkdir(parents=True, exist_ok=True)
        write_record(_place(job), {"run": run, "message": str(error)})


def recall(job: str, run: str, study: Path = Path()) -> str | None:
    """What a job failed of in this run; None where it did not, or where that may be gone. Other runs are forgotten."""
    place = study / _place(job)
    try:
        known = read_record(place)
        if run and known["run"] == run:
            return str(known["message"])
        place.unlink()
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _place(job: str) -> Path:
    return FOLDER / f"{hashlib.sha256(job.encode()).hexdigest()[:32]}.json"
