"""From the detections of each frame to tracks: one object followed through a shot, its class voted over all frames."""

from collections.abc import Iterable, Sequence

import numpy as np

from framewright.boxes import clip, compute_areas
from framewright.tracks.meta import Track, new_track
from framewright.tracks.objects.associate import ASSOCIATION, CONFIRMED, FrameDetections, Tracklet, associate
from framewright.tracks.objects.crossings import undo_exchanges
from framewright.tracks.objects.jumps import split_at_jumps
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
    keep: Keep = KEEP,
) -> tuple[list[Track], dict[str, int]]:
    """The tracks of a video's shots (its frames' `size` is (width, height)) by their ids, and how many tracklets were
    dropped for which reason: `unconfirmed`, `short`, `small`, `duplicate`.

    `names` are what classes are called, by number.
    """
    dropped = dict.fromkeys(("unconfirmed", "short", "small", "duplicate"), 0)
    kept: dict[str, Track] = {}
    for frames in shots:
        found = []
        whole = associate(frames, how, size)
        if how.appearance:
            whole = (part for tracklet in undo_exchanges(whole) for part in split_at_jumps(tracklet))
        for tracklet in whole:
            if reason := find_drop_reason(tracklet, size, keep):
                dropped[reason] += 1
            else:
                found.append(make_track(tracklet, video, size, names))
        single, repeated = drop_duplicates(found, how.duplicate)
        dropped["duplicate"] += len(repeated)
        kept |= {track.tid: track for track in single}
    return [kept[tid] for tid in sorted(kept)], dropped


def find_drop_reason(tracklet: Tracklet, size: tuple[int, int], keep: Keep) -> str:
    """Why a tracklet is no track: `unconfirmed`, `short`, `small`, or empty where it is one.

    What is outside the frame has no area.
    """
    if len(tracklet.times) < CONFIRMED:
        return "unconfirmed"
    if round(tracklet.times[-1] - tracklet.times[0], 6) < keep.min_seconds:
        return "short"
    return "small" if compute_areas(clip(tracklet.boxes, size)).mean() < keep.min_area * size[0] * size[1] else ""


def make_track(tracklet: Tracklet, video: str, size: tuple[int, int], names: Sequence[str]) -> Track:
    """The track of a tracklet. Its classes are the ten with the highest mean of probability times detection score."""
    likely = tracklet.class_scores()
    best = np.argsort(-likely[2], kind="stable")[:TOP]
    labels = best.tolist()
    return new_track(video, size, tracklet.times, tracklet.boxes, labels, [names[k] for k in labels], likely[:, best])
