"""Methods that find objects in the frames of a sequence: FlexPatch, and its baselines."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from framewright.boxes import clip, iou
from framewright.flexpatch.follow.follower import Follower
from framewright.flexpatch.runtime.detector_adapter import DetectionArrays
from framewright.flexpatch.runtime.meter import Meter
from framewright.flexpatch.runtime.packing import share_inside
from framewright.flexpatch.runtime.runtime import FlexPatch, TrackedObject
from framewright.flexpatch.samples.observations import NOBODY, Observations

MATCH = 0.5  # overlap from which on a box shows a true object
PACKED = 0.9  # share of a box that the detector must have seen for it to count as packed


@dataclass(frozen=True)
class TrackPrediction:
    """A track just before the detector saw a cluster: its predicted and its true label, and whether it was packed."""

    predicted: str
    true: str
    packed: bool


@dataclass(eq=False)
class MethodOutput:
    """The objects that a method reports in each frame of a sequence, and its cost: pixels that the detector saw after
    the first frame."""

    objects: list[list[TrackedObject]] = field(default_factory=list)
    pixels: int = 0
    predictions: list[TrackPrediction] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)  # ms per frame after the first, of detector and the rest


def detect_every_frame(observations: Observations, frames: range, each: int) -> MethodOutput:
    """Every frame examined as a whole: `each` pixels."""
    output = MethodOutput(pixels=each * (len(frames) - 1))
    for frame in frames:
        boxes, scores, labels = detections_at(observations, frame)
        output.objects.append(
            [
                TrackedObject(box, score, label, -1, True)
                for box, score, label in zip(boxes, scores, labels, strict=True)
            ]
        )
    return output


def detect_every_nth_frame(
    observations: Observations, frames: range, pictures: Iterable[np.ndarray], number: int | None, each: int
) -> MethodOutput:
    """One of `number` frames examined as a whole, `each` pixels, and objects followed through the others.

    None examines the first frame alone. `pictures` are grey, (H, W) uint8.
    """
    follower, output = Follower(observations.size), MethodOutput()
    for place, (frame, grey) in enumerate(zip(frames, pictures, strict=True)):
        fresh = place == 0 or (number is not None and place % number == 0)
        if place == 0:
            follower.start(grey, *detections_at(observations, frame))
        else:
            follower.move(grey)
            if fresh:
                follower.refresh(grey, *detections_at(observations, frame))
                output.pixels += each
        output.objects.append(_list_objects(follower, fresh))
    return output


def run_flexpatch(
    observations: Observations, frames: range, pictures: Iterable[np.ndarray], runtime: FlexPatch, meter: Meter
) -> MethodOutput:
    """FlexPatch, whose detector is the `meter`, started with the detections of the first frame.

    `pictures` are (H, W, 3) uint8 RGB.
    """
    output = MethodOutput()
    owners: dict[int, int] = {}
    meter.pixels, meter.seconds, spent = 0, 0.0, 0.0
    for place, (frame, picture) in enumerate(zip(frames, pictures, strict=True)):
        begun = time.process_time()
        things = runtime.process_frame(picture, detections_at(observations, frame) if place == 0 else None)
        spent += (time.process_time() - begun) * (place > 0)
        output.objects.append(things)
        output.predictions += compare_predictions(observations, frame, runtime, owners)
        owners |= _find_owners(observations, frame, [thing for thing in things if thing.fresh])
    output.pixels, after = meter.pixels, max(len(frames) - 1, 1)
    detector, rest = 1000 * meter.seconds / after, 1000 * (spent - meter.seconds) / after
    output.cpu = {"detector": detector, "rest": rest}
    return output


def compare_predictions(
    observations: Observations, frame: int, runtime: FlexPatch, owners: dict[int, int]
) -> Iterator[TrackPrediction]:
    """The predictions of the runtime in its last frame, for tracks whose object is in the truth."""
    true = observations.true.at(frame)
    places = dict(zip(true.objects.tolist(), true.boxes, strict=True))
    regions = np.array([placed.patch.region for placed in runtime.placed], float).reshape(-1, 4)
    for patch in runtime.failing:
        if patch.track is None or owners.get(patch.track, NOBODY) == NOBODY:
            continue
        box = np.array([patch.box])
        overlap = float(iou(box, places[owners[patch.track]])[0, 0]) if owners[patch.track] in places else 0.0
        label = "high" if overlap <= 0 else "medium" if overlap <= MATCH else "low"
        yield TrackPrediction(patch.label, label, bool((share_inside(box, regions) >= PACKED).any()))


def detections_at(observations: Observations, frame: int) -> DetectionArrays:
    """What the detector finds in a whole frame: boxes, scores and classes."""
    found = observations.found.at(frame)
    return found.boxes, found.sure, found.labels


def _find_owners(observations: Observations, frame: int, fresh: Sequence[TrackedObject]) -> dict[int, int]:
    """The true object that each track was just found on."""
    true = observations.true.at(frame)
    if not fresh:
        return {}
    overlaps = iou(np.array([thing.box for thing in fresh]), true.boxes)
    best = overlaps.argmax(axis=1) if len(true) else np.zeros(len(fresh), int)
    return {
        thing.number: int(true.objects[best[row]]) if overlaps[row].max(initial=0) >= MATCH else NOBODY
        for row, thing in enumerate(fresh)
    }


def _list_objects(follower: Follower, fresh: bool) -> list[TrackedObject]:
    boxes = clip(np.array([track.box for track in follower.tracks]), follower.frame_size)
    return [
        TrackedObject(box, track.score, track.label, track.number, fresh)
        for box, track in zip(boxes, follower.tracks, strict=True)
        if box[0] < box[2] and box[1] < box[3]
    ]
