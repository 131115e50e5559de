"""What a bucket of videos adds up to: rows, outcomes, the promises that hold in it, and an account of each video."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framewright.study.contract import Part
from framewright.study.declared import Declared
from framewright.study.definition import compute_definition, refuse_mixtures
from framewright.study.funnel import Item
from framewright.study.record import read_record
from framewright.tracks.clips.contract import check_clips, read_video_clips
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.clips.record import read_clips
from framewright.tracks.metrics.store import read_settings
from framewright.tracks.objects.contract import check_objects, summarise_search
from framewright.tracks.outcomes import list_outcomes
from framewright.tracks.privacy.contract import check_privacy
from framewright.tracks.segments.contract import check_segments
from framewright.tracks.segments.options import Lengths
from framewright.video.probe import read_probe

Paths = Sequence[str | Path]


@dataclass(frozen=True)
class BucketFiles:
    """The files of a bucket; each list has one of each video, sorted by video."""

    probes: Paths
    segments: Paths
    texts: Paths  # the same as text
    privacy: Paths
    audits: Paths
    searches: Paths  # records of the search for objects
    metas: Paths
    clips: Paths  # what became of each track
    qualities: Paths  # metrics of the clips


def refuse_other_settings(files: BucketFiles) -> None:
    """A UserError where a stage's records of two videos were made by different settings or detectors."""
    searches = [read_record(path) for path in files.searches]
    videos = [record["video"] for record in searches]
    found = {
        "segments": [record.get("settings", "") for record in map(read_record, files.segments)],
        "faces": [record.get("settings", "") for record in map(read_record, files.privacy)],
        "detections": [compute_definition(record["detector"]) for record in searches],
        "tracks": [record.get("settings", "") for record in searches],
    }
    for stage, definitions in found.items():
        refuse_mixtures(stage, zip(videos, definitions, strict=True))
    cut = [(video, next(read_clips(path), None)) for video, path in zip(videos, files.clips, strict=True)]
    refuse_mixtures("clips", ((video, clip.settings) for video, clip in cut if clip))
    refuse_mixtures("metrics", zip(videos, map(read_settings, files.qualities), strict=True))


def list_accounts(files: BucketFiles, declared: Mapping[str, Declared]) -> Iterator[dict[str, Any]]:
    """Of each video its segments, a summary of its search, and why it is in no dataset, empty where it may be."""
    for segments, search in zip(map(read_record, files.segments), map(read_record, files.searches), strict=True):
        video = segments["video"]
        yield {
            "video": video,
            "why_not": declared[video].why_not,
            "segments": segments,
            "search": summarise_search(search),
        }


def list_bucket_outcomes(files: BucketFiles, declared: Mapping[str, Declared]) -> Iterator[Item]:
    """The items for the funnel, stage after stage and by video."""
    stages = files.segments, files.privacy, files.audits, files.searches
    segments, privacy, audits, searches = ([read_record(path) for path in paths] for paths in stages)
    videos = [record["video"] for record in segments]
    clips = ((video, clip) for video, path in zip(videos, files.clips, strict=True) for clip in read_clips(path))
    return list_outcomes(
        segments, privacy, audits, searches, clips, {video: declared[video].why_not for video in videos}
    )


def check_bucket(files: BucketFiles, lengths: Lengths, clips: ClipSettings) -> list[Part]:
    """The promises of a bucket's videos, each found to hold or broken."""
    records = [read_record(path) for path in files.segments]
    texts = [Path(path).read_text(encoding="utf-8") for path in files.texts]
    private = zip(
        map(read_probe, files.probes), map(read_record, files.privacy), map(read_record, files.audits), strict=True
    )
    cut = zip(files.segments, files.metas, files.clips, strict=True)
    return [
        *check_segments(zip(records, texts, strict=True), lengths),
        *check_privacy(list(private)),
        check_objects(map(read_record, files.searches), records),
        *check_clips((read_video_clips(*paths) for paths in cut), clips.max_seconds),
    ]
