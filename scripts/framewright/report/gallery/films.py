"""Short films of items that exist only as numbers, so that a gallery can play them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from framewright.video.encode import Writer

FILMS = "films"  # the folder of them in a gallery's folder
SIDE = 128  # pixels that the shorter side of a film reaches at least


def write_film(gallery: str | Path, name: str, frames: Sequence[np.ndarray], rate: int) -> str:
    """Write frames, each (H, W, 3) uint8 RGB, as a film of the gallery in this folder; its path from the folder above.

    Small frames are enlarged by a whole number, pixel by pixel.
    """
    place = Path(gallery) / FILMS
    place.mkdir(exist_ok=True)
    height, width = frames[0].shape[:2]
    zoom = -(-SIDE // min(height, width))
    with Writer(place / f"{name}.mp4", (width * zoom, height * zoom), rate, crf=20, preset="veryfast") as writer:
        for frame in frames:
            writer.add(frame.repeat(zoom, axis=0).repeat(zoom, axis=1))
    return locate_film(name)


def locate_film(name: str) -> str:
    """The path of a gallery's film from the folder that the gallery's folder lies in."""
    return f"gallery/{FILMS}/{name}.mp4"
