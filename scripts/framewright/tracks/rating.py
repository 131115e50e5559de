"""How good a detector is: the mean of its classes' average precision, where a hit overlaps the truth by half."""

from collections.abc import Iterable, Sequence

import numpy as np
import supervision
from supervision.metrics import MeanAveragePrecision

from framewright.detector import Detections


def map50(found: Iterable[Detections], boxes: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> float:
    """mAP50, 0..1, of what was found in pictures with these true boxes, (N, 4), and classes, (N,) int."""
    metric = MeanAveragePrecision()
    given = [_entries(one.boxes, one.classes.argmax(1), one.scores) for one in found]
    truth = [_entries(own, of, np.ones(len(of))) for own, of in zip(boxes, labels, strict=True)]
    metric.update(given, truth)
    return float(metric.compute().map50)


def _entries(boxes: np.ndarray, labels: np.ndarray, scores: np.ndarray) -> supervision.Detections:
    return supervision.Detections(
        np.asarray(boxes, np.float32).reshape(-1, 4), class_id=np.asarray(labels, int), confidence=np.asarray(scores)
    )
