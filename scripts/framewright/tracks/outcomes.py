"""What became of each video, and of each candidate segment, for the funnel."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from framewright.study.funnel import Item


def list_segment_outcomes(records: Iterable[Mapping[str, Any]]) -> Iterator[Item]:
    """The items: the videos that this pipeline works on, then the candidate segments of those that can be used."""
    records = list(records)
    for record in records:
        yield Item("video", record["video"], "", record["reason"], record["detail"])
    for record in records:
        for part in record["segments"]:
            name = f"{record['video']} {part['start']:.3f}-{part['end']:.3f} s"
            yield Item("segment", record["video"], name, part["reason"], part["detail"])
