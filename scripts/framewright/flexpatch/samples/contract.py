"""What the table of samples promises."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from framewright.errors import UserError
from framewright.flexpatch.follow.features import Definition, check_definition, read_definition
from framewright.flexpatch.samples.columns import COLUMNS, label_overlap
from framewright.flexpatch.samples.options import Sampling
from framewright.study.contract import Finding, make_finding

LIMITS = {"min_eig": (0, np.inf), "ncc": (-1, 1), "accel": (0, np.inf), "flow_std": (0, np.inf), "confidence": (0, 1)}
SLACK = 1e-5  # the error of numbers that are written with six digits


def check_samples(
    samples: pd.DataFrame,
    side: Mapping[str, Any],
    records: Sequence[Mapping[str, Any]],
    sampling: Sampling,
    definition: Definition,
) -> list[Finding]:
    """The promises of the table with its side file, and of the records of its videos."""
    return [
        make_finding(
            "the table has the documented columns first, and all samples of all videos",
            _table_faults(samples, side, records),
            f"{len(samples):,} samples of {len(records):,} videos",
        ),
        make_finding(
            "the features of each video, and of the table, are of the configured definition",
            _definition_faults(side, records, definition),
            str(definition),
        ),
        make_finding("features are finite and in their ranges", _range_faults(samples)),
        make_finding("labels are those of the overlaps beside them", _label_faults(samples, sampling)),
        make_finding("a track is in one row of a frame, and its frames are in order", _track_faults(samples)),
    ]


def _table_faults(
    samples: pd.DataFrame, side: Mapping[str, Any], records: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    if tuple(samples.columns) != COLUMNS:
        yield f"its columns are {', '.join(samples.columns)}"
    counts = samples["video"].value_counts()
    for record in records:
        if counts.get(record["video"], 0) != record["samples"]:
            yield f"{record['video']}: {counts.get(record['video'], 0):,} samples, {record['samples']:,} were made"
    if side["samples"] != len(samples):
        yield f"training_data.json says {side['samples']:,} samples"


def _definition_faults(
    side: Mapping[str, Any], records: Sequence[Mapping[str, Any]], definition: Definition
) -> Iterator[str]:
    for where, record in [("training_data.json", side), *((record["video"], record) for record in records)]:
        try:
            check_definition(read_definition(record, where), definition, where)
        except UserError as error:
            yield str(error)


def _range_faults(samples: pd.DataFrame) -> Iterator[str]:
    for name, (low, high) in LIMITS.items():
        values = samples[name].to_numpy(float)
        wrong = ~np.isfinite(values) | (values < low - SLACK) | (values > high + SLACK)
        for row in samples[wrong].head(3).to_dict("records"):
            yield f"{name} of {row['video']} frame {row['frame']} track {row['track']} is {row[name]:g}"


def _label_faults(samples: pd.DataFrame, sampling: Sampling) -> Iterator[str]:
    edge = (samples["iou"] - sampling.medium).abs() < SLACK
    for row in samples[~edge].to_dict("records"):
        if row["iou_label"] != label_overlap(row["iou"], sampling) or (row["state"] == "gone" and row["iou"] > 0):
            yield f"{row['video']} frame {row['frame']} track {row['track']} is {row['iou_label']} with {row['iou']:g}"


def _track_faults(samples: pd.DataFrame) -> Iterator[str]:
    for (video, track), rows in samples.groupby(["video", "track"]):
        if rows["frame"].duplicated().any() or not rows["frame"].is_monotonic_increasing:
            yield f"{video} track {track}"
