"""Grey pictures in which textured rectangles move over a textured ground, by fractions of a pixel where asked."""

import cv2
import numpy as np

SIZE = (320, 240)  # width, height


def texture(rng: np.random.Generator, width: int, height: int, grain: float = 1.5) -> np.ndarray:
    """(height, width) uint8 of soft noise around mid-grey."""
    noise = cv2.GaussianBlur(rng.normal(size=(height + 16, width + 16)), (0, 0), grain)[8:-8, 8:-8]
    return np.clip(128 + 45 * noise / noise.std(), 0, 255).astype(np.uint8)


def picture(ground: np.ndarray, *things: tuple[np.ndarray, float, float]) -> np.ndarray:
    """The ground with things (texture, x, y of the top left corner) upon it; they may lie partly outside."""
    size, seen = ground.shape[::-1], ground.astype(np.float32)
    for own, x, y in things:
        shift = np.array([[1, 0, x], [0, 1, y]], np.float32)
        laid = cv2.warpAffine(own.astype(np.float32), shift, size, flags=cv2.INTER_LINEAR)
        cover = cv2.warpAffine(np.ones(own.shape, np.float32), shift, size, flags=cv2.INTER_LINEAR)
        seen = seen * (1 - cover) + laid
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def box_at(own: np.ndarray, x: float, y: float) -> list[float]:
    """The box x1, y1, x2, y2 of a thing whose top left corner is there."""
    return [x, y, x + own.shape[1], y + own.shape[0]]
