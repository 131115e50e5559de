"""What predictions are worth: never one number, for clips of one kind are more frequent than those of the other."""

from typing import Any

import numpy as np

BINS = 10
TEMPERATURES = np.geomspace(0.1, 10, 81)


def scores(said: np.ndarray, true: np.ndarray, chance: np.ndarray | None = None) -> dict[str, Any]:
    """Figures of yes-no answers `said` against what is `true`, both (n,) bool; with `chance`, (n,) how likely `yes`
    was called, its calibration as well. `f1`, `precision` and `recall` are those of `yes`."""
    said, true = np.asarray(said, bool).ravel(), np.asarray(true, bool).ravel()
    hits, yes, no = np.sum(said & true), np.sum(true), np.sum(~true)
    recall, refusal = hits / max(yes, 1), np.sum(~said & ~true) / max(no, 1)
    found = {
        "number": len(true),
        "accuracy": np.mean(said == true),
        "error": np.sqrt(np.mean(said == true) * np.mean(said != true) / max(len(true), 1)),
        "balanced_accuracy": (recall + refusal) / 2,
        "f1": 2 * hits / max(np.sum(said) + yes, 1),
        "precision": hits / max(np.sum(said), 1),
        "recall": recall,
        "recall_of_the_other": refusal,
    }
    if chance is not None:
        chance = np.asarray(chance, float).ravel()
        found |= {"calibration_error": calibration_error(chance, true), "brier": np.mean((chance - true) ** 2)}
    return {key: _short(value) for key, value in found.items()}


def calibration_error(chance: np.ndarray, true: np.ndarray) -> float:
    """How far called chances are from what came true, on average over ten bins of the chance, by their sizes."""
    bins = np.minimum((chance * BINS).astype(int), BINS - 1)
    called, came = (np.bincount(bins, weights=part, minlength=BINS) for part in (chance, np.asarray(true, float)))
    return float(np.abs(called - came).sum() / max(len(chance), 1))


def kind_scores(said: np.ndarray, true: np.ndarray, names: tuple[str, ...]) -> dict[str, Any]:
    """Accuracy over classes, and the recall of each that there is; `said` and `true` are (n,) numbers into `names`."""
    recalls = {name: np.mean(said[true == place] == place) for place, name in enumerate(names) if np.any(true == place)}
    return {
        "number": len(true),
        "accuracy": _short(np.mean(said == true)),
        "balanced_accuracy": _short(np.mean(list(recalls.values()))),
        "recall": {name: _short(value) for name, value in recalls.items()},
    }


def temperature(logits: np.ndarray, true: np.ndarray) -> float:
    """By what to divide (n,) logits so that their chances are those with which (n,) `true` came true, 0.1 to 10."""
    logits, sign = np.asarray(logits, float).ravel(), np.where(np.asarray(true, bool).ravel(), 1.0, -1.0)
    losses = [np.logaddexp(0, -sign * logits / warmth).mean() for warmth in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Chances of logits."""
    return 1 / (1 + np.exp(-np.clip(np.asarray(logits, float), -60, 60)))


def _short(value: Any) -> Any:
    return round(float(value), 6) if not isinstance(value, int) else value
