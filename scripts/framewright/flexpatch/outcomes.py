"""What became of each video, and of each track in it, for the funnel."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from framewright.study.declared import KEPT_OUT, Declared
from framewright.study.funnel import Item

STAGES = ("videos", "tracks")


def list_outcomes(
    truths: Iterable[Mapping[str, Any]], records: Iterable[Mapping[str, Any]], declared: Mapping[str, Declared]
) -> Iterator[Item]:
    """An item for each video, then one for each track: it is dropped where it shows no object of the truth, or where
    the table of videos keeps its video out."""
    for truth in truths:
        reason, detail = truth["reason"], truth["detail"]
        if not reason and not truth["detections"]:
            reason, detail = "empty", f"{truth['detector']['weights']} found nothing in {truth['frames']:,} frames"
        yield Item("videos", truth["video"], reason=reason, detail=detail)
    for record in records:
        without_truth = {*record["without_truth"]}
        for number in sorted({*record["tracks"], *without_truth}):
            has_truth = number in record["tracks"]
            why = ("", "") if has_truth else ("untrue", "a detection that shows no object of the truth")
            if has_truth and declared[record["video"]].why_not:
                why = (declared[record["video"]].why_not, KEPT_OUT)
            yield Item("tracks", record["video"], f"{record['video']} {number}", *why)
