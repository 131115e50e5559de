"""A ringed planet before distant galaxies, the camera drifting past."""

from collections.abc import Callable

import cv2
import numpy as np

from framewright.scenes.paint import Sprite, lay
from framewright.scenes.photos import draw_clouds, load_photo

SECONDS = 2.0
"""How long the camera takes from one side to the other."""
VIOLET, TEAL = np.asarray((54, 26, 66), np.float32), np.asarray((18, 64, 88), np.float32)
RUST, CREAM = np.asarray((0.55, 0.33, 0.23), np.float32), np.asarray((0.97, 0.84, 0.66), np.float32)
ICE = np.asarray((0.86, 0.78, 0.66), np.float32)


def make_space(rng: np.random.Generator, size: tuple[int, int]) -> Callable[[float], np.ndarray]:
    """The picture at a number of seconds, (H, W, 3) uint8."""
    width, height = size
    unit = height / 1080
    margin = int(80 * unit)
    sky = _sky(rng, width + 2 * margin, height + 2 * margin, unit)
    planet = _planet(rng, round(330 * unit))

    def picture(seconds: float) -> np.ndarray:
        share = seconds / SECONDS
        matrix = np.array([[1, 0, margin * (0.2 + 1.1 * share)], [0, 1, margin * (1.2 - 0.5 * share)]])
        seen = cv2.warpAffine(sky, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        lay(seen, planet, width * (0.655 - 0.035 * share), height * (0.52 - 0.01 * share), 1 + 0.02 * share)
        return seen

    return picture


def _sky(rng: np.random.Generator, width: int, height: int, unit: float) -> np.ndarray:
    """Galaxies, sharpened, behind thin coloured clouds, with synthetic stars."""
    sky = cv2.resize(load_photo("galaxies"), (width, round(width * 0.872)), interpolation=cv2.INTER_CUBIC)[:height]
    sky = cv2.addWeighted(sky, 1.25, cv2.GaussianBlur(sky, (0, 0), 2.2 * unit + 0.4), -0.35, 0)
    cloud = draw_clouds(rng, height // 2, width // 2, height // 3, 6) ** np.float32(2.2)
    spread = cv2.resize(cloud, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    tint = VIOLET + (TEAL - VIOLET) * np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    sky = cv2.add(sky, (spread * tint).astype(np.uint8))
    for _ in range(900):
        place = int(rng.integers(width * 16)), int(rng.integers(height * 16))
        radius = int(rng.choice([0, 0, 0, 14, 28]) * unit) + 8
        warm = rng.random() < 0.5
        colour = rng.uniform(90, 255) * np.array((1, 0.95, 0.9) if warm else (0.85, 0.93, 1))
        cv2.circle(sky, place, radius, colour.tolist(), -1, cv2.LINE_AA, 4)
    return sky


def _planet(rng: np.random.Generator, radius: int) -> Sprite:
    """A banded gas planet with a ring, lit from the left, drawn at one pixel per unit of scale."""
    half = int(radius * 2.1)
    storm, fine = draw_clouds(rng, 512, 1024, 128, 7), draw_clouds(rng, 512, 1024, 24, 5)
    # in strips, because the many quantities of each pixel would together fill hundreds of megabytes
    strips = np.array_split(np.arange(-half, half + 1, dtype=np.float32) / radius, 12)
    return Sprite(np.vstack([_planet_strip(strip, half, radius, storm, fine) for strip in strips]), (half, half), 1.0)


def _planet_strip(rows: np.ndarray, half: int, radius: int, storm: np.ndarray, fine: np.ndarray) -> np.ndarray:
    x, y = np.meshgrid(np.arange(-half, half + 1, dtype=np.float32) / radius, rows)
    tilt = np.float32(0.32)
    u, v = x * np.cos(tilt) - y * np.sin(tilt), x * np.sin(tilt) + y * np.cos(tilt)
    inside = np.hypot(u, v)
    z = np.sqrt(np.clip(1 - inside**2, 0, 1))
    ball = np.clip((1 - inside) * radius + 0.5, 0, 1)[..., None]
    surface = _surface(np.arctan2(u, z), np.arcsin(np.clip(v, -1, 1)), storm, fine)
    light = np.clip(-0.72 * x - 0.3 * y + 0.62 * z, 0.015, 1)[..., None]
    ring = _ring(x, u, v, inside)[..., None]
    colour = surface * light * ball * (1 - ring) + ICE * ring
    cover = ball * (1 - ring) + ring
    return np.clip(np.concatenate([colour, cover], 2) * 255 + 0.5, 0, 255).astype(np.uint8)


def _surface(longitude: np.ndarray, latitude: np.ndarray, storm: np.ndarray, fine: np.ndarray) -> np.ndarray:
    map_x, map_y = (longitude + 1.6) * 300, (latitude + 1.6) * 158
    swirl = cv2.remap(storm, map_x, map_y, cv2.INTER_CUBIC)
    detail = cv2.remap(fine, map_x * 0.7, map_y * 1.02, cv2.INTER_CUBIC)
    bands = 0.5 + 0.5 * np.sin(latitude * 15 + 4.2 * swirl + 0.9 * detail)
    return RUST + (CREAM - RUST) * (0.75 * bands + 0.25 * detail)[..., None]


def _ring(x: np.ndarray, u: np.ndarray, v: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """How much the ring covers: its far side passes behind the planet and through its shadow."""
    flat = np.hypot(u, v / np.float32(0.24))
    grooves = 0.55 + 0.45 * np.sin(flat * 95) * np.sin(flat * 37 + 1)
    ring = 0.8 * grooves * np.clip((flat - 1.32) * 40, 0, 1) * np.clip((2.02 - flat) * 40, 0, 1)
    ring = np.where((v < 0) & (inside < 1), 0, ring)
    return np.where((x > 0) & (v < 0) & (inside < 1.5), 0.25 * ring, ring).astype(np.float32)
