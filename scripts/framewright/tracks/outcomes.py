"""What became of each video, segment, object and clip, for the funnel: the outcomes of all stages in one list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from framewright.study.funnel import Item
from framewright.study.record import read_lines
from framewright.tracks.clips.record import EVERY, Clip, list_clip_outcomes
from framewright.tracks.objects.contract import list_track_outcomes
from framewright.tracks.privacy.contract import list_privacy_outcomes
from framewright.tracks.segments.contract import list_segment_outcomes

Records = Sequence[Mapping[str, Any]]
STAGES = ("privacy", "video", "segment", "track", "clip")


def list_outcomes(
    segments: Records,
    privacy: Records,
    audits: Records,
    searches: Records,
    clips: Iterable[tuple[str, Clip]],
    without: Mapping[str, str] = EVERY,
) -> Iterator[Item]:
    """The items of all `STAGES`, from the videos' records; `clips` are given with the names of their videos. The clips
    of videos that the table keeps out are dropped, each for the reason in `without`."""
    yield from list_privacy_outcomes(privacy, audits)
    yield from list_segment_outcomes(segments)
    yield from list_track_outcomes(searches)
    yield from list_clip_outcomes(clips, without)


def read_accounts(paths: Iterable[str | Path]) -> list[dict[str, Any]]:
    """The account of each video in these files, in the order of the videos' names, whatever bucket wrote it."""
    return sorted(read_lines(paths), key=lambda account: account["video"])
