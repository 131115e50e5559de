"""Spheres as pixels. Every value is a whole number of 255ths, and so survives any way of storing it."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

LIGHT = np.array([-0.4, -0.6, -0.6928203])  # where it comes from: above, left, and before the scene; of length 1
AMBIENT = 0.25


class Stain(NamedTuple):
    """What a sphere does to one frame: (n,) rows and columns of its pixels, and the share of each that it covers.

    `shade` dims its colour. Both are None where everything is covered in plain colour.
    """

    rows: np.ndarray
    columns: np.ndarray
    cover: np.ndarray | None = None
    shade: np.ndarray | None = None


def flat_disc(x: int, y: int, radius: int, size: int) -> Stain:
    """The documented sphere: all pixels within `radius` of pixel (x, y), as far as they are in the picture."""
    rows, columns = _disc(radius)
    rows, columns = rows + y, columns + x
    if min(x, y) < radius or max(x, y) >= size - radius:
        inside = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
        rows, columns = rows[inside], columns[inside]
    return Stain(rows, columns)


def soft_disc(seen: np.ndarray, look: str, size: int) -> Stain:
    """Spheres at (n, 3) x, y, radius in pixels, one for each part of the exposure, averaged over it.

    A `flat` sphere has hard edges and plain colour; a `lambert` one has smooth edges and is lit from above left.
    """
    rows, columns = np.mgrid[:size, :size]
    cover, light = np.zeros((size, size)), np.zeros((size, size))
    for x, y, radius in np.asarray(seen, float):
        if look == "flat":
            here = ((columns - int(x)) ** 2 + (rows - int(y)) ** 2 <= int(radius) ** 2).astype(float)
            shade = 1.0
        else:
            across, down = (columns + 0.5 - x) / radius, (rows + 0.5 - y) / radius
            off = across**2 + down**2
            here = np.clip(radius + 0.5 - radius * np.sqrt(off), 0, 1)
            facing = across * LIGHT[0] + down * LIGHT[1] - np.sqrt(np.maximum(0, 1 - off)) * LIGHT[2]
            shade = AMBIENT + (1 - AMBIENT) * np.clip(facing, 0, 1)
        cover += here
        light += here * shade
    at = np.nonzero(cover)
    return Stain(*at, cover[at] / len(seen), light[at] / cover[at])


def stains(seen: np.ndarray, look: str, size: int) -> list[Stain]:
    """A stain for each frame of (frames, parts, 3) x, y, radius in pixels; more than one part is motion blur."""
    if look == "flat" and seen.shape[1] == 1:
        return [flat_disc(x, y, radius, size) for x, y, radius in seen[:, 0].astype(int).tolist()]
    return [soft_disc(parts, look, size) for parts in seen]


def paint(frame: np.ndarray, stain: Stain, colour: np.ndarray) -> None:
    """Paint a stain in `colour` ((3,) uint8) over a frame ((3, H, W) uint8 RGB)."""
    if stain.cover is None:
        frame[:, stain.rows, stain.columns] = colour[:, None]
        return
    under = frame[:, stain.rows, stain.columns]
    lit = colour[:, None] * stain.shade
    frame[:, stain.rows, stain.columns] = np.rint(under + (lit - under) * stain.cover).astype(np.uint8)


def add_noise(video: np.ndarray, sigma: float, seed: list[int]) -> np.ndarray:
    """A copy of a (T, 3, H, W) uint8 video with a camera's noise, of `sigma` 255ths, drawn from `seed`."""
    noise = np.random.default_rng(seed).standard_normal(video.shape, np.float32) * np.float32(sigma)
    return np.clip(video + np.rint(noise), 0, 255).astype(np.uint8)


@lru_cache
def _disc(radius: int) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    inside = rows**2 + columns**2 <= radius**2
    return rows[inside], columns[inside]
