"""Paths through space: those that spheres keep to for a whole clip, and those of a transient's short life."""

import numpy as np

CLASSES = ("Linear", "Circular", "Helical", "Parabolic")
TYPES = ("linear", "circular", "helical", "parabolic")
ROOM = 0.84  # a whole clip's path stays within +-ROOM on each axis, so that the largest disc stays in view


def draw_path(kind: str, frames: int, rng: np.random.Generator) -> np.ndarray:
    """A path of one of `CLASSES`: (frames, 3) positions in [-1, 1], rounded to 6 digits so that JSON holds them."""
    time = np.linspace(0, 1, frames)
    shape = _SHAPES[kind](time, rng)
    shape = shape * min(1.0, float((2 * ROOM / np.maximum(np.ptp(shape, axis=0), 1e-9)).min()))
    low, high = -ROOM - shape.min(axis=0), ROOM - shape.max(axis=0)
    return np.round(shape + rng.uniform(np.minimum(low, high), np.maximum(low, high)), 6)


def compute_short_paths(
    kinds: np.ndarray, starts: np.ndarray, velocities: np.ndarray, durations: np.ndarray, ages: np.ndarray
) -> np.ndarray:
    """Where transients are at their `ages`, in frames: (n, 3), clipped to [-1, 1]; at age 0 each is at its start.

    A row for each moment: (n,) numbers into `TYPES`, (n, 3) starts and velocities, (n,) durations and ages. Linear
    paths move by the velocity a frame. Circles of radius 0.3 and helices of radius 0.2 turn half a radian a frame; a
    helix moves by the velocity's z as well. Parabolas cover their velocity, and fall by 0.5, within the whole life.
    """
    linear, circular, helical, parabolic = (kinds == number for number in range(len(TYPES)))
    part = ages / np.maximum(durations - 1, 1)
    path = starts + velocities * (ages * linear + part * parabolic)[:, None]
    radius = 0.3 * circular + 0.2 * helical
    path[:, 0] += radius * (np.cos(0.5 * ages) - 1)
    path[:, 1] += radius * np.sin(0.5 * ages) - 0.5 * part**2 * parabolic
    path[:, 2] += velocities[:, 2] * ages * helical
    return np.clip(path, -1, 1)


def _linear(time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    heading, length = rng.uniform(0, 2 * np.pi), rng.uniform(0.8, 1.6)
    ahead = np.array([np.cos(heading), np.sin(heading), rng.uniform(-0.6, 0.6)])
    return length * time[:, None] * ahead


def _circular(time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    angle = rng.uniform(0, 2 * np.pi) + 2 * np.pi * rng.uniform(0.75, 1.5) * time * rng.choice((-1, 1))
    flat = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)
    return rng.uniform(0.3, 0.65) * flat @ _tilt(rng, np.pi / 4).T


def _helical(time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two turns around an axis that lies about across the line of sight: seen along it, it would be a circle."""
    angle = rng.uniform(0, 2 * np.pi) + 4 * np.pi * time * rng.choice((-1, 1))
    radius, length = rng.uniform(0.15, 0.3), rng.uniform(0.9, 1.5)
    along = np.stack([length * (time - 0.5), radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    turn = rng.uniform(0, 2 * np.pi)
    around = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    return along @ _tilt(rng, np.pi / 6).T @ around.T


def _parabolic(time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A throw: up, and down again under gravity, which points to +y."""
    across, rise = rng.uniform(0.6, 1.5) * rng.choice((-1, 1)), rng.uniform(0.5, 1.2)
    slope, deep = rng.uniform(-0.3, 0.3), rng.uniform(-0.5, 0.5)
    return np.stack([across * time, slope * time - 4 * rise * time * (1 - time), deep * time], axis=1)


def _tilt(rng: np.random.Generator, most: float) -> np.ndarray:
    """A (3, 3) rotation by up to `most` radians around an axis in the plane of the picture."""
    angle, heading = rng.uniform(0, most), rng.uniform(0, 2 * np.pi)
    x, y = np.cos(heading), np.sin(heading)
    cross = np.array([[0, 0, y], [0, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


_SHAPES = dict(zip(CLASSES, (_linear, _circular, _helical, _parabolic), strict=True))
