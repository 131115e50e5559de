"""Covering places of a picture, on its stored planes: every pixel outside of them stays as it was decoded."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from framewright.video.frame import Shape

METHODS = ("blur", "mosaic", "solid")
LARGER = 1.6  # axes of the ellipse that covers a box, in sides of the box: it holds the corners, hair and chin too
CELLS = 4  # of a blurred or pixelated face, across a side of its box: too few to know anybody by
SOLID = (0.30, 0.5, 0.5)  # what covers, as shares of a plane's full scale: a dark grey


@dataclass(frozen=True, eq=False)
class Ellipse:
    """An ellipse on a plane: the rows and columns of the rectangle around it, its half axes, and what of the rectangle
    lies on it, (rows, columns) bool."""

    rows: slice
    columns: slice
    axes: tuple[float, float]
    inside: np.ndarray


def cover(planes: tuple[np.ndarray, ...], boxes: np.ndarray, shape: Shape, method: str, depth: int) -> None:
    """Cover `boxes` ((n, 4), pixels of the upright picture) in Y, U and V planes of `depth` bits, in place.

    The planes are as stored, neither upright nor square, chroma as small as it is. Each box is covered by an ellipse
    around it.
    """
    for box in to_stored(boxes, shape).tolist():
        ellipses: dict[tuple[int, ...], Ellipse | None] = {}
        for plane, level in zip(planes, SOLID, strict=False):
            if plane.shape not in ellipses:
                ellipses[plane.shape] = place_ellipse(box, shape.stored, plane.shape)
            if (ellipse := ellipses[plane.shape]) is not None:
                part = plane[ellipse.rows, ellipse.columns]
                np.copyto(part, _covering(part, ellipse, method, round(level * (1 << depth))), where=ellipse.inside)


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
    for box in np.asarray(boxes, np.float64).reshape(-1, 4).tolist():
        if (ellipse := place_ellipse(box, size, mask.shape)) is not None:
            mask[ellipse.rows, ellipse.columns] |= ellipse.inside
    return mask


def place_ellipse(box: Sequence[float], size: tuple[int, int], shape: tuple[int, ...]) -> Ellipse | None:
    """The ellipse around a box of a picture of `size` (width, height), on a plane of `shape` (rows, columns)."""
    (x1, y1, x2, y2), (rows, columns) = box, shape
    across, down = columns / size[0], rows / size[1]
    x, y = (x1 + x2) / 2 * across, (y1 + y2) / 2 * down
    a, b = (x2 - x1) / 2 * across * LARGER, (y2 - y1) / 2 * down * LARGER
    left, top = math.floor(max(x - a, 0.0)), math.floor(max(y - b, 0.0))
    right, bottom = math.ceil(min(x + a, columns)), math.ceil(min(y + b, rows))
    if right <= left or bottom <= top or min(a, b) <= 0:
        return None
    aside = (np.arange(left, right) + 0.5 - x) / a
    below = (np.arange(top, bottom) + 0.5 - y) / b
    return Ellipse(slice(top, bottom), slice(left, right), (a, b), aside**2 + below[:, None] ** 2 <= 1)


def _covering(part: np.ndarray, ellipse: Ellipse, method: str, level: int) -> np.ndarray:
    """What covers the rectangle around an ellipse."""
    if method == "solid":
        return np.full_like(part, level)
    size = part.shape[::-1]  # smaller than the ellipse at the edge of the picture
    cells = [round(CELLS * LARGER * (side / (2 * axis))) for side, axis in zip(size, ellipse.axes, strict=True)]
    cells = [min(max(number, 1), side) for number, side in zip(cells, size, strict=True)]
    small = cv2.resize(part, cells, interpolation=cv2.INTER_AREA)
    way = cv2.INTER_NEAREST if method == "mosaic" else cv2.INTER_LINEAR
    return cv2.resize(small, size, interpolation=way)
