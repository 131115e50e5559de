"""Where a clip looks in its video, and the picture that it gets: a smooth window of constant shape and size."""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from framewright.boxes import clip
from framewright.video.frame import Frame, Shape

SMALLEST = 16  # pixels of a clip's side
MOST_SAMPLES = 1 << 20  # of a track, between which a window moves in a straight line
HALF = 0.5  # of an object, inside the frame: a clip shows no less of it at its ends
EDGE = 0.01  # of a frame's side, within which a box touches its border
KNOWN = 16  # boxes before the border that say how large the object is
REACH = 2  # pixels on each side that a cubic needs
LUMA, CHROMA = cv2.INTER_CUBIC, cv2.INTER_LINEAR  # nobody sees that colours are a little softer


@dataclass(frozen=True, eq=False)
class CropWindows:
    """The windows of one clip.

    `times` (N,) float64 seconds, ascending; `boxes` (N, 4) float64, inside the frame; `size` (width, height) of the
    clip, even.
    """

    times: np.ndarray
    boxes: np.ndarray
    size: tuple[int, int]

    def at_times(self, times: np.ndarray) -> np.ndarray:
        """The windows at these times (T,) in seconds, on straight lines between samples: (T, 4) float64."""
        return _between(times, self.times, self.boxes)


def plan_windows(
    times: np.ndarray, boxes: np.ndarray, size: tuple[int, int], smoothing: float, aspects: tuple[float, float]
) -> CropWindows:
    """The windows around a track's boxes in a frame of `size` (width, height).

    Boxes are smoothed over `smoothing` seconds (the deviation of a Gaussian), where gaps are bridged by straight lines.
    Then each grows around its middle to the track's mean width over height, clamped to `aspects`; it shrinks only
    where the frame is too small for that shape, and moves only where it would leave the frame.
    """
    inside = clip(boxes, size)
    samples, step = _evenly(times)
    even = _between(samples, times, inside)
    deviation = int(smoothing / step) if step else 0
    smooth = _smooth(even, deviation) if deviation else even
    middle, sides = (smooth[:, :2] + smooth[:, 2:]) / 2, np.maximum(smooth[:, 2:] - smooth[:, :2], 1.0)
    aspect = float(np.clip(np.mean(sides[:, 0] / sides[:, 1]), *aspects))
    height = np.maximum(sides[:, 1], sides[:, 0] / aspect)
    height = np.minimum(height, min(size[1], size[0] / aspect))
    grown = np.stack([height * aspect, height], axis=1)
    corner = np.clip(middle - grown / 2, 0.0, np.maximum(np.array(size) - grown, 0.0))
    mean = np.maximum((grown.mean(axis=0) + 1e-6) // 2 * 2, SMALLEST).astype(int)  # 100, even where it is 99.9999999
    boxes = clip(np.concatenate([corner, corner + grown], axis=1), size)
    return CropWindows(samples, boxes, (int(mean[0]), int(mean[1])))


def find_visible_span(boxes: np.ndarray, size: tuple[int, int]) -> tuple[int, int]:
    """The first and last of a track's boxes (T, 4) before and behind which less than half of the object is inside.

    A detector's box of an object that leaves the frame ends at the border: how large the object is was seen before. All
    boxes count where the object is never inside by half.
    """
    shares = np.minimum(_shares_left(boxes, size), _shares_left(boxes[::-1], size)[::-1])
    inside = np.flatnonzero(shares >= HALF)
    return (int(inside[0]), int(inside[-1])) if len(inside) else (0, len(boxes) - 1)


def _shares_left(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The share of the object that each box shows, by the sides that it had before it touched the frame's border."""
    cut = clip(boxes, size)
    sides, whole = cut[:, 2:] - cut[:, :2], np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-6)
    shares = np.prod(sides / whole, axis=1)  # of boxes that reach beyond the frame
    limits = np.array(size, float)
    touching = (cut[:, :2] <= EDGE * limits) | (cut[:, 2:] >= (1 - EDGE) * limits)  # (T, 2): left or right, up or down
    for axis in (0, 1):
        if touching[0, axis]:
            continue  # it was never seen whole
        begun = np.flatnonzero(touching[:, axis])
        for run in np.split(begun, np.flatnonzero(np.diff(begun) > 1) + 1) if len(begun) else ():
            before = sides[max(0, run[0] - KNOWN) : run[0], axis]
            shares[run] *= np.minimum(sides[run, axis] / max(float(np.median(before)), 1e-6), 1.0)
    return shares


Affine = tuple[float, float, float, float, float, float]  # of two rows: x' = a x + b y + c, y' = d x + e y + f


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
        x1, y1, x2, y2 = map(float, box)
        window = _after((x2 - x1) / size[0], 0, x1, 0, (y2 - y1) / size[1], y1, then=_stored(self._shape))
        return tuple(self._plane(index, window, size) for index in range(3))

    def _plane(self, index: int, window: Affine, size: tuple[int, int]) -> np.ndarray:
        coarse = 1 if index == 0 else 2
        plane_size = self._planes[index].shape[::-1]
        # indices of the clip's samples -> places in the clip -> places in the stored picture -> indices of the plane's
        onto = _after(
            *_after(coarse, 0, 0.5, 0, coarse, coarse / 2, then=window), then=_indices(self._shape.stored, plane_size)
        )
        a, b, _, c, d, _ = onto
        level = max(0, math.floor(math.log2(abs(a * d - b * c)) / 2))
        plane = self._halved(index, level)
        if level:
            across, down = plane.shape[1] / plane_size[0], plane.shape[0] / plane_size[1]
            onto = _after(*onto, then=(across, 0, (across - 1) / 2, 0, down, (down - 1) / 2))
        target = size[0] // coarse, size[1] // coarse
        if index == 0:
            plane, onto = _near(plane, onto, target)
        way = (CHROMA if index else LUMA) | cv2.WARP_INVERSE_MAP
        matrix = np.array(onto).reshape(2, 3)
        cut = cv2.warpAffine(plane, matrix, target, flags=way, borderMode=cv2.BORDER_REPLICATE)
        if cut.dtype == np.uint8:
            return cut
        return cv2.convertScaleAbs(np.maximum(cut, 0), alpha=2.0 ** (8 - self._bits))

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


def _smooth(boxes: np.ndarray, deviation: int) -> np.ndarray:
    """Boxes (N, 4) smoothed by a Gaussian, which goes on at both ends as they were moving: it does not lag behind."""
    pad = min(4 * deviation, len(boxes) - 1)
    if not pad:
        return boxes
    before, after = _turned(boxes[::-1], pad, deviation)[::-1], _turned(boxes, pad, deviation)
    longer = np.concatenate([before, boxes, after])
    return gaussian_filter1d(longer, deviation, axis=0, mode="nearest")[pad : pad + len(boxes)]


def _turned(boxes: np.ndarray, pad: int, deviation: int) -> np.ndarray:
    """What follows the last of some boxes: their past, turned about where a line through the last ones ends."""
    last = boxes[-(2 * deviation + 1) :]
    at = np.arange(len(last)) - (len(last) - 1)
    end = np.polyfit(at, last, 1)[1] if len(last) > 2 else last[-1]
    return 2 * end - boxes[-2 : -pad - 2 : -1]


def _between(times: np.ndarray, known: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(times, known, side) for side in boxes.T], axis=1)


def _after(a: float, b: float, c: float, d: float, e: float, f: float, then: Affine) -> Affine:
    """The map (x, y) -> (a x + b y + c, d x + e y + f), and then another one."""
    p, q, r, s, t, u = then
    return p * a + q * d, p * b + q * e, p * c + q * f + r, s * a + t * d, s * b + t * e, s * c + t * f + u


def _near(plane: np.ndarray, onto: Affine, size: tuple[int, int]) -> tuple[np.ndarray, Affine]:
    """The part of a plane that a picture of `size` takes from it, as float32, and the map onto its indices: OpenCV
    interpolates that in less time than whole numbers, and no worse."""
    a, b, c, d, e, f = onto
    right, down = size[0] - 1, size[1] - 1
    parts = []
    for first, sides, length in (
        (c, (a * right, b * down), plane.shape[1]),
        (f, (d * right, e * down), plane.shape[0]),
    ):
        least, most = (first + sum(extreme(0.0, side) for side in sides) for extreme in (min, max))
        begin = min(max(math.floor(least) - REACH, 0), length - 1)
        parts.append((begin, max(math.ceil(most) + REACH, 0) + 1))
    (left, across), (top, below) = parts
    return plane[top:below, left:across].astype(np.float32), (a, b, c - left, d, e, f - top)


@cache
def _indices(stored: tuple[int, int], plane: tuple[int, int]) -> Affine:
    """Places in a stored picture of such a size -> indices of the samples of a plane of it.

    Chroma is taken to lie as MPEG has it: on the left one of two pixels, halfway between two lines.
    """
    across, down = stored[0] / plane[0], stored[1] / plane[1]
    return 1 / across, 0, -0.5 / across, 0, 1 / down, -0.5


@cache
def _stored(shape: Shape) -> Affine:
    """Places in the upright frame -> places in the stored picture, both counted from the edges."""
    width, height = shape.stretched
    turns: dict[int, Affine] = {
        0: (1, 0, 0, 0, 1, 0),
        90: (0, 1, 0, -1, 0, height),
        180: (-1, 0, width, 0, -1, height),
        270: (0, -1, width, 1, 0, 0),
    }
    turned = turns[shape.rotation]
    if shape.mirrored:
        turned = _after(*turned, then=(-1, 0, width, 0, 1, 0))
    return _after(*turned, then=(shape.stored[0] / width, 0, 0, 0, shape.stored[1] / height, 0))
