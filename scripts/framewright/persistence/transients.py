"""Transients: spheres that appear for a few frames and are gone."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from framewright.persistence.base import camera_of
from framewright.persistence.paths import TYPES, short_paths

STREAM, NOISE_STREAM = 2, 3
TRIES = 1000
EXPOSURES = 5  # parts that a blurred frame is averaged over


@dataclass(frozen=True)
class Variant:
    """How transients are made; the defaults are the documented ones.

    `per_video` is half the most there can be in a clip: their number is uniform from 1 to twice it. `noise` is a
    camera's, in 255ths; `blur` the share of a frame's time that the shutter is open. With `depth`, transients behind
    the sphere are hidden by it. With `apart`, they never touch it.
    """

    per_video: int = 3
    shortest: int = 1
    longest: int = 3
    sphere_radius: float = 0.05
    colour: tuple[int, int, int] = (230, 77, 77)
    look: str = "flat"
    depth: bool = False
    apart: bool = False
    noise: float = 0.0
    blur: float = 0.0


def draw_transients(variant: Variant, metadata: dict[str, Any], seed: int, index: int) -> list[dict[str, Any]]:
    """What is true of each transient of one clip, in the order in which they are painted.

    A function of (variant, the clip's metadata, seed, its number). `metadata` is that of the base clip.
    """
    rng = np.random.default_rng([seed, STREAM, index])
    number = int(rng.integers(1, 2 * variant.per_video, endpoint=True))
    found = _draw(variant, metadata, rng, number)
    for _ in range(TRIES if variant.apart else 0):
        found = [transient for transient in found if not _touches(transient, metadata)]
        if len(found) == number:
            break
        found += _draw(variant, metadata, rng, number - len(found))
    return found


def lives(variant: Variant, frames: int, number: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(number,) first frames and durations of transients, each independent of all else."""
    durations = rng.integers(variant.shortest, min(variant.longest, frames), number, endpoint=True)
    return rng.integers(0, frames - durations, endpoint=True), durations


def _draw(variant: Variant, metadata: dict[str, Any], rng: np.random.Generator, number: int) -> list[dict[str, Any]]:
    frames, parts = metadata["num_frames"], EXPOSURES if variant.blur else 1
    firsts, durations = lives(variant, frames, number, rng)
    kinds = rng.integers(len(TYPES), size=number)
    starts, velocities = rng.uniform(-0.8, 0.8, (number, 3)).round(6), rng.uniform(-0.1, 0.1, (number, 3)).round(6)

    ends = np.cumsum(durations)
    moments = np.arange(ends[-1]) - np.repeat(ends - durations, durations)
    ages = (moments[:, None] + variant.blur * np.arange(parts) / parts).ravel()
    of = np.repeat(np.arange(number), durations * parts)
    path = short_paths(kinds[of], starts[of], velocities[of], durations[of], ages)
    pixels = camera_of(metadata).project(path, variant.sphere_radius, metadata["resolution"][0])
    pixels = pixels.astype(int) if variant.look == "flat" else pixels.round(6)
    positions, pixels = path[::parts].round(6).tolist(), pixels.reshape(-1, parts, 3).tolist()
    rows = zip(
        firsts.tolist(), durations.tolist(), kinds, starts.tolist(), velocities.tolist(), ends.tolist(), strict=True
    )
    return [
        {
            "start_frame": first,
            "duration": duration,
            "trajectory_type": TYPES[kind],
            "start_position": start,
            "velocity": velocity,
            "positions": positions[end - duration : end],
            "pixels": pixels[end - duration : end],
        }
        for first, duration, kind, start, velocity, end in rows
    ]


def _touches(transient: dict[str, Any], metadata: dict[str, Any]) -> bool:
    """Whether a transient comes within a pixel of the real sphere in any frame that has both."""
    first, own = transient["start_frame"], np.array(transient["pixels"], float)
    other = np.array(metadata["pixels"][first : first + len(own)], float)[:, None]
    distance = np.hypot(own[..., 0] - other[..., 0], own[..., 1] - other[..., 1])
    return bool((distance <= own[..., 2] + other[..., 2] + 2).any())
