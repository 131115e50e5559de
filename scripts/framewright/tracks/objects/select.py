"""From the detections of each frame to tracks: one object followed through a shot, its class voted over all frames."""

from collections.abc import Iterable, Sequence

import numpy as np

from framewright.boxes import area, clip
from framewright.tracks.meta import Track, new_track
from framewright.tracks.objects.associate import ASSOCIATION, FrameDetections, Tracklet, associate
from framewright.tracks.objects.options import Association, Keep
from framewright.tracks.objects.overlap import drop_duplicates

TOP = 10  # classes that are kept
KEEP = Keep()


def make_tracks(
    video: str,
    size: tuple[int, int],
    names: Sequence[str],
    shots: Iterable[Iterable[FrameDetections]],
    how: Association = ASSOCIATION,
    wanted: Keep = KEEP,
) -> tuple[list[Track], dict[str, int]]:
    """The tracks of a video's shots (its frames' `size` is (width, height)) by their ids, and how many chains were
    dropped for which reason: `short`, `small`, `duplicate`.

    `names` are what classes are called, by number.
    """
    dropped = dict.fromkeys(("short", "small", "duplicate"), 0)
    kept: dict[str, Track] = {}
    for frames in shots:
        found = []
        for chain in associate(frames, how):
            if reason := find_drop_reason(chain, size, wanted):
                dropped[reason] += 1
            else:
                found.append(make_track(chain, video, size, names))
        single, repeated = drop_duplicates(found, how.duplicate)
        dropped["duplicate"] += len(repeated)
        kept |= {track.tid: track for track in single}
    return [kept[tid] for tid in sorted(kept)], dropped


def find_drop_reason(chain: Tracklet, size: tuple[int, int], wanted: Keep) -> str:
    """Why a chain is no track: `short`, `small`, or empty where it is one. What is outside the frame has no area."""
    if round(chain.times[-1] - chain.times[0], 6) < wanted.min_seconds:
        return "short"
    return "small" if area(clip(chain.boxes, size)).mean() < wanted.min_area * size[0] * size[1] else ""


def make_track(chain: Tracklet, video: str, size: tuple[int, int], names: Sequence[str]) -> Track:
    """The track of a chain: its classes are those whose probability times the detection's score is highest on average,
    the highest first, ten at most."""
    likely = chain.class_scores()
    best = np.argsort(-likely[2], kind="stable")[:TOP]
    labels = best.tolist()
    return new_track(video, size, chain.times, chain.boxes, labels, [names[k] for k in labels], likely[:, best])
