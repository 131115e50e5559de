"""The rows of the patches, which all that serves patches reads; and back from a row to a patch."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from framewright.patches.checks import Scores
from framewright.patches.film import Quality
from framewright.patches.manifest import SCORES, Patch
from framewright.patches.row_columns import DATASET
from framewright.patches.stack import Degrading
from framewright.patches.view import dump_view, load_view
from framewright.study.rows import KEPT, merge_rows

PLAIN = (
    *("patch", "category", "split", "format", "drawn", "video", "index", "attempt", "kernel", "chain"),
    *("patch_hash", "frame_hash", "gt", "lr_5frames", "lr_7frames"),
)


def make_row(patch: Patch) -> dict[str, Any]:
    """The row of a patch that was cut."""
    x1, y1, x2, y2 = patch.crop
    scores = {"window": patch.scores, "film": patch.quality}
    return {name: getattr(patch, name) for name in PLAIN} | {
        "item": f"{patch.category}/{patch.patch}",
        "state": KEPT,
        "path": f"{DATASET}/{patch.gt}",
        "width": x2 - x1,
        "height": y2 - y1,
        "film_sha256": patch.sha256,
        "seconds": float(patch.times[len(patch.times) // 2]),
        "exact_times": list(map(str, patch.times)),
        "crop": list(patch.crop),
        "degrading": json.dumps(asdict(patch.degrading)),
        "view": json.dumps(dump_view(patch.view)),
        **{column: getattr(scores[kind], name) for column, (kind, name) in SCORES.items()},
    }


def read_patch_rows(paths: Iterable[str | Path]) -> Iterator[Patch]:
    """The patches that are served, sorted by film and name, whatever the buckets."""
    return map(as_patch, merge_rows(paths))


def as_patch(row: Mapping[str, Any]) -> Patch:
    """The patch that a row describes."""
    scores: dict[str, dict[str, float]] = {kind: {} for kind in ("window", "film")}
    for column, (kind, name) in SCORES.items():
        scores[kind][name] = row[column]
    x1, y1, x2, y2 = map(int, row["crop"])
    return Patch(
        **{name: row[name] for name in PLAIN},
        sha256=row["film_sha256"],
        times=tuple(map(Fraction, row["exact_times"])),
        crop=(x1, y1, x2, y2),
        degrading=Degrading(**json.loads(row["degrading"])),
        view=load_view(json.loads(row["view"])),
        scores=Scores(**scores["window"]),
        quality=Quality(**scores["film"]),
    )
