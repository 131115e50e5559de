"""Looking through a video for faces at a fraction of the cost of searching every picture whole.

- A picture is swept whole a few times per second, and only where it has changed since it was swept last: what has not
  changed holds the same faces.
- Between two sweeps only faces that move or are in doubt are looked at, each in a part of the picture around it,
  scaled so that the network sees it best. There a much lower score is enough for a face that was sure once.
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
from framewright.tracks.privacy.faces import FaceFinder, Finder, Part, fitting_zoom, keep_surest
from framewright.video.frame import Frame

APART = Fraction(3, 20)  # seconds between two looks at the most: of a slow video, all frames are looked at
SWEEP = Fraction(1, 2)  # seconds between two sweeps, about
GRID = 8  # pixels of the swept picture for each place that is compared
BLOCK = 4  # places in a block of the picture, which is searched or not
CHANGED = 5.0  # grey values by which the mean of a place differs when it has changed
NEW_SCENE = 0.6  # share of blocks changed since the last look that makes a sweep due at once,
NEW_PICTURE = 16.0  # with so many grey values of mean difference
MARGIN = 1  # blocks around what has changed that are searched with it
APIECE = 12  # blocks that a part costs beside its area
FAINT = 0.5  # of a sure score: enough for a face that was sure, where it should be
ROOM, LITTLE_ROOM = 48, 32  # pixels of the network from a followed face's middle to the border of its part,
LITTLE = 28  # the latter for faces that are no larger there
BRISK, JITTER = 0.2, 3.0  # sides of a face, and pixels, per look: one that moves faster is looked at between sweeps
UNSEEN = 0.25  # seconds after which any face is looked at
WAITS = 0.9  # seconds: a face that no sweep finds any more is looked for no longer
TRIES, TRIES_KNOWN = 2, 5  # looks in a row at a face that is not found, and at one seen often; then sweeps look for it
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
        return float(apart.mean()) > NEW_PICTURE and float(_blocks(apart > CHANGED).mean()) > NEW_SCENE

    def _sweep(self, frame: Frame, number: int, places: np.ndarray) -> None:
        """Search what has changed since the last sweep; what has not holds what was found there."""
        if self._swept is None:
            changed = np.ones((places.shape[0] // BLOCK, places.shape[1] // BLOCK), bool)
        else:
            changed = _blocks(np.abs(places - self._swept) > CHANGED)
        size = frame.shape.displayed
        parts, around, searched = _cover_blocks(changed, size)
        rows = [np.zeros((0, 5))]
        if around:
            first, *smaller = self._finder.zooms(size[::-1])
            rows.append(self._finder.find(frame.rgb, parts, first, self._finder.least))
            rows += [self._finder.find(frame.rgb, [around], zoom, self._finder.least) for zoom in smaller]
        fresh = np.concatenate(rows)
        fresh = fresh[[_is_in(searched, row, size) for row in fresh]] if len(fresh) else fresh
        still = [row for row in self._standing if not _is_in(searched, row, size)]
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
        parts = [_part_around(box, frame.shape.displayed) for box in boxes]
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
        there = [other for other in self._found.get(number, ()) if _overlap(row, other) > 0.3]
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


def _part_around(box: np.ndarray, size: tuple[int, int]) -> tuple[Part, float]:
    """The part of a picture of `size` (width, height) around a face, and the zoom at which the network sees it best."""
    zoom = fitting_zoom(box)
    width, height = size
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    room = (LITTLE_ROOM if zoom * (box[3] - box[1]) <= LITTLE else ROOM) / zoom
    x = np.clip(x, min(room, width / 2), max(width - room, width / 2))
    y = np.clip(y, min(room, height / 2), max(height - room, height / 2))
    left, top = max(0, round(x - room)), max(0, round(y - room))
    return (left, top, min(width, round(x + room)), min(height, round(y + room))), zoom


def _blocks(changed: np.ndarray) -> np.ndarray:
    """Which blocks of BLOCK x BLOCK places hold a place that has changed."""
    height, width = changed.shape
    return np.asarray(changed.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK).any(axis=(1, 3)))


def _cover_blocks(changed: np.ndarray, size: tuple[int, int]) -> tuple[list[Part], Part | None, np.ndarray]:
    """Parts of a picture of `size` (width, height) that hold all blocks that have changed; the part around all of
    these; and which blocks are in one, (rows, columns) bool."""
    rows, columns = changed.shape
    searched = np.zeros(changed.shape, bool)
    scale = size[0] / columns, size[1] / rows
    everything = _bound(changed, (0, 0, columns, rows))
    parts = []
    for x1, y1, x2, y2 in _split(changed, everything):
        searched[y1:y2, x1:x2] = True
        parts.append(_to_pixels((x1 - MARGIN, y1 - MARGIN, x2 + MARGIN, y2 + MARGIN), scale, size))
    return parts, _to_pixels(everything, scale, size) if everything else None, searched


def _to_pixels(box: tuple[float, ...], scale: tuple[float, float], size: tuple[int, int]) -> Part:
    (across, down), (width, height) = scale, size
    left, top = max(0, round(box[0] * across)), max(0, round(box[1] * down))
    return left, top, min(width, round(box[2] * across)), min(height, round(box[3] * down))


def _bound(mask: np.ndarray, box: Part) -> Part | None:
    """The box around what is set in a box of a mask."""
    x1, y1, x2, y2 = box
    part = mask[y1:y2, x1:x2]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        return None
    return x1 + int(columns[0]), y1 + int(rows[0]), x1 + int(columns[-1]) + 1, y1 + int(rows[-1]) + 1


def _split(mask: np.ndarray, box: Part | None) -> list[Part]:
    """A box cut into two along a line, and these again, as long as the boxes around what is set become smaller."""
    if box is None:
        return []
    x1, y1, x2, y2 = box
    halves = [((x1, y1, x, y2), (x, y1, x2, y2)) for x in range(x1 + 1, x2)]
    halves += [((x1, y1, x2, y), (x1, y, x2, y2)) for y in range(y1 + 1, y2)]
    best, least = None, _area(box) - APIECE
    for one, other in halves:
        pair = _bound(mask, one), _bound(mask, other)
        area = sum(_area(half) for half in pair if half)
        if area < least:
            best, least = pair, area
    if best is None:
        return [box]
    return [part for half in best for part in _split(mask, half)]


def _area(box: Part) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _is_in(searched: np.ndarray, row: np.ndarray, size: tuple[int, int]) -> bool:
    """Whether the middle of a box lies in a block that was searched."""
    rows, columns = searched.shape
    x = int(np.clip((row[0] + row[2]) / 2 / size[0] * columns, 0, columns - 1))
    y = int(np.clip((row[1] + row[3]) / 2 / size[1] * rows, 0, rows - 1))
    return bool(searched[y, x])


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    sides = np.minimum(one[2:4], other[2:4]) - np.maximum(one[:2], other[:2])
    shared = float(sides.clip(0).prod())
    return shared / max(float((one[2:4] - one[:2]).prod() + (other[2:4] - other[:2]).prod()) - shared, 1e-9)
