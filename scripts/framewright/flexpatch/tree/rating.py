"""How good predicted labels are: recall of each, confusion, balanced accuracy; and simple ways to predict."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from framewright.flexpatch.follow.features import FEATURES
from framewright.flexpatch.samples.columns import LABELS

PAPER = {"high": 0.70, "medium": 0.60, "low": 0.68}  # recalls that the FlexPatch paper reports for Okutama-Action


def rate(true: Sequence[str], predicted: Sequence[str]) -> dict[str, Any]:
    """Accuracy, balanced accuracy (the mean recall of labels that occur), the recall of each label (None where it does
    not occur), and the confusion: rows are true, columns predicted, in the order of LABELS."""
    true, predicted = np.asarray(true, np.str_), np.asarray(predicted, np.str_)
    confusion = np.array([[int(((true == a) & (predicted == b)).sum()) for b in LABELS] for a in LABELS])
    total = confusion.sum(axis=1)
    recall = [confusion[k, k] / total[k] if total[k] else None for k in range(len(LABELS))]
    known = [own for own in recall if own is not None]
    return {
        "samples": len(true),
        "accuracy": float((true == predicted).mean()) if len(true) else None,
        "balanced_accuracy": float(np.mean(known)) if known else None,
        "recall": {label: None if own is None else float(own) for label, own in zip(LABELS, recall, strict=True)},
        "confusion": confusion.tolist(),
    }


def by_heuristic(matrix: np.ndarray) -> np.ndarray:
    """What trtutils' module falls back to without a model: thresholds of ncc, accel and flow_std; (N,) str."""
    ncc, accel, spread = (matrix[:, FEATURES.index(name)] for name in ("ncc", "accel", "flow_std"))
    high = (ncc < 0.5) | (accel > 10) | (spread > 5)
    medium = (ncc < 0.7) | (accel > 5) | (spread > 2)
    return np.where(high, "high", np.where(medium, "medium", "low"))
