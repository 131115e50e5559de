"""Any detector, as the runtime uses it: one picture in, boxes, scores and classes out."""

from collections.abc import Callable
from typing import Any

import numpy as np

from framewright.errors import UserError

DetectionArrays = tuple[np.ndarray, np.ndarray, np.ndarray]  # boxes (N, 4), scores (N,), classes (N,) int
DetectFunction = Callable[[np.ndarray], DetectionArrays]


def adapt_detector(detector: Any) -> DetectFunction:
    """A function of a picture, (H, W, 3) uint8, that returns boxes (N, 4) float64 x1, y1, x2, y2 in its pixels, scores
    (N,) float64 and classes (N,) int.

    `detector` is called with a list of pictures and returns, for each, something with `boxes`, `scores` and `classes`,
    either (N,) or the scores of all (as `framewright.detector.Detector` does); or it has `end2end(picture)`, which
    returns ((x1, y1, x2, y2), score, class) for each object, as the detectors of trtutils do.
    """
    if hasattr(detector, "end2end"):
        return lambda picture: _listed(detector.end2end(picture))
    if callable(detector):
        return lambda picture: _found(detector([picture])[0])
    raise UserError(f"{type(detector).__name__}: not a detector; it can neither be called nor has it end2end")


def _listed(found: Any) -> DetectionArrays:
    rows = [(*corners, score, label) for corners, score, label in found]
    table = np.array(rows, np.float64).reshape(-1, 6)
    return table[:, :4], table[:, 4], table[:, 5].astype(int)


def _found(found: Any) -> DetectionArrays:
    classes = np.asarray(found.classes)
    labels = classes.argmax(axis=1) if classes.ndim == 2 and len(classes) else classes.reshape(-1)[: len(found.scores)]
    boxes = np.asarray(found.boxes, np.float64).reshape(-1, 4)
    return boxes, np.asarray(found.scores, np.float64), labels.astype(int)
