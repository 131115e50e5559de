"""Points that can be followed, and where they go: Lucas-Kanade forward and backward, one call for all objects."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike

QUALITY, BLOCK = 0.01, 5  # minimum eigenvalue of a point over the best one's, and the window it is computed in
INNER = 0.8  # share of a box's sides in which points are chosen: nearer to the edge there is much background
WINDOW, LEVELS = (11, 11), 2
END = cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT
FORWARD, BACKWARD = (END, 10, 0.03), (END, 5, 0.1)  # iterations, and pixels: the way back only has to come near
MIN_SCALE_POINTS, MIN_RADIUS = 5, 2.0  # points, and pixels from their mean, that a change of size is measured by
MAX_ERROR = 1.0  # pixels between a point and the end of the way forward and back


class Displacements(NamedTuple):
    """How the points of each of N objects moved; 0 without a point that agrees with its way back."""

    median: np.ndarray  # (N, 2) pixels
    spread: np.ndarray  # (N,) root mean square distance of the displacements from their mean, pixels
    scale: np.ndarray  # (N,) ratio of sizes: median over the points of their distances from their mean; 1 if unsure
    kept: np.ndarray  # (N,) int64, the number of points that agree


def choose_points(picture: np.ndarray, box: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Up to `limit` points in a box (x1, y1, x2, y2) of `picture` (H, W) uint8: (P, 2) float32 x, y, and (P,) their
    eigenvalues. None where the box lies outside, or shows nothing distinct."""
    nothing = np.zeros((0, 2), np.float32), np.zeros(0, np.float32)
    middle, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    half = np.maximum(half * INNER, np.minimum(half, 3))
    left, top = np.maximum(np.floor(middle - half), 0).astype(int)
    right, bottom = np.minimum(np.ceil(middle + half), picture.shape[::-1]).astype(int)
    if right - left < 3 or bottom - top < 3:
        return nothing
    window = picture[top:bottom, left:right]
    distance = min(max(2.0, min(window.shape) / 8), 8.0)
    points, eigenvalues = cv2.goodFeaturesToTrackWithQuality(  # type: ignore[call-overload]  # None is no mask
        window, limit, QUALITY, distance, None, blockSize=BLOCK
    )[:2]
    if points is None or not len(points):
        return nothing
    return points.reshape(-1, 2) + np.array([left, top], np.float32), eigenvalues.reshape(-1)


def follow_points(before: np.ndarray, now: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where points (P, 2) of a picture are in the next, (P, 2) float32, and whether the way back agrees, (P,) bool."""
    if not len(points):
        return points, np.zeros(0, bool)
    ends, is_there = _flow(before, now, points, FORWARD)
    back, is_again = _flow(now, before, ends, BACKWARD)
    error = np.abs(back - points).max(axis=1)
    return ends, is_there & is_again & (error < MAX_ERROR)


def measure_displacements(points: np.ndarray, ends: np.ndarray, agrees: np.ndarray, counts: ArrayLike) -> Displacements:
    """How each of N objects moved; the k-th owns the next `counts[k]` points."""
    counts = np.asarray(counts, np.int64)
    owner = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    shape = len(counts), max(int(counts.max(initial=0)), 1), 2
    moves, starts = np.full(shape, np.inf), np.zeros(shape)
    rows_of, place = owner[agrees], place[agrees]
    moves[rows_of, place], starts[rows_of, place] = (ends - points)[agrees], points[agrees]
    kept = np.bincount(rows_of, minlength=len(counts))
    rows, ordered = np.arange(len(counts)), np.sort(moves, axis=1)  # what is not there comes last
    last = np.maximum(kept, 1)
    median = (ordered[rows, (last - 1) // 2] + ordered[rows, last // 2]) / 2
    there = (moves[..., 0] < np.inf)[..., None]
    moves = np.where(there, moves, 0.0)
    apart = np.where(there, moves - moves.sum(axis=1, keepdims=True) / last[:, None, None], 0.0)
    starts = np.where(there, starts - starts.sum(axis=1, keepdims=True) / last[:, None, None], 0.0)
    scale = _measure_scale(starts, starts + apart)
    spread = np.sqrt((apart * apart).sum(axis=(1, 2)) / last)
    return Displacements(np.where(kept[:, None] > 0, median, 0.0), spread, scale, kept)


def _measure_scale(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The median ratio of the lengths of vectors (N, P, 2), zeros for none: (N,), 1 for too few or too short."""
    radius = np.hypot(before[..., 0], before[..., 1])
    usable = radius >= MIN_RADIUS
    count = usable.sum(axis=1)
    ratio = np.sort(np.where(usable, np.hypot(after[..., 0], after[..., 1]) / np.maximum(radius, MIN_RADIUS), np.inf))
    rows, last = np.arange(len(ratio)), np.maximum(count, 1)
    median = (ratio[rows, (last - 1) // 2] + ratio[rows, last // 2]) / 2
    return np.where(count >= MIN_SCALE_POINTS, median, 1.0)


def _flow(
    before: np.ndarray, now: np.ndarray, points: np.ndarray, criteria: tuple[int, int, float]
) -> tuple[np.ndarray, np.ndarray]:
    ends, status, _ = cv2.calcOpticalFlowPyrLK(  # type: ignore[call-overload]  # None is no first guess
        before, now, points, None, winSize=WINDOW, maxLevel=LEVELS, criteria=criteria
    )
    return ends, status[:, 0] > 0
