"""Patches as samples of WebDataset shards: the sharp one and both stacks as they are, and what is known as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from framewright.exports.shards import Sample, compose_key
from framewright.patches.metadata import KNOWN
from framewright.study.rows import iterate_rows

FILES = {"gt.png": "gt", "lr5.png": "lr_5frames", "lr7.png": "lr_7frames"}


def list_samples(rows: Sequence[str | Path], dataset: Path) -> Iterator[Sample]:
    """A sample for each patch that is served; `dataset` holds the patches as they are documented."""
    for row in iterate_rows(rows, columns=["patch", *FILES.values(), *KNOWN]):
        known = {name: row[name] for name in ("patch", *KNOWN)}
        pictures = {ending: dataset / row[column] for ending, column in FILES.items()}
        files: dict[str, Path | bytes] = {**pictures, "json": json.dumps(known, ensure_ascii=False).encode()}
        yield Sample(compose_key(f"{row['category']}-{row['patch']}"), row["split"], files)


def count_patches(wanted: Mapping[str, Mapping[str, Sequence[str]]], folder: Path) -> str:
    """How much is in an export of the samples that are `wanted`, in words."""
    return f"{sum(map(len, wanted.values())):,} patches in {len(list(folder.glob('*.tar'))):,} shards"
