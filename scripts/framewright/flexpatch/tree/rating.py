"""How good predicted labels are: recall of each label, confusion; and predictions by fixed bounds."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from framewright.flexpatch.follow.features import FEATURES
from framewright.flexpatch.samples.columns import LABELS

PAPER = {"high": 0.70, "medium": 0.60, "low": 0.68}  # recalls that the FlexPatch paper reports for Okutama-Action


def rate(true: ArrayLike, predicted: ArrayLike) -> dict[str, Any]:
    """Accuracy, balanced accuracy (the mean recall of labels that occur), the recall of each label (None where it does
    not occur), and the confusion: rows are true, columns predicted, in the order of LABELS."""
    labels, answers = np.asarray(true, np.str_), np.asarray(predicted, np.str_)
    confusion = np.array([[int(((labels == a) & (answers == b)).sum()) for b in LABELS] for a in LABELS])
    total = confusion.sum(axis=1)
    recall = [confusion[k, k] / total[k] if total[k] else None for k in range(len(LABELS))]
    defined = [share for share in recall if share is not None]
    return {
        "samples": len(labels),
        "accuracy": float((labels == answers).mean()) if len(labels) else None,
        "balanced_accuracy": float(np.mean(defined)) if defined else None,
        "recall": {label: None if share is None else float(share) for label, share in zip(LABELS, recall, strict=True)},
        "confusion": confusion.tolist(),
    }


def predict_by_bounds(matrix: np.ndarray) -> np.ndarray:
    """Labels (N,) str from features (N, 5), by the fixed bounds that trtutils uses without a model."""
    matrix = np.asarray(matrix, float)
    ncc, accel, spread = (matrix[:, FEATURES.index(name)] for name in ("ncc", "accel", "flow_std"))
    high = (ncc < 0.5) | (accel > 10) | (spread > 5)
    medium = (ncc < 0.7) | (accel > 5) | (spread > 2)
    return np.where(high, "high", np.where(medium, "medium", "low"))
