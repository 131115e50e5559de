"""Spheres as pixels. Every value is a whole number of 255ths, and so survives any way of storing it."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

LIGHT = np.array([-0.4, -0.6, -0.6928203])  # where it comes from: above, left, and before the scene; of length 1
AMBIENT = 0.25


class Stains(NamedTuple):
    """What spheres do to a picture, pixel by pixel: (n,) the number of the sphere, and of the pixel, row by row.

    `cover` is the share of the pixel that the sphere covers, `shade` dims its colour. Both are None where everything
    is covered in plain colour.
    """

    of: np.ndarray
    pixels: np.ndarray
    cover: np.ndarray | None = None
    shade: np.ndarray | None = None

    def only(self, some: np.ndarray) -> "Stains":
        """Those pixels for which (n,) `some` is true."""
        cover = None if self.cover is None else self.cover[some]
        shade = None if self.shade is None else self.shade[some]
        return Stains(self.of[some], self.pixels[some], cover, shade)


def find_stains(seen: np.ndarray, shading: str, size: int) -> Stains:
    """The stains of (n, parts, 3) x, y, radius in pixels, sphere by sphere; more than one part is motion blur.

    A `flat` sphere has hard edges and plain colour; a `lambert` one has smooth edges and is lit from above left.
    """
    if shading == "flat" and seen.shape[1] == 1:
        return _find_flat_discs(seen[:, 0].astype(int), size)
    pixels, cover, shade = zip(*(_find_soft_disc(parts, shading, size) for parts in seen), strict=True)
    of = np.repeat(np.arange(len(seen)), [len(part) for part in pixels])
    return Stains(of, *(np.concatenate(part) for part in (pixels, cover, shade)))


def flatten_frames(video: np.ndarray) -> np.ndarray:
    """A (T, C, H, W) video as (T, C, H * W): the same memory, its pixels row by row."""
    return video.reshape(*video.shape[:2], -1)


def paint(video: np.ndarray, times: np.ndarray, found: Stains, colour: list[int]) -> None:
    """Paint stains in `colour`, 0 to 255, over a (T, 3, H, W) uint8 RGB video; `times` are the spheres' frames."""
    lit, flat = np.array(colour, np.uint8), flatten_frames(video)
    if found.cover is None or found.shade is None:
        flat[times[found.of], :, found.pixels] = lit
        return
    for number, time in enumerate(times.tolist()):  # one after the other: what is before them shines through
        here = found.of == number
        pixels = found.pixels[here]
        under = flat[time][:, pixels]
        lit_here = lit[:, None] * found.shade[here]
        blended = under + (lit_here - under) * found.cover[here]
        flat[time][:, pixels] = np.rint(blended).astype(np.uint8)


def add_noise(video: np.ndarray, sigma: float, seed: list[int]) -> np.ndarray:
    """A copy of a (T, 3, H, W) uint8 video with a camera's noise, of `sigma` 255ths, drawn from `seed`."""
    noise = np.random.default_rng(seed).standard_normal(video.shape, np.float32) * np.float32(sigma)
    return np.clip(video + np.rint(noise), 0, 255).astype(np.uint8)


def _find_flat_discs(seen: np.ndarray, size: int) -> Stains:
    """The documented spheres: all pixels within the radius of pixel (x, y), as far as they are in the picture."""
    spheres = seen.tolist()
    discs = [_disc(radius) for _, _, radius in spheres]
    of = np.repeat(np.arange(len(discs)), [disc.shape[1] for disc in discs])
    columns, rows = np.concatenate(discs, axis=1) + seen.T[:2, of]
    found = Stains(of, rows * size + columns)
    if all(radius <= x < size - radius and radius <= y < size - radius for x, y, radius in spheres):
        return found
    return found.only((rows >= 0) & (rows < size) & (columns >= 0) & (columns < size))


def _find_soft_disc(seen: np.ndarray, shading: str, size: int) -> tuple[np.ndarray, ...]:
    """Pixels, cover and shade of a sphere at (n, 3) x, y, radius, averaged over the parts of the exposure."""
    rows, columns = np.mgrid[:size, :size]
    cover, light = np.zeros((size, size)), np.zeros((size, size))
    for x, y, radius in np.asarray(seen, float):
        if shading == "flat":
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
    at = np.flatnonzero(cover)
    cover, light = cover.ravel()[at], light.ravel()[at]
    return at, cover / len(seen), light / cover


@lru_cache
def _disc(radius: int) -> np.ndarray:
    """(2, n) columns and rows of a disc's pixels."""
    near = np.arange(-radius, radius + 1)
    return np.argwhere(near[:, None] ** 2 + near**2 <= radius**2).T - radius
