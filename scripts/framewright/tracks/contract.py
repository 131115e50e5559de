"""What segments, defaced videos, tracks and clips promise: what was found in all buckets, and what the trees hold."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from framewright.study.contract import Finding, join_parts, read_parts
from framewright.study.rows import read_rows
from framewright.tracks.clips.contract import ClipFile, check_clip_files
from framewright.tracks.objects.contract import SEARCHED, describe_search
from framewright.tracks.row_columns import CLIPS
from framewright.tracks.tree import check_tree

Paths = Sequence[str | Path]


def check_tracks(
    parts: Paths,
    rows: Paths,
    accounts: Sequence[Mapping[str, Any]],
    meta_tree: str | Path,
    clip_tree: str | Path,
    key_seconds: float,
) -> list[Finding]:
    """All promises, each found to hold or broken: those of the buckets, then those of the documented trees."""
    found = [
        replace(own, detail=describe_search([account["search"] for account in accounts]))
        if own.ok and own.name == SEARCHED
        else own
        for own in join_parts(map(read_parts, parts))
    ]
    served = [account for account in accounts if not account["why_not"]]
    tids = [tid for account in served for tid in account["search"]["tracks"]]
    known = read_rows(rows, ["path", "width", "height", "frames"]).to_pylist()
    results = Path(clip_tree).parent.parent
    clips = [ClipFile(results / row["path"], (row["width"], row["height"]), row["frames"]) for row in known]
    named = [Path(row["path"]).relative_to(CLIPS, Path(clip_tree).name).as_posix() for row in known]
    return [*found, check_clip_files(clips, key_seconds), *check_tree(meta_tree, clip_tree, tids, named)]
