"""What segments, defaced videos, tracks and clips promise: the contracts of all stages in one list."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framewright.study.contract import Finding
from framewright.study.record import read_record
from framewright.tracks.clips.contract import check_clips, read_video_clips
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.objects.contract import check_objects
from framewright.tracks.privacy.contract import check_privacy
from framewright.tracks.segments.contract import check_segments
from framewright.tracks.segments.options import Lengths
from framewright.tracks.tree import check_tree
from framewright.video.probe import read_probe

Paths = Sequence[str | Path]


@dataclass(frozen=True)
class TracksFiles:
    """The files that are checked; each list has one of each video, in the same order."""

    probes: Paths
    records: Paths  # of the segments
    texts: Paths  # the same as text
    privacy: Paths
    audits: Paths
    searches: Paths  # records of the search for objects
    metas: Paths
    clips: Paths  # what became of each track
    folders: Paths  # of the clips
    meta_tree: str | Path
    clip_tree: str | Path


def check_tracks(files: TracksFiles, lengths: Lengths, clips: ClipSettings) -> list[Finding]:
    """All promises, each found to hold or broken."""
    records: list[dict[str, Any]] = [read_record(path) for path in files.records]
    searches: list[dict[str, Any]] = [read_record(path) for path in files.searches]
    texts = [Path(path).read_text(encoding="utf-8") for path in files.texts]
    private = zip(
        map(read_probe, files.probes), map(read_record, files.privacy), map(read_record, files.audits), strict=True
    )
    cut = zip(files.records, files.metas, files.clips, files.folders, strict=True)
    return [
        *check_segments(zip(records, texts, strict=True), lengths),
        *check_privacy(list(private)),
        *check_objects(searches, records),
        *check_clips((read_video_clips(*paths) for paths in cut), clips.key_seconds, clips.max_seconds),
        *check_tree(files.meta_tree, files.clip_tree, (tid for search in searches for tid in search["tracks"])),
    ]
