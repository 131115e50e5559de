"""Footage of a fixed camera, as the small pictures in which cuts are sought: none of what happens in it is a cut."""

from collections.abc import Iterator

import cv2
import numpy as np

RATE = 25
HEIGHT, WIDTH = 36, 64


def watch_place(seed: int, seconds: float, contrast: float = 7.0) -> Iterator[np.ndarray]:
    """Small pictures (36, 64, 3) uint8 Y, U, V of one place with little contrast (standard deviation, grey values).

    Now and then the exposure changes, at once or within a second, and something small passes. There is noise.
    """
    rng = np.random.default_rng([7, seed])
    place = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), rng.uniform(1, 3))
    place = place / place.std() * contrast + rng.uniform(90, 200)
    frames = round(seconds * RATE)
    gains = _exposure(rng, frames)
    passers = [_passer(rng, frames) for _ in range(max(1, round(seconds / 6)))]
    noise = rng.uniform(0.2, 0.9)
    for frame in range(frames):
        luma = place.copy()
        for first, last, height, width, row, shade, forward in passers:
            if first <= frame < last:
                share = (frame - first) / (last - first)
                column = round((share if forward else 1 - share) * (WIDTH + width)) - width
                left, right = max(0, column), max(0, column + width)
                luma[row : row + height, left:right] += shade
        gain, offset = gains[frame]
        luma = luma * gain + offset + rng.normal(0, noise, luma.shape)
        chroma = 128 + rng.normal(0, noise / 2, (HEIGHT, WIDTH, 2))
        yield np.clip(np.dstack([luma, chroma]), 0, 255).astype(np.uint8)


def _exposure(rng: np.random.Generator, frames: int) -> np.ndarray:
    """Gain and offset of each frame, (frames, 2): steps of up to a fifth, within 1 to 25 frames."""
    values = np.tile([1.0, 0.0], (frames, 1))
    at = int(rng.integers(40, 120))
    while at < frames:
        took = int(rng.choice([1, 2, 6, 12, 25]))
        target = np.array([rng.uniform(0.85, 1.15), rng.uniform(-12, 12)])
        for k in range(at, frames):
            share = min(1.0, (k - at + 1) / took)
            values[k] = values[at - 1] * (1 - share) + target * share
        at += int(rng.integers(60, 200))
    return values


def _passer(rng: np.random.Generator, frames: int) -> tuple[int, int, int, int, int, float, bool]:
    """When something passes, how high and wide it is, in which row, how much lighter or darker, and which way."""
    first, took = int(rng.integers(frames)), int(rng.integers(8, 80))
    height, width = int(rng.integers(4, 16)), int(rng.integers(3, 14))
    shade = float(rng.choice([-1, 1]) * rng.uniform(15, 90))
    return first, first + took, height, width, int(rng.integers(0, HEIGHT - height)), shade, bool(rng.integers(2))
