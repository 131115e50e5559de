"""What an arm gives away without learning: baselines on unseen sources, and who knows each sphere's identity.

The best baseline and the identity oracle are a bracket: a model that learns something is above the first, and none can
be above the second.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from framewright.persistence.baselines import BASELINES, answer_clips, answer_frames, find_threshold, measure_frames
from framewright.persistence.objects import list_objects
from framewright.persistence.scores import score_answers
from framewright.persistence.store import Clips
from framewright.study.contract import Finding, make_finding

MAX_ONE_FRAME = 0.75  # accuracy that no baseline may exceed in an arm with companions
MIN_ORACLE = 0.95  # accuracy that who knows identities reaches there
FEW = 500  # frames of test clips below which nothing is concluded

Measures = Mapping[str, np.ndarray]


def audit_arm(clips: Clips) -> dict[str, Any]:
    """The figures of all baselines and of the oracle on the test clips of an arm, which JSON can hold."""
    known, asked = measure_split(clips, "train"), measure_split(clips, "test")
    if not len(known["shows"]) or not len(asked["shows"]):
        return {"clips": 0, "frames": {}, "clip": {}, "oracle": {}}
    return {
        "clips": len(asked["shows"]),
        "frames": score_frame_baselines(known, asked),
        "clip": score_clip_baselines(known, asked),
        "oracle": score_oracle(known, asked),
    }


def check_audits(audits: Mapping[str, Mapping[str, Any]], crowded: list[str]) -> list[Finding]:
    """In each arm with companions one frame decides little, and identities decide nearly all."""
    return [_check_crowd(name, audits[name]) for name in crowded]


def measure_split(clips: Clips, split: str) -> dict[str, np.ndarray]:
    """By clip and frame: what baselines measure, whether transients show, and how long the briefest sphere there is in
    view in all; by clip, whether it is persistent."""
    rows: list[dict[str, Any]] = []
    for position, _ in enumerate(clips.numbers):
        metadata = clips.metadata(position)
        if metadata["split"] == split:
            truth = {"shows": np.array(metadata["frame_labels"]) == 0, "persistent": metadata["persistent"]}
            rows.append(measure_frames(clips.video(position)) | truth | {"briefest": _find_briefest(metadata)})
    names = (*("colour", "area", "blobs"), "shows", "persistent", "briefest")
    return {name: np.array([row[name] for row in rows]) for name in names}


def score_frame_baselines(known: Measures, asked: Measures) -> dict[str, Any]:
    """Each baseline's figures on single frames."""
    answers = answer_frames(known, asked, known["shows"])
    return {name: score_answers(answer, asked["shows"]) for name, answer in answers.items()}


def score_clip_baselines(known: Measures, asked: Measures) -> dict[str, Any]:
    """Each baseline's figures on whole clips: the frames that it takes to show a transient are counted."""
    taught, told = answer_frames(known, known, known["shows"]), answer_frames(known, asked, known["shows"])
    found = {}
    for name in BASELINES:
        answers = answer_clips(taught[name], known["persistent"], told[name])
        if name == "constant":
            answers = np.full(asked["shows"].shape, known["persistent"].mean() > 0.5)
        curve = (answers == asked["persistent"][:, None]).mean(axis=0).round(6).tolist()
        found[name] = score_answers(answers[:, -1], asked["persistent"]) | {"curve": curve}
    return found


def score_oracle(known: Measures, asked: Measures) -> dict[str, Any]:
    """The figures of who knows which sphere is which: one that is briefly in view, in all, is called a transient."""
    threshold = find_threshold(-known["briefest"], known["shows"])
    return score_answers(-asked["briefest"] > threshold, asked["shows"]) | {"max_frames_in_view": -threshold}


def _find_briefest(metadata: Mapping[str, Any]) -> np.ndarray:
    """(T,) in how many frames the sphere is visible that is visible in fewest, of those in a frame."""
    frames = metadata["num_frames"]
    briefest = np.full(frames, frames + 1)
    for one in list_objects(metadata):
        briefest[one.frames] = np.minimum(briefest[one.frames], len(one.frames))
    return briefest


def _check_crowd(name: str, audit: Mapping[str, Any]) -> Finding:
    promise = f"{name}: one frame decides little, identities decide nearly all"
    number = audit["frames"]["constant"]["number"] if audit["frames"] else 0
    if number < FEW:
        return make_finding(promise, [], f"{number} frames of test clips are too few to tell")
    best = max(audit["frames"], key=lambda one: audit["frames"][one]["accuracy"])
    accuracy, oracle = audit["frames"][best]["accuracy"], audit["oracle"]["accuracy"]
    faults = [f"{best} is right in {accuracy:.3f} of frames"] if accuracy > MAX_ONE_FRAME else []
    faults += [f"the identity oracle is right in {oracle:.3f} of frames"] if oracle < MIN_ORACLE else []
    return make_finding(promise, faults, f"best baseline {best} {accuracy:.3f}, identity oracle {oracle:.3f}")
