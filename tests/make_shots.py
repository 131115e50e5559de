"""Films whose cuts are known, made at random: photographs and generated textures, moved, filled with things that move,
and joined by cuts, dissolves and fades; with flashes, strobes, fast pans, shakes and things that pass by, which are no
cuts. Films differ in brightness, contrast, grain, slow motion and compression."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from framewright.truth import Transition
from framewright.video.encode import Writer

SIZE = (480, 270)
PHOTOS = (
    *("astronaut", "chelsea", "coffee", "hubble_deep_field", "immunohistochemistry", "retina", "rocket"),
    *("camera", "coins", "moon", "brick", "grass", "gravel", "clock", "page"),
)
JOINS = {"cut": 0.5, "dissolve": 0.32, "fade": 0.18}
EVENTS = {"none": 0.3, "flash": 0.2, "pan": 0.18, "shake": 0.14, "strobe": 0.06, "passer": 0.12}


@dataclass(frozen=True)
class Look:
    """How a whole film looks: a factor and an offset for its grey values, grain in grey values and pixels, how often a
    picture is held, and the quality that it is compressed with."""

    gain: float = 1
    lift: float = 0
    grain: float = 2
    coarse: int = 1
    hold: int = 1
    crf: int = 22
    speed: float = 1


LOOKS = {
    "plain": Look(),
    "bright": Look(gain=1.15, lift=25, grain=1),
    "dark": Look(gain=0.28, lift=2, grain=3),
    "low contrast": Look(gain=0.3, lift=95, grain=2),
    "noisy": Look(grain=14),
    "grainy": Look(grain=9, coarse=3, crf=20),
    "slow motion": Look(hold=2, speed=0.5),
    "held pictures": Look(hold=3),
    "fast": Look(speed=2.2),
    "compressed": Look(crf=34, grain=3),
}


@dataclass
class Shot:
    """Frames of one camera: `frames` by itself or while joining; `event` is a kind, its first frame and its length."""

    frames: int
    join: str
    over: int
    event: tuple[str, int, int]
    seed: int
    source: str


def plan(rng: np.random.Generator, shots: int) -> list[Shot]:
    """Random shots; some are shorter than half a second, and some neighbours come from the same picture."""
    made: list[Shot] = []
    brief = False
    for number in range(shots):
        join = "cut" if brief or not number else str(rng.choice(list(JOINS), p=list(JOINS.values())))
        over = 0 if join == "cut" else int(rng.integers(8, 31))
        brief = join == "cut" and number > 0 and rng.random() < 0.2
        frames = int(rng.integers(4, 12)) if brief else int(rng.integers(36, 60)) + 2 * over
        kind = "none" if brief else str(rng.choice(list(EVENTS), p=list(EVENTS.values())))
        long = {"flash": int(rng.integers(1, 4)), "pan": int(rng.integers(6, 13)), "passer": int(rng.integers(8, 20))}
        length = long.get(kind, int(rng.integers(16, 30)))
        first, last = over + 6, frames - 36 - length
        event = (kind, int(rng.integers(first, max(first + 1, last))), length) if kind != "none" else ("none", 0, 0)
        frames = max(frames, event[1] + event[2] + 36) if kind != "none" else frames
        same = made and rng.random() < 0.12
        source = made[-1].source if same else str(rng.choice([*PHOTOS, *["generated"] * 8]))
        made.append(Shot(frames, join, over, event, int(rng.integers(1 << 30)), source))
    return made


def make_shots(path: Path, seed: int, look: Look, shots: int, rate: Fraction | int = 25, size=SIZE) -> list[Transition]:
    """Write a random film and return its transitions, in frames."""
    rng = np.random.default_rng(seed)
    made = plan(rng, shots)
    starts, transitions, total = [], [], 0
    for shot in made:
        start = total - (shot.over if shot.join == "dissolve" else 0)
        begin = start - (shot.over // 2 if shot.join == "fade" else 0)
        if starts:
            transitions.append(Transition(shot.join, begin, begin + shot.over, True))
        kind, first, length = shot.event
        if kind != "none":
            transitions.append(Transition(kind, start + first, start + first + length, False))
        starts.append(start)
        total = start + shot.frames
    sheet = _grain(rng, look, size)
    playing = lru_cache(3)(lambda number: Camera(made[number], look, size))
    with Writer(path, size, rate, crf=look.crf, preset="ultrafast", gop=60) as writer:
        for frame in range(total):
            picture = None
            for number, (shot, start) in enumerate(zip(made, starts, strict=True)):
                if start <= frame < start + shot.frames:
                    seen = playing(number).picture(frame - start)
                    share = (frame - start + 1) / (shot.over + 1)
                    blend = picture is not None and shot.join == "dissolve"
                    picture = cv2.addWeighted(picture, 1 - share, seen, share, 0) if blend else seen
            light = _fading(transitions, frame)
            picture = cv2.convertScaleAbs(picture, alpha=look.gain * light, beta=look.lift * light)
            x, y = int(rng.integers(64)), int(rng.integers(64))
            writer.add(cv2.add(picture, sheet[y : y + size[1], x : x + size[0]], dtype=cv2.CV_8U))
    return sorted(transitions, key=lambda own: own.start)


def _fading(transitions: list[Transition], frame: int) -> float:
    for fade in transitions:
        if fade.kind == "fade" and fade.start <= frame < fade.end:
            half = (fade.end - fade.start) / 2
            return min(1.0, max(0.0, abs(frame + 0.5 - fade.start - half) - 0.5) / half)
    return 1.0


def _grain(rng: np.random.Generator, look: Look, size: tuple[int, int]) -> np.ndarray:
    small = rng.standard_normal((size[1] // look.coarse + 65, size[0] // look.coarse + 65), np.float32)
    sheet = cv2.resize(small, (size[0] + 64, size[1] + 64), interpolation=cv2.INTER_LINEAR)
    return cv2.merge([np.round(sheet / sheet.std() * look.grain).astype(np.int16)] * 3)


@lru_cache(8)
def _photo(name: str) -> np.ndarray:
    picture = np.asarray(getattr(data, name)())
    picture = np.dstack([picture] * 3) if picture.ndim == 2 else picture[..., :3]
    return np.ascontiguousarray(picture)


def _generated(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Soft or hard random shapes in two or three colours, with or without fine detail."""
    layers = []
    for coarse in (int(rng.integers(60, 260)), int(rng.integers(10, 60))):
        grid = rng.random((height // coarse + 3, width // coarse + 3), dtype=np.float32)
        wave = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        layers.append(np.clip((wave - 0.5) * rng.choice([1, 2, 12]) + 0.5, 0, 1)[..., None])
    colours = rng.uniform(10, 245, (3, 3)).astype(np.float32)
    mixed = colours[0] * (1 - layers[0]) + colours[1] * layers[0]
    mixed = mixed * (1 - 0.6 * layers[1]) + colours[2] * 0.6 * layers[1]
    fine = rng.standard_normal((height, width, 1)).astype(np.float32) * rng.choice([0, 6, 20])
    return np.clip(mixed + fine, 0, 255).astype(np.uint8)


class Camera:
    """What one shot shows: a camera that moves over a large still, and things that move in front of it."""

    def __init__(self, shot: Shot, look: Look, size: tuple[int, int]) -> None:
        self.shot, self.look, self.size = shot, look, size
        rng = np.random.default_rng(shot.seed)
        wide = int(size[0] * 1.9)
        if shot.source == "generated":
            still = _generated(rng, wide, int(wide * 0.7))
        else:
            still = _photo(shot.source)
            zoom = wide / still.shape[1] * rng.uniform(1, 1.6)
            way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
            still = cv2.resize(still, None, fx=zoom, fy=zoom, interpolation=way)
        tint = rng.uniform(0.7, 1.15, 3) * rng.uniform(0.75, 1.1)
        self.still = cv2.convertScaleAbs((still * tint).astype(np.float32))
        high, wide = still.shape[:2]
        self.at = np.array([rng.uniform(0.3, 0.7) * wide, rng.uniform(0.3, 0.7) * high])
        self.move = rng.normal(0, 0.8, 2) * look.speed  # pixels a frame
        self.zoom = rng.uniform(0.85, 1.15), rng.normal(0, 0.0012) * look.speed
        self.sway = np.cumsum(rng.normal(0, 0.35, (shot.frames + 1, 2)), axis=0) * rng.choice([0, 1])
        self.sway -= cv2.blur(self.sway, (1, 25))
        self.shake = cv2.blur(rng.normal(0, 1, (shot.frames + 1, 2)), (1, 3)) * size[1] / 14
        self.roll = cv2.blur(rng.normal(0, 2.5, (shot.frames + 1, 1)), (1, 3)).ravel()
        self.flash = rng.uniform(0.55, 0.95), rng.uniform(0.3, 1)
        self.things = [_thing(rng, size, look.speed) for _ in range(int(rng.integers(0, 4)))]
        self.leap = rng.choice([-1, 1]) * wide * rng.uniform(0.35, 0.6)
        self.passer = rng.uniform(0, 255, 3), rng.uniform(0.35, 0.8), rng.choice([-1, 1])

    def picture(self, frame: int) -> np.ndarray:
        """(H, W, 3) uint8."""
        kind, first, length = self.shot.event
        frame = frame if first <= frame < first + length else frame // self.look.hold * self.look.hold
        inside = kind != "none" and first <= frame < first + length
        share = np.clip((frame - first + 1) / max(1, length), 0, 1)
        middle = np.array(self.size) / 2
        at = self.at + self.move * frame + self.sway[frame] + (self.shake[frame] if inside and kind == "shake" else 0)
        smear = 0
        if kind == "pan":
            at[0] += self.leap * share * share * (3 - 2 * share)
            smear = int(abs(self.leap) * 6 * share * (1 - share) / length * 0.5) if inside else 0
        angle = self.roll[frame] if inside and kind == "shake" else 0
        matrix = cv2.getRotationMatrix2D(tuple(at), angle, self.zoom[0] + self.zoom[1] * frame)
        matrix[:, 2] += middle - at
        seen = cv2.warpAffine(self.still, matrix, self.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        for thing in self.things:
            _draw(seen, thing, frame)
        if smear > 2:
            seen = cv2.blur(seen, (smear, 1))
        if inside and kind in ("flash", "strobe") and (kind == "flash" or (frame - first) % 4 < 2):
            strength = self.flash[0] * (1 - 0.2 * (frame - first)) if kind == "flash" else self.flash[0]
            seen = cv2.addWeighted(seen, 1 - strength, np.full_like(seen, 255), strength, 0)
        if inside and kind == "passer":
            colour, wide, way = self.passer
            x = int((share * (1 + wide) - wide) * self.size[0])
            x = x if way > 0 else self.size[0] - x - int(wide * self.size[0])
            axes = int(wide * self.size[0] / 2), self.size[1] * 6 // 10
            cv2.ellipse(seen, (x + axes[0], axes[1]), axes, 0, 0, 360, colour, -1)
        return seen


def _thing(rng: np.random.Generator, size: tuple[int, int], speed: float) -> tuple:
    place, way = rng.uniform(0, 1, 2) * size, rng.normal(0, 2.2, 2) * speed
    return place, way, int(rng.uniform(0.04, 0.18) * size[0]), rng.uniform(0, 255, 3), rng.uniform(0, 255, 3)


def _draw(picture: np.ndarray, thing: tuple, frame: int) -> None:
    place, way, radius, colour, other = thing
    x, y = (place + way * frame).astype(int)
    cv2.circle(picture, (int(x), int(y)), radius, colour, -1)
    cv2.circle(picture, (int(x) + radius // 3, int(y) - radius // 4), radius // 2, other, -1)
