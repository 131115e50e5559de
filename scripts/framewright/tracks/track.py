"""From the detections of each frame to tracks: one object followed through a shot, its class voted over all frames."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from framewright.boxes import area, clip, iou
from framewright.tracks.meta import Track, new_track
from framewright.tracks.overlap import without_duplicates

TOP = 10  # classes that are kept


@dataclass(frozen=True, eq=False)
class Seen:
    """What a detector found in one frame, at `time` (seconds): N things that may be any of C classes."""

    time: float
    boxes: np.ndarray  # (N, 4) float64 x1, y1, x2, y2
    scores: np.ndarray  # (N,) float64, 0..1: how sure it is that there is something
    classes: np.ndarray  # (N, C) float64, 0..1: how likely each class is

    def of(self, chosen: np.ndarray) -> "Seen":
        """Only those that are chosen, by number or mask."""
        return Seen(self.time, self.boxes[chosen], self.scores[chosen], self.classes[chosen])


@dataclass(frozen=True)
class Association:
    """How detections become tracks. The figures behind the defaults: python tests/bench/bench_association.py"""

    rate: float = 16  # frames per second
    nms: float = 0.7  # of two boxes that overlap more, whatever their classes, the surer one stays
    least_score: float = 0.1  # detections below are left out
    high_score: float = 0.25  # surer ones are associated first, and begin tracks
    least_overlap: float = 0.2  # of a box and where its track should be
    lost_seconds: float = 2.0  # after so long without a box a track has ended
    duplicate: float = 0.85  # two tracks that share more space and time are one


@dataclass(frozen=True)
class Wanted:
    """Which tracks are worth keeping."""

    least_seconds: float = 3.0
    least_area: float = 0.1  # mean area over that of the frame


@dataclass(frozen=True, eq=False)
class Chain:
    """The detections of one object, in order of time."""

    times: np.ndarray  # (T,) float64 seconds
    boxes: np.ndarray  # (T, 4)
    scores: np.ndarray  # (T,)
    classes: np.ndarray  # (T, C)


def without_overlaps(found: Seen, most: float) -> Seen:
    """The detections without those that overlap a surer one by more than `most`, whatever their classes."""
    order = np.argsort(-found.scores, kind="stable")
    overlaps = iou(found.boxes[order], found.boxes[order]) > most
    kept = np.ones(len(order), bool)
    for k in range(len(order)):
        if kept[k]:
            kept[k + 1 :] &= ~overlaps[k, k + 1 :]
    return found.of(order[kept])


def chains(frames: Iterable[Seen], how: Association = Association()) -> list[Chain]:
    """The chains of detections in one shot, by when they begin. Frames are about `1 / how.rate` seconds apart.

    A chain goes on after a gap with what it had before. Give each shot by itself: nothing is followed across a cut.
    """
    from supervision import Detections as Given
    from trackers import ByteTrackTracker

    tracker = ByteTrackTracker(
        lost_track_buffer=round(30 * how.lost_seconds),  # counted in frames of 1/30 s, whatever the rate
        frame_rate=how.rate,
        track_activation_threshold=how.high_score,
        high_conf_det_threshold=how.high_score,
        minimum_iou_threshold=how.least_overlap,
    )
    links: dict[int, list[tuple[Seen, int]]] = {}
    before: tuple[Seen, np.ndarray] | None = None
    for frame in frames:
        found = without_overlaps(frame.of(frame.scores >= how.least_score), how.nms)
        numbers = np.arange(len(found.scores))
        given = Given(xyxy=found.boxes.reshape(-1, 4), confidence=found.scores, data={"number": numbers})
        followed = tracker.update(given, timestamp=frame.time)
        claimed = np.zeros(len(numbers), bool)
        for number, name in zip(followed.data.get("number", ()), followed.tracker_id, strict=True):
            if name < 0:
                continue
            if name not in links:
                links[name] = _first(before, found.boxes[number], how)
            links[name].append((found, int(number)))
            claimed[number] = True
        before = found, ~claimed
    return sorted(map(_chain, links.values()), key=lambda own: (own.times[0], *own.boxes[0]))


def tracks(
    video: str,
    size: tuple[int, int],
    names: Sequence[str],
    shots: Iterable[Iterable[Seen]],
    how: Association = Association(),
    wanted: Wanted = Wanted(),
) -> tuple[list[Track], dict[str, int]]:
    """The tracks of a video's shots (its frames' `size` is (width, height)) by their ids, and how many chains were
    dropped for which reason: `short`, `small`, `duplicate`.

    `names` are what classes are called, by number.
    """
    dropped = dict.fromkeys(("short", "small", "duplicate"), 0)
    kept: dict[str, Track] = {}
    for frames in shots:
        own = []
        for chain in chains(frames, how):
            if reason := unwanted(chain, size, wanted):
                dropped[reason] += 1
            else:
                own.append(track_of(chain, video, size, names))
        single, repeated = without_duplicates(own, how.duplicate)
        dropped["duplicate"] += len(repeated)
        kept |= {track.tid: track for track in single}
    return [kept[tid] for tid in sorted(kept)], dropped


def unwanted(chain: Chain, size: tuple[int, int], wanted: Wanted) -> str:
    """Why a chain is no track: `short`, `small`, or empty where it is one. What is outside the frame has no area."""
    if round(chain.times[-1] - chain.times[0], 6) < wanted.least_seconds:
        return "short"
    return "small" if area(clip(chain.boxes, size)).mean() < wanted.least_area * size[0] * size[1] else ""


def track_of(chain: Chain, video: str, size: tuple[int, int], names: Sequence[str]) -> Track:
    """The track of a chain: its classes are those whose probability times the detection's score is highest on average,
    the highest first, ten at most."""
    classes = np.asarray(chain.classes, np.float64)
    weighted = classes * chain.scores[:, None]
    best = np.argsort(-weighted.mean(axis=0), kind="stable")[:TOP]
    figures = [classes.mean(axis=0), classes.std(axis=0), weighted.mean(axis=0), weighted.std(axis=0)]
    labels = best.tolist()
    return new_track(
        video, size, chain.times, chain.boxes, labels, [names[k] for k in labels], np.stack(figures)[:, best]
    )


def _first(before: tuple[Seen, np.ndarray] | None, box: np.ndarray, how: Association) -> list:
    """The detection that began a chain, which gets its name only with the second one."""
    if before is None or not before[1].any():
        return []
    found, free = before
    overlaps = np.where(free & (found.scores >= how.high_score), iou(box, found.boxes)[0], 0)
    nearest = int(np.argmax(overlaps))
    if overlaps[nearest] < how.least_overlap:
        return []
    free[nearest] = False
    return [(found, nearest)]


def _chain(links: list[tuple[Seen, int]]) -> Chain:
    return Chain(
        np.array([found.time for found, _ in links]),
        np.stack([found.boxes[k] for found, k in links]),
        np.array([found.scores[k] for found, k in links]),
        np.stack([found.classes[k] for found, k in links]),
    )
