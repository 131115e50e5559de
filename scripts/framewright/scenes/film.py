"""Three shots in full HD with fine detail and slow motion: a street, deep space, a drawn landscape."""

from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np

from framewright.scenes.scene import Drawn, Scene
from framewright.scenes.space import make_space
from framewright.scenes.street import make_street
from framewright.scenes.toon import make_toon
from framewright.truth import Transition

RATE = Fraction(24)
SIZE = (1920, 1080)
SHOT = 44


def make_film(rng: np.random.Generator, size: tuple[int, int] = SIZE) -> Scene:
    """Three shots of 44 frames, hard cuts between them, a single key frame at the start, light grain over all."""
    shots = [_street, make_space, make_toon]
    seeds = rng.integers(1 << 30, size=len(shots))
    grain = _grain(rng, size)
    playing: dict[int, Callable[[float], np.ndarray]] = {}

    def draw(frame: int) -> Drawn:
        number = frame // SHOT
        if number not in playing:
            playing.clear()  # first, because two shots at once would need twice the memory
            playing[number] = shots[number](np.random.default_rng(seeds[number]), size)
        picture = playing[number](frame % SHOT / float(RATE))
        return Drawn(cv2.add(picture, grain(frame), dtype=cv2.CV_8U))

    joins = tuple(Transition("cut", at, at, True) for at in (SHOT, 2 * SHOT))
    encoding = {"crf": 18, "gop": 240, "preset": "veryfast", "options": {"sc_threshold": "0"}}
    return Scene(size, RATE, len(shots) * SHOT, draw, joins, encoding)


def _street(rng: np.random.Generator, size: tuple[int, int]) -> Callable[[float], np.ndarray]:
    scene = make_street(rng, 12.0, size, RATE, "golden", slow=1.6)
    return lambda seconds: scene.draw(100 + round(seconds * RATE)).picture


def _grain(rng: np.random.Generator, size: tuple[int, int]) -> Callable[[int], np.ndarray]:
    """Film grain: one sheet of noise, cut at another place for every frame."""
    noise = rng.standard_normal((size[1] + 128, size[0] + 128), np.float32)
    sheet = cv2.GaussianBlur(noise, (0, 0), 0.7)
    sheet = cv2.merge([np.round(sheet / sheet.std() * 1.3).astype(np.int16)] * 3)

    def cut(frame: int) -> np.ndarray:
        x, y = (frame * 61) % 128, (frame * 97) % 128
        return sheet[y : y + size[1], x : x + size[0]]

    return cut
