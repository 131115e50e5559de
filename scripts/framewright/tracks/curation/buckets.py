"""Buckets of videos: parts of a study of about equal size, each the same whatever other videos there are."""

import hashlib
from collections.abc import Iterable


def bucket_of(video: str, count: int) -> str:
    """The bucket of a video among `count`, a power of two: a prefix of sha256(id), in hexadecimal digits."""
    digest = int(hashlib.sha256(video.encode()).hexdigest()[:8], 16)
    digits = max(1, -(-(count - 1).bit_length() // 4))
    return f"{digest >> (32 - (count - 1).bit_length()):0{digits}x}" if count > 1 else "0"


def split_into_buckets(videos: Iterable[str], count: int) -> dict[str, list[str]]:
    """The videos of each bucket that has any, sorted; at least one bucket, which may be empty."""
    found: dict[str, list[str]] = {}
    for video in sorted(videos):
        found.setdefault(bucket_of(video, count), []).append(video)
    return dict(sorted(found.items())) or {"0": []}
