"""How good a method is: precision, delay until a new object is found, predicted labels, and packed tracks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from framewright.boxes import compute_iou
from framewright.detector import Detections
from framewright.flexpatch.evaluation.baselines import MATCH, TrackPrediction
from framewright.flexpatch.runtime.runtime import TrackedObject
from framewright.flexpatch.samples.columns import LABELS
from framewright.flexpatch.samples.observations import BoxTable, Observations
from framewright.tracks.demo_detector.rating import measure_map50

MIN_VISIBLE, MIN_HEIGHT = 0.5, 10.0  # visible share, and pixels, of an object that must be found


def is_required(true: BoxTable) -> np.ndarray:
    """Which true objects have to be found, (N,) bool: hidden or tiny ones may be found or not."""
    return (true.sure >= MIN_VISIBLE) & (true.boxes[:, 3] - true.boxes[:, 1] >= MIN_HEIGHT)


def average_precision(observations: Observations, frames: range, things: Sequence[Sequence[TrackedObject]]) -> float:
    """Mean over the classes of their average precision at an overlap of .5 in a sequence's frames, 0..1."""
    true = [observations.true.at(frame) for frame in frames]
    found = [_detections(of_frame, len(observations.names)) for of_frame in things]
    return measure_map50(
        found,
        [table.boxes for table in true],
        [table.labels for table in true],
        [is_required(table) for table in true],
    )


def measure_delays(
    observations: Observations, frames: range, things: Sequence[Sequence[TrackedObject]]
) -> tuple[list[float], int]:
    """Seconds from when a new object is to be seen until it is first found, and how many were never found.

    New is what was not in the sequence's first frame. One that goes again, or is still missed when the sequence ends,
    was never found.
    """
    first: dict[int, int] = {}
    found: dict[int, int] = {}
    old: set[int] = set()
    for place, (frame, of_frame) in enumerate(zip(frames, things, strict=True)):
        true = observations.true.at(frame)
        if place == 0:
            old = set(true.objects.tolist())
        here = is_required(true) & ~np.isin(true.objects, list(old | set(found)))
        hit = compute_iou(true.boxes, _boxes(of_frame)).max(axis=1, initial=0) >= MATCH
        for number, is_hit in zip(true.objects[here].tolist(), hit[here].tolist(), strict=True):
            first.setdefault(number, place)
            if is_hit:
                found[number] = place
    times = observations.times[frames.start : frames.stop]
    return [float(times[place] - times[first[number]]) for number, place in found.items()], len(first) - len(found)


def count_predictions(predictions: Iterable[TrackPrediction]) -> dict[str, Any]:
    """The predictions at run time: counts of (true, predicted), and the number of packed tracks of each true label."""
    counts = {label: dict.fromkeys(LABELS, 0) for label in LABELS}
    packed, in_turn, packed_in_turn = (dict.fromkeys(LABELS, 0) for _ in range(3))
    for prediction in predictions:
        counts[prediction.true][prediction.predicted] += 1
        packed[prediction.true] += prediction.packed
        in_turn[prediction.true] += prediction.is_track_turn
        packed_in_turn[prediction.true] += prediction.is_track_turn and prediction.packed
    return {"confusion": counts, "packed": packed, "in_turn": in_turn, "packed_in_turn": packed_in_turn}


def compute_recalls(confusion: Mapping[str, Mapping[str, int]]) -> dict[str, float | None]:
    """The share of each label that was predicted as such; None where there was none."""
    return {label: _share(row[label], sum(row.values())) for label, row in confusion.items()}


def compute_packed_shares(counts: Mapping[str, Any]) -> dict[str, float | None]:
    """The share of failing tracks (overlap at most .5) that the detector got to see, and that of good ones.

    `failing_in_turn` and `good_in_turn` count only clusters in which tracks came first, as the paper does.
    """
    numbers = {label: sum(counts["confusion"][label].values()) for label in LABELS}
    shares: dict[str, float | None] = {}
    for ending, packed, total in (
        ("", counts["packed"], numbers),
        ("_in_turn", counts["packed_in_turn"], counts["in_turn"]),
    ):
        failing = packed["high"] + packed["medium"], total["high"] + total["medium"]
        shares |= {f"failing{ending}": _share(*failing), f"good{ending}": _share(packed["low"], total["low"])}
    return shares


def sum_predictions(counts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The predictions of several sequences together."""
    confusion = {
        label: {other: sum(part["confusion"][label][other] for part in counts) for other in LABELS} for label in LABELS
    }
    keys = ("packed", "in_turn", "packed_in_turn")
    return {"confusion": confusion} | {
        key: {label: sum(part[key][label] for part in counts) for label in LABELS} for key in keys
    }


def bootstrap_interval(values: Sequence[float], rng: np.random.Generator, share: float = 0.95) -> tuple[float, float]:
    """The confidence interval of the mean over sequences, by drawing sequences with replacement."""
    array = np.asarray(values, float)
    means = array[rng.integers(0, len(array), (2000, len(array)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def _share(part: int, of: int) -> float | None:
    return round(part / of, 4) if of else None


def _boxes(things: Sequence[TrackedObject]) -> np.ndarray:
    return np.array([thing.box for thing in things], float).reshape(-1, 4)


def _detections(things: Sequence[TrackedObject], classes: int) -> Detections:
    scores = np.zeros((len(things), classes), np.float32)
    scores[np.arange(len(things)), [thing.label for thing in things]] = 1
    return Detections(
        _boxes(things).astype(np.float32), np.array([thing.score for thing in things], np.float32), scores
    )
