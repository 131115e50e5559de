"""Moving pictures for people: GIFs that play in every browser."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image


def write_gif(path: str | Path, frames: Iterable[np.ndarray], rate: float | Fraction, colours: int = 256) -> None:
    """Write an endless GIF of `rate` frames per second from (H, W) or (H, W, 3) uint8 frames, grey or RGB.

    GIF counts in 1/100 s: single frames last a little longer or shorter, so that the rate is kept on average. RGB
    frames get a palette of at most `colours`, without dithering.
    """
    pictures = [_paletted(frame, colours) for frame in frames]
    ends = [round(100 * (place + 1) / rate) for place in range(len(pictures))]
    durations = [10 * int(step) for step in np.diff(ends, prepend=0)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=durations, loop=0, disposal=1)


def enlarge(picture: np.ndarray, zoom: int) -> np.ndarray:
    """An (H, W) or (H, W, 3) uint8 picture, every pixel a square of `zoom` pixels: nothing is smoothed."""
    return np.repeat(np.repeat(picture, zoom, axis=0), zoom, axis=1)


def _paletted(frame: np.ndarray, colours: int) -> Image.Image:
    picture = Image.fromarray(frame)
    return picture if frame.ndim == 2 else picture.quantize(colours, dither=Image.Dither.NONE)
