"""Following objects from frame to frame by Lucas-Kanade flow, cheaply, and telling how well that goes.

    follower = Follower((1280, 720))
    follower.start(grey, boxes, scores, classes)      # what a detector found in the first frame
    follower.move(grey)                               # each later frame: every track goes on
    follower.refresh(grey, boxes, scores, classes, examined)  # whenever a detector has examined these areas again
    follower.tracks, feature_matrix(follower.tracks)

The features, by the definition `framewright 2` (lengths are pixels of the full frame):

    min_eig     mean, over the points that were followed into this frame, of the smaller eigenvalue of the gradient
                matrix (OpenCV's scale) when the point was chosen, at most a few frames ago; 0 where none was, and
                as long as the track is lost
    ncc         correlation, with means subtracted, -1 to 1, of what is in the box with what was when it was detected
    accel       length of the change of velocity since the frame before, pixels per frame per frame; there is none
                before the third frame of a track
    flow_std    root mean square distance of the points' displacements from their mean; none with fewer than two, and
                as long as the track is lost
    confidence  score of the last detection
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from framewright.boxes import clip, compute_areas, compute_iou
from framewright.flexpatch.follow.crops import Pyramid, correlate, extract_crops
from framewright.flexpatch.follow.flow import choose_points, follow_points, measure_displacements

HALF_FROM, QUARTER_FROM = 960, 2400  # frames with so long a side are followed at half and at a quarter of their size
MIN_POINTS = 2  # that have to agree with their way back
MIN_SHARE = 0.5  # of the points that have to
MIN_ALIKE = 0.5  # correlation from which on a lost track counts as found again
COASTING = 0.9  # share of its speed that a lost track keeps from frame to frame
OTHER_CLASS = 0.7  # factor of the overlap where a detection has another class than the track
MAX_SCALE = 1.04  # ratio of sizes from frame to frame, or its inverse
BORDER = 1.5  # pixels between a detected box and the frame's border, across which its object may go on
MAX_MISSES = 2  # examinations without success that end a track
INSIDE = 0.75  # share of a track's box in an examined area, so that it would have been found


@dataclass(eq=False)
class Track:
    """One object that is followed. Features that it does not have yet are not-a-number."""

    number: int  # identity, unique in its follower
    box: np.ndarray  # (4,) float64 x1, y1, x2, y2 in pixels of the frame, which it may leave
    score: float  # of its last detection, 0..1
    label: int  # class of its last detection
    age: int = 0  # frames for which nothing has confirmed it: its points were lost, or the detector missed it
    unexamined: int = 0  # frames since the detector last examined its place
    misses: int = 0  # examinations without success since its last detection
    kept: float = float("nan")  # share of its points that agreed with their way back
    is_lost: bool = False  # its points were lost, and nothing in its place resembles it since
    min_eig: float = float("nan")
    ncc: float = float("nan")
    accel: float = float("nan")
    flow_std: float = float("nan")
    velocity: np.ndarray | None = field(default=None, repr=False)  # (2,) pixels per frame
    points: np.ndarray | None = field(default=None, repr=False)  # (P, 2) float32, in pixels of the reduced frame
    eigenvalues: np.ndarray | None = field(default=None, repr=False)  # (P,) of these points
    crop: np.ndarray | None = field(default=None, repr=False)  # its contents at its last detection
    pinned: np.ndarray | None = field(default=None, repr=False)  # (4,) bool, sides detected at the frame's border
    extent: np.ndarray | None = field(default=None, repr=False)  # (2,) width and height at its last detection

    @property
    def confidence(self) -> float:
        """The score of its last detection, as the feature is called."""
        return self.score


class Follower:
    """Follows objects through frames of `frame_size` (width, height).

    A track ends at `max_age`. A detection continues a track whose box it overlaps by `overlap` or more. Frames are
    reduced to 1 / `shrink` of their size; None chooses 1, 2 or 4 by the frame's size.
    """

    def __init__(
        self,
        frame_size: tuple[int, int],
        max_age: int = 10,
        overlap: float = 0.3,
        max_points: int = 20,
        shrink: int | None = None,
    ) -> None:
        longest = max(frame_size)
        self.frame_size, self.max_age, self.overlap, self.max_points = frame_size, max_age, overlap, max_points
        self.shrink = shrink or (1 if longest < HALF_FROM else 2 if longest < QUARTER_FROM else 4)
        width, height = (max(1, round(side / self.shrink)) for side in frame_size)
        self.size = width, height  # of the reduced frames
        self.tracks: list[Track] = []
        self._scale = np.array(frame_size, np.float64) / self.size
        self._scales = np.tile(self._scale, 2)
        self._number = 0
        self._before = Pyramid(np.zeros((height, width), np.uint8))
        self._grey: np.ndarray | None = None  # what `_before` was made of

    def start(self, grey: np.ndarray, boxes: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> None:
        """Begin anew with what was detected in this frame: boxes (N, 4), scores (N,), classes (N,) numbers.

        `grey` is (H, W) uint8, of the frame's size or already of `size`.
        """
        self.tracks, self._before = [], self._reduce(grey)
        self._begin(np.asarray(boxes, np.float64).reshape(-1, 4), scores, classes)

    def move(self, grey: np.ndarray) -> None:
        """Take all tracks to the next frame, and drop those that end."""
        now = self._reduce(grey)
        if self.tracks:
            self._flow(self._before.pictures[0], now.pictures[0])
            then = np.stack([track.crop for track in self.tracks if track.crop is not None])
            alike = correlate(then, extract_crops(now, self._small_boxes()))
            for track, ncc in zip(self.tracks, alike.tolist(), strict=True):
                track.ncc = ncc
                track.is_lost &= ncc < MIN_ALIKE
                if track.is_lost:  # its new points follow something else
                    track.age, track.min_eig, track.flow_std = track.age + 1, 0.0, float("nan")
            self._drop_old()
        self._before = now

    def refresh(
        self,
        grey: np.ndarray,
        boxes: np.ndarray,
        scores: np.ndarray,
        classes: np.ndarray,
        examined: np.ndarray | None = None,
    ) -> np.ndarray:
        """Correct the tracks by the detections in the current frame, within the areas `examined` (M, 4).

        None means the whole frame. Detections and tracks are paired one to one; a detection without a track begins one.
        A track without a detection that lay inside an area ages by the frames since its last examination, half of
        `max_age` at most, so that one miss never ends it; the second in a row does. Returns (N,) int64, the number of
        each detection's track.
        """
        boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
        scores, classes = np.asarray(scores, np.float64), np.asarray(classes, np.int64)
        self._before = self._reduce(grey)
        missed = self._is_inside(examined)
        rows, columns = self._pairs(boxes, classes)
        numbers = np.full(len(boxes), -1, np.int64)
        found = set(rows.tolist())
        for k, track in enumerate(self.tracks):
            if missed[k] and k not in found:
                track.age += min(max(track.unexamined, 1), -(-self.max_age // 2))
                track.misses += 1
            if missed[k] or k in found:
                track.unexamined = 0
        for row, column in zip(rows, columns, strict=True):
            track = self.tracks[row]
            track.box, track.score, track.label = boxes[column].copy(), float(scores[column]), int(classes[column])
            track.age, track.misses, track.is_lost, track.points = 0, 0, False, None
            numbers[column] = track.number
        self._remember([self.tracks[row] for row in rows])
        self._drop_old()
        free = numbers < 0
        numbers[free] = self._begin(boxes[free], scores[free], classes[free])
        return numbers

    def _reduce(self, grey: np.ndarray) -> Pyramid:
        """The frame at the size in which it is followed; the same frame is reduced once."""
        if grey is self._grey:
            return self._before
        self._grey = grey
        if grey.shape[::-1] != self.size:
            grey = cv2.resize(grey, self.size, interpolation=cv2.INTER_AREA)
        return Pyramid(grey)

    def _boxes(self) -> np.ndarray:
        return np.array([track.box for track in self.tracks]).reshape(-1, 4)

    def _small_boxes(self) -> np.ndarray:
        """The boxes in pixels of the reduced frames."""
        return self._boxes() / self._scales

    def _begin(self, boxes: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> list[int]:
        """New tracks, and their numbers."""
        new = []
        for box, score, label in zip(boxes, scores, classes, strict=True):
            new.append(Track(self._number, box.copy(), float(score), int(label)))
            self._number += 1
        self._remember(new)
        self.tracks += new
        return [track.number for track in new]

    def _remember(self, tracks: list[Track]) -> None:
        """Keep the contents of these tracks' boxes."""
        if not tracks:
            return
        boxes = np.array([track.box for track in tracks]).reshape(-1, 4) / self._scales
        ends = np.array([*self.frame_size, *self.frame_size], float)
        for track, crop in zip(tracks, extract_crops(self._before, boxes), strict=True):
            track.crop, track.extent = crop, track.box[2:] - track.box[:2]
            room = np.where([True, True, False, False], track.box, ends - track.box)
            track.pinned = room <= BORDER if (room <= BORDER).any() else None

    def _flow(self, before: np.ndarray, now: np.ndarray) -> None:
        """Move all boxes by the median of their points' displacements, and measure how these agree."""
        chosen = []
        for track, box in zip(self.tracks, self._small_boxes(), strict=True):
            points, eigenvalues = track.points, track.eigenvalues
            if points is None or eigenvalues is None or len(points) < self.max_points // 2:
                points, eigenvalues = choose_points(before, box, self.max_points)
            chosen.append((points, eigenvalues))
        counts = np.array([len(points) for points, _ in chosen])
        owner = np.repeat(np.arange(len(counts)), counts)
        points = np.concatenate([points for points, _ in chosen])
        eigenvalues = np.concatenate([eigenvalues for _, eigenvalues in chosen])
        ends, agrees = follow_points(before, now, points)
        moves, spreads, scales, kept = measure_displacements(points, ends, agrees, counts)
        strengths = np.bincount(owner[agrees], eigenvalues[agrees], len(counts)) / np.maximum(kept, 1)
        lost = kept < np.maximum(MIN_POINTS, MIN_SHARE * counts)
        spreads = np.where(kept < MIN_POINTS, np.nan, spreads * self.shrink)
        scales = np.clip(scales, 1 / MAX_SCALE, MAX_SCALE)
        shares = np.where(counts > 0, kept / np.maximum(counts, 1), np.nan)
        self._advance(moves * self._scale, scales, lost)
        for track, track.kept in zip(self.tracks, shares.tolist(), strict=True):
            if track.pinned is not None:
                _extend(track, self.frame_size)
        boxes = self._small_boxes()[owner]
        good = agrees & ((ends >= boxes[:, :2]) & (ends <= boxes[:, 2:])).all(axis=1)
        borders = np.cumsum(np.bincount(owner[good], minlength=len(counts))).tolist()
        ends, eigenvalues = ends[good], eigenvalues[good]
        rows = zip(self.tracks, [0, *borders[:-1]], borders, strengths.tolist(), spreads.tolist(), strict=True)
        for track, start, stop, track.min_eig, track.flow_std in rows:
            track.points, track.eigenvalues = ends[start:stop], eigenvalues[start:stop]
            track.unexamined += 1

    def _advance(self, moves: np.ndarray, scales: np.ndarray, lost: np.ndarray) -> None:
        """Move and resize all boxes by their points: `moves` (N, 2), `scales` (N,). As long as a track is lost (N,), it
        goes on by what is left of its speed."""
        lost |= np.array([track.is_lost for track in self.tracks])
        known = np.array([track.velocity is not None for track in self.tracks])
        earlier = np.array([track.velocity if track.velocity is not None else (0.0, 0.0) for track in self.tracks])
        moves = np.where(lost[:, None], earlier * COASTING, moves)
        changes = np.where(known, np.hypot(*(moves - earlier).T), np.nan)
        boxes = self._boxes()
        growth = (boxes[:, 2:] - boxes[:, :2]) * ((np.where(lost, 1.0, scales) - 1) / 2)[:, None]
        boxes += np.concatenate([moves - growth, moves + growth], axis=1)
        rows = zip(self.tracks, boxes, moves, changes.tolist(), lost.tolist(), strict=True)
        for track, box, velocity, change, is_lost in rows:
            track.box, track.velocity, track.accel, track.is_lost = box, velocity, change, is_lost

    def _is_inside(self, examined: np.ndarray | None) -> np.ndarray:
        """Which tracks lie in the areas, so that a detector would have found them, (N,) bool."""
        if examined is None:
            return np.ones(len(self.tracks), bool)
        boxes, areas = clip(self._boxes(), self.frame_size), np.asarray(examined, np.float64).reshape(-1, 4)
        if not len(areas) or not len(boxes):
            return np.zeros(len(boxes), bool)
        low = np.maximum(boxes[:, None, :2], areas[None, :, :2])
        high = np.minimum(boxes[:, None, 2:], areas[None, :, 2:])
        sides = np.maximum(high - low, 0)
        shared, whole = (sides[..., 0] * sides[..., 1]).max(axis=1), compute_areas(boxes)
        return (whole > 0) & (shared >= INSIDE * whole)

    def _pairs(self, boxes: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which track goes on with which detection: rows and columns of the best one-to-one pairing."""
        from scipy.optimize import linear_sum_assignment

        labels = np.array([track.label for track in self.tracks], np.int64)
        overlaps = compute_iou(self._boxes(), boxes) * np.where(labels[:, None] == classes[None, :], 1.0, OTHER_CLASS)
        overlaps = np.where(overlaps >= self.overlap, overlaps, 0.0)
        rows, columns = linear_sum_assignment(-overlaps)
        paired = overlaps[rows, columns] > 0
        return rows[paired], columns[paired]

    def _drop_old(self) -> None:
        self.tracks = [track for track in self.tracks if track.age < self.max_age and track.misses < MAX_MISSES]


def _extend(track: Track, frame: tuple[int, int]) -> None:
    """Keep the sides of a box at the frame's border that were detected there, as more of the object comes into view.

    A box grows to twice its detected size at most.
    """
    if track.pinned is None or track.extent is None:
        return
    x1, y1, x2, y2 = track.box.tolist()
    left, top, right, bottom = track.pinned.tolist()
    width, height = (2 * track.extent).tolist()
    if left and x1 > 0:
        x1 = max(0.0, x2 - width)
    if top and y1 > 0:
        y1 = max(0.0, y2 - height)
    if right and x2 < frame[0]:
        x2 = min(float(frame[0]), x1 + width)
    if bottom and y2 < frame[1]:
        y2 = min(float(frame[1]), y1 + height)
    track.box = np.array([x1, y1, x2, y2])
