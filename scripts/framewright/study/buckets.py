"""Buckets: a fixed share of a study's videos, so that no job has to look at all of them."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

FOLDER = ".framewright/buckets"  # below a study's: folders in which Snakemake makes one bucket each


def bucket_of(video: str, buckets: int) -> str:
    """The name of a video's bucket, such as `3-of-4`: the leading bits of the sha256 of its id, always the same.

    >>> bucket_of("street", 1), bucket_of("street", 4)
    ('0-of-1', '1-of-4')
    """
    leading = int.from_bytes(hashlib.sha256(video.encode()).digest()[:4])
    return _name(leading * buckets >> 32, buckets)


def bucket_names(buckets: int) -> list[str]:
    """The names of all buckets of a study."""
    return [_name(place, buckets) for place in range(buckets)]


def change_of_buckets(results: str | Path, buckets: int) -> str:
    """A line that refuses another number of buckets than that of the study in `results`; empty where it is the same."""
    made = (*Path(results).glob("*/rows/*-of-*.parquet"), *Path(results).glob("sources/declared/*-of-*.tsv"))
    for path in sorted(made):
        found = re.fullmatch(r"\d+-of-(\d+)", path.stem)
        if found and int(found[1]) != buckets:
            there = f"config: buckets = {buckets}: this study was made with {found[1]}, which is fixed"
            return f"{there}; set buckets: {found[1]}, or make another study with --directory"
    return ""


def group_videos(videos: Iterable[str], buckets: int) -> dict[str, list[str]]:
    """The videos in each bucket, sorted; a bucket may be empty."""
    groups: dict[str, list[str]] = {name: [] for name in bucket_names(buckets)}
    for video in sorted(videos):
        groups[bucket_of(video, buckets)].append(video)
    return groups


def list_folders(study: str | Path) -> list[Path]:
    """Where Snakemake works in a study: its folder, and that of each bucket whose jobs are one."""
    return [Path(study), *sorted(Path(study).glob(f"{FOLDER}/*-of-*"))]


def _name(place: int, buckets: int) -> str:
    return f"{place:0{len(str(buckets - 1))}d}-of-{buckets}"


def in_bucket(videos: Iterable[str], bucket: str) -> list[str]:
    """Those of the videos that lie in the bucket of this name, sorted."""
    buckets = int(bucket.rpartition("-")[2])
    return sorted(video for video in videos if bucket_of(video, buckets) == bucket)
