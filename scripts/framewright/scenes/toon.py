"""A drawn landscape: hills, houses and a balloon in flat colours with dark outlines. One unit is a tenth of the
picture's height."""

from collections.abc import Callable

import numpy as np

from framewright.scenes import motion
from framewright.scenes.paint import Canvas, Colour, Point, Points, Sprite, lay, mix, smooth

INK: Colour = (0.13, 0.1, 0.16)
HILLS = [(5.4, (0.55, 0.72, 0.83)), (4.3, (0.45, 0.7, 0.55)), (3.1, (0.56, 0.78, 0.36)), (1.5, (0.34, 0.6, 0.28))]
"""Height and colour of each row of hills, the farthest first."""


def make_toon(rng: np.random.Generator, size: tuple[int, int]) -> Callable[[float], np.ndarray]:
    """The picture at a number of seconds, (H, W, 3) uint8."""
    width, height = size
    unit = height / 10.8
    hills = [_hills(rng, width / unit / 2 + 1.5, unit, *row) for row in HILLS]
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = np.asarray((90, 178, 236), np.float32) * (1 - ramp) + np.asarray((253, 234, 196), np.float32) * ramp
    sky = np.broadcast_to(sky, (height, width, 3)).astype(np.uint8)
    puffs = [(_cloud(rng, unit), 5.2 * k + rng.uniform(-1.2, 1.2), rng.uniform(7.0, 9.4)) for k in range(4)]
    balloon = _balloon(unit)

    def picture(seconds: float) -> np.ndarray:
        seen = sky.copy()
        for number, (puff, x, y) in enumerate(puffs):
            drift = (0.22 + 0.07 * number) * seconds
            lay(seen, puff, (x + drift) * unit, height - y * unit, unit)
        for depth, row in enumerate(hills):
            if depth == 2:
                rise = 0.9 * motion.ease((seconds + 0.2) / 3)
                lay(seen, balloon, (11.6 + 0.9 * seconds) * unit, height - (4.3 + rise) * unit, unit)
            lay(seen, row, width / 2 - 0.16 * seconds * (depth + 0.5) * unit, height, unit)
        return seen

    return picture


def _outlined(canvas: Canvas, shape: Points, colour: Colour, line: float, low: Colour | None = None) -> None:
    canvas.polygon(shape, colour, low)
    canvas.stroke([*shape, shape[0]], line, INK)


def _hills(rng: np.random.Generator, half: float, unit: float, base: float, colour: Colour) -> Sprite:
    canvas = Canvas(half, half, base + 3.2, unit, 0.0)
    x = np.linspace(-half - 0.5, half + 0.5, 300)
    y = base + sum(a * np.sin(x * f + rng.uniform(0, 6.3)) for a, f in ((0.55, 0.4), (0.25, 0.9), (0.08, 2.3)))
    near = 7.5 - base
    for place in np.sort(rng.uniform(-half, half, 15)):
        foot = float(np.interp(place, x, y)) - 0.1
        if base < 5 and rng.random() < 0.3:
            _house(rng, canvas, place, foot, 0.16 * near)
        else:
            _pine(canvas, place, foot, 0.2 * near * rng.uniform(0.7, 1.2), mix(colour, (0.1, 0.35, 0.25), 0.6))
    ridge = np.stack([x, y], 1)
    canvas.polygon([*ridge, (half + 0.5, -1), (-half - 0.5, -1)], colour, mix(colour, (1, 1, 0.75), 0.18))
    for k in range(5):
        canvas.stroke(ridge - [0, 0.35 + 0.5 * k] - 0.1 * np.sin(3 * ridge + k) * [0, 1], 0.02, mix(colour, INK, 0.25))
    blade = (0.05 + 0.012 * near) * np.array([(-1, 0), (-0.5, 2), (0, 0), (0.7, 2.2)])
    for place in rng.uniform(-half, half, 260):
        foot = float(np.interp(place, x, y)) - rng.uniform(0.15, 2.6)
        canvas.stroke(blade + np.array([place, foot]), 0.016, mix(colour, INK, 0.45))
    canvas.stroke(ridge, 0.05, INK)
    return canvas.sprite()


def _pine(canvas: Canvas, x: float, y: float, tall: float, green: Colour) -> None:
    def at(*points: Point) -> list[Point]:
        return [(x + across * tall, y + up * tall) for across, up in points]

    canvas.polygon(at((-0.06, 0), (0.06, 0), (0.05, 0.3), (-0.05, 0.3)), (0.45, 0.3, 0.2))
    for k in range(3):
        low, high, wide = 0.18 + 0.24 * k, 0.58 + 0.24 * k, 0.34 - 0.08 * k
        shade = (0, high), (wide, low), (0.3 * wide, low + 0.05)
        canvas.polygon(at((-wide, low), *shade, (-0.3 * wide, low - 0.03)), green)
        canvas.polygon(at(*shade), mix(green, INK, 0.3))
        canvas.stroke(at((-wide, low), *shade, (-0.3 * wide, low - 0.03), (-wide, low)), 0.03, INK)


def _house(rng: np.random.Generator, canvas: Canvas, x: float, y: float, big: float) -> None:
    wall = mix((0.98, 0.93, 0.8), (0.95, 0.75, 0.6), rng.random())
    roof = mix((0.85, 0.3, 0.22), (0.55, 0.25, 0.4), rng.random())

    def at(*points: Point) -> list[Point]:
        return [(x + across * big, y + up * big) for across, up in points]

    _outlined(canvas, at((-1, 0), (-1, 1), (1, 1), (1, 0)), wall, 0.03)
    _outlined(canvas, at((-1.2, 1), (-0.7, 1.8), (0.7, 1.8), (1.2, 1)), roof, 0.03)
    for k in range(1, 5):
        wide, up = 1.2 - 0.1 * k, 1 + 0.16 * k
        canvas.stroke(at((-wide, up), (wide, up)), 0.015, mix(roof, INK, 0.5))
    for a in (-0.6, 0.6):
        _outlined(canvas, at((a - 0.2, 0.35), (a - 0.2, 0.8), (a + 0.2, 0.8), (a + 0.2, 0.35)), (0.6, 0.82, 0.92), 0.02)
    canvas.polygon(at((-0.15, 0), (-0.15, 0.6), (0.15, 0.6), (0.15, 0)), (0.5, 0.32, 0.22))


def _cloud(rng: np.random.Generator, unit: float) -> Sprite:
    canvas = Canvas(2.2, 2.2, 1.6, unit)
    bumps = [(x, 0.5 + 0.32 * np.cos(x) + rng.uniform(-0.08, 0.08), rng.uniform(0.36, 0.52))
             for x in np.linspace(-1.4, 1.4, 7)]  # fmt: skip
    for grow, colour in ((0.035, INK), (0.0, (0.84, 0.9, 0.97))):
        for x, y, radius in bumps:
            canvas.disc((x, y), radius + grow, colour)
    for x, y, radius in bumps:
        canvas.disc((x - 0.04, y + 0.09), radius * 0.8, (1, 1, 1))
    return canvas.sprite()


def _balloon(unit: float) -> Sprite:
    canvas = Canvas(1.6, 1.6, 4.3, unit)
    red, yellow, wicker = (0.9, 0.28, 0.22), (0.98, 0.8, 0.3), (0.72, 0.5, 0.28)
    side = [(-0.75, 1.75), (-1.25, 2.75), (-0.85, 3.75)]
    skin = smooth([(0, 1.05), *side, (0, 4.1), *((-x, y) for x, y in reversed(side))], 14)
    canvas.polygon(skin, red)
    for wide, colour in ((0.72, yellow), (0.4, red), (0.13, yellow)):
        _outlined(canvas, skin * (wide, 1), colour, 0.025)
    right = skin[skin[:, 0] > 0]
    canvas.polygon(np.concatenate([right, right[::-1] * (0.6, 1)]), INK, alpha=0.16)
    canvas.stroke([*skin, skin[0]], 0.05, INK)
    for x in (-0.3, 0.3):
        canvas.stroke([(x, 0.5), (x * 1.3, 1.3)], 0.03, INK)
    _outlined(canvas, [(-0.34, 0.55), (0.34, 0.55), (0.28, 0.02), (-0.28, 0.02)], wicker, 0.04, mix(wicker, INK, 0.35))
    for k in range(1, 4):
        canvas.stroke([(-0.33, 0.02 + 0.13 * k), (0.33, 0.02 + 0.13 * k)], 0.02, mix(wicker, INK, 0.5))
    return canvas.sprite()
