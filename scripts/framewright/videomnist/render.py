"""Draw moving digits, many videos at once. Each is a function of (seed, split, index) alone, whatever else is drawn.

Positions are in pixels, (0, 0) being the centre of the upper left pixel, x to the right and y downwards. A digit's
centre is its centre of mass: it is where the digit is said to be, and what it turns and grows about.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from framewright.videomnist.clip_spec import SPLITS, ClipSpec, GlyphSpec
from framewright.videomnist.motion import MOTIONS, UNIFORMS, Room

# At 64 pixels a side. All lengths grow with the frame.
MARGIN, INK = 5, 100
SPARE = 1.04  # more pixels than promised, because interpolation rounds some away
ROOM = 10  # pixels that a digit can move, across and down: else it would hardly seem to
SLOWEST, FASTEST = 0.1, 0.5  # radians a frame of swinging and breathing
BLOCKS = 5  # of four uniforms each: what a video takes of its split's random numbers


@dataclass(frozen=True, eq=False)
class Glyphs:
    """Digits ready to be moved: enlarged to the frame, with their measures in pixels of the frame."""

    pictures: np.ndarray  # (n, h, w) uint8
    ink: np.ndarray  # (n,) float: the sum of its pixels at scale 1
    centre: np.ndarray  # (n, 2) float: x, y of its centre of mass
    outline: np.ndarray  # (n, 2, p) float: x, y, from the centre, of points between which all of its ink is
    base: np.ndarray  # (n,) float: the scale of the picture; above 1 for thin digits, with too few pixels
    good: np.ndarray  # (n,) bool: whether it can be drawn; not where it is so thin that it would be too large


@dataclass(frozen=True, eq=False)
class DrawnDigits:
    """Some videos with all that was drawn for them by lot: one row for each digit, `ClipSpec.digits` for each video."""

    pixels: np.ndarray  # (n, frames, size, size) uint8: this digit alone
    trajectories: np.ndarray  # (n, frames, 4) float32: x, y in pixels, angle in degrees clockwise, scale
    motions: np.ndarray  # (n,) int: places in the spec's motions
    speeds: np.ndarray  # (n,) float: pixels a frame: no step is longer, and the mean is within 5 % of it


def prepare_glyphs(pictures: np.ndarray, spec: GlyphSpec) -> Glyphs:
    """(n, 28, 28) uint8 digits made ready.

    Thin ones are enlarged here and not as they are drawn: what is drawn larger than its picture trembles as it moves.
    """
    side = pictures.shape[1]
    lit = np.maximum(np.count_nonzero(pictures, axis=(1, 2)), 1)
    needed = np.maximum(np.sqrt(SPARE * INK / lit) / (1 - spec.growth), 1)
    sides = np.round(side * spec.zoom * np.minimum(needed, spec.max_enlargement)).astype(int)
    base = sides / (side * spec.zoom)
    large = _enlarge(pictures, sides, round(side * spec.zoom * spec.max_enlargement))
    high = np.arange(large.shape[1])
    rows, columns = large.sum(axis=2, dtype=np.float64), large.sum(axis=1, dtype=np.float64)
    ink = np.maximum(rows.sum(axis=1), 1)
    centre = np.stack([(columns * high).sum(axis=1), (rows * high).sum(axis=1)], axis=1) / ink[:, None]
    bright = large > 0
    # The first and the last pixel of ink in each row; the centre of mass, which is between them, where there is none.
    ends = np.stack([bright.argmax(axis=2), len(high) - 1 - bright[:, :, ::-1].argmax(axis=2)], axis=1)
    down = np.broadcast_to(high - centre[:, 1:, None], ends.shape)
    outline = np.stack([ends - centre[:, :1, None], down], axis=1) * (rows > 0)[:, None, None]
    outline = outline.reshape(len(large), 2, -1)
    widest = (np.sqrt((outline**2).sum(axis=1).max(axis=1)) + math.sqrt(2)) * (1 + spec.growth)
    good = (needed <= spec.max_enlargement) & (widest <= (spec.size - 1 - (2 * MARGIN + ROOM) * spec.zoom) / 2)
    return Glyphs(large, ink / base**2, centre, outline, base, good & pictures.any(axis=(1, 2)))


def assign_motions(indices: np.ndarray, motions: int) -> np.ndarray:
    """The motion of each video: they take turns within each digit, and each digit begins with another one."""
    return (indices // 10 + indices % 10) % motions


def draw(digits: Glyphs, spec: ClipSpec, seed: int, split: str, indices: range) -> DrawnDigits:
    """Consecutive videos of a split; the first shows the first `ClipSpec.digits` of these digits, and so on.

    Digits that share a video share its motion and its speed, and each follows another path.
    """
    uniforms, count = (
        _draw_uniforms(seed, split, range(indices.start * spec.digits, indices.stop * spec.digits)),
        len(digits.pictures),
    )
    chosen = np.repeat(uniforms[0, :: spec.digits], spec.digits, axis=0)
    speeds = (spec.speed[0] + (spec.speed[1] - spec.speed[0]) * chosen) * spec.zoom
    angles = _swing(uniforms[1:4], spec.rotation, spec.frames)
    scales = 1 + _swing(uniforms[4:7], spec.growth, spec.frames)
    forms = _forms(np.radians(angles), scales)
    low, high = _reach(digits, forms)
    edge = MARGIN * spec.zoom
    least, most = edge - low.min(axis=1), spec.size - 1 - edge - high.max(axis=1)
    room = Room(least.T[:, :, None], most.T[:, :, None])
    motions = np.repeat(assign_motions(np.array(indices), len(spec.motions)), spec.digits)
    groups = [(MOTIONS[spec.motions[place]], np.flatnonzero(motions == place)) for place in np.unique(motions)]
    for motion, rows in groups:
        around = Room(room.low[:, rows], room.high[:, rows])
        speeds[rows] = motion.limit(uniforms[7:, rows], around, speeds[rows])
    # Digits that share a video keep the speed of the one that has the least room.
    speeds = np.repeat(speeds.reshape(-1, spec.digits).min(axis=1), spec.digits)[:, None]
    paths = np.empty((count, spec.frames, 2))
    for motion, rows in groups:
        around = Room(room.low[:, rows], room.high[:, rows])
        paths[rows] = motion.path(uniforms[7:, rows], around, speeds[rows], spec.frames).transpose(1, 2, 0)
    trajectories = np.empty((count, spec.frames, 4), np.float32)
    trajectories[:, :, :2], trajectories[:, :, 2], trajectories[:, :, 3] = paths, angles, digits.base[:, None] * scales
    return DrawnDigits(_paint(digits, forms, paths, low, high, spec.size), trajectories, motions, speeds[:, 0])


def overlay(pixels: np.ndarray, digits: int) -> np.ndarray:
    """(n, frames, size, size) uint8 videos of so many digits each; where they meet, the brighter one is seen."""
    layers = pixels.reshape(-1, digits, *pixels.shape[1:])
    return layers.max(axis=1) if digits > 1 else layers[:, 0]


def _enlarge(pictures: np.ndarray, sides: np.ndarray, most: int) -> np.ndarray:
    """(n, most, most) uint8: each picture with another size, in the upper left corner."""
    large = np.zeros((len(pictures), most, most), np.uint8)
    for picture, side, target in zip(pictures, sides.tolist(), large, strict=True):
        way = cv2.INTER_AREA if side < len(picture) else cv2.INTER_CUBIC
        target[:side, :side] = picture if side == len(picture) else cv2.resize(picture, (side, side), interpolation=way)
    return large


def _draw_uniforms(seed: int, split: str, indices: range) -> np.ndarray:
    """(7 + UNIFORMS, n, 1) float from 0 to 1: those of a video come from its place in its split's random numbers."""
    numbers = np.random.Philox(np.random.SeedSequence([seed, SPLITS.index(split)])).advance(indices.start * BLOCKS)
    drawn = np.random.Generator(numbers).random((len(indices), 4 * BLOCKS))
    return np.ascontiguousarray(drawn.T[: 7 + UNIFORMS, :, None])


def _swing(uniforms: np.ndarray, most: float, frames: int) -> np.ndarray:
    """(n, frames): sines of random amplitude up to `most`, phase and rate."""
    reach, phase, rate = uniforms
    return most * reach * np.sin(2 * math.pi * phase + (SLOWEST + (FASTEST - SLOWEST) * rate) * np.arange(frames))


def _forms(turned: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """(n, frames, 2, 2): what takes a point of a digit, seen from its centre, to the frame."""
    forms = np.empty((*turned.shape, 2, 2))
    forms[..., 0, 0] = forms[..., 1, 1] = scale * np.cos(turned)
    forms[..., 1, 0] = scale * np.sin(turned)
    forms[..., 0, 1] = -forms[..., 1, 0]
    return forms


def _reach(digits: Glyphs, forms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the ink reaches from the centre in each frame: (n, frames, 2) least and greatest x, y.

    A pixel of ink colours what lies within one pixel of it, before turning: the corners of that square count.
    """
    count, frames = forms.shape[:2]
    points = (forms.reshape(count, 2 * frames, 2) @ digits.outline).reshape(count, frames, 2, -1)
    spread = np.abs(forms).sum(axis=3)
    return points.min(axis=3) - spread, points.max(axis=3) + spread


def _paint(
    digits: Glyphs, forms: np.ndarray, paths: np.ndarray, low: np.ndarray, high: np.ndarray, size: int
) -> np.ndarray:
    """(n, frames, size, size) uint8. Only the rectangle around the digit is computed: the rest is black."""
    count, frames = paths.shape[:2]
    pixels = np.zeros((count, frames, size, size), np.uint8)
    begin, end = np.floor(paths + low).astype(int), np.ceil(paths + high).astype(int) + 1
    shifts = paths - begin - (forms * digits.centre[:, None, None]).sum(axis=3)
    matrices = np.concatenate([forms, shifts[..., None]], axis=3)
    corners = np.concatenate([begin, end], axis=2).transpose(0, 2, 1)
    for picture, its_frames, its_matrices, its_corners in zip(digits.pictures, pixels, matrices, corners, strict=True):
        sides = its_corners.tolist()
        for frame, matrix, left, top, right, bottom in zip(its_frames, its_matrices, *sides, strict=True):
            cv2.warpAffine(picture, matrix, (right - left, bottom - top), frame[top:bottom, left:right])
    return pixels
