"""Squares: small people, dogs, cyclists and cars far apart in a large frame, for the bench of FlexPatch.

What moves how differs: at their usual pace, three times as fast, in a crowd, or coming and going all the time.
"""

from fractions import Fraction
from functools import lru_cache, partial

import cv2
import numpy as np

from framewright.scenes import figures, motion, vehicles
from framewright.scenes.paint import lay
from framewright.scenes.photos import texture
from framewright.scenes.scene import Drawn, Scene
from framewright.scenes.street import Actor, seen

SIZE, RATE = (1280, 720), 25
KINDS = {"usual": (14, 1.0, 0.0), "fast": (14, 3.0, 0.0), "crowded": (32, 1.0, 0.0), "new": (22, 1.5, 0.7)}
TURN = 2 * np.pi


def square(rng: np.random.Generator, kind: str, frames: int) -> Scene:
    """A random square of so many frames; KINDS says how many things, how fast, and what share of them comes later."""
    number, pace, late = KINDS[kind]
    ground = _ground(rng)
    shake = motion.handheld(rng, frames, RATE, 2.0)
    cast = [_actor(rng, k, pace, rng.random() < late, frames) for k in range(number)]
    cast.sort(key=lambda own: own[2][0, 1])
    names = [actor.name for actor, *_ in cast]
    sprite = lru_cache(maxsize=900)(partial(_sprite, cast))

    def draw(frame: int) -> Drawn:
        right, down = shake[frame]
        matrix = np.array([[1, 0, right - 20], [0, 1, down - 20]], float)
        picture = cv2.warpAffine(ground, matrix, SIZE, flags=cv2.INTER_LINEAR)
        covers = []
        for number, (actor, scale, places) in enumerate(cast):
            x, y = places[frame] + shake[frame]
            gone = np.hypot(*(places[min(frame + 1, frames - 1)] - places[0])) / scale
            left = places[-1, 0] < places[0, 0]
            if -200 < x < SIZE[0] + 200 and -20 < y < SIZE[1] + 200:
                cut = sprite(number, int(gone / actor.stride * 16) % 16, bool(left))
                covers.append((number, lay(picture, cut, x, y, scale)))
        return Drawn(picture, seen(covers, names, SIZE))

    return Scene(SIZE, Fraction(RATE), frames, draw)


def _sprite(cast, number: int, step: int, left: bool):
    actor, scale, _ = cast[number]
    return actor.draw(step / 16 * actor.cycle, 1.0, np.pi * left, scale)


def _actor(rng: np.random.Generator, number: int, pace: float, late: bool, frames: int):
    """Somebody, pixels per metre, and where their feet are in each frame, (frames, 2) pixels."""
    scale = float(rng.uniform(42, 62))
    kind = ("person", "person", "person", "car", "cyclist", "person", "dog")[number % 7]
    looks = {
        "person": (figures.draw_person, figures.someone, 1.3, 1.4, TURN),
        "dog": (figures.draw_dog, figures.some_dog, 2.0, 0.8, TURN),
        "cyclist": (figures.draw_cyclist, figures.some_cyclist, 3.5, 4.9, TURN * 16 / 7),
        "car": (vehicles.draw_car, vehicles.some_car, 6.0, 0.42, TURN / 5),
    }
    paint, look, speed, stride, cycle = looks[kind]
    actor = Actor(kind, None, partial(paint, look(rng)), stride, cycle)
    step = speed * pace * scale / RATE * rng.choice([-1, 1])
    # those that come later start beyond an edge
    x = rng.uniform(60, SIZE[0] - 60)
    if late:
        enters = rng.uniform(0.05, 0.8) * frames
        x = (-60 - step * enters) if step > 0 else (SIZE[0] + 60 - step * enters)
    y = rng.uniform(110, SIZE[1] - 10)
    places = np.stack([x + step * np.arange(frames), y + 0.12 * abs(step) * np.sin(np.arange(frames) / 25)], axis=1)
    return actor, scale, places


def _ground(rng: np.random.Generator) -> np.ndarray:
    """Grass or gravel with paths and light and shade, a little larger than a frame."""
    size = SIZE[0] + 40, SIZE[1] + 40
    stuff = texture(str(rng.choice(["grass", "gravel", "brick"])))
    tiled = np.tile(stuff, (1, 2))[: size[1], : size[0]]
    soft = 0.4 * cv2.GaussianBlur(tiled, (0, 0), 1.0) + 0.6
    light = cv2.resize(rng.uniform(0.7, 1.1, (5, 8)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    colour = rng.uniform(90, 160, 3).astype(np.float32)
    return np.clip((soft * light)[..., None] * colour, 0, 255).astype(np.uint8)
