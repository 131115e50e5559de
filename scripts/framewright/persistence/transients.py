"""Transients: spheres that appear for a few frames and are gone."""

from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from framewright.persistence.base import find_camera
from framewright.persistence.camera import Camera
from framewright.persistence.paths import TYPES, compute_short_paths
from framewright.persistence.specs import Variant

STREAM, NOISE_STREAM = 2, 3
TRIES = 1000
BLOCK = 32  # clips whose transients are drawn at once
EXPOSURES = 5  # parts that a blurred frame is averaged over


def draw_transients(variant: Variant, metadata: dict[str, Any], seed: int, index: int) -> list[dict[str, Any]]:
    """What is true of each transient of one clip, in the order in which they are painted.

    A function of (variant, the clip's metadata, seed, its number). `metadata` is that of the base clip.
    """
    scene = variant, metadata["num_frames"], find_camera(metadata), metadata["resolution"][0]
    if not variant.apart:
        return _draw_block(*scene, seed, index // BLOCK)[index % BLOCK]
    rng = np.random.default_rng([seed, STREAM, index])
    number = int(_draw_numbers(variant, 1, rng)[0])
    found = _draw(*scene, rng, [number])[0]
    for _ in range(TRIES):
        found = [transient for transient in found if not _touches(transient, metadata)]
        if len(found) == number:
            break
        found += _draw(*scene, rng, [number - len(found)])[0]
    return found


def draw_lives(variant: Variant, frames: int, number: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(number,) first frames and durations of transients, each independent of all else."""
    durations = rng.integers(variant.min_duration, min(variant.max_duration, frames), number, endpoint=True)
    return rng.integers(0, frames - durations, endpoint=True), durations


@lru_cache(maxsize=8)  # the cameras of a ring take turns
def _draw_block(
    variant: Variant, frames: int, camera: Camera, size: int, seed: int, block: int
) -> list[list[dict[str, Any]]]:
    """The transients of BLOCK clips with numbers in a row, each from a separate generator: to draw them at once takes
    a fraction of the time."""
    rng = np.random.default_rng([seed, STREAM, block])
    return _draw(variant, frames, camera, size, rng, _draw_numbers(variant, BLOCK, rng))


def _draw_numbers(variant: Variant, clips: int, rng: np.random.Generator) -> list[int]:
    """How many transients each clip has."""
    return rng.integers(1, 2 * variant.per_video, clips, endpoint=True).tolist()


def _draw(
    variant: Variant, frames: int, camera: Camera, size: int, rng: np.random.Generator, numbers: list[int]
) -> list[list[dict[str, Any]]]:
    """So many transients for each clip."""
    parts, total = EXPOSURES if variant.blur else 1, sum(numbers)
    firsts, durations = draw_lives(variant, frames, total, rng)
    kinds = rng.integers(len(TYPES), size=total)
    starts, velocities = (rng.uniform(-most, most, (total, 3)).round(6) for most in (0.8, 0.1))

    ends = np.cumsum(durations)
    moments = np.arange(ends[-1]) - np.repeat(ends - durations, durations)
    ages = (moments[:, None] + variant.blur * np.arange(parts) / parts).ravel()
    of = np.repeat(np.arange(len(kinds)), durations * parts)
    path = compute_short_paths(kinds[of], starts[of], velocities[of], durations[of], ages)
    discs = camera.project(path, variant.sphere_radius, size)
    discs = discs.astype(int) if variant.shading == "flat" else discs.round(6)
    positions, pixels = path[::parts].round(6).tolist(), discs.reshape(-1, parts, 3).tolist()
    columns = (firsts, durations, kinds, starts, velocities, ends)
    found = (
        {
            "start_frame": first,
            "duration": duration,
            "trajectory_type": TYPES[kind],
            "start_position": start,
            "velocity": velocity,
            "positions": positions[end - duration : end],
            "pixels": pixels[end - duration : end],
        }
        for first, duration, kind, start, velocity, end in zip(*(column.tolist() for column in columns), strict=True)
    )
    return [list(islice(found, number)) for number in numbers]


def _touches(transient: dict[str, Any], metadata: dict[str, Any]) -> bool:
    """Whether a transient comes within a pixel of the real sphere in any frame that has both."""
    first, mine = transient["start_frame"], np.array(transient["pixels"], float)
    other = np.array(metadata["pixels"][first : first + len(mine)], float)[:, None]
    distance = np.hypot(mine[..., 0] - other[..., 0], mine[..., 1] - other[..., 1])
    return bool((distance <= mine[..., 2] + other[..., 2] + 2).any())
