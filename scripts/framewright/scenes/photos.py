"""The photographs and textures that the scenes are made from, all in the public domain or CC0 (see README.md)."""

from functools import lru_cache

import cv2
import numpy as np
from skimage import data

PHOTOS = {
    "astronaut": data.astronaut,
    "camera": data.camera,
    "cat": data.chelsea,
    "coffee": data.coffee,
    "galaxies": data.hubble_deep_field,
    "retina": data.retina,
    "rocket": data.rocket,
}
TEXTURES = {"brick": data.brick, "grass": data.grass, "gravel": data.gravel}


@lru_cache(maxsize=4)
def load_photo(name: str) -> np.ndarray:
    """A photograph, (H, W, 3) uint8 RGB."""
    picture = PHOTOS[name]()
    picture = np.dstack([picture] * 3) if picture.ndim == 2 else np.ascontiguousarray(picture[..., :3])
    picture.setflags(write=False)
    return picture


@lru_cache(maxsize=4)
def load_texture(name: str) -> np.ndarray:
    """A texture that repeats without a seam, (1024, 1024) float32 with mean 1: a factor for a colour."""
    tile = TEXTURES[name]().astype(np.float32)
    tile /= cv2.GaussianBlur(tile, (0, 0), 60)
    tile = np.block([[tile, tile[:, ::-1]], [tile[::-1], tile[::-1, ::-1]]])
    tile /= tile.mean()
    tile.setflags(write=False)
    return tile


def draw_clouds(rng: np.random.Generator, height: int, width: int, coarse: int, octaves: int = 5) -> np.ndarray:
    """Soft random shapes: (height, width) float32 between 0 and 1, the largest about `coarse` pixels across."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        step = max(1, coarse >> octave)
        grid = rng.random((height // step + 4, width // step + 4), dtype=np.float32)
        wave = cv2.resize(grid, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
        total += wave[step : step + height, step : step + width] * np.float32(0.5**octave)
    low, high = np.percentile(total, [1, 99])
    return np.clip((total - low) / (high - low), 0, 1)
