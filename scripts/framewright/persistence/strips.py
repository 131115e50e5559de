"""Pictures of clips: frames enlarged, those with transients framed, transients circled."""

import cv2
import numpy as np

MARK, STILL = (240, 160, 20), (70, 74, 82)  # around frames with transients, and around others
EDGE = 3  # pixels of a frame's border


def enlarged(picture: np.ndarray, zoom: int) -> np.ndarray:
    """An (H, W, 3) uint8 picture, every pixel a square of `zoom`: nothing is smoothed."""
    return np.repeat(np.repeat(picture, zoom, axis=0), zoom, axis=1)


def framed(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """A picture with a border in a colour."""
    return cv2.copyMakeBorder(picture, EDGE, EDGE, EDGE, EDGE, cv2.BORDER_CONSTANT, value=colour)
