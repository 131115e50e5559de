"""Covering places of a picture, on its stored planes: every pixel outside of them stays as it was decoded."""

from collections.abc import Callable

import cv2
import numpy as np

from framewright.video.frame import Shape

METHODS = ("blur", "mosaic", "solid")
LARGER = 1.6  # axes of the ellipse that covers a box, in sides of the box: it holds the corners, hair and chin too
CELLS = 4  # of a blurred or pixelated face, across a side of its box: too few to know anybody by
SOLID = (0.30, 0.5, 0.5)  # what covers, as shares of a plane's full scale: a dark grey


def cover(planes: tuple[np.ndarray, ...], boxes: np.ndarray, shape: Shape, method: str, depth: int) -> None:
    """Cover `boxes` ((n, 4), pixels of the upright picture) in Y, U and V planes of `depth` bits, in place.

    The planes are as stored, neither upright nor square, chroma as small as it is. Each box is covered by an ellipse
    around it.
    """
    for box in to_stored(boxes, shape):
        for plane, level in zip(planes, SOLID, strict=False):
            zoom = np.array(plane.shape[::-1]) / shape.stored
            middle, axes = (box[:2] + box[2:]) / 2 * zoom, (box[2:] - box[:2]) / 2 * zoom * LARGER
            _cover_ellipse(plane, middle, axes, method, round(level * (1 << depth)))


def to_stored(boxes: np.ndarray, shape: Shape) -> np.ndarray:
    """Boxes of the upright, square-pixel picture (n, 4), in pixels of the stored one: (n, 4) float64."""
    width, height = shape.displayed
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    corners = boxes.reshape(-1, 2, 2)
    for _ in range(shape.rotation // 90):  # a quarter turn back: what is right of the middle comes from above it
        corners = np.stack([corners[..., 1], width - corners[..., 0]], axis=-1)
        width, height = height, width
    if shape.mirrored:
        corners = np.stack([width - corners[..., 0], corners[..., 1]], axis=-1)
    corners = corners * (np.array(shape.stored) / (width, height))
    return np.concatenate([corners.min(1), corners.max(1)], axis=1)


def draw_ellipses(size: tuple[int, int], boxes: np.ndarray) -> np.ndarray:
    """What of an upright picture of `size` (width, height) is covered for `boxes` (n, 4): (height, width) bool."""
    mask = np.zeros(size[::-1], bool)
    for box in np.asarray(boxes, np.float64).reshape(-1, 4):
        _on_ellipse(mask, (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2 * LARGER, np.ones_like)
    return mask


def _cover_ellipse(plane: np.ndarray, middle: np.ndarray, axes: np.ndarray, method: str, level: int) -> None:
    def covering(part: np.ndarray) -> np.ndarray:
        if method == "solid":
            return np.full_like(part, level)
        share = np.array(part.shape[::-1]) / (2 * axes)  # less than 1 at the edge of the picture
        cells = np.clip(np.round(CELLS * LARGER * share).astype(int), 1, part.shape[::-1])
        small = cv2.resize(part, tuple(map(int, cells)), interpolation=cv2.INTER_AREA)
        way = cv2.INTER_NEAREST if method == "mosaic" else cv2.INTER_LINEAR
        return cv2.resize(small, part.shape[::-1], interpolation=way)

    _on_ellipse(plane, middle, axes, covering)


def _on_ellipse(
    plane: np.ndarray, middle: np.ndarray, axes: np.ndarray, covering: Callable[[np.ndarray], np.ndarray]
) -> None:
    """Replace what lies on an ellipse by what `covering` makes of the rectangle around it, in place."""
    left, top = np.maximum(np.floor(middle - axes), 0).astype(int)
    right, bottom = np.minimum(np.ceil(middle + axes), plane.shape[::-1]).astype(int)
    if right <= left or bottom <= top or axes.min() <= 0:
        return
    across = (np.arange(left, right) + 0.5 - middle[0]) / axes[0]
    down = (np.arange(top, bottom) + 0.5 - middle[1]) / axes[1]
    part = plane[top:bottom, left:right]
    np.copyto(part, covering(part), where=across**2 + down[:, None] ** 2 <= 1)
