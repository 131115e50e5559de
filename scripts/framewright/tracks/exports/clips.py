"""Clips as samples of WebDataset shards: the clip, the number of its class, and what is known of it as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from framewright.exports.shards import Sample, compose_key
from framewright.study.rows import iterate_rows

KNOWN = (
    *("video", "label", "name", "score", "probability", "start", "end", "clip_start", "clip_end", "frames"),
    *("width", "height", "times", "boxes", "windows", "licence"),
)
COLUMNS = ("item", "path", *KNOWN)


def list_samples(rows: Sequence[str | Path], splits: Mapping[str, str], results: Path) -> Iterator[Sample]:
    """A sample for each clip that is served; `results` is the folder that its path is relative to."""
    for row in iterate_rows(rows, columns=COLUMNS):
        known = {"tid": row["item"], "split": _split_of(row, splits)} | {name: row[name] for name in KNOWN}
        label = -1 if row["label"] is None else row["label"]
        files: dict[str, Path | bytes] = {
            "mp4": results / row["path"],
            "json": json.dumps(known, ensure_ascii=False).encode(),
            "cls": str(label).encode(),
        }
        yield Sample(compose_key(row["item"]), known["split"], files)


def list_wanted(rows: Sequence[str | Path], splits: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    """By split, for each key the digests of its files in the order of their endings: that of the clip is known."""
    wanted: dict[str, dict[str, list[str]]] = {}
    for row in iterate_rows(rows, columns=("item", "video", "sha256")):
        wanted.setdefault(_split_of(row, splits), {})[compose_key(row["item"])] = ["", "", row["sha256"] or ""]
    return wanted


def count_clips(wanted: Mapping[str, Mapping[str, Sequence[str]]], folder: Path) -> str:
    """How much is in an export of the samples that are `wanted`, in words."""
    return f"{sum(map(len, wanted.values())):,} clips in {len(list(folder.glob('*.tar'))):,} shards"


def _split_of(row: Mapping[str, Any], splits: Mapping[str, str]) -> str:
    return splits.get(row["video"]) or "train"
