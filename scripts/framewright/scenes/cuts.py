"""A film of many shots: hard cuts, dissolves and fades, and flashes, fast pans and shakes that are none.

A plan is a list of shots and of how each is joined to the one before; it is either written down (the demo) or drawn
at random (`some_shots`), and `edit` makes a scene of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import cv2
import numpy as np

from framewright.scenes import motion
from framewright.scenes.photos import PHOTOS, TEXTURES, load_photo, load_texture
from framewright.scenes.scene import Drawn, Scene
from framewright.scenes.street import make_street
from framewright.truth import Transition

RATE = Fraction(25)
SIZE = (640, 360)
Player = Callable[[int], np.ndarray]
GRADES = {
    "plain": (np.eye(3), 1.0),
    "warm": (np.diag([1.1, 1.0, 0.82]), 1.02),
    "cool": (np.diag([0.84, 0.98, 1.16]), 0.98),
    "sepia": (np.outer([1.08, 0.92, 0.72], [0.3, 0.59, 0.11]), 1.0),
    "vivid": (np.eye(3) * 1.5 - 0.5 * np.tile([0.3, 0.59, 0.11], (3, 1)), 1.02),
    "dusk": (np.array([[0.62, 0.1, 0.12], [0.1, 0.62, 0.14], [0.08, 0.12, 0.92]]), 0.8),
}
TINTS = {"brick": (0.62, 0.32, 0.24), "grass": (0.36, 0.47, 0.2), "gravel": (0.5, 0.48, 0.46)}
HIGH = {"camera": 0.12, "astronaut": 0.1, "cat": 0.3, "rocket": 0.6}
"""How far down the interesting part of a photograph lies, 0 to 1; elsewhere for the others."""
SOURCES = (*PHOTOS, *TEXTURES, "street")
JOINS = {"cut": 0, "dissolve": 1, "fade": 1}


@dataclass(frozen=True)
class Event:
    """Something within a shot that is no cut: `flash`, `pan` or `shake`, at a frame of the shot, some frames long."""

    kind: str
    start: int
    frames: int


@dataclass(frozen=True)
class Shot:
    """`frames` frames shown by themselves or while joining; `join` says how it follows the shot before, over how many
    frames (0 for a hard cut); `seed` decides framing and motion."""

    source: str
    frames: int
    join: str = "cut"
    over: int = 0
    grade: str = "plain"
    seed: int = 0
    events: tuple[Event, ...] = ()


DEMO = (
    Shot("street", 86, grade="golden", seed=4, events=(Event("flash", 48, 2),)),
    Shot("coffee", 34, seed=1),
    Shot("coffee", 40, seed=8),
    Shot("cat", 102, "dissolve", 16, "warm", 3, (Event("shake", 26, 40),)),
    Shot("galaxies", 40, "fade", 20, "vivid", 2),
    Shot("rocket", 8, seed=5),
    Shot("street", 80, grade="noon", seed=6),
    Shot("camera", 56, "dissolve", 30, "sepia", 4, (Event("pan", 36, 10),)),
    Shot("astronaut", 84, "dissolve", 8, seed=2, events=(Event("flash", 30, 1), Event("flash", 55, 3))),
    Shot("brick", 20, seed=3),
)


def make_cuts(rng: np.random.Generator | None = None, shots: int = 24, size: tuple[int, int] = SIZE) -> Scene:
    """The demo's film, or with a generator a random one of `shots` shots."""
    return edit(DEMO if rng is None else some_shots(rng, shots), size)


def some_shots(rng: np.random.Generator, shots: int) -> tuple[Shot, ...]:
    """A random plan; some neighbours come from the same picture, some shots are shorter than half a second."""
    plan: list[Shot] = []
    for number in range(shots):
        brief = bool(plan) and plan[-1].frames < 15
        join = str(rng.choice(list(JOINS), p=[0.55, 0.28, 0.17])) if number and not brief else "cut"
        over = int(rng.integers(8, 31)) if JOINS[join] else 0
        same = bool(plan) and rng.random() < 0.2
        source = plan[-1].source if same else str(rng.choice(SOURCES))
        grade = plan[-1].grade if same and rng.random() < 0.6 else str(rng.choice(list(GRADES)))
        short = join == "cut" and rng.random() < 0.18
        frames = int(rng.integers(5, 13)) if short else int(rng.integers(40, 110)) + 2 * over
        events = () if short else _some_events(rng, over, frames)
        plan.append(Shot(source, frames, join, over, grade, int(rng.integers(1 << 30)), events))
    return tuple(plan)


def _some_events(rng: np.random.Generator, first: int, frames: int) -> tuple[Event, ...]:
    """At most one event, clear of the joins (the one that follows is at most 30 frames long)."""
    room = frames - 31 - first
    lengths = {"flash": int(rng.integers(1, 4)), "pan": int(rng.integers(7, 14)), "shake": int(rng.integers(20, 45))}
    kind = str(rng.choice(["none", *lengths], p=[0.45, 0.25, 0.15, 0.15]))
    if kind == "none" or lengths[kind] + 12 > room:
        return ()
    return (Event(kind, first + 5 + int(rng.integers(room - lengths[kind] - 8)), lengths[kind]),)


def edit(plan: tuple[Shot, ...], size: tuple[int, int] = SIZE) -> Scene:
    """The film that a plan describes, with its transitions."""
    starts: list[int] = []
    transitions: list[Transition] = []
    total = 0
    for shot in plan:
        # the shots of a dissolve overlap; those of a fade meet in the dark
        start = total - (shot.over if shot.join == "dissolve" else 0)
        begin = start - (shot.over // 2 if shot.join == "fade" else 0)
        if starts:
            transitions.append(Transition(shot.join, begin, begin + shot.over, True))
        starts.append(start)
        total = start + shot.frames
        transitions += [Transition(e.kind, start + e.start, start + e.start + e.frames, False) for e in shot.events]
    clip = lru_cache(maxsize=3)(lambda number: _clip(plan[number], size))

    def draw(frame: int) -> Drawn:
        shown: list[np.ndarray] = []
        for number, (shot, start) in enumerate(zip(plan, starts, strict=True)):
            if not start <= frame < start + shot.frames:
                continue
            seen = _flashed(shot, frame - start, clip(number)(frame - start))
            share = (frame - start + 1) / (shot.over + 1)
            shown = [cv2.addWeighted(shown[0], 1 - share, seen, share, 0) if shown else seen]
        return Drawn(cv2.convertScaleAbs(shown[0], alpha=_brightness(transitions, frame)))

    ordered = tuple(sorted(transitions, key=lambda transition: transition.start))
    return Scene(size, RATE, total, draw, ordered, {"crf": 18, "gop": 50, "preset": "faster"})


def _brightness(transitions: list[Transition], frame: int) -> float:
    """1, or less while fading: down to black in the middle and up again."""
    for fade in transitions:
        if fade.kind == "fade" and fade.start <= frame < fade.end:
            half = (fade.end - fade.start) / 2
            return min(1.0, max(0.0, abs(frame + 0.5 - fade.start - half) - 0.5) / half)
    return 1.0


def _flashed(shot: Shot, frame: int, picture: np.ndarray) -> np.ndarray:
    for event in shot.events:
        if event.kind == "flash" and event.start <= frame < event.start + event.frames:
            white = np.full_like(picture, 255)
            strength = 0.85 - 0.18 * (frame - event.start)
            return cv2.addWeighted(picture, 1 - strength, white, strength, 0)
    return picture


def _clip(shot: Shot, size: tuple[int, int]) -> Player:
    """How one shot looks by itself: its frame `k`, (H, W, 3) uint8."""
    rng = np.random.default_rng(shot.seed)
    if shot.source == "street":
        mood = shot.grade if shot.grade in ("golden", "noon", "overcast") else None
        scene = make_street(rng, shot.frames / float(RATE) + 6, size, mood=mood)
        return _moved(lambda frame: scene.draw(frame + 75).picture, shot, rng, size)
    still = _still(shot.source, shot.grade, size)
    return _moved(_burns(still, shot, rng, size), shot, rng, size)


def _still(source: str, grade: str, size: tuple[int, int]) -> np.ndarray:
    """A graded picture, large enough to move a frame of `size` about in it."""
    if source in TINTS:
        tile = load_texture(source)[:512, :512]
        picture = np.clip(tile[..., None] * np.asarray(TINTS[source], np.float32) * 255, 0, 255).astype(np.uint8)
    else:
        picture = load_photo(source)
    matrix, gain = GRADES.get(grade, GRADES["plain"])
    picture = cv2.transform(picture, matrix * gain)
    zoom = 1.5 * size[0] / picture.shape[1]
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=way)


def _burns(still: np.ndarray, shot: Shot, rng: np.random.Generator, size: tuple[int, int]) -> Player:
    """A slow move over a still picture; a fast one, blurred by its motion, where the plan has a pan."""
    height, width = still.shape[:2]
    pan = next((event for event in shot.events if event.kind == "pan"), None)
    wide = rng.uniform(0.6, 0.85, 2) if pan is None else np.repeat(rng.uniform(0.48, 0.55), 2)
    wide = np.minimum(wide * width, 0.97 * height * size[0] / size[1])
    high = wide * size[1] / size[0]
    room = np.stack([width - wide, height - high], 1)
    focus = rng.uniform(0.1, 0.9, 2)
    focus[1] = np.clip(HIGH.get(shot.source, focus[1]) + rng.uniform(-0.1, 0.1), 0, 1)
    drift = rng.uniform(0.06, 0.14, 2) * rng.choice([-1, 1], 2) * wide[0] * shot.frames / 90
    place = np.stack([wide, high], 1) / 2 + room * focus
    place[1] = np.clip(place[0] + drift, [wide[1] / 2, high[1] / 2], [width - wide[1] / 2, height - high[1] / 2])
    side = 1 if rng.random() < 0.5 else -1
    if pan is not None:
        place[:, 0] = width / 2 - side * room[:, 0] * 0.46
    leap = side * room[0, 0] * 0.92

    def at(frame: float) -> tuple[float, float, float]:
        share = motion.ease(frame / max(1, shot.frames - 1))
        if pan is None:
            x, y = place[0] + (place[1] - place[0]) * share
            return float(x), float(y), float(wide[0] + (wide[1] - wide[0]) * share)
        leapt = motion.ease((frame - pan.start + 1) / pan.frames)
        return float(place[0, 0] + leap * leapt), float(place[0, 1]), float(wide[0])

    def picture(frame: int) -> np.ndarray:
        x, y, across = at(frame)
        zoom = across / size[0]
        matrix = np.array([[zoom, 0, x - across / 2], [0, zoom, y - across / 2 * size[1] / size[0]]])
        seen = cv2.warpAffine(
            still, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT
        )
        smear = int(0.5 * abs(at(frame + 0.5)[0] - at(frame - 0.5)[0]) / zoom)
        return cv2.blur(seen, (smear, 1)) if pan is not None and smear > 3 else seen

    return picture


def _moved(picture: Player, shot: Shot, rng: np.random.Generator, size: tuple[int, int]) -> Player:
    """The same, shaken where the plan has a shake; a street is also turned fast where it has a pan."""
    shake = next((event for event in shot.events if event.kind == "shake"), None)
    whip = next((event for event in shot.events if event.kind == "pan" and shot.source == "street"), None)
    if shake is None and whip is None:
        return picture
    sway = motion.shake_camera(rng, shot.frames, float(RATE) / 2.2, size[1] / 45)
    roll = motion.shake_camera(rng, shot.frames, float(RATE) / 2.2, 1.1)[:, 0]

    def moved(frame: int) -> np.ndarray:
        seen = picture(frame)
        if shake is not None:
            reach = (frame - shake.start + 1) / shake.frames
            strength = float(np.clip(8 * reach * (1 - reach), 0, 1)) if 0 < reach < 1 else 0.0
            if strength:
                middle = size[0] / 2, size[1] / 2
                matrix = cv2.getRotationMatrix2D(middle, roll[frame] * strength, 1 + 0.05 * strength)
                matrix[:, 2] += sway[frame] * strength
                seen = cv2.warpAffine(seen, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        if whip is not None:
            leapt = motion.ease((frame - whip.start + 1) / whip.frames)
            step = motion.ease((frame - whip.start + 2) / whip.frames) - leapt
            seen = np.roll(seen, int(leapt * size[0]), 1)
            smear = int(0.5 * step * size[0])
            seen = cv2.blur(seen, (smear, 1)) if smear > 3 else seen
        return seen

    return moved
