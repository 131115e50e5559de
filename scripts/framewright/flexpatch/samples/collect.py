"""From videos whose truth is known to samples: the features of a track that is followed, and how well it lies.

A follower starts from what a detector found, and is refreshed with it every few frames. In between, each of its tracks
is compared in each frame with the true box of the object that it was last refreshed on, and with no other.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from framewright.boxes import iou
from framewright.flexpatch.follow.compat import CompatFollower
from framewright.flexpatch.follow.features import COMPAT, DEFINITIONS, as_record, feature_matrix
from framewright.flexpatch.follow.follower import Follower
from framewright.flexpatch.samples.columns import LEAST_VISIBLE, Sample, Sampling, label_of, summed
from framewright.flexpatch.samples.frames import frames_of
from framewright.flexpatch.samples.observations import NOBODY, Known
from framewright.video.stream import open_video


def sampled(
    video: str | Path, name: str, known: Known, use: Sequence[float], how: Sampling, definition: str
) -> tuple[list[Sample], dict[str, Any]]:
    """The samples of a video, by the features of `definition`, and a record of the tracks behind them.

    A video of which nothing is known is not opened: it may be one that can't be.
    """
    record = {"video": name} | as_record(DEFINITIONS[definition]) | vars(how)
    record |= {"frames": len(known.times), "detections": len(known.found)}
    if not len(known.times):
        return [], record | summed([]) | {"tracks": [], "without_truth": []}
    follower = (CompatFollower if definition == COMPAT.name else Follower)(known.size, max_age=how.max_age)
    with open_video(video) as film:
        greys = (frame.gray() for frame in frames_of(film, use, len(known.times)))
        found, untrue = samples(name, known, greys, follower, how)
    tracks = sorted({own.track for own in found})
    return found, record | summed(found) | {"tracks": tracks, "without_truth": untrue}


def samples(
    name: str, known: Known, greys: Iterable[np.ndarray], follower: Follower | CompatFollower, how: Sampling
) -> tuple[list[Sample], list[int]]:
    """The samples of the frames `greys`, (H, W) uint8 each, and the numbers of tracks that were no true object."""
    found: list[Sample] = []
    owners: dict[int, int] = {}
    for frame, grey in enumerate(greys):
        seen = known.found.at(frame)
        given = grey, seen.boxes, seen.sure, seen.labels
        if frame == 0:
            follower.start(*given)
            owners |= zip((track.number for track in follower.tracks), seen.objects.tolist(), strict=True)
            continue
        follower.move(grey)
        found += _of_frame(name, known, frame, follower, owners, how)
        if frame % how.every == 0:
            owners |= zip(follower.refresh(*given).tolist(), seen.objects.tolist(), strict=True)
    return found, sorted(number for number, owner in owners.items() if owner == NOBODY)


def _of_frame(
    name: str, known: Known, frame: int, follower: Follower | CompatFollower, owners: Mapping[int, int], how: Sampling
) -> list[Sample]:
    tracks = [track for track in follower.tracks if owners[track.number] != NOBODY]
    true = known.true.at(frame)
    there = true.sure >= LEAST_VISIBLE
    places = dict(zip(true.objects[there].tolist(), true.boxes[there], strict=True))
    found = []
    for track, row in zip(tracks, feature_matrix(tracks).tolist(), strict=True):
        owner = owners[track.number]
        overlap = float(iou(track.box, places[owner])[0, 0]) if owner in places else 0.0
        state = "there" if owner in places else "gone"
        found.append(
            Sample(
                *row, label_of(overlap, how), name, frame, float(known.times[frame]), track.number, owner, state,
                overlap, track.looked, track.age, *track.box.tolist(),
            )
        )  # fmt: skip
    return found
