"""What is known of a video once it was fetched: the record that every pipeline reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framewright.sources.outcome import Outcome
from framewright.study.progress import Progress, report_nothing
from framewright.video.examine import empty_record, probe_safely


@dataclass(frozen=True)
class Part:
    """What the table asks of a video: the seconds to use, the class of colour to take it for, the digest to have."""

    start: float | None
    end: float | None
    colour: str | None
    sha256: str | None


def describe(
    path: str | Path,
    outcome: Outcome,
    part: Part,
    *,
    seconds: float,
    mebibytes: int,
    progress: Progress = report_nothing,
) -> dict[str, Any]:
    """The probe of the file at `path`, with the part of it to use, and why it can't be used, if so.

    A dead source is rejected for the reason its `outcome` gives, and not opened. The part's start and end limit what of
    the video is used, and come back as `use`, within the video; its colour overrules the class that the file's tags
    tell. `seconds` and `mebibytes` bound the process that decodes.
    """
    dead = outcome.status == "dead"
    probe = empty_record(outcome.detail) if dead else probe_safely(path, seconds, mebibytes, progress)
    record = {"video": outcome.video} | probe | {"use": None}
    if record["status"] == "ok" and (fault := _fault(record, part)):
        record |= {"status": "rejected", "reason": fault}
    if record["status"] == "ok":
        record["use"] = _use(record, part)
        record["colour"]["forced"] = part.colour is not None
        record["colour"]["class"] = part.colour or record["colour"]["class"]
    return record


def _fault(record: dict[str, Any], part: Part) -> str | None:
    """Why the table's row and the file do not belong together, or None."""
    first, last = record["start"], record["start"] + record["duration"]
    if part.sha256 and part.sha256 != record["sha256"]:
        return f"its sha256 is {record['sha256']}, not {part.sha256} as the table says"
    if part.start is not None and part.start >= last:
        return f"it ends at {last:.3f} s, before the start of {part.start} s that the table asks for"
    if part.end is not None and part.end <= first:
        return f"it begins at {first:.3f} s, after the end of {part.end} s that the table asks for"
    return None


def _use(record: dict[str, Any], part: Part) -> list[float]:
    first, last = record["start"], record["start"] + record["duration"]
    return [first if part.start is None else max(part.start, first), last if part.end is None else min(part.end, last)]
