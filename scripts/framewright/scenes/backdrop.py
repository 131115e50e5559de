"""The still part of a street: sky and skyline, and a flat ground of pavement, road and park, as wide panoramas.

The camera looks straight ahead and moves sideways. A point of the ground then moves by an amount that grows linearly
with its row, so one panorama, sheared, is the ground as seen from anywhere along the way.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from framewright.scenes.paint import Colour
from framewright.scenes.photos import draw_clouds, load_texture

NEAR_KERB, FAR_KERB, PARK = 5.5, 10.7, 13.4
"""Where the road begins and ends and the park begins, in metres from the camera."""
CROSSING = 2.6
"""How wide the zebra crossing is, in metres."""


@dataclass(frozen=True)
class Mood:
    """Light and weather: colours of the sky from the zenith to the horizon, of the haze, and of the light itself; how
    dark a shadow is, and how far (right, down) one metre of height throws it."""

    zenith: Colour
    horizon: Colour
    cloud: Colour
    haze: Colour
    light: Colour
    shade: float
    shadow: tuple[float, float]


MOODS = {
    "golden": Mood(
        zenith=(0.33, 0.5, 0.72), horizon=(0.99, 0.82, 0.6), cloud=(1.0, 0.86, 0.74), haze=(0.9, 0.78, 0.66),
        light=(1.06, 0.99, 0.88), shade=0.5, shadow=(0.95, 0.2),
    ),
    "noon": Mood(
        zenith=(0.25, 0.5, 0.83), horizon=(0.75, 0.87, 0.95), cloud=(1.0, 1.0, 1.0), haze=(0.72, 0.81, 0.88),
        light=(1.03, 1.02, 0.98), shade=0.55, shadow=(0.3, 0.16),
    ),
    "overcast": Mood(
        zenith=(0.6, 0.65, 0.7), horizon=(0.83, 0.85, 0.86), cloud=(0.9, 0.91, 0.92), haze=(0.76, 0.79, 0.81),
        light=(0.95, 0.98, 1.02), shade=0.28, shadow=(0.12, 0.13),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """A camera at eye level: picture size in pixels, focal length and horizon row in pixels, its height in metres."""

    width: int
    height: int
    focal: float
    horizon: float
    eye: float = 1.5

    def scale(self, z: float) -> float:
        """Pixels per metre at `z` metres."""
        return self.focal / z


def make_view(size: tuple[int, int]) -> View:
    """The camera for a picture of `size` (width, height)."""
    return View(size[0], size[1], size[1] / 0.6, size[1] * 0.36)


@dataclass(frozen=True)
class Backdrop:
    """Sky ((h, w, 3) uint8) and ground panoramas with the column of each that a camera at rest sees first."""

    view: View
    sky: np.ndarray
    ground: np.ndarray
    margin: int

    def seen(self, camera: float, right: float, down: float) -> np.ndarray:
        """The backdrop seen from `camera` metres along the way, the picture moved by (right, down) pixels."""
        eye = self.view
        size = eye.width, eye.height
        # at the horizon the ground hides the last row of the sky
        start = int(np.floor(eye.horizon + down)) - 1
        sky = cv2.warpAffine(
            self.sky, _matrix(0, self.margin - right, self.margin - down), (eye.width, min(start + 3, eye.height)),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        picture = np.empty((eye.height, eye.width, 3), np.uint8)
        picture[: len(sky)] = sky
        shear = camera / eye.eye
        drop = start - down - eye.horizon
        matrix = np.array([[1, shear, self.margin - right + shear * drop], [0, 1, drop]])
        picture[start:] = cv2.warpAffine(
            self.ground, matrix, (size[0], size[1] - start),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        return picture


def _matrix(shear: float, x: float, y: float) -> np.ndarray:
    return np.array([[1, shear, x], [0, 1, y]], float)


def draw_backdrop(
    rng: np.random.Generator, eye: View, mood: Mood, travel: float, margin: int, crossing: float
) -> Backdrop:
    """A random street for a camera that moves `travel` metres and turns or shakes by up to `margin` pixels; the zebra
    crossing lies at `crossing` metres."""
    sky = _sky(rng, eye, mood, margin)
    ground = _ground(rng, eye, mood, travel, margin, crossing)
    return Backdrop(eye, sky, ground, margin)


def _sky(rng: np.random.Generator, eye: View, mood: Mood, margin: int) -> np.ndarray:
    height, width = int(eye.horizon) + 2 * margin, eye.width + 2 * margin
    horizon = eye.horizon + margin
    rise = np.clip((horizon - np.arange(height)) / horizon, 0, 1).astype(np.float32)[:, None, None]
    top, low = np.asarray(mood.zenith, np.float32), np.asarray(mood.horizon, np.float32)
    sky = low + (top - low) * rise**0.75
    sun = np.exp(-(((np.arange(width) - 0.2 * width) / (0.3 * width)) ** 2)).astype(np.float32)[None, :, None]
    sky = sky + sun * (1 - rise) ** 2 * 0.25 * np.asarray(mood.cloud, np.float32)
    puffs = draw_clouds(rng, height, width // 2, int(0.3 * eye.height))
    puffs = cv2.resize(puffs, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    cover = np.clip((puffs - 0.5) * 2.2, 0, 1) * np.clip(rise * 2.2, 0.12, 0.85)
    lit = np.clip(1.0 - (puffs - 0.5) * 0.35, 0, 1)
    sky = sky * (1 - cover) + np.asarray(mood.cloud, np.float32) * lit * cover
    for far, share in ((0.78, 0.6), (0.55, 1.0)):
        _skyline(rng, sky, horizon, eye.height * 0.17 * share, mood, far)
    return np.clip(sky * np.asarray(mood.light, np.float32) * 255 + 0.5, 0, 255).astype(np.uint8)


def _skyline(rng: np.random.Generator, sky: np.ndarray, horizon: float, tallest: float, mood: Mood, far: float) -> None:
    """Houses along the horizon, washed out by `far` of the haze."""
    x, unit = 0.0, tallest / 6
    middle = rng.uniform(0.3, 0.7) * sky.shape[1]
    while x < sky.shape[1]:
        wide = rng.uniform(1.4, 3.4) * unit
        hill = 0.45 + 0.75 * np.exp(-(((x - middle) / (0.28 * sky.shape[1])) ** 2))
        high = rng.uniform(0.35, 0.95) * tallest * hill
        left, right = int(x), int(x + wide)
        top, bottom = int(horizon - high), int(horizon) + 2
        wall = np.float32(rng.uniform(0.3, 0.5)) * np.asarray((0.95, 0.9, 0.9), np.float32)
        haze = np.asarray(mood.haze, np.float32)
        ramp = np.linspace(far - 0.12, min(1.0, far + 0.2), bottom - top, dtype=np.float32)[:, None, None]
        sky[top:bottom, left:right] = wall + (haze - wall) * ramp
        sky[top:bottom, left : left + max(1, int(0.25 * wide))] *= np.float32(1.06)
        step = max(3, int(unit * 0.55))
        glass = sky[top + step : bottom - step, left + step // 2 : right - step // 3]
        glass[::step, ::step] *= np.float32(0.84)
        if step > 3:
            glass[1::step, ::step] *= np.float32(0.84)
        x += wide * rng.uniform(0.8, 1.25)


def _ground(rng: np.random.Generator, eye: View, mood: Mood, travel: float, margin: int, crossing: float) -> np.ndarray:
    """The ground from just below the horizon to below the picture; small pictures average two samples per row."""
    fine = 2 if eye.height <= 720 else 1
    rows = int((eye.height - eye.horizon + margin) * fine)
    below = (np.arange(rows, dtype=np.float32) + 0.5) / fine
    depth = np.float32(eye.focal * eye.eye) / below
    nearest = eye.scale(depth[-1])
    columns = eye.width + 2 * margin + int(travel * nearest)
    across = np.arange(columns, dtype=np.float32) - margin - eye.width / 2
    x = across[None, :] * (depth / np.float32(eye.focal))[:, None]
    z = np.broadcast_to(depth[:, None], x.shape)
    ground = np.empty((rows, columns, 3), np.float32)
    for start, stop, lay in (
        (PARK, np.inf, _park), (FAR_KERB + 0.15, PARK, _slabs), (FAR_KERB, FAR_KERB + 0.15, _kerb),
        (NEAR_KERB, FAR_KERB, _road), (NEAR_KERB - 0.18, NEAR_KERB, _kerb), (0, NEAR_KERB - 0.18, _paving),
    ):  # fmt: skip
        band = (depth >= start) & (depth < stop)
        if band.any():
            ground[band] = lay(rng, x[band], z[band], crossing)
    haze = (1 - np.exp(-depth / 90)).astype(np.float32)[:, None, None]
    hazy = ground * (1 - haze) + np.asarray(mood.haze, np.float32) * 0.8 * haze
    shown = cv2.resize(hazy, (columns, rows // fine), interpolation=cv2.INTER_AREA)
    return np.clip(shown * np.asarray(mood.light, np.float32) * 255 + 0.5, 0, 255).astype(np.uint8)


def _weave(name: str, x: np.ndarray, z: np.ndarray, metres: float, strength: float) -> np.ndarray:
    """A texture laid on the ground, `metres` to a repeat, fading with distance so that it does not shimmer."""
    tile = load_texture(name)
    side = tile.shape[0]
    u, v = np.float32(side / metres) * x % side, np.float32(side / metres) * z % side
    value = cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    fade = strength * np.clip(7 / z, 0, 1) ** np.float32(1.3)
    return (1 + (value - 1) * fade)[..., None].astype(np.float32)


def _patches(rng: np.random.Generator, x: np.ndarray, z: np.ndarray, metres: float) -> np.ndarray:
    """Light and dark patches `metres` across: (h, w, 1) between -1 and 1, mirrored where the pattern ends."""
    grid = draw_clouds(rng, 256, 256, 64, 4)
    u, v = (255 - np.abs(np.float32(64 / metres) * axis % 510 - 255) for axis in (x, z))
    return cv2.remap(grid, u, v, cv2.INTER_LINEAR)[..., None] * 2 - 1


def _paving(rng: np.random.Generator, x: np.ndarray, z: np.ndarray, crossing: float) -> np.ndarray:
    row = np.floor(z / 0.22)
    along = x / 0.44 + 0.5 * (row % 2)
    stone = np.floor(along)
    joint = (np.abs(z / 0.22 - row - 0.5) < 0.465) & (np.abs(along - stone - 0.5) < 0.48)
    each = rng.normal(1, 0.075, 4096).astype(np.float32)[(stone * 37 + row * 101).astype(int) % 4096]
    tint = np.asarray((0.63, 0.53, 0.46), np.float32) * (each * np.where(joint, 1, 0.74))[..., None]
    return tint * (1 + 0.1 * _patches(rng, x, z, 1.5)) * _weave("gravel", x, z, 1.1, 0.3)


def _kerb(rng: np.random.Generator, x: np.ndarray, z: np.ndarray, crossing: float) -> np.ndarray:
    joint = np.abs(x % 1.0 - 0.5)[..., None] < 0.488
    return np.asarray((0.66, 0.64, 0.61), np.float32) * np.where(joint, 1, 0.72) * _weave("gravel", x, z, 1.3, 0.3)


def _road(rng: np.random.Generator, x: np.ndarray, z: np.ndarray, crossing: float) -> np.ndarray:
    dark = (
        np.asarray((0.3, 0.3, 0.315), np.float32)
        * (1 + 0.12 * _patches(rng, x, z, 2.4))
        * _weave("gravel", x, z, 0.8, 0.42)
    )
    middle = (NEAR_KERB + FAR_KERB) / 2
    dash = (np.abs(z - middle) < 0.06) & (x % 3.0 < 1.7)
    edge = np.minimum(np.abs(z - NEAR_KERB - 0.3), np.abs(z - FAR_KERB + 0.3)) < 0.05
    zebra = (np.abs(x - crossing) < CROSSING / 2) & ((z - NEAR_KERB) % 0.9 > 0.42)
    near_zebra = np.abs(x - crossing) < CROSSING / 2 + 0.6
    paint = ((dash | edge) & ~near_zebra) | zebra
    worn = 0.88 + 0.1 * _patches(rng, x, z, 0.4)
    return np.where(paint[..., None], np.asarray((0.82, 0.81, 0.78), np.float32) * worn, dark)


def _slabs(rng: np.random.Generator, x: np.ndarray, z: np.ndarray, crossing: float) -> np.ndarray:
    joint = (np.abs(x % 0.9 - 0.45) < 0.435) & (np.abs(z % 0.9 - 0.45) < 0.42)
    tone = 1 + 0.07 * _patches(rng, x, z, 1.1)
    return np.asarray((0.6, 0.57, 0.54), np.float32) * tone * np.where(joint[..., None], 1, 0.85)


def _park(rng: np.random.Generator, x: np.ndarray, z: np.ndarray, crossing: float) -> np.ndarray:
    mown = np.where((x + 0.35 * z) % 5 < 2.5, 1.06, 0.95)[..., None]
    grass = np.asarray((0.35, 0.46, 0.19), np.float32) * mown * (1 + 0.16 * _patches(rng, x, z, 3.0))
    grass = grass * _weave("grass", x, z, 2.2, 0.95)
    bend = 24.5 + 2.2 * np.sin(x / 7)
    path = (np.abs(z - bend) < 1.3)[..., None]
    return np.where(path, np.asarray((0.7, 0.62, 0.5), np.float32) * (1 + 0.08 * _patches(rng, x, z, 2.0)), grass)
