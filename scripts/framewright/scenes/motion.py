"""How things move: people between places, traffic that queues at a red light, a camera in a hand."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Share = TypeVar("Share", float, np.ndarray)


@dataclass(frozen=True, eq=False)
class Path:
    """A way through the street, one value per frame: `x` and `z` in metres (right, away from the camera), `heading` in
    radians (0 right, a quarter turn away), `walked` in metres and `speed` in metres per second."""

    x: np.ndarray
    z: np.ndarray
    heading: np.ndarray
    walked: np.ndarray
    speed: np.ndarray


def walk(stops: list[tuple[float, float, float]], frames: int, rate: float, ease: float = 0.5) -> Path:
    """A path through `stops` of (second, x, z), with corners and halts rounded off over about `ease` seconds."""
    seconds, x, z = np.array(sorted(stops)).T
    half = max(2, round(2 * ease * rate))
    times = np.arange(-half, frames + half) / rate
    x, z = (_soften(np.interp(times, seconds, axis), half) for axis in (x, z))
    step_x, step_z = np.diff(x, prepend=x[:1]), np.diff(z, prepend=z[:1])
    step = np.hypot(step_x, step_z)
    moving = step * rate > 0.25
    # whoever stands keeps looking where they last went
    last = np.maximum.accumulate(np.where(moving, np.arange(len(step)), 0))
    last = np.where(moving.any() & (last == 0) & ~moving[0], np.argmax(moving), last)
    heading = _soften(np.unwrap(np.arctan2(step_z, step_x)[last]), max(2, half // 2))
    inner = slice(half, half + frames)
    return Path(x[inner], z[inner], heading[inner], np.cumsum(step)[inner], (step * rate)[inner])


def drive(
    lengths: list[float], speeds: list[float], gaps: list[float], line: float, red: tuple[float, float], frames: int,
    rate: float,
) -> np.ndarray:  # fmt: skip
    """Vehicles in a queue, the first one leading: (vehicles, frames) metres of each front bumper along the lane.

    The first starts at 0, the others `gaps` metres behind each other. They keep their distance and stop before `line`
    while the light is red, if they still can (the intelligent driver model of Treiber, Hennecke and Helbing).
    """
    front = -np.concatenate([[0], np.cumsum(np.add(lengths[:-1], gaps))])
    speed = np.array(speeds, float)
    wanted, steps = np.array(speeds, float), 4
    held = np.zeros(len(front), bool)
    tracks = np.empty((len(front), frames))
    for frame in range(frames):
        tracks[:, frame] = front
        now = frame / rate
        is_red = red[0] <= now < red[1]
        held = is_red & (held | (line - front > speed**2 / 5 + 0.3))
        for _ in range(steps):
            room = np.concatenate([[1e3], front[:-1] - lengths[:-1] - front[1:]])
            closing = np.concatenate([[0], speed[1:] - speed[:-1]])
            closing = np.where(held & (line - front < room), speed, closing)
            room = np.where(held, np.minimum(room, line - front), room)
            keep = 1.0 + np.maximum(0, 0.8 * speed + speed * closing / (2 * np.sqrt(1.8 * 2.6)))
            push = 1.8 * (1 - (speed / wanted) ** 4 - (keep / np.maximum(room, 0.1)) ** 2)
            speed = np.maximum(0, speed + np.maximum(push, -6) / (rate * steps))
            front = front + speed / (rate * steps)
    return tracks


def follow_lane(fronts: np.ndarray, length: float, way: float, z: float, rate: float) -> Path:
    """The path of a vehicle whose front bumper is at `fronts` metres along its lane; `way` is 1 to the right."""
    x = way * (fronts - length / 2)
    speed = np.abs(np.diff(x, prepend=2 * x[0] - x[1])) * rate
    heading = np.full(len(x), 0.0 if way > 0 else np.pi)
    return Path(x, np.full(len(x), z), heading, fronts - fronts[0], speed)


def shake_camera(rng: np.random.Generator, frames: int, rate: float, strength: float) -> np.ndarray:
    """Shake of a camera in a hand: (frames, 2) pixels right and down, of standard deviation `strength`."""
    times = np.arange(frames) / rate
    sway = np.zeros((frames, 2))
    for hertz, share in ((0.4, 1.0), (0.9, 0.6), (1.7, 0.35), (3.1, 0.2), (5.3, 0.1)):
        phase = rng.uniform(0, 2 * np.pi, 2)
        sway += share * np.sin(2 * np.pi * hertz * rng.uniform(0.85, 1.15, 2) * times[:, None] + phase)
    return sway * (strength / 0.9)


def ease(share: Share) -> Share:
    """0 to 1 with a soft start and a soft end."""
    inside: Share = np.clip(share, 0, 1)
    return inside * inside * (3 - 2 * inside)


def _soften(values: np.ndarray, half: int) -> np.ndarray:
    kernel = np.hanning(2 * half + 3)[1:-1]
    padded = np.concatenate([np.full(half, values[0]), values, np.full(half, values[-1])])
    return np.convolve(padded, kernel / kernel.sum(), "valid")
