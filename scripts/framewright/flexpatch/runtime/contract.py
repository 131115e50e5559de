"""What the boxes of the runtime promise."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from framewright.study.contract import Finding, make_finding

SLACK = 0.011  # pixels: the error of boxes that are written with two digits


def check_boxes(boxes: Sequence[str | Path], runs: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """The promise of the boxes of each video, with their records."""
    total = sum(run.get("boxes", 0) for run in runs)
    return [
        make_finding(
            "boxes at run time are in the frame, in order, and one per track and frame",
            (fault for path, run in zip(boxes, runs, strict=True) for fault in _faults(path, run)),
            f"{total:,} boxes of {len(runs):,} videos",
        )
    ]


def _faults(path: str | Path, run: Mapping[str, Any]) -> Iterator[str]:
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
