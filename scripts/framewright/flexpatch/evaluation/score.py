"""How good a way to find objects is: precision, delay until something new is found, and what failed and was packed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from framewright.boxes import iou
from framewright.detector import Detections
from framewright.flexpatch.evaluation.baselines import SAME, Judged
from framewright.flexpatch.runtime.runtime import Thing
from framewright.flexpatch.samples.observations import Known, Rows
from framewright.tracks.demo_detector.rating import measure_map50

LABELS = ("high", "medium", "low")
BAR = {"high": 0.70, "medium": 0.60, "low": 0.68}  # share of each that the paper's classifier finds
VISIBLE, SMALLEST = 0.5, 10.0  # share that must be seen of an object, and pixels that it must be high, to be asked for


def asked(true: Rows) -> np.ndarray:
    """Which true objects have to be found, (N,) bool: what is hidden or tiny may be found or not."""
    return (true.sure >= VISIBLE) & (true.boxes[:, 3] - true.boxes[:, 1] >= SMALLEST)


def precision(known: Known, frames: range, things: Sequence[Sequence[Thing]]) -> float:
    """Mean over the classes of their average precision at an overlap of .5 in a sequence's frames, 0..1."""
    true = [known.true.at(frame) for frame in frames]
    shown = [_detections(own, len(known.names)) for own in things]
    return measure_map50(shown, [own.boxes for own in true], [own.labels for own in true], [asked(own) for own in true])


def delays(known: Known, frames: range, things: Sequence[Sequence[Thing]]) -> tuple[list[float], int]:
    """Seconds from when a new object is to be seen until it is first found, and how many were never found.

    New is what was not in the sequence's first frame. One that goes again, or is still missed when the sequence ends,
    was never found.
    """
    first: dict[int, int] = {}
    found: dict[int, int] = {}
    old: set[int] = set()
    for place, (frame, own) in enumerate(zip(frames, things, strict=True)):
        true = known.true.at(frame)
        if place == 0:
            old = set(true.objects.tolist())
        here = asked(true) & ~np.isin(true.objects, list(old | set(found)))
        hit = iou(true.boxes, _boxes(own)).max(axis=1, initial=0) >= SAME
        for number, is_hit in zip(true.objects[here].tolist(), hit[here].tolist(), strict=True):
            first.setdefault(number, place)
            if is_hit:
                found[number] = place
    times = known.times[frames.start : frames.stop]
    return [float(times[place] - times[first[number]]) for number, place in found.items()], len(first) - len(found)


def predicted(judged: Iterable[Judged]) -> dict[str, Any]:
    """What became of predictions at run time: counts of (true, predicted), and how many tracks of each were packed."""
    counts = {label: dict.fromkeys(LABELS, 0) for label in LABELS}
    packed = dict.fromkeys(LABELS, 0)
    for own in judged:
        counts[own.true][own.predicted] += 1
        packed[own.true] += own.packed
    return {"confusion": counts, "packed": packed}


def recalls(confusion: Mapping[str, Mapping[str, int]]) -> dict[str, float | None]:
    """The share of each label that was predicted as such; None where there was none."""
    return {label: _share(row[label], sum(row.values())) for label, row in confusion.items()}


def packed_shares(told: Mapping[str, Any]) -> dict[str, float | None]:
    """The share of failing tracks (overlap at most .5) that the detector got to see, and that of good ones."""
    numbers = {label: sum(told["confusion"][label].values()) for label in LABELS}
    failing = told["packed"]["high"] + told["packed"]["medium"], numbers["high"] + numbers["medium"]
    return {"failing": _share(*failing), "good": _share(told["packed"]["low"], numbers["low"])}


def summed(told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The predictions of several sequences together."""
    return {
        "confusion": {
            label: {other: sum(own["confusion"][label][other] for own in told) for other in LABELS} for label in LABELS
        },
        "packed": {label: sum(own["packed"][label] for own in told) for label in LABELS},
    }


def interval(values: Sequence[float], rng: np.random.Generator, share: float = 0.95) -> tuple[float, float]:
    """Between which bounds the mean of sequences' values lies with this certainty, by drawing sequences anew."""
    values = np.asarray(values, float)
    means = values[rng.integers(0, len(values), (2000, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def _share(part: int, of: int) -> float | None:
    return round(part / of, 4) if of else None


def _boxes(things: Sequence[Thing]) -> np.ndarray:
    return np.array([thing.box for thing in things], float).reshape(-1, 4)


def _detections(things: Sequence[Thing], classes: int) -> Detections:
    known = np.zeros((len(things), classes), np.float32)
    known[np.arange(len(things)), [thing.label for thing in things]] = 1
    return Detections(_boxes(things).astype(np.float32), np.array([own.score for own in things], np.float32), known)
