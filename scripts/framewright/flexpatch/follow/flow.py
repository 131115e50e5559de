"""Points that can be followed, and where they go: Lucas-Kanade there and back, one call for all objects."""

from collections.abc import Sequence

import cv2
import numpy as np

QUALITY, BLOCK = 0.01, 5  # least eigenvalue of a point over the best one's, and the window it is computed in
INNER = 0.8  # share of a box's sides in which points are chosen: nearer to the edge much is background
WINDOW, LEVELS = (11, 11), 2
CRITERIA = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 10, 0.03)
MOST_ERROR = 1.0  # pixels between a point and where the way there and back ends


def choose(picture: np.ndarray, box: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Up to `most` points in a box (x1, y1, x2, y2) of `picture` (H, W) uint8: (P, 2) float32 x, y, and (P,) their
    eigenvalues. None where the box lies outside, or on nothing that stands out."""
    nothing = np.zeros((0, 2), np.float32), np.zeros(0, np.float32)
    middle, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    half = np.maximum(half * INNER, np.minimum(half, 3))
    left, top = np.maximum(np.floor(middle - half), 0).astype(int)
    right, bottom = np.minimum(np.ceil(middle + half), picture.shape[::-1]).astype(int)
    if right - left < 3 or bottom - top < 3:
        return nothing
    window = picture[top:bottom, left:right]
    apart = min(max(2.0, min(window.shape) / 8), 8.0)
    points, eigenvalues = cv2.goodFeaturesToTrackWithQuality(window, most, QUALITY, apart, None, blockSize=BLOCK)[:2]
    if points is None or not len(points):
        return nothing
    return points.reshape(-1, 2) + np.array([left, top], np.float32), eigenvalues.reshape(-1)


def followed(before: np.ndarray, now: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where points (P, 2) of a picture are in the next, (P, 2) float32, and whether the way back agrees, (P,) bool."""
    if not len(points):
        return points, np.zeros(0, bool)
    how = {"winSize": WINDOW, "maxLevel": LEVELS, "criteria": CRITERIA}
    ends, there, _ = cv2.calcOpticalFlowPyrLK(before, now, points, None, **how)
    back, again, _ = cv2.calcOpticalFlowPyrLK(now, before, ends, None, **how)
    error = np.abs(back - points).max(axis=1)
    return ends, (there[:, 0] > 0) & (again[:, 0] > 0) & (error < MOST_ERROR)


def displacement(
    points: np.ndarray, ends: np.ndarray, agrees: np.ndarray, counts: Sequence[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each of N objects, of which the k-th owns the next `counts[k]` points: the median displacement (N, 2), the
    root mean square distance of the displacements from their mean (N,), and how many points agree (N,) int64.

    Without a point that agrees, the first two are 0.
    """
    owner = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    moves = np.full((len(counts), max(counts, default=0) or 1, 2), np.nan)
    moves[owner[agrees], place[agrees]] = (ends - points)[agrees]
    kept = np.bincount(owner[agrees], minlength=len(counts))
    rows, ordered = np.arange(len(counts)), np.sort(moves, axis=1)  # what is not there comes last
    last = np.maximum(kept, 1)
    median = (ordered[rows, (last - 1) // 2] + ordered[rows, last // 2]) / 2
    mean = np.nansum(moves, axis=1) / last[:, None]
    square = np.nansum((moves - mean[:, None]) ** 2, axis=(1, 2)) / last
    return np.where(kept[:, None] > 0, median, 0.0), np.sqrt(square), kept
