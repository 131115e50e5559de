"""Coloured things that move over grey ground, and a detector that finds them exactly wherever they are to be seen."""

import cv2
import numpy as np

from framewright.detector import Detections

SIZE = (640, 360)
COLOURS = [(220, 60, 50), (50, 80, 220)]  # by class


def ground(size=SIZE, seed=0) -> np.ndarray:
    """(H, W, 3) uint8: grey with structure, nothing in it has a colour."""
    noise = np.random.default_rng(seed).integers(60, 190, (size[1] // 6 + 1, size[0] // 6 + 1), np.uint8)
    large = cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC)
    return np.repeat(large[..., None], 3, 2)


def draw(boxes, labels, size=SIZE) -> np.ndarray:
    """A frame with things in it: structured rectangles, a colour for each class; boxes are x1, y1, x2, y2."""
    picture = ground(size)
    for number, ((x1, y1, x2, y2), label) in enumerate(zip(boxes, labels, strict=True)):
        width, height = round(x2 - x1), round(y2 - y1)
        stripes = np.random.default_rng(number).uniform(0.6, 1.0, (8, 8)).astype(np.float32)
        light = cv2.resize(stripes, (width, height), interpolation=cv2.INTER_CUBIC)
        thing = (light[..., None] * np.array(COLOURS[label])).clip(0, 255).astype(np.uint8)
        x, y = round(x1), round(y1)
        left, top, right, bottom = max(x, 0), max(y, 0), min(x + width, size[0]), min(y + height, size[1])
        if left < right and top < bottom:
            picture[top:bottom, left:right] = thing[top - y : bottom - y, left - x : right - x]
    return picture


class Finder:
    """Finds what is coloured. `seen` holds the sizes (width, height) of the pictures that it was given."""

    names = ("red", "blue")

    def __init__(self) -> None:
        self.seen = []

    def __call__(self, pictures) -> list[Detections]:
        return [self._found(picture) for picture in pictures]

    def _found(self, picture) -> Detections:
        self.seen.append(picture.shape[1::-1])
        found = []
        for label, channel in enumerate((0, 2)):
            rest = picture[..., [own for own in range(3) if own != channel]].max(axis=2).astype(int)
            mask = (picture[..., channel].astype(int) - rest > 20).astype(np.uint8)
            for x, y, width, height, pixels in cv2.connectedComponentsWithStats(mask)[2][1:]:
                if pixels >= 12:
                    found.append((x, y, x + width, y + height, label))
        table = np.array(found, np.float32).reshape(-1, 5)
        classes = np.eye(2, dtype=np.float32)[table[:, 4].astype(int)] * 0.9
        return Detections(table[:, :4], np.full(len(table), 0.9, np.float32), classes)
