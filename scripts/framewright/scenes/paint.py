"""Drawing in metres: anti-aliased shapes on a transparent canvas, and laying the result over a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

LIGHT = np.array([-0.48, 0.62, 0.62], np.float32)
"""Where the light comes from: the left, above, and the viewer's side (x right, y up, z to the viewer)."""

_FRACTION = 4
_ONE = 1 << _FRACTION

Colour = tuple[float, float, float]
Point = tuple[float, float]
Points = Sequence[Point] | np.ndarray  # (N, 2), in metres


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour `share` of the way from `a` to `b`."""
    red, green, blue = (p + (q - p) * share for p, q in zip(a, b, strict=True))
    return red, green, blue


def shade_colour(colour: Colour, factor: float) -> Colour:
    """`colour` made darker (factor below 1) or lighter (above 1), inside [0, 1]."""
    red, green, blue = (min(1.0, c * factor) for c in colour)
    return red, green, blue


def smooth(points: list[Point], steps: int = 8) -> np.ndarray:
    """A closed curve through `points` (Catmull-Rom), as (N, 2) float."""
    knots = np.asarray(points, float)
    before, after, later = (np.roll(knots, shift, 0) for shift in (1, -1, -2))
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    curve = (
        2 * knots[:, None]
        + (after - before)[:, None] * t
        + (2 * before - 5 * knots + 4 * after - later)[:, None] * t**2
        + (3 * knots - before - 3 * after + later)[:, None] * t**3
    )
    return curve.reshape(-1, 2) / 2


@dataclass(frozen=True)
class Sprite:
    """A cut-out: (h, w, 4) uint8 RGBA, colour already multiplied by coverage; `anchor` is the pixel that stands on
    the ground and `scale` the pixels per metre it was drawn with."""

    rgba: np.ndarray
    anchor: Point
    scale: float

    def halved(self) -> "Sprite":
        """The same cut-out at half the size, for use far away."""
        height, width = (max(1, side // 2) for side in self.rgba.shape[:2])
        small = cv2.resize(self.rgba, (width, height), interpolation=cv2.INTER_AREA)
        ratio = width / self.rgba.shape[1], height / self.rgba.shape[0]
        return Sprite(small, (self.anchor[0] * ratio[0], self.anchor[1] * ratio[1]), self.scale * ratio[1])


class Canvas:
    """A transparent picture drawn in metres: x to the right, y up, the origin on the ground.

    Coverage is anti-aliased; what is drawn later lies above what was drawn before.
    """

    def __init__(self, left: float, right: float, top: float, scale: float, bottom: float = 0.06):
        self.scale = scale
        self.anchor = (left * scale + 1, top * scale + 1)
        shape = int((top + bottom) * scale) + 3, int((left + right) * scale) + 3, 4
        self.rgba = np.zeros(shape, np.float32)

    def sprite(self) -> Sprite:
        """What was drawn so far."""
        rgba = np.clip(self.rgba * 255 + 0.5, 0, 255).astype(np.uint8)
        return Sprite(rgba, self.anchor, self.scale)

    def polygon(self, points: Points, top: Colour, bottom: Colour | None = None, alpha: float = 1.0) -> None:
        """Fill an outline with one colour, or with a vertical gradient from `top` to `bottom`."""
        corners = self.pixels(points)
        box = self._box(corners, 2)
        if box is None:
            return
        x1, y1, x2, y2 = box
        mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
        cv2.fillPoly(mask, [_fixed(corners - (x1, y1))], 255, cv2.LINE_AA, _FRACTION)
        ramp = np.linspace(0, 1, y2 - y1, dtype=np.float32)[:, None, None]
        upper, lower = np.asarray(top, np.float32), np.asarray(bottom or top, np.float32)
        self._lay(box, mask.astype(np.float32) * (alpha / 255), upper + (lower - upper) * ramp)

    def stroke(self, points: Points, width: float, colour: Colour, alpha: float = 1.0) -> None:
        """Draw a line of `width` metres through `points`."""
        corners = self.pixels(points)
        thick = width * self.scale
        box = self._box(corners, thick + 2)
        if box is None:
            return
        x1, y1, x2, y2 = box
        mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
        line = _fixed(corners - (x1, y1))
        cv2.polylines(mask, [line], False, 255, max(1, round(thick)), cv2.LINE_AA, _FRACTION)
        self._lay(box, mask.astype(np.float32) * (alpha * min(1.0, thick) / 255), np.asarray(colour, np.float32))

    def disc(self, centre: Point, radius: float, colour: Colour, alpha: float = 1.0) -> None:
        """Fill a flat circle."""
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        around = np.stack([centre[0] + radius * np.cos(turn), centre[1] + radius * np.sin(turn)], 1)
        self.polygon(around, colour, alpha=alpha)

    def ring(self, centre: Point, radius: float, width: float, colour: Colour) -> None:
        """Draw a circle line."""
        turn = np.linspace(0, 2 * np.pi, 49)
        around = np.stack([centre[0] + radius * np.cos(turn), centre[1] + radius * np.sin(turn)], 1)
        self.stroke(around, width, colour)

    def limb(self, a: Point, b: Point, radius_a: float, radius_b: float, colour: Colour, gloss: float = 0.55) -> None:
        """A rounded, shaded limb from `a` to `b`, as thick as its two radii say."""
        ends = self.pixels([a, b])
        wide, narrow = radius_a * self.scale, radius_b * self.scale
        box = self._box(ends, max(wide, narrow) + 2)
        if box is None:
            return
        x1, y1, x2, y2 = box
        px = np.arange(x1, x2, dtype=np.float32)[None, :] - np.float32(ends[0, 0])
        py = np.arange(y1, y2, dtype=np.float32)[:, None] - np.float32(ends[0, 1])
        along = (ends[1] - ends[0]).astype(np.float32)
        length2 = max(float(along @ along), 1e-6)
        t = np.clip((px * along[0] + py * along[1]) / length2, 0, 1)
        off_x, off_y = px - t * along[0], py - t * along[1]
        radius = wide + (narrow - wide) * t
        distance = np.sqrt(off_x * off_x + off_y * off_y)
        mask = np.clip(radius - distance + 0.5, 0, 1)
        across = np.minimum(distance / np.maximum(radius, 0.5), 1)
        facing = np.sqrt(1 - across * across)
        per_pixel = across / np.maximum(distance, 1e-3)
        lit = (off_x * LIGHT[0] - off_y * LIGHT[1]) * per_pixel + facing * LIGHT[2]
        lit = (1.02 - gloss) + gloss * np.clip(lit, -0.35, 1)
        self._lay(box, mask, np.asarray(colour, np.float32) * lit[..., None])

    def pixels(self, points: Points) -> np.ndarray:
        """Metres to pixels of this canvas, (N, 2) float."""
        metres = np.asarray(points, float)
        return np.stack([self.anchor[0] + metres[:, 0] * self.scale, self.anchor[1] - metres[:, 1] * self.scale], 1)

    def _box(self, points: np.ndarray, margin: float) -> tuple[int, int, int, int] | None:
        height, width = self.rgba.shape[:2]
        x1, y1 = np.floor(points.min(0) - margin).astype(int)
        x2, y2 = np.ceil(points.max(0) + margin).astype(int) + 1
        x1, y1, x2, y2 = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
        return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None

    def _lay(self, box: tuple[int, int, int, int], mask: np.ndarray, colour: np.ndarray) -> None:
        x1, y1, x2, y2 = box
        under = self.rgba[y1:y2, x1:x2]
        mask = mask[..., None]
        under *= 1 - mask
        under[..., :3] += np.clip(colour, 0, 1) * mask
        under[..., 3:] += mask


def _fixed(points: np.ndarray) -> np.ndarray:
    # cv2 counts from the middle of a pixel and wants fixed-point integers
    return np.round((points - 0.5) * _ONE).astype(np.int32)


@dataclass(frozen=True)
class Cover:
    """Where a cut-out came to lie in a picture: the corner (x, y) of its patch, its coverage there ((h, w) float32 in
    [0, 1], clipped to the picture), and `whole`, the coverage it has in all, also outside the picture, in pixels."""

    x: int
    y: int
    alpha: np.ndarray
    whole: float


def lay(picture: np.ndarray, sprite: Sprite, x: float, y: float, scale: float) -> Cover | None:
    """Lay a cut-out over a picture ((H, W, 3) uint8, changed in place) with its anchor at (x, y), `scale` pixels per
    metre. None when it falls outside."""
    zoom = scale / sprite.scale
    # half a pixel on either side: the middle of the first source pixel lands on the middle of the zoomed one
    half = (zoom - 1) / 2
    matrix = np.array([[zoom, 0, x - sprite.anchor[0] * zoom + half], [0, zoom, y - sprite.anchor[1] * zoom + half]])
    return lay_by(picture, sprite.rgba, matrix)


def lay_by(picture: np.ndarray, rgba: np.ndarray, matrix: np.ndarray) -> Cover | None:
    """The same for a cut-out that `matrix` ((2, 3), affine, from its pixels to the picture's) places and turns."""
    height, width = rgba.shape[:2]
    corners = np.array([[-1, -1, 1], [width, -1, 1], [-1, height, 1], [width, height, 1]]) @ matrix.T
    low, high = np.floor(corners.min(0)).astype(int), np.ceil(corners.max(0)).astype(int) + 1
    inside = low.min() >= 0 and high[0] <= picture.shape[1] and high[1] <= picture.shape[0]
    (x1, y1), (x2, y2) = np.maximum(low, 0), np.minimum(high, picture.shape[1::-1])
    if x1 >= x2 or y1 >= y2:
        return None
    shifted = matrix - np.array([[0, 0, x1], [0, 0, y1]])
    patch = cv2.warpAffine(rgba, shifted, (int(x2 - x1), int(y2 - y1)), flags=cv2.INTER_LINEAR)
    alpha = np.ascontiguousarray(patch[..., 3])
    under = picture[y1:y2, x1:x2]
    cv2.multiply(under, cv2.cvtColor(255 - alpha, cv2.COLOR_GRAY2RGB), under, 1 / 255)
    cv2.add(under, cv2.cvtColor(patch, cv2.COLOR_RGBA2RGB), under)
    cover = alpha.astype(np.float32) * np.float32(1 / 255)
    grown = abs(np.linalg.det(matrix[:, :2]))
    return Cover(int(x1), int(y1), cover, float(cover.sum() if inside else cv2.sumElems(rgba)[3] / 255 * grown))


def cast_shadow(
    picture: np.ndarray, sprite: Sprite, x: float, y: float, scale: float, lean: Point, depth: float
) -> None:
    """Darken the ground by the soft shadow of a cut-out standing at (x, y): a point one metre up throws it `lean`
    metres (right, down) on the picture; `depth` in [0, 1] is how dark."""
    zoom = scale / sprite.scale
    coarse = 4
    size = max(2, sprite.rgba.shape[1] // coarse + 4), max(2, sprite.rgba.shape[0] // coarse + 4)
    small = cv2.warpAffine(
        sprite.rgba[..., 3], np.array([[1 / coarse, 0, 2], [0, 1 / coarse, 2]]), size, flags=cv2.INTER_AREA
    )
    small = cv2.blur(small, (3, 3))
    grown = zoom * coarse
    foot = sprite.anchor[0] / coarse + 2, sprite.anchor[1] / coarse + 2
    matrix = np.array(
        [
            [grown, -lean[0] * grown, x - grown * foot[0] + lean[0] * grown * foot[1]],
            [0, -lean[1] * grown, y + lean[1] * grown * foot[1]],
        ]
    )
    corners = np.array([[0, 0, 1], [size[0], 0, 1], [0, size[1], 1], [size[0], size[1], 1]]) @ matrix.T
    x1, y1 = np.maximum(np.floor(corners.min(0)).astype(int), 0)
    x2, y2 = np.minimum(np.ceil(corners.max(0)).astype(int) + 1, (picture.shape[1], picture.shape[0]))
    if x1 >= x2 or y1 >= y2:
        return
    matrix[:, 2] -= (x1, y1)
    dark = cv2.warpAffine(small, matrix, (int(x2 - x1), int(y2 - y1)), flags=cv2.INTER_LINEAR)
    light = cv2.convertScaleAbs(dark, alpha=-depth, beta=255)
    under = picture[y1:y2, x1:x2]
    cv2.multiply(under, cv2.cvtColor(light, cv2.COLOR_GRAY2RGB), under, 1 / 255)
