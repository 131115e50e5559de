"""How digits move: one small function for each motion, all of them smooth and at the speed that they are told.

    x, y = MOTIONS["circular"].path(uniforms, room, speed, frames)

A motion moves many digits at once, each for itself. `uniforms` (UNIFORMS, n, 1), from 0 to 1 and drawn anew for each
digit, decide on its start, direction, phase and radius; `speed` (n, 1) is in pixels a frame and at most
`MOTIONS[...].limit(uniforms, room, speed)`. The (2, n, frames) float positions x, y of the digits' centres, in pixels,
lie within `room`. No step from one frame to the next is longer than `speed`, and nearly all are as long. A new motion
is two functions like these and their line in MOTIONS.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

UNIFORMS = 10  # random numbers that a motion may use
FASTEST_TURN = math.pi / 4  # radians a frame: a full turn takes eight frames at least, else it looks like trembling
SHORTEST_LEG = 3  # steps between two turns, for the same reason
SWAY = 0.2  # part of the speed at which a straight line sways
CURVE = 64  # points of a hop that is walked along


@dataclass(frozen=True, eq=False)
class Room:
    """The rectangles that the digits' centres may be in, so that all of their ink keeps the margin."""

    low: np.ndarray  # (2, n, 1) float: the least x and y
    high: np.ndarray  # (2, n, 1) float: the greatest

    @property
    def span(self) -> np.ndarray:
        """Their (2, n, 1) widths and heights."""
        return self.high - self.low


@dataclass(frozen=True)
class Motion:
    """A motion: where digits are, and the greatest speed up to the one asked for at which they can move so."""

    path: Callable[[np.ndarray, Room, np.ndarray, int], np.ndarray]
    limit: Callable[[np.ndarray, Room, np.ndarray], np.ndarray]


def bounce(uniforms: np.ndarray, room: Room, speed: np.ndarray, frames: int) -> np.ndarray:
    """Straight on at full speed, reflected by walls as light is by mirrors: in a frame, not between two."""
    span, pace = room.span, speed * np.abs(_direction(uniforms[2]))
    steps = np.maximum(np.floor(span / np.maximum(pace, 1e-9) + 1e-9), 1)
    place = np.floor(uniforms[:2] * 2 * steps) + np.arange(frames)
    slack = np.maximum(span - pace * steps, 0)
    return room.low + uniforms[3:5] * slack + pace * (steps - np.abs(place % (2 * steps) - steps))


def bounce_sine(uniforms: np.ndarray, room: Room, speed: np.ndarray, frames: int) -> np.ndarray:
    """Hops along the floor in arcs of a sine, to one side and back from the wall; it lands in a frame."""
    wide, high = room.span
    height, width = _hop(uniforms, room)
    arc = np.linspace(0, 1, CURVE + 1)
    lengths = np.hypot(np.diff(width * arc), np.diff(height * np.sin(math.pi * arc))).cumsum(axis=1)
    steps = np.maximum(np.floor(lengths[:, -1:] / np.maximum(speed, 1e-9) + 1e-9), 1)
    scale = np.minimum(steps * speed / np.maximum(lengths[:, -1:], 1e-9), 1)
    place = np.floor(uniforms[2] * steps) + np.arange(frames)
    share = np.concatenate([np.zeros_like(steps), lengths], axis=1) / np.maximum(lengths[:, -1:], 1e-9)
    within = np.stack([np.interp(at, along, arc) for at, along in zip(place % steps / steps, share, strict=True)])
    way = scale * width * (place // steps + within)
    x = uniforms[3] * wide + np.where(uniforms[4] < 0.5, way, -way)
    return _reflect(room, np.stack([x, high - scale * height * np.sin(math.pi * within)]))


def move_in_circles(uniforms: np.ndarray, room: Room, speed: np.ndarray, frames: int) -> np.ndarray:
    """Round and round on a circle."""
    radius = _radius(uniforms, room)
    centre = room.low + radius + uniforms[1:3] * (room.span - 2 * radius)
    # The chord of a step is as long as the speed.
    turn = 2 * np.arcsin(np.minimum(speed / np.maximum(2 * radius, 1e-9), 1))
    return centre + radius * _turning(uniforms[3:5], turn * np.arange(frames))


def move_in_lines(uniforms: np.ndarray, room: Room, speed: np.ndarray, frames: int) -> np.ndarray:
    """Along a straight line from side to side and back, with a slight and smooth sway across it."""
    start, direction, length, clearance = _line(uniforms, room)
    pace = speed * math.sqrt(1 - SWAY**2)
    steps = np.maximum(np.floor(length / np.maximum(pace, 1e-9) + 1e-9), 1)  # it turns in a frame, not between two
    place = np.floor(uniforms[5] * 2 * steps) + np.arange(frames)
    along = pace * (steps - np.abs(place % (2 * steps) - steps)) + uniforms[6] * (length - pace * steps)
    rate = _between(0.3, 0.9, uniforms[7])
    sway = np.minimum(SWAY * speed / rate, clearance) * np.sin(rate * np.arange(frames) + 2 * math.pi * uniforms[8])
    return start + along * direction + sway * np.stack([-direction[1], direction[0]])


def move_in_spirals(uniforms: np.ndarray, room: Room, speed: np.ndarray, frames: int) -> np.ndarray:
    """Round and round, inwards or outwards."""
    outer = room.span.min(axis=0) / 2
    least = speed / math.sin(FASTEST_TURN)
    inner = np.clip(_between(0.2, 0.5, uniforms[0]) * outer, np.minimum(least, outer), outer)
    inner = np.maximum(inner, outer - 0.5 * speed * (frames - 1))
    growth = (outer - inner) / max(frames - 1, 1)
    radii = inner + growth * np.arange(frames)
    middle = radii[:, 1:] * radii[:, :-1]  # of two radii with an angle between them, by the law of cosines
    ahead = np.maximum(speed**2 - growth**2, 0) / np.maximum(4 * middle, 1e-9)
    angles = np.concatenate([np.zeros_like(outer), np.cumsum(2 * np.arcsin(np.sqrt(np.minimum(ahead, 1))), axis=1)], 1)
    inwards = uniforms[1] >= 0.5
    radii, angles = (np.where(inwards, part[:, ::-1], part) for part in (radii, angles))
    centre = room.low + outer + uniforms[4:6] * (room.span - 2 * outer)
    return centre + radii * _turning(uniforms[2:4], angles)


def _limit_bounce(uniforms: np.ndarray, room: Room, speed: np.ndarray) -> np.ndarray:
    return np.minimum(speed, np.maximum(room.span.min(axis=0), 0) / SHORTEST_LEG)


def _limit_bounce_sine(uniforms: np.ndarray, room: Room, speed: np.ndarray) -> np.ndarray:
    return np.minimum(speed, np.maximum(_hop(uniforms, room)[0], 0) * 2 / SHORTEST_LEG)


def _limit_circular(uniforms: np.ndarray, room: Room, speed: np.ndarray) -> np.ndarray:
    return np.minimum(speed, 2 * math.sin(FASTEST_TURN / 2) * np.maximum(_radius(uniforms, room), 0))


def _limit_linear(uniforms: np.ndarray, room: Room, speed: np.ndarray) -> np.ndarray:
    """A whole number of steps leads from one end of the line to the other."""
    length = np.maximum(_line(uniforms, room)[2], 0) / math.sqrt(1 - SWAY**2)
    return length / np.maximum(np.ceil(length / speed - 1e-9), SHORTEST_LEG)


def _limit_spiral(uniforms: np.ndarray, room: Room, speed: np.ndarray) -> np.ndarray:
    return np.minimum(speed, 0.8 * math.sin(FASTEST_TURN) * np.maximum(room.span.min(axis=0), 0) / 2)


MOTIONS: dict[str, Motion] = {
    "bounce": Motion(bounce, _limit_bounce),
    "bounce_sine": Motion(bounce_sine, _limit_bounce_sine),
    "circular": Motion(move_in_circles, _limit_circular),
    "linear": Motion(move_in_lines, _limit_linear),
    "spiral": Motion(move_in_spirals, _limit_spiral),
}


def _line(uniforms: np.ndarray, room: Room) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A line that crosses most of the room: its start (2, n, 1), direction, length, and the free space beside it."""
    span = room.span
    clearance = 0.1 * span.min(axis=0)
    inside = span - 2 * clearance
    one = np.stack([0.12 * uniforms[0], uniforms[1]])  # near one wall, and near the wall that is opposite
    other = np.stack([1 - 0.12 * uniforms[2], uniforms[3]])
    across = uniforms[4] * inside.sum(axis=0) < inside[0]  # the longer side more often: lines are longer so
    one, other = (np.where(across, end, end[::-1]) for end in (one, other))
    swap = uniforms[9] < 0.5
    one, other = np.where(swap, other, one), np.where(swap, one, other)
    way = (other - one) * inside
    length = np.hypot(way[0], way[1])
    return room.low + clearance + one * inside, way / np.maximum(length, 1e-9), length, clearance


def _hop(uniforms: np.ndarray, room: Room) -> tuple[np.ndarray, np.ndarray]:
    """Height and width of a hop."""
    wide, high = room.span
    return _between(0.5, 1, uniforms[0]) * high, _between(0.4, 0.8, uniforms[1]) * wide


def _radius(uniforms: np.ndarray, room: Room) -> np.ndarray:
    return _between(0.5, 1, uniforms[0]) * room.span.min(axis=0) / 2


def _reflect(room: Room, unfolded: np.ndarray) -> np.ndarray:
    """Positions from the room's corner on, folded back at each wall."""
    span = room.span
    return room.high - np.abs(span - unfolded % np.maximum(2 * span, 1e-9))


def _between(low: float, high: float, uniform: np.ndarray) -> np.ndarray:
    return low + (high - low) * uniform


def _direction(uniform: np.ndarray) -> np.ndarray:
    """(2, n, 1): x, y of a step of length 1."""
    return np.stack([np.cos(2 * math.pi * uniform), np.sin(2 * math.pi * uniform)])


def _turning(uniforms: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """(2, n, frames): x, y on a circle of radius 1 after turning by (n, frames), from anywhere on, clockwise or not."""
    angle = 2 * math.pi * uniforms[0] + np.where(uniforms[1] < 0.5, turned, -turned)
    return np.stack([np.cos(angle), np.sin(angle)])
