"""What the segments promise: in order, inside the film, long enough, across no cut, and the same in both files."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from framewright.study.contract import Part, make_part
from framewright.study.funnel import Item
from framewright.tracks.segments.options import Lengths
from framewright.tracks.segments.segments import parse_segments

Records = Iterable[tuple[Mapping[str, Any], str]]
SLACK = 1e-6  # seconds: what is lost where exact times become floating-point numbers


def check_segments(records: Records, lengths: Lengths) -> list[Part]:
    """The promises, each found to hold or broken, of videos' records and the texts beside them."""
    records = list(records)
    used = sum(not part["reason"] for record, _ in records for part in record["segments"])
    cuts = sum(len(record["cuts"]) for record, _ in records)
    return [
        make_part(
            "segments are in order, do not overlap and lie inside the film",
            _order_faults(records),
            "{segments:,} segments of {videos:,} videos",
            segments=used,
            videos=len(records),
        ),
        make_part("segments are neither too short nor too long", _length_faults(records, lengths)),
        make_part("no segment crosses a cut", _cut_faults(records), "{cuts:,} cuts", cuts=cuts),
        make_part("the text has the segments that the record uses", _text_faults(records)),
        make_part(
            "whatever is dropped has a reason, and every moment of the film is accounted for", _gap_faults(records)
        ),
    ]


def list_segment_outcomes(records: Iterable[Mapping[str, Any]]) -> Iterator[Item]:
    """For the funnel: the videos that this pipeline works on, then the candidate segments of those that can be used."""
    records = list(records)
    for record in records:
        yield Item("video", record["video"], "", record["reason"], record["detail"])
    for record in records:
        for part in record["segments"]:
            name = f"{record['video']} {part['start']:.3f}-{part['end']:.3f} s"
            yield Item("segment", record["video"], name, part["reason"], part["detail"])


def _order_faults(records: Records) -> Iterator[str]:
    for record, _ in records:
        first, last = record["span"] or (0, 0)
        for part in record["segments"]:
            if not first <= part["start"] < part["end"] <= last:
                yield f"{_name(record, part)} is not within {first} to {last} s"
        for one, other in pairwise(record["segments"]):
            if other["start"] < one["end"]:
                yield f"{_name(record, other)} begins before {one['end']} s"


def _length_faults(records: Records, lengths: Lengths) -> Iterator[str]:
    for record, _ in records:
        for part in record["segments"]:
            seconds = part["end"] - part["start"]
            if not part["reason"] and not lengths.least - SLACK <= seconds:
                yield f"{_name(record, part)} is shorter than {float(lengths.least):g} s"
            if not part["reason"] and seconds > lengths.most + 1:  # pieces end where a frame begins
                yield f"{_name(record, part)} is longer than {float(lengths.most):g} s"


def _cut_faults(records: Records) -> Iterator[str]:
    for record, _ in records:
        for part in record["segments"]:
            for cut in record["cuts"]:
                if cut["end"] > part["start"] and cut["start"] < part["end"]:
                    yield f"{_name(record, part)} crosses the {cut['kind']} at {cut['start']} s"


def _text_faults(records: Records) -> Iterator[str]:
    for record, text in records:
        used = [(part["start"], part["end"]) for part in record["segments"] if not part["reason"]]
        if parse_segments(text) != used or text.endswith("\n"):
            yield f"{record['video']}: {len(used)} in the record, {len(text.splitlines())} in the text"


def _gap_faults(records: Records) -> Iterator[str]:
    for record, _ in records:
        if not record["span"]:
            if not record["reason"]:
                yield f"{record['video']} has no segments and no reason"
            continue
        covered = [(part["start"], part["end"]) for part in record["segments"]]
        covered += [(cut["start"], cut["end"]) for cut in record["cuts"]]
        reached = record["span"][0]
        for start, end in sorted(covered):
            if start > reached + SLACK:
                yield f"{record['video']}: nothing is said of {reached} to {start} s"
            reached = max(reached, end)
        if reached < record["span"][1] - SLACK:
            yield f"{record['video']}: nothing is said of {reached} to {record['span'][1]} s"


def _name(record: Mapping[str, Any], part: Mapping[str, Any]) -> str:
    return f"{record['video']} {part['start']:.3f}-{part['end']:.3f} s"
