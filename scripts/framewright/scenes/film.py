"""Three shots in full HD with fine detail and slow motion: a park street, deep space, a drawn landscape."""

from fractions import Fraction
from functools import lru_cache

import cv2
import numpy as np

from framewright.scenes import motion
from framewright.scenes.paint import Canvas, Sprite, lay, mix, smooth
from framewright.scenes.photos import clouds, photo
from framewright.scenes.scene import Drawn, Scene
from framewright.scenes.street import street
from framewright.truth import Transition

RATE = Fraction(24)
SIZE = (1920, 1080)
SHOT = 44


def film(rng: np.random.Generator, size: tuple[int, int] = SIZE) -> Scene:
    """Three shots of 44 frames with hard cuts between them and one key frame in all."""
    shots = [_street, _space, _toon]
    seeds = rng.integers(1 << 30, size=len(shots))
    play = lru_cache(maxsize=1)(lambda number: shots[number](np.random.default_rng(seeds[number]), size))
    grain = _grain(rng, size)

    def draw(frame: int) -> Drawn:
        picture = play(frame // SHOT)(frame % SHOT)
        return Drawn(cv2.add(picture, grain(frame), dtype=cv2.CV_8U))

    cut = tuple(Transition("cut", at, at, True) for at in (SHOT, 2 * SHOT))
    long = {"crf": 18, "gop": 240, "preset": "veryfast", "options": {"sc_threshold": "0"}}
    return Scene(size, RATE, len(shots) * SHOT, draw, cut, long)


def _grain(rng: np.random.Generator, size: tuple[int, int]):
    """Light film grain: one sheet of noise, cut anew for every frame."""
    sheet = cv2.GaussianBlur(rng.normal(0, 1, (size[1] + 128, size[0] + 128)).astype(np.float32), (0, 0), 0.7)
    sheet = np.round(sheet / sheet.std() * 1.3).astype(np.int16)
    sheet = cv2.merge([sheet] * 3)

    def cut(frame: int) -> np.ndarray:
        x, y = (frame * 61) % 128, (frame * 97) % 128
        return sheet[y : y + size[1], x : x + size[0]]

    return cut


def _street(rng: np.random.Generator, size):
    scene = street(rng, 12.0, size, RATE, "golden", slow=1.6)
    return lambda frame: scene.draw(frame + 100).picture


def _space(rng: np.random.Generator, size):
    """A planet and its ring before distant galaxies, the camera drifting past."""
    width, height = size
    unit = height / 1080
    pad = int(80 * unit)
    wide, high = width + 2 * pad, height + 2 * pad
    sky = cv2.resize(photo("galaxies"), (wide, round(wide * 0.872)), interpolation=cv2.INTER_CUBIC)[:high]
    sky = cv2.addWeighted(sky, 1.25, cv2.GaussianBlur(sky, (0, 0), 2.2 * unit + 0.4), -0.35, 0)
    cloud = clouds(rng, high // 2, wide // 2, height // 3, 6)
    cloud = cv2.resize(cloud, (wide, high), interpolation=cv2.INTER_LINEAR)[..., None] ** 2.2
    tint = (
        np.float32((54, 26, 66))
        + (np.float32((18, 64, 88)) - np.float32((54, 26, 66)))
        * np.linspace(0, 1, wide, dtype=np.float32)[None, :, None]
    )
    sky = np.clip(sky + cloud * tint, 0, 255).astype(np.uint8)
    for _ in range(900):
        x, y = int(rng.integers(wide)), int(rng.integers(high))
        size_, level = rng.choice([0, 0, 0, 1, 2]), rng.uniform(90, 255)
        colour = np.clip(np.array([1.0, 0.95, 0.9] if rng.random() < 0.5 else [0.85, 0.93, 1.0]) * level, 0, 255)
        cv2.circle(sky, (x * 16, y * 16), int(size_ * unit * 14) + 8, colour.tolist(), -1, cv2.LINE_AA, 4)
    planet = _planet(rng, round(330 * unit))

    def picture(frame: int) -> np.ndarray:
        share = frame / SHOT
        matrix = np.array([[1, 0, pad * (0.2 + 1.1 * share)], [0, 1, pad * (1.2 - 0.5 * share)]])
        seen = cv2.warpAffine(sky, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        lay(seen, planet, width * (0.655 - 0.035 * share), height * (0.52 - 0.01 * share), 1.0 + 0.02 * share)
        return seen

    return picture


def _planet(rng: np.random.Generator, radius: int) -> Sprite:
    """A banded gas planet with a thin ring, lit from the left; its scale is 1 pixel per unit."""
    half = int(radius * 2.1)
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32) / radius
    tilt = np.float32(0.32)
    u, v = x * np.cos(tilt) - y * np.sin(tilt), x * np.sin(tilt) + y * np.cos(tilt)
    inside = np.hypot(u, v)
    z = np.sqrt(np.clip(1 - inside**2, 0, 1))
    longitude, latitude = np.arctan2(u, z), np.arcsin(np.clip(v, -1, 1))
    storm = clouds(rng, 512, 1024, 128, 7)
    fine = clouds(rng, 512, 1024, 24, 5)
    map_x, map_y = (longitude + 1.6) * 300, (latitude + 1.6) * 158
    swirl = cv2.remap(storm, map_x, map_y, cv2.INTER_CUBIC)
    detail = cv2.remap(fine, map_x * 0.7, map_y * 1.02, cv2.INTER_CUBIC)
    bands = 0.5 + 0.5 * np.sin(latitude * 15 + 4.2 * swirl + 0.9 * detail)
    bands = (bands * 0.75 + 0.25 * detail)[..., None]
    colour = np.float32((0.55, 0.33, 0.23)) + (np.float32((0.97, 0.84, 0.66)) - np.float32((0.55, 0.33, 0.23))) * bands
    light = np.clip(-0.72 * x - 0.3 * y + 0.62 * z, 0.015, 1)[..., None]
    ball = np.clip((1 - inside) * radius + 0.5, 0, 1)
    flat = np.hypot(u, v / np.float32(0.24))
    grooves = 0.55 + 0.45 * np.sin(flat * 95) * np.sin(flat * 37 + 1)
    ring = np.clip((flat - 1.32) * 40, 0, 1) * np.clip((2.02 - flat) * 40, 0, 1) * grooves * 0.8
    ring = np.where((v < 0) & (inside < 1), 0, ring)
    ring = ring * np.where((x > 0) & (v < 0) & (inside < 1.5), 0.25, 1.0)
    out = np.dstack([colour * light * ball[..., None], ball])
    over = ring[..., None]
    out = (
        out * (1 - over) + np.dstack([np.ones_like(colour) * np.float32((0.86, 0.78, 0.66)), np.ones_like(ball)]) * over
    )
    return Sprite(np.clip(out * 255 + 0.5, 0, 255).astype(np.uint8), (half, half), 1.0)


def _toon(rng: np.random.Generator, size):
    """Hills, houses and a balloon in flat colours with dark outlines."""
    unit = size[1] / 10.8
    ink = (0.13, 0.1, 0.16)
    layers = [_hills(rng, size, unit, base, colour, ink) for base, colour in (
        (5.4, (0.55, 0.72, 0.83)), (4.3, (0.45, 0.7, 0.55)), (3.1, (0.56, 0.78, 0.36)), (1.5, (0.34, 0.6, 0.28)))]  # fmt: skip
    ramp = np.linspace(0, 1, size[1], dtype=np.float32)[:, None, None]
    sky = np.float32((90, 178, 236)) + (np.float32((253, 234, 196)) - np.float32((90, 178, 236))) * ramp
    sky = np.ascontiguousarray(np.broadcast_to(sky, (size[1], size[0], 3)).astype(np.uint8))
    puffs = [(_cloud(rng, unit, ink), rng.uniform(0, 20), rng.uniform(7.2, 9.6)) for _ in range(4)]
    balloon = _balloon(unit, ink)

    def picture(frame: int) -> np.ndarray:
        time = frame / float(RATE)
        seen = sky.copy()
        for number, (puff, x, y) in enumerate(puffs):
            lay(seen, puff, (x + 0.22 * time * (1 + 0.3 * number)) * unit - size[0] * 0.05, size[1] - y * unit, unit)
        for depth, layer in enumerate(layers):
            if depth == 2:
                sway = motion.ease((time + 0.2) / 3)
                lay(seen, balloon, (11.6 + 0.9 * time) * unit, size[1] - (4.3 + 0.9 * sway) * unit, unit)
            lay(seen, layer, size[0] / 2 - 0.16 * time * (depth + 0.5) * unit, size[1], unit)
        return seen

    return picture


def _hills(rng: np.random.Generator, size, unit: float, base: float, colour, ink) -> Sprite:
    half = size[0] / unit / 2 + 1.5
    canvas = Canvas(half, half, base + 3.2, unit, 0.0)
    x = np.linspace(-half - 0.5, half + 0.5, 300)
    y = base + sum(a * np.sin(x * f + rng.uniform(0, 6.3)) for a, f in ((0.55, 0.4), (0.25, 0.9), (0.08, 2.3)))
    outline = [*zip(x, y, strict=True), (half + 0.5, -1), (-half - 0.5, -1)]
    places = np.sort(rng.uniform(-half, half, 15))
    for place in places:
        foot = float(np.interp(place, x, y))
        if base < 5 and rng.random() < 0.3:
            _house(rng, canvas, place, foot - 0.12, 0.16 * (7.5 - base), ink)
        else:
            _pine(
                rng,
                canvas,
                place,
                foot - 0.1,
                0.2 * (7.6 - base) * rng.uniform(0.7, 1.2),
                mix(colour, (0.1, 0.35, 0.25), 0.6),
                ink,
            )
    canvas.polygon(outline, colour, mix(colour, (1, 1, 0.75), 0.18))
    for k in range(5):
        lower = [(a, b - 0.35 - 0.5 * k - 0.1 * np.sin(3 * a + k)) for a, b in zip(x, y, strict=True)]
        canvas.stroke(lower, 0.02, mix(colour, ink, 0.25))
    for place in rng.uniform(-half, half, 260):
        foot = float(np.interp(place, x, y)) - rng.uniform(0.15, 2.6)
        blade = 0.05 + 0.012 * (7 - base)
        tuft = [
            (place - blade, foot),
            (place - 0.5 * blade, foot + 2 * blade),
            (place, foot),
            (place + 0.7 * blade, foot + 2.2 * blade),
        ]
        canvas.stroke(tuft, 0.016, mix(colour, ink, 0.45))
    canvas.stroke(list(zip(x, y, strict=True)), 0.05, ink)
    return canvas.sprite()


def _pine(rng: np.random.Generator, canvas: Canvas, x: float, y: float, tall: float, green, ink) -> None:
    canvas.polygon([(x - 0.06 * tall, y), (x + 0.06 * tall, y), (x + 0.05 * tall, y + 0.3 * tall), (x - 0.05 * tall, y + 0.3 * tall)],
                   (0.45, 0.3, 0.2))  # fmt: skip
    for k in range(3):
        low, high, wide = y + (0.18 + 0.24 * k) * tall, y + (0.58 + 0.24 * k) * tall, (0.34 - 0.08 * k) * tall
        edge = [
            (x - wide, low),
            (x, high),
            (x + wide, low),
            (x + 0.3 * wide, low + 0.05 * tall),
            (x - 0.3 * wide, low - 0.03 * tall),
        ]
        canvas.polygon(edge, green)
        canvas.polygon([(x, high), (x + wide, low), (x + 0.3 * wide, low + 0.05 * tall)], mix(green, ink, 0.3))
        canvas.stroke([*edge, edge[0]], 0.03, ink)


def _house(rng: np.random.Generator, canvas: Canvas, x: float, y: float, big: float, ink) -> None:
    wall, roof = (
        mix((0.98, 0.93, 0.8), (0.95, 0.75, 0.6), rng.random()),
        mix((0.85, 0.3, 0.22), (0.55, 0.25, 0.4), rng.random()),
    )
    box = [(x - big, y), (x - big, y + big), (x + big, y + big), (x + big, y)]
    top = [
        (x - 1.2 * big, y + big),
        (x - 0.7 * big, y + 1.8 * big),
        (x + 0.7 * big, y + 1.8 * big),
        (x + 1.2 * big, y + big),
    ]
    for shape, colour in ((box, wall), (top, roof)):
        canvas.polygon(shape, colour)
        canvas.stroke([*shape, shape[0]], 0.03, ink)
    for k in range(1, 5):
        canvas.stroke([(x - (1.2 - 0.1 * k) * big, y + (1 + 0.16 * k) * big), (x + (1.2 - 0.1 * k) * big, y + (1 + 0.16 * k) * big)],
                      0.015, mix(roof, ink, 0.5))  # fmt: skip
    for place in (-0.6, 0.6):
        pane = [(x + (place + a) * big, y + b * big) for a, b in ((-0.2, 0.35), (-0.2, 0.8), (0.2, 0.8), (0.2, 0.35))]
        canvas.polygon(pane, (0.6, 0.82, 0.92))
        canvas.stroke([*pane, pane[0]], 0.02, ink)
    canvas.polygon(
        [(x - 0.15 * big, y), (x - 0.15 * big, y + 0.6 * big), (x + 0.15 * big, y + 0.6 * big), (x + 0.15 * big, y)],
        (0.5, 0.32, 0.22),
    )


def _cloud(rng: np.random.Generator, unit: float, ink) -> Sprite:
    canvas = Canvas(2.2, 2.2, 1.6, unit)
    bumps = [
        (float(x), 0.45 + 0.35 * float(np.cos(x * 0.8)) + rng.uniform(-0.1, 0.1), rng.uniform(0.36, 0.55))
        for x in np.linspace(-1.4, 1.4, 7)
    ]
    for grow, colour in ((0.035, ink), (0, (1, 1, 1))):
        for x, y, r in bumps:
            canvas.disc((x, y), r + grow, colour)
    for x, y, r in bumps[1::2]:
        canvas.disc((x + 0.1, y - 0.16), r * 0.62, (0.88, 0.93, 0.98))
    return canvas.sprite()


def _balloon(unit: float, ink) -> Sprite:
    canvas = Canvas(1.6, 1.6, 4.3, unit)
    shape = smooth(
        [(0, 1.05), (-0.75, 1.75), (-1.25, 2.75), (-0.85, 3.75), (0, 4.1), (0.85, 3.75), (1.25, 2.75), (0.75, 1.75)], 14
    )
    canvas.polygon(shape, (0.9, 0.28, 0.22))
    for wide, colour in ((0.72, (0.98, 0.8, 0.3)), (0.4, (0.9, 0.28, 0.22)), (0.13, (0.98, 0.8, 0.3))):
        canvas.polygon(shape * (wide, 1), colour)
        canvas.stroke([*(shape * (wide, 1)), shape[0] * (wide, 1)], 0.025, ink)
    canvas.polygon([(x * 0.5 + 0.55, y) for x, y in shape if x > 0.2 and y > 1.4], (0.4, 0.05, 0.1), alpha=0.18)
    canvas.stroke([*shape, shape[0]], 0.05, ink)
    for x in (-0.3, 0.3):
        canvas.stroke([(x, 0.5), (x * 1.3, 1.3)], 0.03, ink)
    basket = [(-0.34, 0.55), (0.34, 0.55), (0.28, 0.02), (-0.28, 0.02)]
    canvas.polygon(basket, (0.72, 0.5, 0.28), (0.5, 0.32, 0.18))
    for k in range(1, 4):
        canvas.stroke([(-0.33, 0.02 + 0.13 * k), (0.33, 0.02 + 0.13 * k)], 0.02, (0.4, 0.25, 0.15))
    canvas.stroke([*basket, basket[0]], 0.04, ink)
    return canvas.sprite()
