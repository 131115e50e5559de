"""How well tracks fit the truth: HOTA and IDF1, as TrackEval defines them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

import numpy as np

from framewright.boxes import clip, compute_areas, compute_iou
from framewright.tracks.meta import Track
from framewright.tracks.objects.accuracy_table import Accuracy
from framewright.tracks.objects.options import Keep
from framewright.truth import Object, Truth

SEEN = 0.25  # share of an object that must be visible for it to count; what is hidden more is neither right nor wrong
CLEARLY = 1.2  # how far beyond the limits of a track an object must be for it to count: boxes are not that exact
SHOWN = 0.25  # overlap of a box with the object that it shows
NEAR = 1e-3  # seconds by which an instant of a track may be off


def measure_accuracy(
    truth: Truth, instants: Sequence[float], tracks: Iterable[tuple[np.ndarray, np.ndarray]], names: Iterable[str] = ()
) -> Accuracy:
    """How well tracks, each (times (T,) seconds, boxes (T, 4)), fit the truth at the `instants` looked at (seconds).

    At each instant the frame nearest to it is what counts. Objects of other classes than `names`, where any are given,
    objects hidden for the most part, and regions to ignore take boxes that lie on them out of the count.
    """
    from trackers.eval import compute_clear_metrics, compute_hota_metrics, compute_identity_metrics

    real, ignored = _truth_at(truth, instants, set(names))
    found = _found_at(instants, tracks)
    ids, own_ids, overlaps = [], [], []
    for (identities, boxes), beside, (numbers, places) in zip(real, ignored, found, strict=True):
        shared = compute_iou(boxes, places)
        hit = shared.max(axis=0, initial=0) >= 0.5
        aside = compute_iou(beside, places).max(axis=0, initial=0) >= 0.5
        counted = hit | ~aside
        ids.append(identities)
        own_ids.append(numbers[counted])
        overlaps.append(shared[:, counted])
    hota = compute_hota_metrics(ids, own_ids, overlaps)
    identity = compute_identity_metrics(ids, own_ids, overlaps)
    clear = compute_clear_metrics(ids, own_ids, overlaps)
    return Accuracy(
        float(hota["HOTA"]),
        float(hota["DetA"]),
        float(hota["AssA"]),
        float(identity["IDF1"]),
        float(clear["CLR_Re"]),
        float(clear["MOTA"]),
        int(clear["IDSW"]),
    )


def measure_video(truth: Truth, record: Mapping[str, Any], tracks: Iterable[Track], keep: Keep) -> Accuracy | None:
    """How well the tracks of a video fit its truth in what was searched, by the `record` of that; None where no object
    in it may be a track."""
    parts = [part for part in record["segments"] if part["times"]]
    spans = [(part["times"][0], part["times"][-1]) for part in parts]
    searched = restrict_to_spans(truth, spans)
    fair = keep_trackable(searched, keep)
    if not fair.objects:
        return None
    classes = {thing.name for thing in truth.objects}
    scored = choose_annotated(list(tracks), classes)
    accuracy = measure_accuracy(fair, [time for part in parts for time in part["times"]], list_boxes(scored))
    purities = {track.tid: measure_purity(searched, track.times, track.boxes) for track in scored}
    mean = float(np.mean(list(purities.values()))) if purities else 1.0
    return replace(accuracy, purity=mean, classes=tuple(sorted(classes)), purities=tuple(purities.items()))


def choose_annotated(tracks: Sequence[Track], classes: Set[str]) -> list[Track]:
    """The tracks of annotated classes; all of them where the detector has other names for everything."""
    named = [track for track in tracks if track.names and track.names[0] in classes]
    known = {name for track in tracks for name in track.names}
    return named if named or known & classes else list(tracks)


def measure_purity(truth: Truth, times: np.ndarray, boxes: np.ndarray) -> float:
    """The share of a track's boxes that show its main object: the one that most of them show.

    A box shows the object that it overlaps most, if that is by a quarter and more.
    """
    shown: Counter[int] = Counter()
    at = {frame: number for number, frame in enumerate(_frames_at(truth, times))}
    best = np.zeros(len(times))
    main = np.full(len(times), -1)
    for place, thing in enumerate(truth.objects):
        rows = [k for k, frame in enumerate(thing.frames.tolist()) if frame in at]
        for k in rows:
            number = at[int(thing.frames[k])]
            shared = float(compute_iou(boxes[number], thing.boxes[k])[0, 0])
            if shared >= SHOWN and shared > best[number]:
                best[number], main[number] = shared, place
    shown.update(main[main >= 0].tolist())
    return shown.most_common(1)[0][1] / len(times) if shown else 0.0


def restrict_to_spans(truth: Truth, spans: Iterable[tuple[float, float]]) -> Truth:
    """The truth with a new object for what is there of one in each of these spans (first and last second):
    nothing is followed from one to the next."""
    objects: list[Object] = []
    for first, last in spans:
        low, high = (round(time * float(truth.rate)) for time in (first, last))
        for thing in truth.objects:
            inside = (thing.frames >= low) & (thing.frames <= high)
            if inside.any():
                part = thing.frames[inside], thing.boxes[inside], thing.visible[inside]
                objects.append(Object(*part, id=len(objects) + 1, name=thing.name))
    return replace(truth, objects=tuple(objects))


def keep_trackable(truth: Truth, keep: Keep) -> Truth:
    """The truth with those objects alone that are worth a track: seen for so long, and so large on average while they
    are (a share of the frame), and that clearly. On the others, also those that are hardly so, a track is neither right
    nor wrong.
    """
    min_seconds, min_area = CLEARLY * keep.min_seconds, CLEARLY * keep.min_area
    kept: list[Object] = []
    beside = list(truth.ignore)
    for thing in truth.objects:
        seen = thing.visible >= SEEN
        seconds = float(np.ptp(thing.frames[seen]) / truth.rate) if seen.any() else 0.0
        large = seen.any() and compute_areas(clip(thing.boxes[seen], truth.size)).mean() >= min_area * np.prod(
            truth.size
        )
        (kept if large and seconds >= min_seconds else beside).append(thing)
    return replace(truth, objects=tuple(kept), ignore=tuple(beside))


def list_boxes(tracks: Iterable[Track]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The times and boxes of tracks, as `accuracy` takes them."""
    return [(track.times, track.boxes) for track in tracks]


def _truth_at(
    truth: Truth, instants: Sequence[float], names: set[str]
) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[np.ndarray]]:
    """For each instant the identities and boxes of what counts, and the boxes of what does not."""
    counted: dict[int, tuple[list[int], list[np.ndarray]]] = {}
    beside: dict[int, list[np.ndarray]] = {}
    for thing in truth.objects:
        for frame, box, visible in zip(thing.frames.tolist(), thing.boxes, thing.visible, strict=True):
            if visible >= SEEN and (not names or thing.name in names):
                identities, boxes = counted.setdefault(frame, ([], []))
                identities.append(thing.id)
                boxes.append(box)
            else:
                beside.setdefault(frame, []).append(box)
    for region in truth.ignore:
        for frame, box in zip(region.frames.tolist(), region.boxes, strict=True):
            beside.setdefault(frame, []).append(box)
    frames = _frames_at(truth, instants)
    return (
        [_numbered(counted.get(frame, ([], []))) for frame in frames],
        [np.array(beside.get(frame, [])).reshape(-1, 4) for frame in frames],
    )


def _frames_at(truth: Truth, instants: Iterable[float]) -> list[int]:
    """The number of the frame nearest to each instant."""
    return [min(max(0, round(time * float(truth.rate))), truth.frames - 1) for time in instants]


def _found_at(
    instants: Sequence[float], tracks: Iterable[tuple[np.ndarray, np.ndarray]]
) -> list[tuple[np.ndarray, np.ndarray]]:
    at: list[tuple[list[int], list[np.ndarray]]] = [([], []) for _ in instants]
    when = np.asarray(instants, float)
    for number, (times, boxes) in enumerate(tracks):
        places = np.clip(np.searchsorted(when, np.asarray(times) - NEAR), 0, len(when) - 1)
        for place, time, box in zip(places.tolist(), times, boxes, strict=True):
            if abs(when[place] - time) <= NEAR:
                at[place][0].append(number)
                at[place][1].append(box)
    return list(map(_numbered, at))


def _numbered(pair: tuple[list[int], list[np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(pair[0], np.int64), np.array(pair[1], np.float64).reshape(-1, 4)
