"""How the camera moved from one frame to the next: shift, turn and zoom of the background without its objects."""

import cv2
import numpy as np

STILL = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])  # x' = a x + b y + c, y' = d x + e y + f
LONG = 320  # pixels of the longer side of the pictures that are compared
CORNERS, QUALITY, APART = 100, 0.01, 10  # that are followed, how clear they are, how many pixels lie between them
CHANGED, MOVING = 10, 0.03  # grey values by which a place changes, and the share of places that a moving camera changes
FEWEST, AGREEING = 12, 0.5  # corners that must be found again, and the share of them that must move as one
SHAKE = 0.4  # small pixels by which the frame's corners must move, or the camera stands still


class CameraMotion:
    """Follows the background from frame to frame."""

    def __init__(self) -> None:
        self._before: np.ndarray | None = None
        self._mask: np.ndarray = np.zeros((0, 0), np.uint8)

    def add(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """The camera's motion since the frame before, (6,) float64, from this one, (H, W, 3) uint8 RGB, in its pixels.

        `boxes` (N, 4) are the objects in it, whose motion is not the camera's.
        """
        height, width = picture.shape[:2]
        scale = min(1.0, LONG / max(height, width))
        step = max(1, int(0.5 / scale))
        small = cv2.resize(
            np.ascontiguousarray(picture[::step, ::step, 1]),
            (max(1, round(width * scale)), max(1, round(height * scale))),
            interpolation=cv2.INTER_AREA,
        )
        mask: np.ndarray = np.full(small.shape, 255, np.uint8)
        for x1, y1, x2, y2 in (boxes * scale).tolist():
            mask[max(0, int(y1)) : int(y2) + 1, max(0, int(x1)) : int(x2) + 1] = 0
        motion = STILL
        if self._before is not None and self._before.shape == small.shape:
            motion = self._measure(self._before, small, mask & self._mask, scale)
        self._before, self._mask = small, mask
        return motion

    def _measure(self, before: np.ndarray, small: np.ndarray, mask: np.ndarray, scale: float) -> np.ndarray:
        """The motion between two small pictures, by what lies on the mask: outside all objects of both."""
        changed = (cv2.absdiff(before, small) > CHANGED) & (mask > 0)
        if changed.sum() < MOVING * np.count_nonzero(mask):
            return STILL
        corners = cv2.goodFeaturesToTrack(before, CORNERS, QUALITY, APART, mask=mask)
        if corners is None or len(corners) < FEWEST:
            return STILL
        window = (15, 15)
        moved, found, _ = cv2.calcOpticalFlowPyrLK(before, small, corners, np.zeros_like(corners), winSize=window)
        kept = found.ravel() == 1
        if kept.sum() < FEWEST:
            return STILL
        matrix, agreeing = cv2.estimateAffinePartial2D(
            corners[kept], moved[kept], method=cv2.RANSAC, ransacReprojThreshold=1.5
        )
        if matrix is None or agreeing.mean() < AGREEING:
            return STILL
        height, width = small.shape
        ends = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], float)
        if np.abs(ends @ matrix.T - ends[:, :2]).max() < SHAKE:
            return STILL
        matrix[:, 2] /= scale
        return matrix.reshape(6)
