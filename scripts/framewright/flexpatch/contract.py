"""What the samples and the model promise."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from framewright.errors import UserError
from framewright.flexpatch.follow.features import FEATURES, Definition, read_definition
from framewright.flexpatch.samples.columns import COLUMNS, Sampling, label_of
from framewright.flexpatch.tree.model import MOST_BYTES, load_model, load_tree, matrix_of
from framewright.study.contract import Finding, finding

LIMITS = {"min_eig": (0, np.inf), "ncc": (-1, 1), "accel": (0, np.inf), "flow_std": (0, np.inf), "confidence": (0, 1)}
SLACK = 1e-5  # what is lost where numbers are written with six digits


def contract(
    samples: pd.DataFrame, side: Mapping[str, Any], records: Sequence[Mapping[str, Any]], how: Sampling
) -> list[Finding]:
    """The promises of the table of samples, with its side file, and the records of the videos that are in it."""
    return [
        finding(
            "the table has the documented columns first, and all samples of all videos",
            _table_faults(samples, side, records),
            f"{len(samples):,} samples of {len(records):,} videos",
        ),
        finding("features are finite and in their ranges", _range_faults(samples)),
        finding("labels are those of the overlaps beside them", _label_faults(samples, how)),
        finding("a track is in one row of a frame, and its frames are in order", _track_faults(samples)),
    ]


def model_contract(
    samples: pd.DataFrame, summary: Mapping[str, Any], model: str | Path, card: str | Path, definition: Definition
) -> list[Finding]:
    """The promises of the model and of its training."""
    size = Path(model).stat().st_size
    return [
        finding(
            "the model is small, is the file that its card names, and the card's rules decide as it does",
            _model_faults(samples, model, card, definition),
            f"{size:,} bytes, {len(samples):,} decisions",
        ),
        finding("nothing is learnt from what is held out, nor from what is near it", _split_faults(summary)),
    ]


def _table_faults(samples: pd.DataFrame, side: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> Iterator:
    if tuple(samples.columns) != COLUMNS:
        yield f"its columns are {', '.join(samples.columns)}"
    counts = samples["video"].value_counts()
    for record in records:
        if counts.get(record["video"], 0) != record["samples"]:
            yield f"{record['video']}: {counts.get(record['video'], 0):,} samples, {record['samples']:,} were made"
        if read_definition(record, record["video"]) != read_definition(side, "training_data.json"):
            yield f"{record['video']}: by another definition of the features"
    if side["samples"] != len(samples):
        yield f"training_data.json says {side['samples']:,} samples"


def _range_faults(samples: pd.DataFrame) -> Iterator[str]:
    for name, (least, most) in LIMITS.items():
        values = samples[name]
        wrong = ~np.isfinite(values) | (values < least - SLACK) | (values > most + SLACK)
        for row in samples[wrong].head(3).itertuples():
            yield f"{name} of {row.video} frame {row.frame} track {row.track} is {getattr(row, name):g}"


def _label_faults(samples: pd.DataFrame, how: Sampling) -> Iterator[str]:
    edge = (samples["iou"] - how.medium).abs() < SLACK
    for row in samples[~edge].itertuples():
        if row.iou_label != label_of(row.iou, how) or (row.state == "gone" and row.iou > 0):
            yield f"{row.video} frame {row.frame} track {row.track} is {row.iou_label} with {row.iou:g}"


def _track_faults(samples: pd.DataFrame) -> Iterator[str]:
    for (video, track), own in samples.groupby(["video", "track"]):
        if own["frame"].duplicated().any() or not own["frame"].is_monotonic_increasing:
            yield f"{video} track {track}"


def _model_faults(samples: pd.DataFrame, model: str | Path, card: str | Path, definition: Definition) -> Iterator[str]:
    if (size := Path(model).stat().st_size) >= MOST_BYTES:
        yield f"{size:,} bytes, not fewer than {MOST_BYTES:,}"
    try:
        loaded, tree = load_model(model, definition=definition), load_tree(card, definition)
    except UserError as error:
        yield str(error)
        return
    rows = matrix_of(samples)
    differ = int((loaded.predict(rows) != tree.predict(rows)).sum())
    if differ:
        yield f"{differ:,} of {len(rows):,} decisions differ"
    if one := {str(loaded.predict(np.zeros((1, len(FEATURES)), np.float32))[0])} - {"high", "medium", "low"}:
        yield f"it says {one}"


def _split_faults(summary: Mapping[str, Any]) -> Iterator[str]:
    gap = summary["split"]["gap"]
    for video, spans in summary["split"]["videos"].items():
        learnt, held = spans["train"], spans["held-out"]
        if learnt and held and held[0] - learnt[1] < gap - SLACK:
            yield f"{video}: learnt up to {learnt[1]:g} s, held out from {held[0]:g} s"
