"""Following as trtutils' FlexPatch module does it, with its features as they are coded there: `compat 2`.

For models that are to be used inside trtutils, and for nothing else. Its detectors give the corners x1, y1, x2, y2,
which the module takes for x, y, width and height: features are of that far larger rectangle, whose top left corner
moves.

    min_eig     mean smaller eigenvalue over all pixels of the rectangle in the frame before
    ncc         correlation of the rectangle with that of the frame before, means not subtracted
    accel       length of the change of velocity, which is 0 at first, so that the first one is the speed
    flow_std    deviation of all lengths of displacements along x and along y, pooled
    confidence  score of the last detection

What fails leaves the figures of the frame before. `CompatTrack.box` is the detected box, moved as the rectangle was:
labels are of that box, so that they say how well the object was followed.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from framewright.boxes import compute_iou, from_xywh

CRITERIA = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 10, 0.03)
OVERLAP = 0.5  # above which a detection takes a track

Rectangle = tuple[int, int, int, int]  # x, y, width, height


@dataclass(eq=False)
class CompatTrack:
    """A track as in `follower`; `rectangle` is x, y, width, height in whole pixels."""

    number: int
    box: np.ndarray
    rectangle: Rectangle
    score: float
    label: int
    age: int = 0
    unexamined: int = 0
    misses: int = 0  # always 0: trtutils counts none
    kept: float = float("nan")
    min_eig: float = 0.0
    ncc: float = 1.0
    accel: float = 0.0
    flow_std: float = 0.0
    velocity: np.ndarray | None = field(default_factory=lambda: np.zeros(2), repr=False)

    @property
    def confidence(self) -> float:
        """The score of its last detection, as the feature is called."""
        return self.score


class CompatFollower:
    """Follows objects through frames of `frame_size` (width, height), with the methods of `Follower`."""

    def __init__(self, frame_size: tuple[int, int], max_age: int = 10) -> None:
        self.frame_size, self.max_age = frame_size, max_age
        self.tracks: list[CompatTrack] = []
        self._before = np.zeros(frame_size[::-1], np.uint8)
        self._number = 0

    def start(self, grey: np.ndarray, boxes: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> None:
        """Begin anew with the detections of this frame."""
        self.tracks, self._before = [], grey
        for box, score, label in zip(boxes, scores, classes, strict=True):
            self._begin(box, score, label)

    def move(self, grey: np.ndarray) -> None:
        """Take all tracks to the next frame."""
        for track in self.tracks:
            track.unexamined += 1
            track.age = 0 if self._moved(track, self._before, grey) else track.age + 1
        self.tracks = [track for track in self.tracks if track.age < self.max_age]
        self._before = grey

    def refresh(
        self, grey: np.ndarray, boxes: np.ndarray, scores: np.ndarray, classes: np.ndarray, examined: None = None
    ) -> np.ndarray:
        """Each detection takes the track with the largest overlap, even one that another has taken, or begins a track.

        Tracks that no detection takes stay as they are. Returns (N,) int64, for each detection the number of its track.
        """
        numbers = []
        for box, score, label in zip(boxes, scores, classes, strict=True):
            there = np.array([track.rectangle for track in self.tracks], float).reshape(-1, 4)
            overlaps = compute_iou(from_xywh(there), from_xywh(np.array(_whole(box), float)))[:, 0]
            if len(overlaps) and overlaps.max() > OVERLAP:
                track = self.tracks[int(overlaps.argmax())]
                track.box, track.rectangle, track.score = np.array(box, float), _whole(box), float(score)
                track.age = track.unexamined = 0
            else:
                track = self._begin(box, score, label)
            numbers.append(track.number)
        return np.array(numbers, np.int64)

    def _begin(self, box: np.ndarray, score: float, label: int) -> CompatTrack:
        track = CompatTrack(self._number, np.array(box, float), _whole(box), float(score), int(label))
        self._number += 1
        self.tracks.append(track)
        return track

    def _moved(self, track: CompatTrack, before: np.ndarray, now: np.ndarray) -> bool:
        """Move a track and compute its features; False where no point of it could be followed.

        The order is trtutils': the rectangle is clipped to the frame before the step and keeps that size, it may then
        leave the frame, and the window of the correlation is shifted back into the frame.
        """
        x, y, width, height = self._clip(*track.rectangle)
        if width <= 0 or height <= 0:
            return False
        earlier = before[y : y + height, x : x + width]
        corners = cv2.goodFeaturesToTrack(earlier, 50, 0.01, 5, blockSize=7)
        if corners is None:
            return False
        track.min_eig = float(cv2.cornerMinEigenVal(earlier, 7).mean())
        points = corners + np.array([x, y], np.float32)
        ends, there, _ = cv2.calcOpticalFlowPyrLK(  # type: ignore[call-overload]  # None is no first guess
            before, now, points, None, winSize=(15, 15), maxLevel=2, criteria=CRITERIA
        )
        flow = (ends - points)[there[:, 0] == 1]  # (M, 1, 2)
        if not len(flow):
            return False
        move = flow.mean(axis=0)[0].astype(float)
        earlier_velocity = np.zeros(2) if track.velocity is None else track.velocity
        track.accel = float(np.sqrt(((move - earlier_velocity) ** 2).sum()))
        track.velocity = move
        track.flow_std = float(np.sqrt((flow**2).sum(axis=1)).std())
        new_x, new_y = int(x + move[0]), int(y + move[1])
        track.box = track.box + np.tile([new_x - x, new_y - y], 2)
        track.rectangle = new_x, new_y, width, height
        left = max(0, min(new_x, self.frame_size[0] - width))
        top = max(0, min(new_y, self.frame_size[1] - height))
        current = now[top : top + height, left : left + width]
        if current.shape == earlier.shape:
            track.ncc = float(cv2.matchTemplate(current, earlier, cv2.TM_CCORR_NORMED)[0, 0])
        return True

    def _clip(self, x: int, y: int, width: int, height: int) -> Rectangle:
        """A rectangle that begins and ends in the frame. What is cut off never comes back."""
        left, top = max(0, x), max(0, y)
        return left, top, min(width, self.frame_size[0] - left), min(height, self.frame_size[1] - top)


def _whole(box: np.ndarray) -> Rectangle:
    x, y, width, height = (int(value) for value in box)
    return x, y, width, height
