"""A square seen from above its edge: people, dogs, cyclists and cars, for training and rating FlexPatch.

Size, number and pace of the actors are free, so that they may be small and far apart, large, or crowded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial

import cv2
import numpy as np

from framewright.scenes import figures, motion, vehicles
from framewright.scenes.paint import Sprite, lay
from framewright.scenes.photos import load_texture
from framewright.scenes.scene import Drawn, Scene
from framewright.scenes.street import Actor, find_visible

SIZE, RATE = (1280, 720), 25
TURN = 2 * np.pi
CAST = ("person", "person", "person", "car", "cyclist", "person", "dog")
GROUNDS = ("grass", "gravel", "brick")


@dataclass(frozen=True)
class Crowd:
    """The actors of a square: their number, their pace (1 is walking pace), the share of them that comes later, and
    their scale in pixels per metre (a person is 1.7 metres high)."""

    number: int = 14
    pace: float = 1.0
    late: float = 0.0
    scale: tuple[float, float] = (42, 62)


def make_square(rng: np.random.Generator, crowd: Crowd, frames: int, size: tuple[int, int] = SIZE) -> Scene:
    """A random square of so many frames of `size` (width, height), 25 frames a second, seen by a handheld camera."""
    ground = _ground(rng, size)
    shake = motion.shake_camera(rng, frames, RATE, 2.0)
    cast = [_actor(rng, k, crowd, rng.random() < crowd.late, frames, size) for k in range(crowd.number)]
    cast.sort(key=lambda member: member[2][0, 1])
    names = [actor.name for actor, *_ in cast]
    sprite = lru_cache(maxsize=900)(partial(_sprite, cast))

    def draw(frame: int) -> Drawn:
        right, down = shake[frame]
        matrix = np.array([[1, 0, right - 20], [0, 1, down - 20]], float)
        picture = cv2.warpAffine(ground, matrix, size, flags=cv2.INTER_LINEAR)
        covers = []
        for number, (actor, scale, places) in enumerate(cast):
            x, y = places[frame] + shake[frame]
            walked = np.hypot(*(places[min(frame + 1, frames - 1)] - places[0])) / scale
            left = places[-1, 0] < places[0, 0]
            room = 4 * scale + 100
            if -room < x < size[0] + room and -20 < y < size[1] + room:
                cut = sprite(number, int(walked / actor.stride * 16) % 16, bool(left))
                covers.append((number, lay(picture, cut, x, y, scale)))
        return Drawn(picture, find_visible(covers, names, size))

    return Scene(size, Fraction(RATE), frames, draw)


Member = tuple[Actor, float, np.ndarray]  # an actor, pixels per metre, and the feet in each frame, (frames, 2) pixels


def _sprite(cast: list[Member], number: int, step: int, left: bool) -> Sprite:
    actor, scale, _ = cast[number]
    return actor.draw(step / 16 * actor.cycle, 1.0, np.pi * left, scale)


def _actor(
    rng: np.random.Generator, number: int, crowd: Crowd, is_late: bool, frames: int, size: tuple[int, int]
) -> Member:
    scale = float(rng.uniform(*crowd.scale))
    kind = CAST[number % len(CAST)]
    paint, invent, speed, stride, cycle = _kinds()[kind]
    actor = Actor(kind, None, partial(paint, invent(rng)), stride, cycle)  # type: ignore[arg-type]  # moved below
    step = speed * crowd.pace * scale / RATE * rng.choice([-1, 1])
    # those that come later start beyond an edge
    x = rng.uniform(60, size[0] - 60)
    if is_late:
        enters = rng.uniform(0.05, 0.8) * frames
        x = (-60 - step * enters) if step > 0 else (size[0] + 60 - step * enters)
    y = rng.uniform(min(110, size[1] / 4) + scale, size[1] - 10) if scale < 90 else rng.uniform(size[1] / 2, size[1])
    places = np.stack([x + step * np.arange(frames), y + 0.12 * abs(step) * np.sin(np.arange(frames) / 25)], axis=1)
    return actor, scale, places


def _kinds() -> dict[str, tuple[Callable[..., Sprite], Callable[[np.random.Generator], object], float, float, float]]:
    """How each kind is painted and invented, its speed (metres a second), stride (metres) and cycle."""
    return {
        "person": (figures.draw_person, figures.choose_person, 1.3, 1.4, TURN),
        "dog": (figures.draw_dog, figures.some_dog, 2.0, 0.8, TURN),
        "cyclist": (figures.draw_cyclist, figures.some_cyclist, 3.5, 4.9, TURN * 16 / 7),
        "car": (vehicles.draw_car, vehicles.some_car, 6.0, 0.42, TURN / 5),
    }


def _ground(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Grass, gravel or brick with light and shade, a little larger than a frame."""
    width, height = size[0] + 40, size[1] + 40
    stuff = load_texture(str(rng.choice(GROUNDS)))
    times = -(-height // stuff.shape[0]), -(-width // stuff.shape[1])
    tiled = np.tile(stuff, times)[:height, :width]
    soft = 0.4 * cv2.GaussianBlur(tiled, (0, 0), 1.0) + 0.6
    light = cv2.resize(rng.uniform(0.7, 1.1, (5, 8)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    colour = rng.uniform(90, 160, 3).astype(np.float32)
    return np.clip((soft * light)[..., None] * colour, 0, 255).astype(np.uint8)
