"""Low resolution: small copies of a window's frames, made worse if asked for, one below the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from framewright.errors import UserError
from framewright.patches.formats import STACKS
from framewright.patches.kernels import shrink


@dataclass(frozen=True)
class Degrading:
    """What is done to low resolution beside making it small, the same in all frames of a window.

    `blur` is a Gaussian's standard deviation in pixels of the sharp patch, `noise` a standard deviation in grey values,
    `quality` that of a JPEG, 0 to 100, or None. Only the grains of the noise differ from frame to frame: `seed` and a
    frame's number in its window decide them.
    """

    blur: float = 0
    noise: float = 0
    quality: int | None = None
    seed: int = 0


def draw_degrading(rng: np.random.Generator, blur: float, noise: float, compression: int) -> Degrading:
    """A window's degradations, each drawn evenly between none and the most."""
    lost = int(rng.integers(0, compression + 1)) if compression else 0
    return Degrading(
        round(float(rng.uniform(0, blur)), 3),
        round(float(rng.uniform(0, noise)), 3),
        100 - lost if lost else None,
        int(rng.integers(1 << 32)),
    )


def make_low(picture: np.ndarray, kernel: str, degrading: Degrading, number: int) -> np.ndarray:
    """(h/3, w/3, 3) uint8: the low resolution of a sharp (h, w, 3) uint8 patch, frame `number` (0..6) of its window."""
    if degrading.blur:
        picture = cv2.GaussianBlur(picture, (0, 0), degrading.blur)
    picture = shrink(picture, kernel)
    if degrading.noise:
        grains = np.random.default_rng([degrading.seed, number]).standard_normal(picture.shape, np.float32)
        picture = np.rint(np.clip(picture + grains * np.float32(degrading.noise), 0, 255)).astype(np.uint8)
    if degrading.quality is not None:
        coded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, degrading.quality])[1]
        decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        assert decoded is not None, "a JPEG that was just encoded"
        picture = decoded[..., ::-1]
    return picture


def stack_frames(lows: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """The frames of a window, (h, w, 3) each, below each other in order of time: (n*h, w, 3) by folder."""
    return {folder: np.vstack([lows[number] for number in numbers]) for folder, numbers in STACKS.items()}


def unstack(stack: np.ndarray, count: int) -> np.ndarray:
    """(count, h, w, 3): the frames of a stack (count*h, w, 3)."""
    if len(stack) % count:
        raise ValueError(f"a stack of {len(stack)} rows does not hold {count} frames")
    return stack.reshape(count, len(stack) // count, *stack.shape[1:])


def encode_png(picture: np.ndarray) -> bytes:
    """An (h, w, 3) uint8 RGB picture as PNG; the same picture gives the same bytes."""
    done, coded = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]), [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not done:
        raise ValueError(f"a picture of shape {picture.shape} cannot be written as PNG")
    return coded.tobytes()


def decode_png(content: bytes) -> np.ndarray | None:
    """The (h, w, 3) uint8 RGB picture in a PNG; None where it can't be read."""
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    return None if picture is None else picture[..., ::-1]


def read_png(path: Path) -> np.ndarray:
    """The (h, w, 3) uint8 RGB picture in a PNG file; a `UserError` where it can't be read."""
    picture = decode_png(path.read_bytes())
    if picture is None:
        raise UserError(f"{path}: this PNG can't be read; delete it and run again")
    return picture
