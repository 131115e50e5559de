"""Where a clip looks in its video, and the picture that it gets: a smooth window of constant shape and size."""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from framewright.boxes import clip
from framewright.frame import Frame, Shape

SMALLEST = 16  # pixels of a clip's side
MOST_SAMPLES = 1 << 20  # of a track, between which a window moves in a straight line
LUMA, CHROMA = cv2.INTER_CUBIC, cv2.INTER_LINEAR  # nobody sees that colours are a little softer


@dataclass(frozen=True, eq=False)
class Crops:
    """The windows of one clip.

    `times` (N,) float64 seconds, ascending; `boxes` (N, 4) float64, inside the frame; `size` (width, height) of the
    clip, even.
    """

    times: np.ndarray
    boxes: np.ndarray
    size: tuple[int, int]

    def at(self, times: np.ndarray) -> np.ndarray:
        """The windows at these times (T,) in seconds, on straight lines between samples: (T, 4) float64."""
        return _between(times, self.times, self.boxes)


def crops(
    times: np.ndarray, boxes: np.ndarray, size: tuple[int, int], smoothing: float, aspects: tuple[float, float]
) -> Crops:
    """The windows around a track's boxes in a frame of `size` (width, height).

    Boxes are smoothed over `smoothing` seconds (the deviation of a Gaussian), where gaps are bridged by straight lines.
    Then each grows around its middle to the track's mean width over height, clamped to `aspects`; it shrinks only
    where the frame is too small for that shape, and moves only where it would leave the frame.
    """
    inside = clip(boxes, size)
    samples, step = _evenly(times)
    even = _between(samples, times, inside)
    deviation = int(smoothing / step) if step else 0
    smooth = gaussian_filter1d(even, deviation, axis=0, mode="nearest") if deviation else even
    middle, sides = (smooth[:, :2] + smooth[:, 2:]) / 2, np.maximum(smooth[:, 2:] - smooth[:, :2], 1.0)
    aspect = float(np.clip(np.mean(sides[:, 0] / sides[:, 1]), *aspects))
    height = np.maximum(sides[:, 1], sides[:, 0] / aspect)
    height = np.minimum(height, min(size[1], size[0] / aspect))
    grown = np.stack([height * aspect, height], axis=1)
    corner = np.clip(middle - grown / 2, 0.0, np.maximum(np.array(size) - grown, 0.0))
    mean = np.maximum((grown.mean(axis=0) + 1e-6) // 2 * 2, SMALLEST).astype(int)  # 100, even where it is 99.9999999
    boxes = clip(np.concatenate([corner, corner + grown], axis=1), size)
    return Crops(samples, boxes, (int(mean[0]), int(mean[1])))


class Cutter:
    """One frame, to cut windows out of it: (Y, U, V) as the video has them, so that no colour is converted.

    The windows are cut to fractions of a pixel, or they would tremble.
    """

    def __init__(self, frame: Frame) -> None:
        self._shape, self._bits = frame.shape, frame.picture.format.components[0].bits
        planes = frame.planes
        grey = np.full((2, 2), 128 << max(0, self._bits - 8), planes[0].dtype)
        self._planes = (*planes, grey, grey)[:3]
        self._halved = cache(self._at_level)

    def cut(self, box: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, ...]:
        """A window (x1, y1, x2, y2), upright, resized to `size` (even): uint8 planes (h, w), (h/2, w/2), (h/2, w/2)."""
        window = _stored(self._shape) @ _window(box, size)
        return tuple(self._plane(index, window, size) for index in range(3))

    def _plane(self, index: int, window: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        coarse = 1 if index == 0 else 2
        own = self._planes[index].shape[::-1]
        onto = _indices(self._shape.stored, own) @ window @ _samples((coarse, coarse))
        (a, b), (c, d) = onto[:2, :2].tolist()
        level = max(0, math.floor(math.log2(abs(a * d - b * c)) / 2))
        plane = self._halved(index, level)
        if level:
            across, down = np.divide(plane.shape[::-1], own)
            onto = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]]) @ onto
        target = size[0] // coarse, size[1] // coarse
        way = (CHROMA if index else LUMA) | cv2.WARP_INVERSE_MAP
        cut = cv2.warpAffine(plane, onto[:2], target, flags=way, borderMode=cv2.BORDER_REPLICATE)
        return cut if cut.dtype == np.uint8 else cv2.convertScaleAbs(cut, alpha=2.0 ** (8 - self._bits))

    def _at_level(self, index: int, level: int) -> np.ndarray:
        """A plane, halved so many times at once: what is made much smaller must not flicker."""
        plane = np.ascontiguousarray(self._planes[index])
        smaller = tuple(max(1, side >> level) for side in plane.shape[::-1])
        return cv2.resize(plane, smaller, interpolation=cv2.INTER_AREA) if level else plane


def _evenly(times: np.ndarray) -> tuple[np.ndarray, float]:
    """Instants as far apart as those of a track usually are, from its first to its last, and that distance."""
    if len(times) < 2:
        return times, 0.0
    steps = max(1, round(min((times[-1] - times[0]) / np.median(np.diff(times)), MOST_SAMPLES)))
    return np.linspace(times[0], times[-1], steps + 1), float(times[-1] - times[0]) / steps


def _between(times: np.ndarray, known: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(times, known, side) for side in boxes.T], axis=1)


def _window(box: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Places in a clip of `size` -> places in the upright frame, counted from the edges: 3 x 3."""
    x1, y1, x2, y2 = map(float, box)
    return np.array([[(x2 - x1) / size[0], 0, x1], [0, (y2 - y1) / size[1], y1], [0, 0, 1]])


def _samples(coarse: tuple[float, float]) -> np.ndarray:
    """Indices of a plane's samples -> places in the stored picture, counted from the edges: 3 x 3.

    `coarse` is how many pixels a sample stands for. Chroma is taken to lie as MPEG has it: on the left one of two
    pixels, halfway between two lines.
    """
    return np.array([[coarse[0], 0, 0.5], [0, coarse[1], coarse[1] / 2], [0, 0, 1]])


@cache
def _indices(stored: tuple[int, int], plane: tuple[int, int]) -> np.ndarray:
    """Places in a stored picture of such a size -> indices of the samples of a plane of it: 3 x 3."""
    return np.linalg.inv(_samples((stored[0] / plane[0], stored[1] / plane[1])))


@cache
def _stored(shape: Shape) -> np.ndarray:
    """Places in the upright frame -> places in the stored picture, counted from the edges: 3 x 3."""
    width, height = shape.stretched
    turn = {
        0: [[1, 0, 0], [0, 1, 0]],
        90: [[0, 1, 0], [-1, 0, height]],
        180: [[-1, 0, width], [0, -1, height]],
        270: [[0, -1, width], [1, 0, 0]],
    }[shape.rotation]
    flip = [[-1, 0, width], [0, 1, 0], [0, 0, 1]] if shape.mirrored else np.eye(3)
    squeeze = np.diag([shape.stored[0] / width, shape.stored[1] / height, 1.0])
    return squeeze @ np.array(flip, float) @ np.array([*turn, [0, 0, 1]], float)
