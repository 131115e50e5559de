"""How pictures look, in 64 bits: those of near duplicates differ in few."""

import cv2
import numpy as np

ALIKE = 6  # bits that near duplicates differ in at most


def look(grey: np.ndarray) -> str:
    """16 hexadecimal digits that tell for 8x8 places of an (H, W) uint8 picture whether it gets brighter rightwards."""
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return np.packbits(bits).tobytes().hex()


def bits_apart(one: str, others: np.ndarray) -> np.ndarray:
    """In how many bits a look differs from each of others, (n,) uint64."""
    return np.bitwise_count(np.uint64(int(one, 16)) ^ others)


def as_numbers(looks: list[str]) -> np.ndarray:
    """Looks as (n,) uint64."""
    return np.array([int(own, 16) for own in looks], np.uint64)
