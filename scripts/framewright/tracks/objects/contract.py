"""The record of a video's search for objects: what the funnel, the contract and the summary make of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from framewright.study.contract import Part, make_part
from framewright.study.funnel import Item

NEARLY_NONE = 0.1  # share of the objects: with fewer kept, there is a hint
SLACK = 1e-5  # seconds: what is lost where exact times become decimals
WORDS = {
    "unconfirmed": "detected in one frame alone",
    "short": "seen for less than tracks.keep.min_seconds",
    "small": "smaller than tracks.keep.min_area of the frame",
    "duplicate": "shows what a longer track shows",
}


def list_track_outcomes(records: Iterable[Mapping[str, Any]]) -> Iterator[Item]:
    """For the funnel, an item for each object that was followed: a track, or why it is none."""
    for record in records:
        for tid in record["tracks"]:
            yield Item("track", record["video"], tid)
        for reason, number in record["dropped"].items():
            for k in range(number):
                yield Item("track", record["video"], f"{record['video']} {reason} {k + 1}", reason, WORDS[reason])


SEARCHED = "every segment was searched from its start to its end, and nothing else was"


def check_objects(parsed: Iterable[Mapping[str, Any]], records: Iterable[Mapping[str, Any]]) -> Part:
    """The promise of the search for objects, found to hold or broken, from its records and those of the segments."""
    used = {
        record["video"]: [(part["start"], part["end"]) for part in record["segments"] if not part["reason"]]
        for record in records
    }
    return make_part(SEARCHED, _search_faults(parsed, used))


def summarise_search(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record of a video's search without the instants and numbers of each frame: what whole studies count."""
    parts = [
        {"frames": len(part["times"]), "objects": part["objects"], "start": part["start"], "end": part["end"]}
        for part in record["segments"]
    ]
    return {name: known for name, known in record.items() if name != "segments"} | {"segments": parts}


def describe_search(searches: Sequence[Mapping[str, Any]]) -> str:
    """How much was searched, and what was found, from the summaries of all videos; a warning where nothing was."""
    frames = sum(part["frames"] for record in searches for part in record["segments"])
    objects = sum(part["objects"] for record in searches for part in record["segments"])
    without = "" if all(record["detector"]["weights"] for record in searches) else "; no detector was given"
    found = f"{objects:,} objects in {frames:,} frames{without}. {warn_of_limits(searches)}".strip(". ")
    return warn_of_nothing(searches) or found


def _search_faults(parsed: Iterable[Mapping[str, Any]], used: Mapping[str, list]) -> Iterator[str]:
    for record in parsed:
        if not record["detector"]["weights"]:  # tracks.detector.weights is none
            continue
        if [(part["start"], part["end"]) for part in record["segments"]] != used.get(record["video"]):
            yield f"{record['video']}: not the segments that it has"
        for part in record["segments"]:
            times = part["times"]
            inside = times and part["start"] - SLACK <= times[0] <= times[-1] < part["end"]
            if not inside or any(after <= before for before, after in pairwise(times)):
                yield f"{record['video']}: {part['start']:.3f}-{part['end']:.3f} s was not looked at in order"


def warn_of_limits(records: Sequence[Mapping[str, Any]]) -> str:
    """A hint where `tracks.keep` drops nearly all objects of a whole run: how many looser limits would keep."""
    kept = sum(len(record["tracks"]) for record in records)
    lost = sum(record.get("dropped", {}).get(reason, 0) for record in records for reason in ("short", "small"))
    loose = sum(
        len(record["tracks"]) if record.get("with_loose_limits") is None else record["with_loose_limits"]
        for record in records
    )
    if kept >= NEARLY_NONE * (kept + lost) or loose <= kept:
        return ""
    return (
        f"tracks.keep drops {lost:,} of {kept + lost:,} objects; {loose:,} tracks would pass with "
        "tracks.keep: {min_seconds: 1, min_area: 0.02}."
    )


def warn_of_nothing(records: Sequence[Mapping[str, Any]]) -> str:
    """A warning where a detector found no object in any frame of a whole run, else empty."""
    parts = [part for record in records for part in record["segments"]]
    frames = sum(part["frames"] for part in parts)
    if not frames or any(part["objects"] for part in parts):
        return ""
    weights = ", ".join(sorted({record["detector"]["weights"] for record in records}))
    return (
        f"{weights} found nothing at all in {frames:,} frames of {len(records):,} videos: are they weights for such "
        "videos, and is tracks.detector.confidence low enough?"
    )
