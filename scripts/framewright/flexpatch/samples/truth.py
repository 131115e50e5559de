"""Where each object is in each frame: from annotations, or from a detector whose detections a tracker gives identities.

Whichever is the truth, a detector examines all frames: a follower is started from its boxes and scores. Each of them is
told which true object it shows.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from framewright.boxes import compute_iou
from framewright.detector import Detector, Settings, open_detector
from framewright.flexpatch.samples.fixed_input import warn_of_fixed_input
from framewright.flexpatch.samples.frames import read_frames
from framewright.flexpatch.samples.observations import NO_OBSERVATIONS, NOBODY, Observations, box_table
from framewright.flexpatch.samples.options import DetectorSettings
from framewright.study.progress import Progress, report_nothing
from framewright.tracks.objects.associate import FrameDetections, Tracklet, find_tracklets
from framewright.tracks.objects.options import Association
from framewright.truth import Truth, read_truth
from framewright.video.frame import Frame
from framewright.video.probe import Probe
from framewright.video.stream import open_video

MATCH = 0.5  # overlap from which on a detection shows a true object
HIDDEN = 0.25  # visible share below which an object need not be found, and is neither right nor wrong


@dataclass(frozen=True)
class Agreement:
    """How detections fit annotations, 0..1. `identity` is the share of steps from one sight of an object to the next at
    which the tracker kept its number."""

    precision: float
    recall: float
    identity: float
    switches: int  # steps at which it did not


def build_detector(settings: DetectorSettings, weights: str | Path) -> Detector:
    """The detector in a file of weights, set as `settings` say; a fixed input size is logged with its remedy."""
    search = Settings(
        settings.image_size, settings.confidence, settings.nms, settings.max_objects, tuple(settings.classes)
    )
    detector = open_detector(weights, search, device=settings.device)
    warn_of_fixed_input(detector)
    return detector


def observe_video(
    video: str | Path,
    probe: Probe,
    annotations: Sequence[str | Path],
    source: str,
    detector: Detector,
    settings: DetectorSettings,
    limit: int | None,
    progress: Progress = report_nothing,
) -> tuple[Observations, dict[str, Any]]:
    """The observations of a video's first `limit` frames, and a record of how they came about.

    `source` says where the truth comes from: `annotations`, `detector`, or `auto`, which prefers annotations. The
    detections are compared with the annotation file in any case. A video that can't be used, or lacks required
    annotations, has a reason and no observations.
    """
    record: dict[str, Any] = {
        "video": probe.video,
        "reason": "",
        "detail": "",
        "truth": None,
        "detector": _describe(detector),
    }
    record |= {"frames": 0, "detections": 0, "objects": 0, "agreement": None}
    if not probe.usable:
        return NO_OBSERVATIONS, record | {"reason": "unusable", "detail": probe.reason}
    truth = next(map(read_truth, annotations), None)
    truth = truth if truth is not None and truth.objects else None
    if source == "annotations" and truth is None:
        return NO_OBSERVATIONS, record | {"reason": "unannotated", "detail": "no object of it is annotated"}
    with open_video(video) as film:
        size = film.size
        count = min(limit or probe.frames, probe.frames)
        pictures = progress(read_frames(film, probe.use, limit), count, "frames")
        frames = list(_detect(pictures, detector, settings.batch))
    if not frames:
        return NO_OBSERVATIONS, record | {"reason": "no-frames", "detail": "no frame of the part to use can be decoded"}
    tracklets = find_tracklets(frames, _association(settings))
    if truth is not None and source != "detector":
        source, observations = "annotations", from_annotations(frames, truth, size, detector.names)
    else:
        source, observations = "detector", from_detector(frames, tracklets, size, detector.names)
    agreement = vars(measure_agreement(frames, tracklets, truth)) if truth is not None else None
    objects = len(set(observations.true.objects.tolist()))
    counts = {"frames": len(frames), "detections": len(observations.found), "objects": objects}
    return observations, record | {"truth": source} | counts | {"agreement": agreement}


def from_annotations(
    frames: Sequence[FrameDetections], truth: Truth, size: tuple[int, int], names: Sequence[str]
) -> Observations:
    """The detections with the annotated object that each shows, and all annotations of the frames."""
    places = {round(detections.time * float(truth.rate)): number for number, detections in enumerate(frames)}
    names = (*names, *sorted({thing.name for thing in truth.objects} - {*names}))
    true = box_table(
        (places[frame], thing.id, names.index(thing.name), float(visible), box)
        for thing in truth.objects
        for frame, box, visible in zip(thing.frames.tolist(), thing.boxes, thing.visible, strict=True)
        if frame in places
    )
    found: list[tuple[int, int, int, float, np.ndarray]] = []
    for number, detections in enumerate(frames):
        here = true.at(number)
        shows = np.append(here.objects, NOBODY)[pair_boxes(detections.boxes, here.boxes)]
        labels = detections.classes.argmax(axis=1)
        found += zip([number] * len(shows), shows, labels, detections.scores, detections.boxes, strict=True)
    return Observations(size, _times(frames), names, box_table(found), true)


def from_detector(
    frames: Sequence[FrameDetections], tracklets: Sequence[Tracklet], size: tuple[int, int], names: Sequence[str]
) -> Observations:
    """The detections with the tracker's number of each. The truth is the boxes of each number, interpolated linearly
    between detections."""
    places = {detections.time: number for number, detections in enumerate(frames)}
    identity: dict[tuple[float, ...], int] = {}
    true: list[tuple[int, int, int, float, np.ndarray]] = []
    for number, tracklet in enumerate(tracklets):
        at = np.array([places[time] for time in tracklet.times.tolist()])
        label = int(tracklet.class_scores()[2].argmax())
        every = np.arange(at[0], at[-1] + 1)
        boxes = np.stack([np.interp(every, at, tracklet.boxes[:, k]) for k in range(4)], axis=1)
        true += [(int(frame), number, label, 1.0, box) for frame, box in zip(every, boxes, strict=True)]
        identity |= {(int(frame), *box): number for frame, box in zip(at, tracklet.boxes.tolist(), strict=True)}
    found = [
        (number, identity.get((number, *box.tolist()), NOBODY), int(label), float(score), box)
        for number, detections in enumerate(frames)
        for box, score, label in zip(
            detections.boxes, detections.scores, detections.classes.argmax(axis=1), strict=True
        )
    ]
    return Observations(size, _times(frames), tuple(names), box_table(found), box_table(true))


def measure_agreement(frames: Sequence[FrameDetections], tracklets: Sequence[Tracklet], truth: Truth) -> Agreement:
    """How the detections, and the tracker's numbers of them, fit the annotations."""
    numbers = [str(number) for number in range(frames[0].classes.shape[1])]
    of_tracker = from_detector(frames, tracklets, truth.size, numbers).found
    real = from_annotations(frames, truth, truth.size, ()).true
    ignored = [_ignored(truth, round(detections.time * float(truth.rate))) for detections in frames]
    right = wrong = missed = kept = switches = 0
    last: dict[int, int] = {}
    for frame, beside in enumerate(ignored):
        found, here = of_tracker.at(frame), real.at(frame)
        paired = pair_boxes(found.boxes, here.boxes)
        hit = paired < len(here)
        aside = np.concatenate([beside, here.boxes[here.sure < HIDDEN]])
        wrong += int((~hit & ~(compute_iou(found.boxes, aside).max(axis=1, initial=0) >= MATCH)).sum())
        visible = here.sure >= HIDDEN
        right += int(visible[paired[hit]].sum())
        missed += int(visible.sum() - visible[paired[hit]].sum())
        for number, thing in zip(found.objects[hit].tolist(), here.objects[paired[hit]].tolist(), strict=True):
            if number != NOBODY:
                kept += last.get(thing, NOBODY) == number
                switches += last.get(thing, number) != number
                last[thing] = number
    return Agreement(
        right / max(right + wrong, 1), right / max(right + missed, 1), kept / max(kept + switches, 1), switches
    )


def pair_boxes(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which of `others` each box is, one to one, by overlaps of at least MATCH: (N,) int64, len(others) for none."""
    overlaps = compute_iou(boxes, others)
    rows, columns = linear_sum_assignment(-np.where(overlaps >= MATCH, overlaps, 0.0))
    paired = overlaps[rows, columns] >= MATCH
    found = np.full(len(overlaps), len(others), np.int64)
    found[rows[paired]] = columns[paired]
    return found


def _detect(frames: Iterable[Frame], detector: Detector, batch: int) -> Iterator[FrameDetections]:
    frames = iter(frames)
    while group := list(islice(frames, batch)):
        for frame, found in zip(group, detector([frame.rgb for frame in group]), strict=True):
            yield FrameDetections(
                float(frame.time), found.boxes.astype(float), found.scores.astype(float), found.classes
            )


def _association(settings: DetectorSettings) -> Association:
    high_score = max(settings.confidence, Association.high_score)
    return Association(settings.nms, settings.confidence, high_score)


def _ignored(truth: Truth, frame: int) -> np.ndarray:
    return np.array([box for region in truth.ignore for box in region.boxes[region.frames == frame]]).reshape(-1, 4)


def _times(frames: Iterable[FrameDetections]) -> np.ndarray:
    return np.array([detections.time for detections in frames])


def _describe(detector: Detector) -> dict[str, Any]:
    with detector.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"weights": detector.path.name, "sha256": digest, "classes": len(detector.names)}
