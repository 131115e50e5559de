"""Draw moving digits. Each video is a function of (seed, split, index) alone, whatever else is drawn.

Positions are in pixels, (0, 0) being the centre of the upper left pixel, x to the right and y downwards. A digit's
centre is its centre of mass: it is where the digit is said to be, and what it turns and grows about.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from framewright.videomnist.digits import SPLITS
from framewright.videomnist.motion import MOTIONS, Room

# At 64 pixels a side. All lengths grow with the frame.
FRAME, MARGIN, INK = 64, 5, 100
SPARE = 1.04  # more pixels than promised, because interpolation rounds some away
LARGEST = 2.5  # times its size: what is too thin even then is a speck and no digit
SLOWEST, FASTEST = 0.1, 0.5  # radians a frame of swinging and breathing


@dataclass(frozen=True)
class Look:
    """What all videos of a set have in common."""

    frames: int  # of each video
    size: int  # pixels a side
    motions: tuple[str, ...]
    speed: tuple[float, float]  # pixels a frame, for frames of 64 pixels: from, to
    rotation: float  # degrees that a digit swings to either side at most
    growth: float  # part of its size by which a digit grows and shrinks at most

    @property
    def zoom(self) -> float:
        """How much larger than at 64 pixels everything is."""
        return self.size / FRAME


@dataclass(frozen=True, eq=False)
class Glyph:
    """A digit ready to be moved: enlarged to the frame, with its measures in pixels of the frame."""

    picture: np.ndarray  # (h, w) uint8
    centre: np.ndarray  # (2,) float: x, y of its centre of mass in the picture
    outline: np.ndarray  # (n, 2) float: x, y of the corners of its ink's convex hull, from the centre
    base: float  # the size at which it is drawn; above 1 for thin digits, which would have too few pixels


@dataclass(frozen=True, eq=False)
class Video:
    """One video with everything that was drawn for it by lot."""

    pixels: np.ndarray  # (frames, size, size) uint8
    trajectory: np.ndarray  # (frames, 4) float32: x, y in pixels, angle in degrees clockwise, scale
    speed: float  # pixels a frame: no step is longer


def glyph(picture: np.ndarray, look: Look) -> Glyph | None:
    """A (28, 28) uint8 digit made ready; None if it is so thin that it would have to be drawn too large."""
    way = cv2.INTER_AREA if look.zoom < 1 else cv2.INTER_CUBIC
    side = round(len(picture) * look.zoom)
    large = picture if look.zoom == 1 else cv2.resize(picture, (side, side), interpolation=way)
    count = cv2.countNonZero(large)
    if not count:
        return None
    moments = cv2.moments(large)
    centre = np.array([moments["m10"], moments["m01"]]) / moments["m00"]
    outline = cv2.convexHull(cv2.findNonZero(large))[:, 0] - centre
    needed = max(1.0, math.sqrt(SPARE * INK * look.zoom**2 / count) / (1 - look.growth))
    widest = (np.linalg.norm(outline, axis=1).max() + math.sqrt(2)) * (1 + look.growth)
    fits = (look.size - 1 - 2 * MARGIN * look.zoom) / 2 / widest
    return Glyph(large, centre, outline, needed) if needed <= min(fits, LARGEST) else None


def motion_of(index: int, motions: Sequence[str]) -> str:
    """The motion of a video: they take turns within each digit, and each digit begins with another one."""
    return motions[(index // 10 + index % 10) % len(motions)]


def draw(own: Glyph, look: Look, seed: int, split: str, index: int) -> Video:
    """Video `index` of a split, showing this digit."""
    rng = np.random.default_rng([seed, SPLITS.index(split), index])
    speed = rng.uniform(*look.speed) * look.zoom
    steps = np.arange(look.frames)
    angle = _swing(rng, look.rotation, steps)
    scale = own.base * (1 + _swing(rng, look.growth, steps))
    forms = _forms(np.radians(angle), scale)
    low, high = _reach(own, forms)
    edge = MARGIN * look.zoom
    room = Room(edge - low.min(axis=0), look.size - 1 - edge - high.max(axis=0))
    path = MOTIONS[motion_of(index, look.motions)](rng, room, speed, look.frames)
    pixels = _painted(own, forms, path, low, high, look.size)
    trajectory = np.empty((look.frames, 4), np.float32)
    trajectory[:, :2], trajectory[:, 2], trajectory[:, 3] = path, angle, scale
    return Video(pixels, trajectory, speed)


def _swing(rng: np.random.Generator, most: float, steps: np.ndarray) -> np.ndarray:
    """A sine of random amplitude up to `most`, phase and rate."""
    reach, phase, rate = rng.random(3)
    return most * reach * np.sin(2 * math.pi * phase + (SLOWEST + (FASTEST - SLOWEST) * rate) * steps)


def _forms(turned: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """(frames, 2, 2): what takes a point of the digit, seen from its centre, to the frame."""
    forms = np.empty((len(turned), 2, 2))
    forms[:, 0, 0] = forms[:, 1, 1] = scale * np.cos(turned)
    forms[:, 1, 0] = scale * np.sin(turned)
    forms[:, 0, 1] = -forms[:, 1, 0]
    return forms


def _reach(own: Glyph, forms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the ink reaches from the centre in each frame: (frames, 2) least and greatest x, y.

    A pixel of ink colours what lies within one pixel of it, before turning: the corners of that square count.
    """
    points = forms @ own.outline.T
    spread = np.abs(forms).sum(axis=2)
    return points.min(axis=2) - spread, points.max(axis=2) + spread


def _painted(
    own: Glyph, forms: np.ndarray, path: np.ndarray, low: np.ndarray, high: np.ndarray, size: int
) -> np.ndarray:
    """(frames, size, size) uint8. Only the rectangle around the digit is computed: the rest is black."""
    pixels = np.zeros((len(path), size, size), np.uint8)
    corners = np.floor(path + low).astype(int)
    sides = (np.ceil(path + high).astype(int) - corners + 1).tolist()
    shifts = path - corners - forms @ own.centre
    matrices = np.concatenate([forms, shifts[:, :, None]], axis=2)
    for frame, matrix, (x, y), (wide, high) in zip(pixels, matrices, corners.tolist(), sides, strict=True):
        cv2.warpAffine(own.picture, matrix, (wide, high), dst=frame[y : y + high, x : x + wide])
    return pixels
