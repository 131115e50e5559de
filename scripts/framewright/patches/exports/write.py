"""The exports of patches by their formats: basicsr, and webdataset with a pair and its stacks in each sample."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from framewright.exports import shards
from framewright.patches.exports.basicsr import find_faults, list_pairs, write_basicsr
from framewright.patches.metadata import KNOWN
from framewright.study.contract import Finding, make_finding
from framewright.study.rows import read_rows

FILES = {"gt.png": "gt", "lr5.png": "lr_5frames", "lr7.png": "lr_7frames"}
Rows = Sequence[str | Path]


def list_samples(rows: Rows, dataset: Path) -> Iterator[shards.Sample]:
    """A sample for each patch that is served: `gt.png`, both stacks as they are, and what is known of it as JSON."""
    for row in read_rows(rows, ["patch", *FILES.values(), *KNOWN]).to_pylist():
        known = {name: row[name] for name in ("patch", *KNOWN)}
        pictures = {ending: dataset / row[column] for ending, column in FILES.items()}
        files: dict[str, Path | bytes] = {**pictures, "json": json.dumps(known, ensure_ascii=False).encode()}
        yield shards.Sample(shards.compose_key(f"{row['category']}-{row['patch']}"), row["split"], files)


def write_export(format: str, folder: Path, rows: Rows, dataset: Path) -> None:
    """Make `folder` with the export of that format; `dataset` holds the patches as they are documented."""
    if format == "webdataset":
        shards.write_shards(folder, list_samples(rows, dataset))
    else:
        write_basicsr(folder, dataset, list_pairs(rows))


def check_export(format: str, folder: Path, rows: Rows, dataset: Path) -> Finding:
    """The promise of an export: what is served is in it, nothing else, and each file has the bytes of its source."""
    if format == "webdataset":
        wanted = shards.digest_samples(list_samples(rows, dataset))
        faults = shards.find_faults(folder, wanted)
        holds = f"{sum(map(len, wanted.values())):,} patches in {len(list(folder.glob('*.tar'))):,} shards"
    else:
        pairs = list_pairs(rows)
        faults, holds = find_faults(folder, dataset, pairs), f"{len(pairs):,} pairs and scenes"
    return make_finding(f"the export {format} holds what is served, in order, byte by byte", faults, holds)
