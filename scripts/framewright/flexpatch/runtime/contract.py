"""What the boxes of FlexPatch and its evaluation promise."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from framewright.study.contract import Finding, finding

SLACK = 0.011  # pixels that are lost where boxes are written with two digits
ROUNDED = 1e-4  # and where shares are written with four


def run_contract(
    boxes: Sequence[str | Path],
    runs: Sequence[Mapping[str, Any]],
    rated: Sequence[Mapping[str, Any]],
    told: Mapping[str, Any],
) -> list[Finding]:
    """The promises of the boxes of each video with their records, of its rated sequences, and of the evaluation."""
    total = sum(run.get("boxes", 0) for run in runs)
    return [
        finding(
            "boxes at run time are in the frame, in order, and one a track and frame",
            (fault for path, run in zip(boxes, runs, strict=True) for fault in _box_faults(path, run)),
            f"{total:,} boxes of {len(runs):,} videos",
        ),
        finding(
            "precisions and shares are in 0..1, and what sequences cost adds up",
            _figure_faults(rated, told),
            f"{told['sequences']:,} sequences, {len(told['ways'])} ways",
        ),
    ]


def _box_faults(path: str | Path, run: Mapping[str, Any]) -> Iterator[str]:
    rows = [line.split(",") for line in Path(path).read_text(encoding="utf-8").splitlines()]
    table = np.array(rows, float).reshape(-1, 9)
    if len(table) != run.get("boxes", 0):
        yield f"{run['video']}: {len(table):,} boxes, {run.get('boxes', 0):,} were found"
    if not len(table):
        return
    low, sides = table[:, 2:4], table[:, 4:6]
    outside = (low < -SLACK) | (sides <= 0) | (low + sides > np.array(run["size"]) + SLACK)
    for row in table[outside.any(axis=1)][:3]:
        yield f"{run['video']} frame {row[0]:.0f}: a box beyond the frame"
    if (np.diff(table[:, 0]) < 0).any() or table[0, 0] < 1 or table[-1, 0] > run["frames"]:
        yield f"{run['video']}: frames are not in order"
    if len(np.unique(table[:, :2], axis=0)) < len(table):
        yield f"{run['video']}: a track has two boxes in one frame"


def _figure_faults(rated: Sequence[Mapping[str, Any]], told: Mapping[str, Any]) -> Iterator[str]:
    parts = [sequence for record in rated for sequence in record["sequences"]]
    if told["sequences"] != len(parts):
        yield f"{len(parts)} sequences were rated, {told['sequences']} are told of"
    for way, own in told["ways"].items():
        if own["pixels"] != sum(part["ways"][way]["pixels"] for part in parts):
            yield f"{way}: its pixels are not those of its sequences"
        shares = [part["ways"][way]["share"] for part in parts]
        if abs(own["share"] - float(np.mean(shares))) > ROUNDED:
            yield f"{way}: its share is not the mean of its sequences'"
        figures = [own["ap"], own["share"], *own["ap_between"], own["new_found"] or 0]
        if not all(0 <= figure <= 1 for figure in figures):
            yield f"{way}: a figure is beyond 0..1"
        if "confusion" in own and not all(
            own["packed"][label] <= sum(row.values()) for label, row in own["confusion"].items()
        ):
            yield f"{way}: more was packed than there was"
