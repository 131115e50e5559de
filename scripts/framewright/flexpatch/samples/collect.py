"""From observations to samples: the features of each track in each frame, and how well the track fits its object.

A follower starts from what a detector found, and is refreshed with it every few frames. In between, each of its tracks
is compared in each frame with the true box of the object that it was last refreshed on, and with no other.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from framewright.boxes import compute_iou
from framewright.flexpatch.follow.compat import CompatFollower, CompatTrack
from framewright.flexpatch.follow.features import (
    COMPAT,
    DEFINITIONS,
    FEATURES,
    RUNTIME_FEATURES,
    definition_record,
    runtime_matrix,
)
from framewright.flexpatch.follow.follower import Follower, Track
from framewright.flexpatch.samples.columns import MIN_VISIBLE, Sample, count_labels, label_overlap
from framewright.flexpatch.samples.frames import read_frames
from framewright.flexpatch.samples.observations import NOBODY, Observations
from framewright.flexpatch.samples.options import Sampling
from framewright.study.progress import Progress, report_nothing
from framewright.video.stream import open_video

FIRST_EXTRA = RUNTIME_FEATURES.index("kept")


def sample_video(
    video: str | Path,
    name: str,
    observations: Observations,
    use: Sequence[float],
    sampling: Sampling,
    features: str,
    progress: Progress = report_nothing,
) -> tuple[list[Sample], dict[str, Any]]:
    """The samples of a video, with features of the definition `features`, and a record of the tracks behind them.

    A video without observations is not opened: it may be one that can't be.
    """
    record = {"video": name} | definition_record(DEFINITIONS[features]) | vars(sampling)
    record |= {"frames": len(observations.times), "detections": len(observations.found)}
    if not len(observations.times):
        return [], record | count_labels([]) | {"tracks": [], "without_truth": []}
    follower = (CompatFollower if features == COMPAT.name else Follower)(observations.size, max_age=sampling.max_age)
    with open_video(video) as film:
        count = len(observations.times)
        greys = (frame.gray() for frame in progress(read_frames(film, use, count), count, "frames"))
        samples, without_truth = collect_samples(name, observations, greys, follower, sampling)
    tracks = sorted({sample.track for sample in samples})
    return samples, record | count_labels(samples) | {"tracks": tracks, "without_truth": without_truth}


def collect_samples(
    name: str,
    observations: Observations,
    greys: Iterable[np.ndarray],
    follower: Follower | CompatFollower,
    sampling: Sampling,
    areas: Mapping[int, np.ndarray] | None = None,
) -> tuple[list[Sample], list[int]]:
    """The samples of the frames `greys`, (H, W) uint8 each, and the numbers of tracks that show no true object.

    Tracks are refreshed in whole frames, one in `sampling.every`; or, with `areas`, in the frames that it names, each
    within a box (4,).
    """
    samples: list[Sample] = []
    owners: dict[int, int] = {}
    for frame, grey in enumerate(greys):
        found = observations.found.at(frame)
        detections = grey, found.boxes, found.sure, found.labels
        if frame == 0:
            follower.start(*detections)
            owners |= zip((track.number for track in follower.tracks), found.objects.tolist(), strict=True)
            continue
        follower.move(grey)
        samples += _of_frame(name, observations, frame, follower, owners, sampling)
        if areas is None and frame % sampling.every == 0:
            owners |= zip(follower.refresh(*detections).tolist(), found.objects.tolist(), strict=True)
        elif areas is not None and frame in areas:
            x1, y1, x2, y2 = areas[frame]
            middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
            here = ((middles >= (x1, y1)) & (middles < (x2, y2))).all(axis=1)
            inside = grey, found.boxes[here], found.sure[here], found.labels[here]
            numbers = follower.refresh(*inside, areas[frame][None])  # type: ignore[arg-type]  # compat has no areas
            owners |= zip(numbers.tolist(), found.objects[here].tolist(), strict=True)
    return samples, sorted(number for number, owner in owners.items() if owner == NOBODY)


def _of_frame(
    name: str,
    observations: Observations,
    frame: int,
    follower: Follower | CompatFollower,
    owners: Mapping[int, int],
    sampling: Sampling,
) -> list[Sample]:
    tracks: Sequence[Track | CompatTrack] = follower.tracks
    true = observations.true.at(frame)
    there = true.sure >= MIN_VISIBLE
    places = dict(zip(true.objects[there].tolist(), true.boxes[there], strict=True))
    time = float(observations.times[frame])
    samples = []
    for track, features in zip(tracks, runtime_matrix(tracks, observations.size).tolist(), strict=True):
        owner = owners[track.number]
        if owner == NOBODY:
            continue
        overlap = float(compute_iou(track.box, places[owner])[0, 0]) if owner in places else 0.0
        state = "there" if owner in places else "gone"
        values = (
            *features[: len(FEATURES)], label_overlap(overlap, sampling), name, frame, time, track.number, owner, state,
            overlap, track.unexamined, track.age, track.misses, *features[FIRST_EXTRA:], *track.box.tolist(),
        )  # fmt: skip
        samples.append(Sample._make(values))
    return samples
