"""From sharp to small: the kernels that low resolution may be made with."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from PIL import Image

from framewright.patches.formats import SCALE


def shrink(picture: np.ndarray, kernel: str) -> np.ndarray:
    """(H/3, W/3, 3) uint8: the low resolution of a (H, W, 3) uint8 picture, exactly a third on both axes."""
    height, width = picture.shape[:2]
    if height % SCALE or width % SCALE:
        raise ValueError(f"{width}x{height} cannot be a third as wide and high; formats are multiples of {SCALE}")
    return KERNELS[kernel](np.ascontiguousarray(picture), (width // SCALE, height // SCALE))


def _pillow(picture: np.ndarray, size: tuple[int, int], filter: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize(size, filter))


def _opencv(picture: np.ndarray, size: tuple[int, int], filter: int) -> np.ndarray:
    return cv2.resize(picture, size, interpolation=filter)


KERNELS: dict[str, Callable[[np.ndarray, tuple[int, int]], np.ndarray]] = {
    "bicubic": partial(_pillow, filter=Image.Resampling.BICUBIC),
    "lanczos": partial(_pillow, filter=Image.Resampling.LANCZOS),
    "bilinear": partial(_pillow, filter=Image.Resampling.BILINEAR),
    "box": partial(_pillow, filter=Image.Resampling.BOX),
    "opencv_lanczos4": partial(_opencv, filter=cv2.INTER_LANCZOS4),
    "opencv_cubic": partial(_opencv, filter=cv2.INTER_CUBIC),
    "opencv_area": partial(_opencv, filter=cv2.INTER_AREA),
}
