"""A detector that counts what it costs."""

import time
from collections.abc import Sequence

import numpy as np

from framewright.detector import Detections, Detector


class Meter:
    """A detector that counts the pixels its network sees, in `pixels`, and its processor time, in `seconds`."""

    def __init__(self, detector: Detector) -> None:
        self.detector, self.pixels, self.seconds = detector, 0, 0.0

    def __call__(self, pictures: Sequence[np.ndarray]) -> list[Detections]:
        self.pixels += sum(count_pixels(self.detector, picture.shape) for picture in pictures)
        begun = time.process_time()
        found = self.detector(pictures)
        self.seconds += time.process_time() - begun
        return found

    def shape_of(self, picture: tuple[int, ...]) -> tuple[int, int]:
        """(height, width) of what the network gets to see of a picture of this shape."""
        return self.detector.shape_of(picture)


def count_pixels(detector: Detector, shape: tuple[int, ...]) -> int:
    """How many pixels a detector's network sees of a picture of this shape (height, width, ...)."""
    height, width = detector.shape_of(shape)
    return height * width
