"""How good a detector is: the mean of its classes' average precision, where a hit overlaps the truth by half."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import supervision
from supervision.metrics import MeanAveragePrecision

from framewright.detector import Detections


def measure_map50(
    found: Iterable[Detections],
    boxes: Sequence[np.ndarray],
    labels: Sequence[np.ndarray],
    asked: Sequence[np.ndarray],
) -> float:
    """mAP50, 0..1, of what was found in pictures with these true boxes, (N, 4), and classes, (N,) int.

    What is not `asked`, (N,) bool, is neither a mistake to miss nor one to find.
    """
    metric = MeanAveragePrecision()
    given = [_entries(one.boxes, one.classes.argmax(1), confidence=one.scores) for one in found]
    truth = [
        _entries(places, of, data={"iscrowd": (~wanted).astype(int)})
        for places, of, wanted in zip(boxes, labels, asked, strict=True)
    ]
    metric.update(given, truth)
    return float(metric.compute().map50)


def _entries(boxes: np.ndarray, labels: np.ndarray, **more: Any) -> supervision.Detections:
    return supervision.Detections(
        np.asarray(boxes, np.float32).reshape(-1, 4), class_id=np.asarray(labels, int), **more
    )
