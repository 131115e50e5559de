"""Looking through a video for faces at a fraction of the cost of searching every picture whole.

- A picture is swept whole a few times per second, and only where it has changed since it was swept last: what has not
  changed holds the same faces.
- Between two sweeps only faces that move or are in doubt are looked at, each in a part of the picture around it,
  scaled so that the network sees it best. There a much lower score is enough for a face that was sure once.
- Where a sweep finds small faces, smaller ones may stand beside them: there it looks again, closer.
- When a sweep finds a new face, the pictures since the sweep before are looked at in the same way, backwards.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

import cv2
import numpy as np

from framewright.tracks.privacy.face_tracks import KNOWN, FaceDetections, OpenTrack, pair_boxes
from framewright.tracks.privacy.faces import OVERLAP, FaceFinder, Finder, keep_surest
from framewright.tracks.privacy.parts import BLOCK, cover_blocks, cover_neighbours, find_blocks, is_in, part_around
from framewright.video.frame import Frame

APART = Fraction(3, 20)  # seconds between two looks at the most: of a slow video, all frames are looked at
SWEEP = Fraction(1, 2)  # seconds between two sweeps, about
GRID = 8  # pixels of the swept picture for each place that is compared
CHANGED = 5.0  # grey values by which the mean of a place differs when it has changed
NEW_SCENE = 0.6  # share of blocks changed since the last look that makes a sweep due at once,
NEW_PICTURE = 16.0  # with so many grey values of mean difference
CROWDED, CLOSER = 18, 2.0  # pixels: beside a face that is no higher, others are looked for in a copy so much larger,
CLEAR = 1.25  # with so many sure scores,
CROWD = 1 / 8  # in no more than this share of a picture
FAINT = 0.5  # of a sure score: enough for a face that was sure, where it should be
BRISK, JITTER = 0.2, 3.0  # sides of a face, and pixels, per look: one that moves faster is looked at between sweeps
UNSEEN = 0.25  # seconds after which any face is looked at
WAITS = 0.9  # seconds: a face that no sweep finds any more is looked for no longer
TRIES, TRIES_KNOWN = 2, 3  # looks in a row at a face that is not found, and at one seen often; then sweeps look for it
SMALL = 20  # pixels: a smaller face is not looked for in a smaller copy
DOUBTFUL = 2.0  # times the sure score: a face that never had more must be seen twice


@dataclass(frozen=True, eq=False)
class FaceScan:
    """What looking through a video gave: `times` (n,) float64 seconds of all its frames, and the detections."""

    times: np.ndarray
    sightings: FaceDetections


class FrameSearch(Protocol):
    """What looks for something in the frames that it is shown, in order."""

    def look(self, frame: Frame, number: int) -> None:
        """Look at frame `number`."""

    def found(self) -> dict[int, np.ndarray]:
        """Boxes and scores (n, 5) float64 by frame, once all frames were shown."""


class WholeSearch:
    """Lets a finder look at every frame as a whole."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._found: dict[int, np.ndarray] = {}

    def look(self, frame: Frame, number: int) -> None:
        """Look at frame `number`."""
        self._found[number] = self._finder(frame.rgb)

    def found(self) -> dict[int, np.ndarray]:
        """Boxes and scores (n, 5) float64 by frame."""
        return self._found


def scan_frames(frames: Iterable[Frame], searches: Iterable[FrameSearch], every: int) -> FaceScan:
    """Let the searches look at every `every`-th frame and at the last one, oftener where frames are far apart."""
    searches = list(searches)
    looked: list[int] = []
    times: list[float] = []
    before: Frame | None = None
    last = Fraction(0)

    def look(frame: Frame, number: int) -> Fraction:
        for search in searches:
            search.look(frame, number)
        looked.append(number)
        return frame.time

    for frame in frames:
        if before is not None and frame.time - last > APART and looked[-1] < len(times) - 1:
            last = look(before, len(times) - 1)
        if before is None or len(times) - looked[-1] >= every or frame.time - last > APART:
            last = look(frame, len(times))
        times.append(float(frame.time))
        before = frame
    if before is not None and looked[-1] < len(times) - 1:
        look(before, len(times) - 1)
    return FaceScan(np.array(times, np.float64), _collect(looked, [search.found() for search in searches]))


def _collect(looked: list[int], found: list[dict[int, np.ndarray]]) -> FaceDetections:
    nothing = np.zeros((0, 5))
    rows = [np.concatenate([nothing, *(own.get(number, nothing) for own in found)]) for number in looked]
    at = np.repeat(np.arange(len(looked)), [len(own) for own in rows])
    together = np.concatenate([nothing, *rows])
    return FaceDetections(np.array(looked, np.int64), at, together[:, :4], together[:, 4])


@dataclass(eq=False)
class _Followed(OpenTrack):
    """A face that is followed online."""

    best: float = 0.0  # its surest score
    last: float = 0.0  # its last score
    seen: int = 1  # how often it was seen
    misses: int = 0  # looks in a row that did not find it
    rows: list[tuple[int, int]] = field(default_factory=list)  # (frame, place in it) of its sightings


class FaceSearch:
    """Looks for faces in the frames of a video; `sure` is the score that at least one sighting of a face must have."""

    def __init__(self, finder: FaceFinder, sure: float) -> None:
        self._finder, self._sure = finder, sure
        self._found: dict[int, list[np.ndarray]] = {}
        self._alive: list[_Followed] = []
        self._rejected: set[tuple[int, int]] = set()
        self._waiting: deque[tuple[int, Frame]] = deque()  # the frames looked at since the last sweep, that included
        self._swept: np.ndarray | None = None  # each place as it was when it was swept last
        self._before: np.ndarray | None = None  # all places at the last look
        self._standing = np.zeros((0, 5))  # what the last sweep found
        self._time = Fraction(-1)

    def look(self, frame: Frame, number: int) -> None:
        """Look at frame `number`."""
        self._found[number] = []
        self._end(float(frame.time))
        places = self._places(frame)
        due = self._swept is None or frame.time - self._time >= SWEEP or self._is_new(places)
        if due:
            self._sweep(frame, number, places)
        else:
            self._follow(frame, number, [track for track in self._alive if self._needs_look(track, frame.time)])
        self._before = places
        self._waiting.append((number, frame))

    def found(self) -> dict[int, np.ndarray]:
        """Boxes and scores (n, 5) float64 by frame, once all frames were shown."""
        if len(self._waiting) > 1:  # what appears at the very end
            number, frame = self._waiting.pop()
            self._found[number] = []
            self._sweep(frame, number, self._places(frame))
        self._end(float("inf"))
        nothing = np.zeros((0, 5))
        kept = {}
        for number, rows in self._found.items():
            own = [row for place, row in enumerate(rows) if (number, place) not in self._rejected]
            kept[number] = np.array(own) if own else nothing
        return kept

    # ---- sweeps

    def _places(self, frame: Frame) -> np.ndarray:
        """The picture's luma at the places that are compared, (h, w) float32; h and w are multiples of BLOCK."""
        width, height = frame.shape.displayed
        zoom = self._finder.zooms((height, width))[0]
        across, down = (max(1, round(side * zoom / GRID / BLOCK)) * BLOCK for side in (width, height))
        return frame.gray(across, down).astype(np.float32)

    def _is_new(self, places: np.ndarray) -> bool:
        """Whether the picture has nothing to do with that of the last look."""
        assert self._before is not None
        apart = np.abs(places - self._before)
        return float(apart.mean()) > NEW_PICTURE and float(find_blocks(apart > CHANGED).mean()) > NEW_SCENE

    def _sweep(self, frame: Frame, number: int, places: np.ndarray) -> None:
        """Search what has changed since the last sweep; what has not holds what was found there."""
        if self._swept is None:
            changed = np.ones((places.shape[0] // BLOCK, places.shape[1] // BLOCK), bool)
        else:
            changed = find_blocks(np.abs(places - self._swept) > CHANGED)
        size = frame.shape.displayed
        parts, around, searched = cover_blocks(changed, size)
        rows = [np.zeros((0, 5))]
        if around:
            first, *smaller = self._finder.zooms(size[::-1])
            rows.append(self._finder.find(frame.rgb, parts, first, self._finder.least))
            rows.append(self._search_crowds(frame, rows[-1], first))
            rows += [self._finder.find(frame.rgb, [around], zoom, self._finder.least) for zoom in smaller]
        fresh = np.concatenate(rows)
        fresh = fresh[[is_in(searched, row, size) for row in fresh]] if len(fresh) else fresh
        still = [row for row in self._standing if not is_in(searched, row, size)]
        found = keep_surest(np.concatenate([fresh, *(row[None] for row in still)]))
        now = float(frame.time)
        taken = pair_boxes(self._alive, found[:, :4], now)
        lost = [track for track in self._alive if track not in taken.values() and track.best >= self._sure]
        again = [taken[place] for place in sorted(taken) if now - taken[place].time > 2 * UNSEEN]
        surer = self._look_closer(frame, found, [place for place in range(len(found)) if place not in taken])
        begun = []
        for place, row in enumerate(surer):
            if place in taken:
                self._go_on(taken[place], number, row, now)
            else:
                begun.append(self._begin(number, row, now))
        self._follow(frame, number, lost)
        self._look_back([track for track in begun + again if track.best >= self._sure])
        self._alive += begun
        if self._swept is None:
            self._swept = places
        else:
            mask = cv2.resize(searched.astype(np.uint8), places.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
            self._swept = np.where(mask, places, self._swept)
        self._standing, self._time = found, frame.time
        self._waiting.clear()  # this frame comes first in it

    def _search_crowds(self, frame: Frame, found: np.ndarray, zoom: float) -> np.ndarray:
        """Faces (n, 5) that are too small to be found in a sweep, beside those which are just large enough for it."""
        size = frame.shape.displayed
        small = found[(found[:, 3] - found[:, 1]) * zoom <= CROWDED]
        parts, room = [], size[0] * size[1] * CROWD
        for part in cover_neighbours(small, size):
            room -= (part[2] - part[0]) * (part[3] - part[1])
            if room >= 0:
                parts.append(part)
        closer = self._finder.find(frame.rgb, parts, CLOSER * zoom, CLEAR * self._sure)
        return closer[[all(_overlap(row, other) <= OVERLAP for other in found) for row in closer]]

    # ---- followed faces

    def _needs_look(self, track: _Followed, now: Fraction) -> bool:
        """Whether a face that was sure must be looked at between two sweeps: else it moves along a line."""
        if track.best < self._sure:
            return False
        side = float((track.box[2:] - track.box[:2]).max())
        brisk = float(np.hypot(*track.speed)) * float(APART) > BRISK * side + JITTER
        due = brisk or track.misses > 0 or track.seen < 2 or float(now) - track.time > UNSEEN
        return due and track.misses < (TRIES_KNOWN if track.seen >= KNOWN else TRIES)

    def _follow(self, frame: Frame, number: int, tracks: list[_Followed]) -> None:
        """Look for followed faces where they should be."""
        now = float(frame.time)
        tracks = sorted(tracks, key=lambda track: -track.last)
        boxes = [track.box + np.tile(track.speed * (now - track.time), 2) for track in tracks]
        for track, box, seen in zip(tracks, boxes, self._look_around(frame, boxes), strict=True):
            row = self._choose(frame, box, seen, number)
            track.misses += 1
            if row is not None:
                self._go_on(track, number, row, now)

    def _look_back(self, tracks: list[_Followed]) -> None:
        """Look for faces that are new where they were at the looks since the last sweep, and at that."""
        boxes, misses = {track: track.box for track in tracks}, dict.fromkeys(tracks, 0)
        for number, frame in reversed(self._waiting):
            sought = [track for track in tracks if misses[track] < TRIES]
            around = self._look_around(frame, [boxes[track] for track in sought])
            for track, seen in zip(sought, around, strict=True):
                row = self._choose(frame, boxes[track], seen, number)
                if row is None:
                    misses[track] += 1
                    continue
                misses[track] = 0
                self._found[number].append(row)
                track.rows.append((number, len(self._found[number]) - 1))
                track.seen += 1
                track.best = max(track.best, float(row[4]))
                boxes[track] = row[:4]

    def _look_around(self, frame: Frame, boxes: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The faces around each box, sure or not, (n, 5); a larger one that is not sure is looked at smaller, too."""
        least = FAINT * self._sure
        parts = [part_around(box, frame.shape.displayed) for box in boxes]
        found = self._finder.find_each(frame.rgb, parts, least)
        unsure = [
            place
            for place, (box, seen) in enumerate(zip(boxes, found, strict=True))
            if box[3] - box[1] > SMALL and (not len(seen) or seen[:, 4].max() < self._sure)
        ]
        smaller = [(part, zoom / 2) for part, zoom in (parts[place] for place in unsure)]
        for place, more in zip(unsure, self._finder.find_each(frame.rgb, smaller, least), strict=True):
            found[place] = keep_surest(np.concatenate([found[place], more]))
        return found

    def _choose(self, frame: Frame, box: np.ndarray, seen: np.ndarray, number: int) -> np.ndarray | None:
        """Of the faces seen around a box the nearest (5,), unless this frame has it already; None if there is none."""
        time = float(frame.time)
        near = pair_boxes([OpenTrack(box, time)], seen[:, :4], time)
        if not near:
            return None
        row = seen[next(iter(near))]
        there = [other for other in self._found.get(number, ()) if _overlap(row, other) > OVERLAP]
        return None if there else row

    def _look_closer(self, frame: Frame, found: np.ndarray, places: list[int]) -> list[np.ndarray]:
        """What was found; each of `places` in it that is not sure has the better of its score and a closer look's."""
        surer = list(found)
        unsure = [place for place in places if found[place, 4] < self._sure]
        around = self._look_around(frame, [found[place, :4] for place in unsure])
        for place, seen in zip(unsure, around, strict=True):
            closer = self._choose(frame, found[place, :4], seen, -1)
            if closer is not None and closer[4] >= found[place, 4]:
                surer[place] = closer
        return surer

    def _begin(self, number: int, row: np.ndarray, now: float) -> _Followed:
        self._found[number].append(row)
        track = _Followed(row[:4], now, best=float(row[4]), last=float(row[4]))
        track.rows.append((number, len(self._found[number]) - 1))
        return track

    def _go_on(self, track: _Followed, number: int, row: np.ndarray, now: float) -> None:
        self._found[number].append(row)
        track.rows.append((number, len(self._found[number]) - 1))
        track.add(row[:4], now)
        track.best, track.last = max(track.best, float(row[4])), float(row[4])
        track.seen += 1
        track.misses = 0

    def _end(self, now: float) -> None:
        """End the tracks that nothing continues; one that was seen once, and hardly, is no face."""
        for track in self._alive:
            if now - track.time > WAITS and track.seen == 1 and track.best < DOUBTFUL * self._sure:
                self._rejected.update(track.rows)
        self._alive = [track for track in self._alive if now - track.time <= WAITS]


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    sides = np.minimum(one[2:4], other[2:4]) - np.maximum(one[:2], other[:2])
    shared = float(sides.clip(0).prod())
    return shared / max(float((one[2:4] - one[:2]).prod() + (other[2:4] - other[:2]).prod()) - shared, 1e-9)
