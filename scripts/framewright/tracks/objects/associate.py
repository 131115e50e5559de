"""Following: which detection of the next frame is which thing, so that each thing's detections are one chain.

In two rounds, as ByteTrack does it: sure detections first, unsure ones for what is left. Beyond that, a thing goes on
with a detection of its shape alone, and with another class only where both lie nearly in the same place: what
passes in front of a car that is not seen for a moment does not become it. Things move at a speed that is forgotten
while they are unseen, and keep their size.
"""

import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from scipy.optimize import linear_sum_assignment

from framewright.boxes import compute_iou
from framewright.tracks.objects.appearance import LENGTH
from framewright.tracks.objects.camera import STILL
from framewright.tracks.objects.options import Association

CONFIRMED = 2  # detections in a row that make a thing; one alone is a mistake of the detector
ALIKE = 0.5  # cosine of what a thing was taken for and what a detection is taken for; below it they are of two classes
UNLIKE_OVERLAP = 0.5  # which a thing must have with a detection of another class
UNSURE_OVERLAP = 0.5  # and with an unsure one
GROWTH = 0.8  # most change of a side, as the logarithm of the ratio
# What a filter expects, in sides of a box: how far off a detection is; how far a thing strays in a second; how much its
# sides change, and its speed; how fast it may be when it is first seen.
ERROR, STRAY, CHANGE, PUSH, FIRST_SPEED = 0.1, 0.06, 0.15, 0.5, 2.0
# How alike a track and a detection look (cosine): below DIFFERENT they are two objects, from SAME on it is
# the same. Between two frames the same object has .97 and more, two objects .89 and less in 19 of 20 cases.
DIFFERENT, SAME = 0.8, 0.95
# The same by a re-identification network, whose vectors of two persons have less in common.
DIFFERENT_IDENTITY, SAME_IDENTITY = 0.4, 0.8
CERTAIN = 0.75  # overlap of a track and a detection that goes on even so: light may change all at once
LIKELIEST = 8  # classes of each detection that are kept
LEARNS = 0.15  # share of a detection in what its track looks like
BORDER, SHRUNK = (
    0.01,
    0.6,
)  # of the frame: how near its border is; of a box's largest side: what is left of one that leaves
REGROWN = 1.2  # times its side, to which a box at the border grows: somebody else comes in there
NO_APPEARANCE = np.zeros((0, LENGTH), np.uint8)
NO_IDENTITY = np.zeros((0, 0), np.float16)
UNSEEN, FORGETS = 0.3, 1.0  # seconds: so long without a detection, a thing's speed begins to fade, by this constant


@dataclass(frozen=True, eq=False)
class FrameDetections:
    """What a detector found in one frame, at `time` (seconds): N things that may be any of C classes."""

    time: float
    boxes: np.ndarray  # (N, 4) float64 x1, y1, x2, y2
    scores: np.ndarray  # (N,) float64, 0..1: how sure it is that there is something
    classes: np.ndarray  # (N, C) float, 0..1: how likely each class is
    appearance: np.ndarray = field(
        default_factory=lambda: NO_APPEARANCE
    )  # (N, 128) uint8, or (0, 128) where nobody looked: see appearance.py
    motion: np.ndarray = field(
        default_factory=lambda: STILL
    )  # (6,) float64, the camera's since the frame before: see camera.py
    identity: np.ndarray = field(
        default_factory=lambda: NO_IDENTITY
    )  # (N, D) float16, or (0, 0) where no network looked: see identity.py

    @property
    def cue(self) -> np.ndarray:
        """What tells things apart beside their places, a row each, or no rows: identity, else appearance."""
        return self.identity if len(self.identity) else self.appearance

    @property
    def cue_limits(self) -> tuple[float, float]:
        """The cosine of two cues below which they are of two things, and from which on of the same."""
        return (DIFFERENT_IDENTITY, SAME_IDENTITY) if len(self.identity) else (DIFFERENT, SAME)

    def select(self, chosen: np.ndarray) -> "FrameDetections":
        """Only those that are chosen, by number or mask."""
        looks, identity = (rows[chosen] if len(rows) else rows for rows in (self.appearance, self.identity))
        boxes, scores, classes = (part[chosen] for part in (self.boxes, self.scores, self.classes))
        return FrameDetections(self.time, boxes, scores, classes, looks, self.motion, identity)


ASSOCIATION = Association()


@dataclass(frozen=True, eq=False)
class Tracklet:
    """The detections of one thing, in order of time; what it may be is summed up over them."""

    times: np.ndarray  # (T,) float64 seconds
    boxes: np.ndarray  # (T, 4)
    scores: np.ndarray  # (T,)
    # (4, C): of probabilities, of their squares, of probabilities times scores, of the squares of these
    sums: np.ndarray
    looks: np.ndarray = field(default_factory=lambda: NO_APPEARANCE)  # (T, 128) uint8, or none
    # (T, K) numbers and probabilities of each detection's likeliest classes, kept with `looks`
    likeliest: tuple[np.ndarray, np.ndarray] = (np.zeros((0, 0), np.intp), np.zeros((0, 0)))

    def part(self, first: int, end: int) -> "Tracklet":
        """The detections first <= number < end as a tracklet; its classes are summed up over their likeliest ones."""
        rows = slice(first, end)
        numbers, values = (each[rows] for each in self.likeliest)
        sums = np.zeros_like(self.sums)
        weighted = values * self.scores[rows, None]
        for total, more in zip(sums, (values, values**2, weighted, weighted**2), strict=True):
            np.add.at(total, numbers, more)
        kept = (self.times[rows], self.boxes[rows], self.scores[rows])
        return Tracklet(*kept, sums, self.looks[rows], (numbers, values))

    def join(self, later: "Tracklet") -> "Tracklet":
        """This tracklet and what comes later as one."""
        columns = ((self.times, later.times), (self.boxes, later.boxes), (self.scores, later.scores))
        times, boxes, scores = (np.concatenate(pair) for pair in columns)
        looks = np.concatenate([self.looks, later.looks])
        numbers, values = (np.concatenate(pair) for pair in zip(self.likeliest, later.likeliest, strict=True))
        return Tracklet(times, boxes, scores, self.sums + later.sums, looks, (numbers, values))

    def class_scores(self) -> np.ndarray:
        """(4, C): of each class, mean and deviation of its probability, mean and deviation of it times the score."""
        means = self.sums / len(self.times)
        spread = np.sqrt(np.maximum(means[1::2] - means[::2] ** 2, 0))
        return np.stack([means[0], spread[0], means[2], spread[1]])


def suppress_overlaps(found: FrameDetections, most: float) -> FrameDetections:
    """The detections without those that overlap a surer one by more than `most`, whatever their classes."""
    order = np.argsort(-found.scores, kind="stable")
    overlaps = compute_iou(found.boxes[order], found.boxes[order]) > most
    kept = np.ones(len(order), bool)
    for k in range(len(order)):
        if kept[k]:
            kept[k + 1 :] &= ~overlaps[k, k + 1 :]
    return found.select(order[kept])


def find_tracklets(
    frames: Iterable[FrameDetections], how: Association = ASSOCIATION, size: tuple[int, int] | None = None
) -> list[Tracklet]:
    """The tracklets in one shot, by when they begin, each with two detections or more.

    A tracklet goes on after a gap with what it had before. Give each shot by itself: nothing is followed across a cut.
    """
    found = [tracklet for tracklet in associate(frames, how, size) if len(tracklet.times) >= CONFIRMED]
    return sorted(found, key=lambda tracklet: (tracklet.times[0], *tracklet.boxes[0]))


def associate(
    frames: Iterable[FrameDetections], how: Association = ASSOCIATION, size: tuple[int, int] | None = None
) -> Iterator[Tracklet]:
    """The tracklets in one shot, each as soon as it has ended, and those of one detection alone; no frame is kept.

    Where the frame's `size` (width, height) is known, what leaves it is not continued by what comes in at that place.
    """
    alive: list[_ActiveTrack] = []
    for frame in frames:
        found = suppress_overlaps(frame.select(frame.scores >= how.min_score), how.nms)
        yield from (track.finish() for track in alive if found.time - track.seen > how.lost_seconds)
        alive = [track for track in alive if found.time - track.seen <= how.lost_seconds]
        for track in alive:
            if found.motion is not STILL:
                track.follow_camera(found.motion)
            track.move(found.time)
        sure = found.scores >= how.high_score
        match = partial(_continue_tracks, found=found, weight=how.appearance, size=size)
        free, claimed = match(alive, rows=np.flatnonzero(sure), least=how.min_overlap)
        match(free, rows=np.flatnonzero(~sure), least=max(UNSURE_OVERLAP, how.min_overlap))
        # seen once and then not is a mistake
        yield from (track.finish() for track in alive if not track.is_confirmed and track.seen != found.time)
        alive = [track for track in alive if track.is_confirmed or track.seen == found.time]
        alive += [_ActiveTrack(found, row) for row in np.flatnonzero(sure).tolist() if row not in claimed]
    yield from (track.finish() for track in alive)


def _continue_tracks(
    tracks: list["_ActiveTrack"],
    found: FrameDetections,
    rows: np.ndarray,
    least: float,
    weight: float,
    size: tuple[int, int] | None,
) -> tuple[list["_ActiveTrack"], set[int]]:
    """Let tracks go on with the detections `rows`, as many and as well as can be; those that don't, and the rows that
    are taken."""
    if not tracks or not len(rows):
        return tracks, set()
    fit = _score_pairs(tracks, found, rows, least, weight, size)
    pairs = [pair for pair in zip(*linear_sum_assignment(fit, maximize=True), strict=True) if fit[pair] > 0]
    for number, place in pairs:
        tracks[number].add(found, rows[place])
    taken = {number for number, _ in pairs}
    return [track for k, track in enumerate(tracks) if k not in taken], {int(rows[place]) for _, place in pairs}


def _score_pairs(
    tracks: list["_ActiveTrack"],
    found: FrameDetections,
    rows: np.ndarray,
    least: float,
    weight: float,
    size: tuple[int, int] | None,
) -> np.ndarray:
    """How well each track goes on with each detection, (tracks, rows) float64; 0 where it can't."""
    places = np.array([track.box() for track in tracks]).reshape(-1, 4)
    boxes = found.boxes[rows]
    fit = compute_iou(places, boxes)
    numbers, columns = np.nonzero(fit >= least)
    if not len(numbers):
        return np.zeros_like(fit)
    sides, sizes = places[numbers, 2:] - places[numbers, :2], boxes[columns, 2:] - boxes[columns, :2]
    grown = np.abs(np.log(np.maximum(sizes, 1) / np.maximum(sides, 1))).max(axis=1)
    taken_for = np.array([tracks[number].sums[2] for number in numbers])
    alike = _cosine(taken_for, found.classes[rows[columns]])
    overlap = fit[numbers, columns]
    goes = (grown <= GROWTH) & ((alike >= ALIKE) | (overlap >= UNLIKE_OVERLAP))
    score = overlap * (1 + alike) / 2
    if weight and len(found.cue):
        looks = np.array([tracks[number].looks for number in numbers])
        similar = _cosine(looks, found.cue[rows[columns]].astype(np.float32))
        different, same = found.cue_limits
        goes &= (similar >= different) | (overlap >= CERTAIN)
        score = score * (1 - weight + weight * np.clip((similar - different) / (same - different), 0, 1))
    if size is not None:
        goes &= ~_comes_in(tracks, numbers, boxes[columns], size)
    fit = np.zeros_like(fit)
    fit[numbers, columns] = np.where(goes, score, 0)
    return fit


def _comes_in(
    tracks: list["_ActiveTrack"], numbers: np.ndarray, boxes: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Whether a track has shrunk into the frame's border, and the box at that place is larger again, (N,) bool."""
    known = np.array([tracks[number].largest for number in numbers])
    last = np.array([tracks[number].last_box for number in numbers])
    left = last[:, 2:] - last[:, :2]
    limits = np.array(size, float)
    touching = (last[:, :2] <= BORDER * limits) | (last[:, 2:] >= (1 - BORDER) * limits)
    return (touching & (left < SHRUNK * known) & (boxes[:, 2:] - boxes[:, :2] > REGROWN * left)).any(axis=1)


def _cosine(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of each row of `first` and the same row of `second`, (N,) float64."""
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return (first * second).sum(axis=1) / np.maximum(lengths, 1e-12)


class _ActiveTrack:
    """A thing while it is followed: where it is, how fast it moves, its detections, and what it was taken for.

    Its few numbers are Python's: arrays of two take many times longer.
    """

    def __init__(self, found: FrameDetections, row: int) -> None:
        self.times, self.boxes, self.scores = array("d"), array("d"), array("d")
        self.sums = np.zeros((4, found.classes.shape[1]))
        self.crops: list[np.ndarray] = []
        self.numbers: list[np.ndarray] = []
        self.values: list[np.ndarray] = []
        self.x, self.y, self.width, self.height = self._keep(found, row)
        self.speed_x = self.speed_y = 0.0
        self.largest = (self.width, self.height)
        self.looks = found.cue[row].astype(np.float32) if len(found.cue) else None
        # how far off middle and speed are, as variances and covariance of a Kalman filter, in sides; and sides
        self.off, self.off_both, self.off_speed = ERROR**2, 0.0, FIRST_SPEED**2
        self.off_sides = ERROR**2
        self.now = found.time

    @property
    def seen(self) -> float:
        """When it was last seen."""
        return self.times[-1]

    @property
    def is_confirmed(self) -> bool:
        """Whether it was seen often enough to be something."""
        return len(self.times) >= CONFIRMED

    def box(self) -> tuple[float, float, float, float]:
        """Where it should be."""
        right, down = self.width / 2, self.height / 2
        return self.x - right, self.y - down, self.x + right, self.y + down

    @property
    def last_box(self) -> tuple[float, float, float, float]:
        """Its last detection."""
        x1, y1, x2, y2 = self.boxes[-4:]
        return x1, y1, x2, y2

    def follow_camera(self, motion: np.ndarray) -> None:
        """Go where the camera's motion takes what does not move."""
        a, b, c, d, e, f = motion.tolist()
        zoom = math.sqrt(abs(a * e - b * d))
        self.x, self.y = a * self.x + b * self.y + c, d * self.x + e * self.y + f
        self.speed_x, self.speed_y = a * self.speed_x + b * self.speed_y, d * self.speed_x + e * self.speed_y
        self.width, self.height = self.width * zoom, self.height * zoom

    def move(self, time: float) -> None:
        """Go to where it should be at `time`."""
        step, self.now = time - self.now, time
        if time - self.seen > UNSEEN:
            fading = math.exp(-step / FORGETS)
            self.speed_x, self.speed_y = self.speed_x * fading, self.speed_y * fading
        self.x, self.y = self.x + self.speed_x * step, self.y + self.speed_y * step
        self.off += (2 * self.off_both + self.off_speed * step) * step + STRAY**2 * step
        self.off_both += self.off_speed * step
        self.off_speed += PUSH**2 * step
        self.off_sides += CHANGE**2 * step

    def add(self, found: FrameDetections, row: int) -> None:
        """Go on with a detection."""
        x, y, width, height = self._keep(found, row)
        gain, push = self.off / (self.off + ERROR**2), self.off_both / (self.off + ERROR**2)
        right, down = x - self.x, y - self.y
        self.x, self.y = self.x + gain * right, self.y + gain * down
        self.speed_x, self.speed_y = self.speed_x + push * right, self.speed_y + push * down
        self.off_speed -= push * self.off_both
        self.off, self.off_both = self.off - gain * self.off, self.off_both - gain * self.off_both
        gain = self.off_sides / (self.off_sides + ERROR**2)
        self.width += gain * (width - self.width)
        self.height += gain * (height - self.height)
        self.off_sides *= 1 - gain
        self.largest = max(self.largest[0], self.width), max(self.largest[1], self.height)
        if self.looks is not None and len(found.cue):
            self.looks += LEARNS * (found.cue[row] - self.looks)

    def finish(self) -> Tracklet:
        """What is kept of it."""
        times, boxes, scores = (np.array(values, np.float64) for values in (self.times, self.boxes, self.scores))
        boxes = boxes.reshape(-1, 4)
        if not self.crops:
            return Tracklet(times, boxes, scores, self.sums)
        likeliest = np.stack(self.numbers), np.stack(self.values).astype(np.float64)
        return Tracklet(times, boxes, scores, self.sums, np.stack(self.crops), likeliest)

    def _keep(self, found: FrameDetections, row: int) -> tuple[float, float, float, float]:
        """Note a detection; its middle (x, y), width and height."""
        left, top, right, bottom = box = found.boxes[row].tolist()
        score = float(found.scores[row])
        self.times.append(found.time)
        self.boxes.extend(box)
        self.scores.append(score)
        probability = found.classes[row].astype(np.float64)
        if len(found.appearance):
            best = np.argsort(-probability)[:LIKELIEST] if len(probability) > LIKELIEST else np.arange(len(probability))
            self.crops.append(found.appearance[row])
            self.numbers.append(best)
            self.values.append(probability[best].astype(np.float32))
        weighted = probability * score
        for number, more in enumerate((probability, probability**2, weighted, weighted**2)):
            self.sums[number] += more
        return (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
