"""What is known of a video once it was fetched: the record that every pipeline reads."""

from pathlib import Path
from typing import Any

from framewright.sources.outcome import Outcome
from framewright.video.probe import empty_record, probe_safely


def describe(
    path: str | Path,
    outcome: Outcome,
    *,
    start: float | None,
    end: float | None,
    colour: str | None,
    sha256: str | None,
    licence: str | None,
    seconds: float,
    mebibytes: int,
) -> dict[str, Any]:
    """The probe of the file at `path`, with what the table says of it and why it can't be used, if so.

    A dead source is rejected for the reason its `outcome` gives, and not opened. `start` and `end` (seconds) limit what
    of the video is used, and come back as `use`, within the video; `colour` overrules the class that the file's tags
    tell. `seconds` and `mebibytes` bound the process that decodes.
    """
    dead = outcome.status == "dead"
    probe = empty_record(outcome.detail) if dead else probe_safely(path, seconds, mebibytes)
    record = {"video": outcome.video, "licence": licence} | probe | {"use": None}
    if record["status"] == "ok" and (fault := _fault(record, start, end, sha256)):
        record |= {"status": "rejected", "reason": fault}
    if record["status"] == "ok":
        record["use"] = _use(record, start, end)
        record["colour"]["forced"] = colour is not None
        record["colour"]["class"] = colour or record["colour"]["class"]
    return record


def _fault(record: dict[str, Any], start: float | None, end: float | None, sha256: str | None) -> str | None:
    """Why the table's row and the file do not belong together, or None."""
    first, last = record["start"], record["start"] + record["duration"]
    if sha256 and sha256 != record["sha256"]:
        return f"its sha256 is {record['sha256']}, not {sha256} as the table says"
    if start is not None and start >= last:
        return f"it ends at {last:.3f} s, before the start of {start} s that the table asks for"
    if end is not None and end <= first:
        return f"it begins at {first:.3f} s, after the end of {end} s that the table asks for"
    return None


def _use(record: dict[str, Any], start: float | None, end: float | None) -> list[float]:
    first, last = record["start"], record["start"] + record["duration"]
    return [first if start is None else max(start, first), last if end is None else min(end, last)]
