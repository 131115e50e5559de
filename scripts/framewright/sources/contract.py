"""What the sources promise to every pipeline: each row of the table has a record, and the records can be relied on."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from framewright.sources.outcome import Outcome, read_outcome
from framewright.study.contract import Finding, Part, join_parts, make_finding, make_part
from framewright.study.record import read_record
from framewright.truth import Truth, find_problem, read_truth
from framewright.video.probe import FACTS

KEYS = {"video", "sha256", "bytes", "status", "reason", "notes", "use", *FACTS}


@dataclass(frozen=True)
class Source:
    """All that is recorded of one video; `truth` is None where none is known."""

    file: Path
    outcome: Outcome
    probe: dict[str, Any]
    truth: Truth | None


def read_sources(
    files: Sequence[str], outcomes: Sequence[str], probes: Sequence[str], truths: Iterable[str]
) -> Iterator[Source]:
    """The records of all videos, one by one; a truth belongs to the video whose folder it lies in."""
    truth_in = {Path(path).parent: path for path in truths}
    for file, outcome, probe in zip(files, outcomes, probes, strict=True):
        truth = truth_in.get(Path(file).parent)
        yield Source(Path(file), read_outcome(outcome), read_record(probe), read_truth(truth) if truth else None)


def check_sources(sources: Iterable[Source], statuses: Mapping[str, str], declared: Collection[str]) -> list[Finding]:
    """The promises, each found to hold or broken; `statuses` by the ids of the summary, `declared` the table's ids."""
    found: dict[str, str] = {}
    parts = check_bucket(sources, found)
    return [check_summary(found, statuses, declared), *join_parts([parts])]


def check_summary(found: Mapping[str, str], statuses: Mapping[str, str], declared: Collection[str]) -> Finding:
    """Whether the summary has each video with its status; `found` are the statuses by the videos' records."""
    counts = ", ".join(f"{count} {status}" for status, count in sorted(Counter(found.values()).items()))
    return make_finding(
        "the summary has a row for each video, and its status", _counts(found, statuses, declared), counts
    )


def check_bucket(sources: Iterable[Source], found: dict[str, str]) -> list[Part]:
    """The promises of a bucket's videos, each found to hold or broken; fills `found` with the statuses by video.

    The sources are taken one by one, so that no more than one need be in memory.
    """
    faults: dict[str, list[str]] = {name: [] for name in PROMISES}
    frames = objects = 0
    for source in sources:
        video = source.outcome.video
        found[video] = "dead" if source.outcome.status == "dead" else source.probe.get("status", "unknown")
        frames += source.probe.get("frames") or 0
        objects += len(source.truth.objects) if source.truth else 0
        for name, fault_of in PROMISES.items():
            if fault := fault_of(source):
                faults[name].append(f"{video}: {fault}")
    holds: dict[Callable[[Source], str], str] = {
        _frames_fault: "{frames:,} frames",
        _truth_fault: "{objects:,} objects",
    }
    return [
        make_part(name, faults[name], holds.get(fault_of, ""), frames=frames, objects=objects)
        for name, fault_of in PROMISES.items()
    ]


def _counts(found: Mapping[str, str], statuses: Mapping[str, str], declared: Collection[str]) -> Iterator[str]:
    yield from (f"{video}: in the table, without a record" for video in sorted(set(declared) - found.keys()))
    yield from (f"{video}: not in the summary" for video in found if video not in statuses)
    yield from (f"{video}: not in the table" for video in statuses if video not in declared)
    for video, status in found.items():
        if statuses.get(video, status) != status:
            yield f"{video}: {statuses[video]} in the summary, {status} in its record"


def _file_fault(source: Source) -> str:
    if not source.file.is_file():
        return "leads nowhere" if source.file.is_symlink() else "missing"
    size = source.file.stat().st_size
    if source.probe.get("bytes") not in (None, size):
        return f"{size:,} bytes, {source.probe['bytes']:,} in its record"
    return ""


def _keys_fault(source: Source) -> str:
    odd = KEYS ^ source.probe.keys()
    return f"{', '.join(sorted(odd))} missing or unknown" if odd else ""


def _values_fault(source: Source) -> str:
    """The first value that can't be, as `key = value`; what is not known is None and can always be."""
    known = {key: value for key, value in source.probe.items() if value is not None}
    wrong = (f"{key} = {known[key]!r}" for key, is_valid in VALID.items() if key in known and not is_valid(known[key]))
    return next(wrong, "")


def _reason_fault(source: Source) -> str:
    if source.outcome.status == "dead" and not (source.outcome.reason and source.outcome.detail):
        return "dead without a reason"
    if source.outcome.status == "dead" and _is_usable(source):
        return "dead, yet usable"
    if _is_usable(source) == bool(source.probe.get("reason")):
        return f"{source.probe.get('status')}, reason {source.probe.get('reason')!r}"
    return ""


def _frames_fault(source: Source) -> str:
    needed = ("frames", "duration", "rate", "displayed_size", "codec", "colour", "sha256", "bytes")
    lacking = [key for key in needed if not source.probe.get(key)]
    return f"no {', '.join(lacking)}" if lacking and _is_usable(source) else ""


def _keyframes_fault(source: Source) -> str:
    if not _is_usable(source):
        return ""
    times, (start, end) = source.probe["keyframes"], _span(source)
    if any(later < sooner for sooner, later in pairwise(times)):
        return "they do not ascend"
    outside = [time for time in times if not start <= time <= end]
    return f"{outside[0]} s is not within {start} to {end} s" if outside else ""


def _use_fault(source: Source) -> str:
    if not _is_usable(source):
        return ""
    (start, end), (first, last) = source.probe["use"], _span(source)
    return "" if first <= start < end <= last else f"{start} to {end} s is not within {first} to {last} s"


def _truth_fault(source: Source) -> str:
    truth = source.truth
    if truth is None or not truth.frames:
        return ""
    if fault := find_problem(truth):
        return fault
    size, frames = tuple(source.probe["displayed_size"] or ()), source.probe["frames"]
    if _is_usable(source) and (truth.size != size or truth.frames > frames):
        return f"{truth.frames} frames of {truth.size}, the video has {frames} of {size}"
    # A box may reach beyond the edges, and a thing may leave; one that never shows was measured in other pixels.
    limits = np.array(truth.size)
    for thing in truth.objects:
        reaches_in = (thing.boxes[:, :2] < limits) & (thing.boxes[:, 2:] > 0)
        if not reaches_in.all(axis=1).any():
            return f"object {thing.id} is never within {truth.size[0]} x {truth.size[1]} pixels"
    return ""


def _is_usable(source: Source) -> bool:
    return source.probe.get("status") == "ok"


def _span(source: Source) -> tuple[float, float]:
    start = source.probe["start"]
    return start, start + source.probe["duration"]


def _is_size(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(side, int) and side > 0 for side in value)


def _is_ratio(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d+(/[1-9]\d*)?", value) is not None and Fraction(value) >= 0


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


VALID: dict[str, Callable[[Any], bool]] = {
    "status": lambda value: value in ("ok", "rejected"),
    "sha256": lambda value: re.fullmatch("[0-9a-f]{64}", str(value)) is not None,
    "bytes": _is_count,
    "frames": _is_count,
    "duration": lambda value: isinstance(value, int | float) and value >= 0,
    "start": lambda value: isinstance(value, int | float),
    "displayed_size": _is_size,
    "coded_size": _is_size,
    "rotation": lambda value: value in (0, 90, 180, 270),
    "rate": _is_ratio,
    "pixel_aspect": _is_ratio,
    "time_base": _is_ratio,
    "bit_depth": lambda value: value in range(1, 33),
    "colour": lambda value: value.get("class") in ("SDR", "PQ", "HLG", "unknown"),
    "keyframes": lambda value: all(isinstance(time, int | float) for time in value),
    "notes": lambda value: all(isinstance(note, str) for note in value),
}

PROMISES: dict[str, Callable[[Source], str]] = {
    "each file is there, and each link leads to one": _file_fault,
    "each record has all keys": _keys_fault,
    "each record has valid values": _values_fault,
    "what can't be used has a reason, and nothing else has": _reason_fault,
    "what can be used has frames": _frames_fault,
    "key frames ascend, and lie within the duration": _keyframes_fault,
    "the part to use lies within the duration": _use_fault,
    "the truth is of this video, and its objects are in the picture": _truth_fault,
}
