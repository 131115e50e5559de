"""What became of each video, and of each candidate segment, for the funnel."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from framewright.study.funnel import Item


def outcomes(records: Iterable[Mapping[str, Any]]) -> Iterator[Item]:
    """The items: the videos that this pipeline works on, then the candidate segments of those that can be used."""
    records = list(records)
    for own in records:
        yield Item("video", own["video"], "", own["reason"], own["detail"])
    for own in records:
        for part in own["segments"]:
            name = f"{own['video']} {part['start']:.3f}-{part['end']:.3f} s"
            yield Item("segment", own["video"], name, part["reason"], part["detail"])
