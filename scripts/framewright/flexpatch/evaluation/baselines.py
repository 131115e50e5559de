"""Methods that find objects in the frames of a sequence: FlexPatch, and its baselines."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from framewright.boxes import clip, compute_iou
from framewright.flexpatch.follow.follower import Follower, Track
from framewright.flexpatch.runtime.detector_adapter import DetectionArrays, adapt_detector
from framewright.flexpatch.runtime.failing import Prediction
from framewright.flexpatch.runtime.meter import Meter
from framewright.flexpatch.runtime.packing import share_inside
from framewright.flexpatch.runtime.runtime import FlexPatch, TrackedObject, list_objects
from framewright.flexpatch.runtime.schedule import Step
from framewright.flexpatch.runtime.slices import detect_in_slices
from framewright.flexpatch.samples.observations import NOBODY, Observations

MATCH = 0.5  # overlap from which on a box shows a true object
PACKED = 0.9  # share of a box that the detector must have seen for it to count as packed


@dataclass(frozen=True)
class TrackPrediction:
    """A track just before the detector saw a cluster: its predicted and its true label, and whether it was packed."""

    predicted: str
    true: str
    packed: bool
    is_track_turn: bool = True  # whether tracks came first in the cluster


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
        output.objects.append(list_objects(follower, {track.number for track in follower.tracks} if fresh else set()))
    return output


def detect_in_slices_every_nth_frame(
    observations: Observations,
    frames: range,
    pictures: Sequence[np.ndarray],
    size: tuple[int, int],
    number: int,
    meter: Meter,
) -> MethodOutput:
    """One of `number` frames examined in slices of `size` (width, height), and objects followed through the others.

    `pictures` are (H, W, 3) uint8 RGB.
    """
    detect, follower, output = adapt_detector(meter), Follower(observations.size), MethodOutput()
    for place, (_, picture) in enumerate(zip(frames, pictures, strict=True)):
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        is_fresh = place % number == 0
        if place > 0 and number > 1:
            follower.move(grey)
        if is_fresh:
            found = detect_in_slices(detect, picture, size)
            follower.start(grey, *found) if place == 0 or number == 1 else follower.refresh(grey, *found)
        if place == 0:
            meter.pixels, meter.seconds = 0, 0.0
        output.objects.append(
            list_objects(follower, {track.number for track in follower.tracks} if is_fresh else set())
        )
    output.pixels = meter.pixels
    output.cpu = {"detector": 1000 * meter.seconds / max(len(frames) - 1, 1)}
    return output


def run_flexpatch(
    observations: Observations,
    frames: range,
    pictures: Iterable[np.ndarray],
    runtime: FlexPatch,
    meter: Meter,
    is_perfect: bool = False,
    first: DetectionArrays | None = None,
) -> MethodOutput:
    """FlexPatch, whose detector is the `meter`, started with `first`, by default the detections of the first frame.

    `pictures` are (H, W, 3) uint8 RGB. With `is_perfect` its model is told the truth.
    """
    output = MethodOutput()
    oracle = Oracle(observations)
    if is_perfect:
        runtime.set_tf_model(oracle)
    meter.pixels, meter.seconds, spent = 0, 0.0, 0.0
    for place, (frame, picture) in enumerate(zip(frames, pictures, strict=True)):
        oracle.frame = frame
        begun = time.process_time()
        start = (first or detections_at(observations, frame)) if place == 0 else None
        things = runtime.process_frame(picture, start)
        spent += (time.process_time() - begun) * (place > 0)
        output.objects.append(things)
        output.predictions += compare_predictions(oracle, runtime)
        oracle.owners |= _find_owners(observations, frame, [thing for thing in things if thing.fresh])
    output.pixels, after = meter.pixels, max(len(frames) - 1, 1)
    detector, rest = 1000 * meter.seconds / after, 1000 * (spent - meter.seconds) / after
    output.cpu = {"detector": detector, "rest": rest}
    return output


class Oracle:
    """Knows the true label of each track in `frame`; `owners` holds the object that each was last found on."""

    def __init__(self, observations: Observations) -> None:
        self.observations, self.frame = observations, 0
        self.owners: dict[int, int] = {}

    def label(self, number: int | None, box: np.ndarray) -> str | None:
        """The label of a track at this box; None where its object is not in the truth."""
        if number is None or self.owners.get(number, NOBODY) == NOBODY:
            return None
        true = self.observations.true.at(self.frame)
        place = np.flatnonzero(true.objects == self.owners[number])
        overlap = float(compute_iou(box, true.boxes[place])[0, 0]) if len(place) else 0.0
        return "high" if overlap <= 0 else "medium" if overlap <= MATCH else "low"

    def predict_tracks(self, tracks: Sequence[Track], frame_size: tuple[int, int]) -> Prediction:
        """The truth about all tracks; one that shows no object of the truth is high."""
        labels = [self.label(track.number, clip(track.box, frame_size)) or "high" for track in tracks]
        return Prediction(labels, np.array([float(label != "low") for label in labels]))


def compare_predictions(oracle: Oracle, runtime: FlexPatch) -> Iterator[TrackPrediction]:
    """The predictions of the runtime for its last cluster, for tracks whose object is in the truth."""
    if runtime.step is not Step.CLUSTER:
        return
    regions = np.array([placed.patch.region for placed in runtime.placed], float).reshape(-1, 4)
    for patch in runtime.failing:
        box = np.array([patch.box])
        if (label := oracle.label(patch.track, box)) is not None:
            is_packed = bool((share_inside(box, regions) >= PACKED).any())
            yield TrackPrediction(patch.label, label, is_packed, not runtime.is_new_turn)


def detections_at(observations: Observations, frame: int) -> DetectionArrays:
    """What the detector finds in a whole frame: boxes, scores and classes."""
    found = observations.found.at(frame)
    return found.boxes, found.sure, found.labels


def _find_owners(observations: Observations, frame: int, fresh: Sequence[TrackedObject]) -> dict[int, int]:
    """The true object that each track was just found on."""
    true = observations.true.at(frame)
    if not fresh:
        return {}
    overlaps = compute_iou(np.array([thing.box for thing in fresh]), true.boxes)
    best = overlaps.argmax(axis=1) if len(true) else np.zeros(len(fresh), int)
    return {
        thing.number: int(true.objects[best[row]]) if overlaps[row].max(initial=0) >= MATCH else NOBODY
        for row, thing in enumerate(fresh)
    }
