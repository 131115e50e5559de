"""What predictions are worth: never one number, for clips of one kind are more frequent than those of the other."""

from typing import Any

import numpy as np

BINS = 10
TEMPERATURES = np.geomspace(0.1, 10, 81)


def score_answers(answers: np.ndarray, true: np.ndarray, probability: np.ndarray | None = None) -> dict[str, Any]:
    """Figures of yes-no `answers` against what is `true`, both (n,) bool.

    With `probability`, (n,) that of `yes`, its calibration as well. `f1`, `precision` and `recall` are those of `yes`.
    """
    answers, true = np.asarray(answers, bool).ravel(), np.asarray(true, bool).ravel()
    hits, yes, no = np.sum(answers & true), np.sum(true), np.sum(~true)
    recall, refusal = hits / max(yes, 1), np.sum(~answers & ~true) / max(no, 1)
    found = {
        "number": len(true),
        "accuracy": np.mean(answers == true),
        "error": np.sqrt(np.mean(answers == true) * np.mean(answers != true) / max(len(true), 1)),
        "balanced_accuracy": (recall + refusal) / 2,
        "f1": 2 * hits / max(np.sum(answers) + yes, 1),
        "precision": hits / max(np.sum(answers), 1),
        "recall": recall,
        "recall_of_the_other": refusal,
    }
    if probability is not None:
        probability = np.asarray(probability, float).ravel()
        found |= {
            "calibration_error": compute_calibration_error(probability, true),
            "brier": np.mean((probability - true) ** 2),
        }
    return {key: _round(value) for key, value in found.items()}


def compute_calibration_error(probability: np.ndarray, true: np.ndarray) -> float:
    """How far called chances are from what came true, on average over ten bins of the probability, by their sizes."""
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    called, came = (np.bincount(bins, weights=part, minlength=BINS) for part in (probability, np.asarray(true, float)))
    return float(np.abs(called - came).sum() / max(len(probability), 1))


def score_kinds(answers: np.ndarray, true: np.ndarray, names: tuple[str, ...]) -> dict[str, Any]:
    """Accuracy over classes, and the recall of each; `answers` and `true` are (n,) numbers into `names`."""
    recalls = {
        name: np.mean(answers[true == place] == place) for place, name in enumerate(names) if np.any(true == place)
    }
    return {
        "number": len(true),
        "accuracy": _round(np.mean(answers == true)),
        "balanced_accuracy": _round(np.mean(list(recalls.values()))),
        "recall": {name: _round(value) for name, value in recalls.items()},
    }


def fit_temperature(logits: np.ndarray, true: np.ndarray) -> float:
    """By what to divide (n,) logits so that their chances are those with which (n,) `true` came true, 0.1 to 10."""
    logits, sign = np.asarray(logits, float).ravel(), np.where(np.asarray(true, bool).ravel(), 1.0, -1.0)
    losses = [np.logaddexp(0, -sign * logits / warmth).mean() for warmth in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def compute_sigmoid(logits: np.ndarray) -> np.ndarray:
    """Chances of logits."""
    return 1 / (1 + np.exp(-np.clip(np.asarray(logits, float), -60, 60)))


def _round(value: Any) -> Any:
    return round(float(value), 6) if not isinstance(value, int) else value
