"""Where each object is in each frame: by annotations, or by a detector whose finds a tracker gives identities.

Whichever is the truth, a detector looks at all frames: its boxes and scores are what a follower is started from. Each
of them is told which true object it is.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from framewright.boxes import iou
from framewright.detector import Detector, Settings, open_detector
from framewright.flexpatch.samples.frames import frames_of
from framewright.flexpatch.samples.observations import NOBODY, NOTHING_KNOWN, Known, rows_of
from framewright.tracks.objects.associate import FrameDetections, Tracklet, find_tracklets
from framewright.tracks.objects.options import Association
from framewright.truth import Truth, read_truth
from framewright.video.frame import Frame
from framewright.video.stream import open_video

SAME = 0.5  # overlap from which on a detection is a true object
HIDDEN = 0.25  # what is less visible need not be found, and is neither right nor wrong


@dataclass(frozen=True)
class Agreement:
    """How what was found fits annotations, 0..1: of boxes, the share that is right and the share of the true ones that
    was found; of identities, the share of steps from one sight of an object to the next at which it kept its own."""

    precision: float
    recall: float
    identity: float
    switches: int  # steps at which it did not


def detector_of(settings: Mapping[str, Any], weights: str | Path) -> Detector:
    """The detector that `settings` (`flexpatch.detector` of the configuration) ask for, in this file."""
    how = Settings(
        settings["image_size"], settings["confidence"], settings["nms"], settings["at_most"], tuple(settings["classes"])
    )
    return open_detector(weights, how, device=settings["device"])


def looked_at(
    video: str | Path,
    probe: Mapping[str, Any],
    annotations: Sequence[str | Path],
    wanted: str,
    detector: Detector,
    settings: Mapping[str, Any],
) -> tuple[Known, dict[str, Any]]:
    """What is known of a video's frames, `settings["frames"]` of them at most, and a record of how it came about.

    `wanted` is where the truth comes from: `annotations`, `detector`, or `auto`, annotations where there are any. The
    annotation file, if there is one, is compared with what was found in any case. A video that can't be used, or has no
    annotations where these are wanted, has a reason and nothing known.
    """
    record = {"video": probe["video"], "reason": "", "detail": "", "truth": None, "detector": _about(detector)}
    record |= {"frames": 0, "detections": 0, "objects": 0, "agreement": None}
    if probe["status"] != "ok":
        return NOTHING_KNOWN, record | {"reason": "unusable", "detail": probe["reason"]}
    truth = next(map(read_truth, annotations), None)
    if wanted == "annotations" and (truth is None or not truth.objects):
        return NOTHING_KNOWN, record | {"reason": "unannotated", "detail": "no object of it is annotated"}
    source = "annotations" if truth is not None and truth.objects and wanted != "detector" else "detector"
    with open_video(video) as film:
        size, rate = film.size, film.timeline.rate()[0]
        seen = list(_seen(frames_of(film, probe["use"], settings["frames"]), detector, settings["detector"]["batch"]))
    if not seen:
        return NOTHING_KNOWN, record | {"reason": "no-frames", "detail": "no frame of the part to use can be decoded"}
    followed = find_tracklets(seen, _association(settings, float(rate or 25)))
    known = from_annotations(seen, truth, size, detector.names) if source == "annotations" else None
    known = known or from_detector(seen, followed, size, detector.names)
    agreement = vars(agree(seen, followed, truth)) if truth is not None and truth.objects else None
    objects = len(set(known.true.objects.tolist()))
    told = {"truth": source, "frames": len(seen), "detections": len(known.found), "objects": objects}
    return known, record | told | {"agreement": agreement}


def from_annotations(
    seen: Sequence[FrameDetections], truth: Truth, size: tuple[int, int], names: Sequence[str]
) -> Known:
    """What was found, with the annotated object that each is, and all annotations of the frames."""
    places = {round(found.time * float(truth.rate)): number for number, found in enumerate(seen)}
    names = (*names, *sorted({thing.name for thing in truth.objects} - {*names}))
    true = rows_of(
        (places[frame], thing.id, names.index(thing.name), float(visible), box)
        for thing in truth.objects
        for frame, box, visible in zip(thing.frames.tolist(), thing.boxes, thing.visible, strict=True)
        if frame in places
    )
    found = []
    for number, own in enumerate(seen):
        here = true.at(number)
        who = np.append(here.objects, NOBODY)[pairs(own.boxes, here.boxes)]
        found += zip([number] * len(who), who, own.classes.argmax(axis=1), own.scores, own.boxes, strict=True)
    return Known(size, _times(seen), names, rows_of(found), true)


def from_detector(
    seen: Sequence[FrameDetections], followed: Sequence[Tracklet], size: tuple[int, int], names: Sequence[str]
) -> Known:
    """What was found, with the tracker's number of each; the truth is where each number was found, and on a line
    between two finds."""
    places = {found.time: number for number, found in enumerate(seen)}
    identity = {}
    true = []
    for number, chain in enumerate(followed):
        at = np.array([places[time] for time in chain.times.tolist()])
        label = int(chain.class_scores()[2].argmax())
        every = np.arange(at[0], at[-1] + 1)
        boxes = np.stack([np.interp(every, at, chain.boxes[:, k]) for k in range(4)], axis=1)
        true += [(int(frame), number, label, 1.0, box) for frame, box in zip(every, boxes, strict=True)]
        identity |= {(int(frame), *box): number for frame, box in zip(at, chain.boxes.tolist(), strict=True)}
    found = [
        (number, identity.get((number, *box.tolist()), NOBODY), int(label), float(score), box)
        for number, own in enumerate(seen)
        for box, score, label in zip(own.boxes, own.scores, own.classes.argmax(axis=1), strict=True)
    ]
    return Known(size, _times(seen), tuple(names), rows_of(found), rows_of(true))


def agree(seen: Sequence[FrameDetections], followed: Sequence[Tracklet], truth: Truth) -> Agreement:
    """How what was found, and the tracker's numbers of it, fit the annotations."""
    of_tracker = from_detector(seen, followed, truth.size, range(seen[0].classes.shape[1])).found
    real = from_annotations(seen, truth, truth.size, ()).true
    ignored = [_ignored(truth, round(own.time * float(truth.rate))) for own in seen]
    right = wrong = missed = kept = switches = 0
    last: dict[int, int] = {}
    for frame, beside in enumerate(ignored):
        found, here = of_tracker.at(frame), real.at(frame)
        paired = pairs(found.boxes, here.boxes)
        hit = paired < len(here)
        aside = np.concatenate([beside, here.boxes[here.sure < HIDDEN]])
        wrong += int((~hit & ~(iou(found.boxes, aside).max(axis=1, initial=0) >= SAME)).sum())
        visible = here.sure >= HIDDEN
        right += int(visible[paired[hit]].sum())
        missed += int(visible.sum() - visible[paired[hit]].sum())
        for number, who in zip(found.objects[hit].tolist(), here.objects[paired[hit]].tolist(), strict=True):
            if number != NOBODY:
                kept += last.get(who, NOBODY) == number
                switches += last.get(who, number) != number
                last[who] = number
    return Agreement(
        right / max(right + wrong, 1), right / max(right + missed, 1), kept / max(kept + switches, 1), switches
    )


def pairs(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which of `others` each box is, one to one, by overlaps of at least SAME: (N,) int64, len(others) for none."""
    overlaps = iou(boxes, others)
    rows, columns = linear_sum_assignment(-np.where(overlaps >= SAME, overlaps, 0.0))
    paired = overlaps[rows, columns] >= SAME
    found = np.full(len(overlaps), len(others), np.int64)
    found[rows[paired]] = columns[paired]
    return found


def _seen(frames: Iterable[Frame], detector: Detector, batch: int) -> Iterator[FrameDetections]:
    frames = iter(frames)
    while own := list(islice(frames, batch)):
        for frame, found in zip(own, detector([one.rgb for one in own]), strict=True):
            yield FrameDetections(
                float(frame.time), found.boxes.astype(float), found.scores.astype(float), found.classes
            )


def _association(settings: Mapping[str, Any], rate: float) -> Association:
    own = settings["detector"]
    return Association(rate, own["nms"], own["confidence"], max(own["confidence"], Association.high_score))


def _ignored(truth: Truth, frame: int) -> np.ndarray:
    return np.array([box for own in truth.ignore for box in own.boxes[own.frames == frame]]).reshape(-1, 4)


def _times(seen: Iterable[FrameDetections]) -> np.ndarray:
    return np.array([found.time for found in seen])


def _about(detector: Detector) -> dict[str, Any]:
    with detector.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"weights": detector.path.name, "sha256": digest, "classes": len(detector.names)}
