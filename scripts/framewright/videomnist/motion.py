"""How a digit moves: one small function for each motion, all of them smooth and none faster than it was told.

    path = MOTIONS["circular"](rng, room, speed, frames)

A motion draws its start, direction, phase and radius from `rng` (a generator of the video's own) and returns the
(frames, 2) float positions x, y of the digit's centre in pixels. They lie within `room` and no step from one frame to
the next is longer than `speed` pixels. A new motion is a function like these and its line in MOTIONS.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

FASTEST_TURN = math.pi / 4  # radians a frame: a full turn takes eight frames at least, else it looks like trembling


@dataclass(frozen=True, eq=False)
class Room:
    """The rectangle that the digit's centre may be in, so that all of its ink keeps the margin."""

    low: np.ndarray  # (2,) float: the least x and y
    high: np.ndarray  # (2,) float: the greatest

    @property
    def span(self) -> np.ndarray:
        """Its (2,) width and height."""
        return self.high - self.low


def bounce(rng: np.random.Generator, room: Room, speed: float, frames: int) -> np.ndarray:
    """Straight on at full speed, reflected by each wall as light is by a mirror."""
    start, heading = rng.random(2) * room.span, rng.uniform(0, 2 * math.pi)
    velocity = speed * np.array([math.cos(heading), math.sin(heading)])
    unfolded = start + velocity * np.arange(frames)[:, None]
    return room.low + room.span - np.abs(room.span - unfolded % np.maximum(2 * room.span, 1e-9))


def bounce_sine(rng: np.random.Generator, room: Room, speed: float, frames: int) -> np.ndarray:
    """Hops along the floor in arcs of a sine, steadily to one side."""
    height = rng.uniform(0.5, 1) * room.span[1]
    stride = min(room.span[0] / max(frames - 1, 1), rng.uniform(0.3, 0.6) * speed)
    turn = _turn(math.sqrt(speed**2 - stride**2), height)
    across = stride * np.arange(frames) + rng.random() * (room.span[0] - stride * (frames - 1))
    across = across if rng.random() < 0.5 else room.span[0] - across
    hops = np.abs(np.sin(rng.uniform(0, math.pi) + turn * np.arange(frames)))
    return np.stack([room.low[0] + across, room.high[1] - height * hops], axis=1)


def circular(rng: np.random.Generator, room: Room, speed: float, frames: int) -> np.ndarray:
    """Round and round on a circle."""
    radius = rng.uniform(0.4, 1) * room.span.min() / 2
    centre = room.low + radius + rng.random(2) * (room.span - 2 * radius)
    angle = _angle(rng, _turn(speed, radius), frames)
    return centre + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def linear(rng: np.random.Generator, room: Room, speed: float, frames: int) -> np.ndarray:
    """Along a straight line, with a slight and smooth sway."""
    point, heading = rng.random(2) * room.span, rng.uniform(0, 2 * math.pi)
    direction = np.array([math.cos(heading), math.sin(heading)])
    back, ahead = _walls(point, direction, room.span)
    travel = min(ahead - back, 0.75 * speed * (frames - 1))
    begin = back + rng.random() * (ahead - back - travel)
    along = (begin + travel / max(frames - 1, 1) * np.arange(frames))[:, None] * direction
    rates, phases = rng.uniform(0.3, 0.9, (2, 1, 1)), rng.uniform(0, 2 * math.pi, (2, 1, 2))
    reach = 0.25 * speed / (2 * math.sqrt(2) * rates)
    sway = (reach * np.sin(rates * np.arange(frames)[None, :, None] + phases)).sum(axis=0)
    # Clipping to a rectangle makes no step longer.
    return room.low + np.clip(point + along + sway, 0, room.span)


def spiral(rng: np.random.Generator, room: Room, speed: float, frames: int) -> np.ndarray:
    """Round and round, inwards or outwards."""
    outer = room.span.min() / 2
    inner = max(rng.uniform(0.1, 0.4) * outer, outer - 0.5 * speed * (frames - 1))
    growth = (outer - inner) / max(frames - 1, 1)
    radius = inner + growth * np.arange(frames)[:: _either_way(rng)]
    angle = _angle(rng, _turn(math.sqrt(speed**2 - growth**2), outer), frames)
    centre = room.low + outer + rng.random(2) * (room.span - 2 * outer)
    return centre + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


MOTIONS: dict[str, Callable[[np.random.Generator, Room, float, int], np.ndarray]] = {
    "bounce": bounce,
    "bounce_sine": bounce_sine,
    "circular": circular,
    "linear": linear,
    "spiral": spiral,
}


def _turn(speed: float, radius: float) -> float:
    """Radians a frame that move something at `radius` at this speed."""
    return min(speed / max(radius, 1e-9), FASTEST_TURN)


def _angle(rng: np.random.Generator, turn: float, frames: int) -> np.ndarray:
    """Angles from a random one on, clockwise or not."""
    return rng.uniform(0, 2 * math.pi) + _either_way(rng) * turn * np.arange(frames)


def _either_way(rng: np.random.Generator) -> int:
    return 1 if rng.random() < 0.5 else -1


def _walls(point: np.ndarray, direction: np.ndarray, span: np.ndarray) -> tuple[float, float]:
    """How far the walls are from a point, backwards (negative) and ahead along a direction."""
    back, ahead = -math.inf, math.inf
    for at, pace, length in zip(point.tolist(), direction.tolist(), span.tolist(), strict=True):
        if pace:
            near, far = sorted((-at / pace, (length - at) / pace))
            back, ahead = max(back, near), min(ahead, far)
    return back, ahead
