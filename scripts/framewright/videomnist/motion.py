"""How digits move: one small function for each motion, all of them smooth and none faster than it was told.

    x, y = MOTIONS["circular"](lots, room, speed, frames)

A motion moves many digits at once, each for itself. `lots` (LOTS, n, 1), from 0 to 1 and drawn anew for each digit,
decide on its start, direction, phase and radius; `speed` (n, 1) is in pixels a frame. The (2, n, frames) float
positions x, y of the digits' centres in pixels lie within `room`, and no step from one frame to the next is longer than
`speed`. A new motion is a function like these and its line in MOTIONS.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

LOTS = 10  # that a motion may use
FASTEST_TURN = math.pi / 4  # radians a frame: a full turn takes eight frames at least, else it looks like trembling


@dataclass(frozen=True, eq=False)
class Room:
    """The rectangles that the digits' centres may be in, so that all of their ink keeps the margin."""

    low: np.ndarray  # (2, n, 1) float: the least x and y
    high: np.ndarray  # (2, n, 1) float: the greatest

    @property
    def span(self) -> np.ndarray:
        """Their (2, n, 1) widths and heights."""
        return self.high - self.low


def bounce(lots: np.ndarray, room: Room, speed: np.ndarray, frames: int) -> np.ndarray:
    """Straight on at full speed, reflected by each wall as light is by a mirror."""
    span = room.span
    unfolded = lots[:2] * span + speed * _direction(lots[2]) * np.arange(frames)
    return room.high - np.abs(span - unfolded % np.maximum(2 * span, 1e-9))


def bounce_sine(lots: np.ndarray, room: Room, speed: np.ndarray, frames: int) -> np.ndarray:
    """Hops along the floor in arcs of a sine, steadily to one side."""
    wide, high = room.span
    height = _between(0.5, 1, lots[0]) * high
    stride = np.minimum(wide / (frames - 1), _between(0.3, 0.6, lots[1]) * speed)
    turn = _turn(np.sqrt(speed**2 - stride**2), height)
    across = stride * np.arange(frames) + lots[2] * (wide - stride * (frames - 1))
    hops = np.abs(np.sin(math.pi * lots[4] + turn * np.arange(frames)))
    return np.stack([room.low[0] + np.where(lots[3] < 0.5, across, wide - across), room.high[1] - height * hops])


def circular(lots: np.ndarray, room: Room, speed: np.ndarray, frames: int) -> np.ndarray:
    """Round and round on a circle."""
    radius = _between(0.4, 1, lots[0]) * room.span.min(axis=0) / 2
    centre = room.low + radius + lots[1:3] * (room.span - 2 * radius)
    return centre + radius * _turning(lots[3:5], _turn(speed, radius), frames)


def linear(lots: np.ndarray, room: Room, speed: np.ndarray, frames: int) -> np.ndarray:
    """Along a straight line, with a slight and smooth sway."""
    span, times = room.span, np.arange(frames)
    point, direction = lots[:2] * span, _direction(lots[2])
    back, ahead = _walls(point, direction, span)
    travel = np.minimum(ahead - back, 0.75 * speed * (frames - 1))
    begin = back + lots[3] * (ahead - back - travel)
    along = (begin + travel / (frames - 1) * times) * direction
    sway = np.zeros(1)
    for rate, phases in ((_between(0.3, 0.9, lots[4]), lots[5:7]), (_between(0.3, 0.9, lots[7]), lots[8:10])):
        sway = sway + 0.25 * speed / (2 * math.sqrt(2) * rate) * np.sin(rate * times + 2 * math.pi * phases)
    # Clipping to a rectangle makes no step longer.
    return room.low + np.clip(point + along + sway, 0, span)


def spiral(lots: np.ndarray, room: Room, speed: np.ndarray, frames: int) -> np.ndarray:
    """Round and round, inwards or outwards."""
    outer = room.span.min(axis=0) / 2
    inner = np.maximum(_between(0.1, 0.4, lots[0]) * outer, outer - 0.5 * speed * (frames - 1))
    growth = (outer - inner) / (frames - 1)
    times = np.where(lots[1] < 0.5, np.arange(frames), np.arange(frames)[::-1])
    turning = _turning(lots[2:4], _turn(np.sqrt(speed**2 - growth**2), outer), frames)
    centre = room.low + outer + lots[4:6] * (room.span - 2 * outer)
    return centre + (inner + growth * times) * turning


MOTIONS: dict[str, Callable[[np.ndarray, Room, np.ndarray, int], np.ndarray]] = {
    "bounce": bounce,
    "bounce_sine": bounce_sine,
    "circular": circular,
    "linear": linear,
    "spiral": spiral,
}


def _between(low: float, high: float, lot: np.ndarray) -> np.ndarray:
    return low + (high - low) * lot


def _direction(lot: np.ndarray) -> np.ndarray:
    """(2, n, 1): x, y of a step of length 1."""
    return np.stack([np.cos(2 * math.pi * lot), np.sin(2 * math.pi * lot)])


def _turn(speed: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Radians a frame that move something at `radius` at this speed."""
    return np.minimum(speed / np.maximum(radius, 1e-9), FASTEST_TURN)


def _turning(lots: np.ndarray, turn: np.ndarray, frames: int) -> np.ndarray:
    """(2, n, frames): x, y on a circle of radius 1, from anywhere on, clockwise or not."""
    angle = 2 * math.pi * lots[0] + np.where(lots[1] < 0.5, turn, -turn) * np.arange(frames)
    return np.stack([np.cos(angle), np.sin(angle)])


def _walls(point: np.ndarray, direction: np.ndarray, span: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the walls are from points, (n, 1) each: backwards (negative) and ahead along a direction."""
    pace = np.where(direction == 0, 1e-9, direction)
    one, other = -point / pace, (span - point) / pace
    return np.minimum(one, other).max(axis=0), np.maximum(one, other).min(axis=0)
