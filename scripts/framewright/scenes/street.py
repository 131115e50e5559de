"""A street beside a park: people, dogs, cyclists, cars and buses, with exact boxes, identities and visibility.

Everything stands on one flat ground, is drawn from the farthest to the nearest, and moves by rules: people walk, stop
and turn, vehicles queue at a red light while somebody crosses. What is hidden is counted pixel by pixel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial

import cv2
import numpy as np

from framewright.scenes import figures, motion, plants, vehicles
from framewright.scenes.backdrop import FAR_KERB, MOODS, NEAR_KERB, PARK, Mood, View, draw_backdrop, make_view
from framewright.scenes.paint import Colour, Cover, Sprite, cast_shadow, lay
from framewright.scenes.scene import Drawn, Mark, Scene

RATE = Fraction(25)
SIZE = (640, 360)
NEAR_LANE, FAR_LANE, CYCLE_LANE = 7.1, 9.4, 6.15
TURN = 2 * np.pi
Stops = list[tuple[float, float, float]]  # (second, x, z) of each place that somebody passes


@dataclass(frozen=True, eq=False)
class Actor:
    """Somebody or something that moves.

    `draw` makes the Sprite of (phase, swing, heading, scale); one `cycle` of the phase takes `stride` metres and is
    drawn in `steps` steps; `reach` is how far it extends to either side, in metres.
    """

    name: str
    path: motion.Path
    draw: Callable[..., Sprite]
    stride: float
    cycle: float = TURN
    steps: int = 20
    reach: float = 1.2


@dataclass(frozen=True, eq=False)
class Prop:
    """Something that stands still: its place in metres and its cut-out; `soft` props throw no shadow."""

    x: float
    z: float
    sprite: Sprite
    soft: bool = False


@dataclass(frozen=True, eq=False)
class Camera:
    """Where the camera is in each frame: metres along the street, and pixels the picture moves right and down."""

    along: np.ndarray
    right: np.ndarray
    down: np.ndarray


def make_street(
    rng: np.random.Generator, seconds: float = 18.0, size: tuple[int, int] = SIZE, rate: Fraction = RATE,
    mood: str | None = None, slow: float = 1.0,
) -> Scene:  # fmt: skip
    """A random street of `seconds` seconds; `slow` stretches its time (2 is half speed)."""
    frames, hertz = round(seconds * rate), float(rate) * slow
    eye = make_view(size)
    light = MOODS[mood or str(rng.choice(list(MOODS)))]
    crossing = float(rng.uniform(1.6, 2.4))
    margin = round(size[1] / 6)
    camera = _camera(rng, frames, hertz, margin)
    still = draw_backdrop(rng, eye, light, float(camera.along.max()), margin, crossing)
    props = sorted(_props(rng, eye, light), key=lambda prop: -prop.z)
    actors = _cast(rng, frames, hertz, crossing)
    vignette = _vignette(size)
    sprite = lru_cache(maxsize=320)(partial(_sprite, eye, light, actors))

    def draw(frame: int) -> Drawn:
        at = camera.along[frame], camera.right[frame], camera.down[frame]
        picture = still.seen(*at)
        items = [(prop.z, -1, prop.x, prop.sprite, prop.soft) for prop in props]
        for number, actor in enumerate(actors):
            x, z = float(actor.path.x[frame]), float(actor.path.z[frame])
            if _near(eye, at, x, z, actor.reach):
                items.append((z, number, x, sprite(number, *_pose(actor, frame)), False))
        placed = [(*item, *_place(eye, at, item[2], item[0])) for item in items]
        for _, _, _, cut, soft, x, y, scale in placed:
            if not soft:
                cast_shadow(picture, cut, x, y, scale, light.shadow, light.shade)
        placed.sort(key=lambda item: (-item[0], item[1]))
        covers = [(item[1], lay(picture, item[3], *item[5:])) for item in placed]
        marks = find_visible(covers, [actor.name for actor in actors], size)
        return Drawn(cv2.multiply(picture, vignette, scale=1 / 255), marks)

    return Scene(size, rate, frames, draw, encoding={"crf": 18, "gop": 50, "preset": "faster"})


def _place(eye: View, at: tuple[float, float, float], x: float, z: float) -> tuple[float, float, float]:
    """Pixel (x, y) of a point of the ground, and the pixels per metre there."""
    along, right, down = at
    scale = eye.scale(z)
    return eye.width / 2 + (x - along) * scale + right, eye.horizon + eye.eye * scale + down, scale


def _near(eye: View, at: tuple[float, float, float], x: float, z: float, reach: float) -> bool:
    """Whether something that reaches `reach` metres to either side, or its shadow, may be in the picture."""
    middle, _, scale = _place(eye, at, x, z)
    return -reach * scale - eye.width * 0.1 < middle < eye.width + reach * scale


def find_visible(covers: list[tuple[int, Cover | None]], names: list[str], size: tuple[int, int]) -> tuple[Mark, ...]:
    """What is to be seen of each thing, its id one more than its number in `names`.

    `covers` goes from the farthest to the nearest, each with the number of what it shows, or -1 for what only hides.
    """
    clear = np.ones((size[1], size[0]), np.float32)
    marks = []
    for number, cover in reversed(covers):
        if cover is None:
            continue
        height, width = cover.alpha.shape
        window = clear[cover.y : cover.y + height, cover.x : cover.x + width]
        if number >= 0:
            rows, columns = (np.flatnonzero((cover.alpha >= 0.5).any(axis)) for axis in (1, 0))
            if len(rows):
                left, top = cover.x + int(columns[0]), cover.y + int(rows[0])
                right, bottom = cover.x + int(columns[-1]) + 1, cover.y + int(rows[-1]) + 1
                share = min(1.0, float((window * cover.alpha).sum()) / cover.whole)
                marks.append(Mark(number + 1, names[number], (left, top, right, bottom), share))
        window *= 1 - cover.alpha
    return tuple(sorted(marks, key=lambda mark: mark.id))


def _pose(actor: Actor, frame: int) -> tuple[int, int, int]:
    """Step of the cycle, strength of the movement in quarters, heading in 32nds of a turn."""
    path = actor.path
    step = int(path.walked[frame] / actor.stride * actor.steps) % actor.steps
    swing = int(np.clip(path.speed[frame] / 0.9, 0, 1) * 4 + 0.5)
    if swing == 0 and actor.name in ("person", "dog"):
        step = 0
    return step, swing, round(float(path.heading[frame]) / TURN * 32) % 32


def _sprite(eye: View, mood: Mood, actors: list[Actor], number: int, step: int, swing: int, heading: int) -> Sprite:
    actor = actors[number]
    nearest = float(actor.path.z.min())
    middle = float(np.median(actor.path.z))
    cut = actor.draw(step / actor.steps * actor.cycle, swing / 4, heading / 32 * TURN, eye.scale(nearest))
    return _lit(cut, mood, middle)


def _lit(sprite: Sprite, mood: Mood, z: float) -> Sprite:
    """A cut-out in the light of the scene, washed out by the haze between it and the camera."""
    share = 1 - np.exp(-z / 90)
    matrix = np.diag([*(part * (1 - share) for part in mood.light), 1.0])
    matrix[:3, 3] = np.multiply(mood.haze, share)
    return Sprite(cv2.transform(sprite.rgba, matrix), sprite.anchor, sprite.scale)


def _vignette(size: tuple[int, int]) -> np.ndarray:
    y, x = np.linspace(-1, 1, size[1])[:, None], np.linspace(-1, 1, size[0])[None, :]
    light = 255 - 28 * ((x * x + y * y) / 2) ** 1.4
    return np.repeat(np.round(light).astype(np.uint8)[..., None], 3, 2)


def _camera(rng: np.random.Generator, frames: int, hertz: float, margin: int) -> Camera:
    share = np.arange(frames) / max(1, frames - 1)
    travel = rng.uniform(1.3, 2.1)
    shake = motion.shake_camera(rng, frames, hertz, margin / 50)
    turn = 0.45 * margin * np.sin(TURN * (share * rng.uniform(0.6, 0.9) + rng.random()))
    limit = margin * 0.9
    right, down = np.clip(turn + shake[:, 0], -limit, limit), np.clip(shake[:, 1], -limit, limit)
    return Camera(travel * motion.ease(share), right, down)


def _props(rng: np.random.Generator, eye: View, mood: Mood) -> list[Prop]:
    def prop(x: float, z: float, sprite: Sprite, soft: bool = False) -> Prop:
        return Prop(float(x), float(z), _lit(sprite, mood, z), soft)

    greens = plants.GREENS[: 3 if rng.random() < 0.6 else 5]

    def green() -> Colour:
        return greens[int(rng.integers(len(greens)))]

    props = []
    for x in np.arange(-44, 50, 3.1):
        z = rng.uniform(58, 66)
        props.append(prop(x, z, plants.draw_tree(rng, rng.uniform(3.5, 7.5), green(), eye.scale(z), 0.02), True))
    for x in np.linspace(-17, 20, 9):
        z = rng.uniform(17, 42)
        place = (x + rng.uniform(-2, 2)) * z / 28
        props.append(prop(place, z, plants.draw_tree(rng, rng.uniform(4.5, 7.5), green(), eye.scale(z))))
    for x in (-6.2, 1.2, 8.6):
        props.append(prop(x + rng.uniform(-0.4, 0.4), PARK + 0.35, plants.draw_lamp(3.5, eye.scale(PARK + 0.35))))
    for x in (-2.6, 5.2):
        props.append(prop(x + rng.uniform(-0.5, 0.5), PARK + 0.9, plants.draw_bench(eye.scale(PARK + 0.9))))
    props.append(prop(rng.uniform(2.2, 3.8), PARK + 0.3, plants.bin_(eye.scale(PARK + 0.3), (0.22, 0.38, 0.3))))
    side = rng.uniform(-3.0, -1.9)
    props.append(prop(side, 5.2, plants.draw_tree(rng, 5.6, green(), eye.scale(5.2), 0.36)))
    props.append(
        prop(side + rng.uniform(4.6, 5.6), 3.45, _blurred(plants.draw_post(eye.scale(3.45), (0.12, 0.3, 0.62))))
    )
    return props


def _blurred(sprite: Sprite) -> Sprite:
    """A cut-out out of focus."""
    blur = 0.008 * sprite.scale
    return Sprite(cv2.GaussianBlur(sprite.rgba, (0, 0), blur), sprite.anchor, sprite.scale)


def _cast(rng: np.random.Generator, frames: int, hertz: float, crossing: float) -> list[Actor]:
    length = frames / hertz
    red = 0.28 * length, 0.28 * length + max(4.5, 0.32 * length)
    return [
        *_traffic(rng, frames, hertz, crossing, red),
        *_walkers(rng, frames, hertz, length),
        *_crossers(rng, frames, hertz, crossing, red),
    ]


def _traffic(
    rng: np.random.Generator, frames: int, hertz: float, crossing: float, red: tuple[float, float]
) -> list[Actor]:
    actors = []
    for way, z, buses in ((1.0, NEAR_LANE, 0), (-1.0, FAR_LANE, 1)):
        looks: list[vehicles.Car | vehicles.Bus] = [vehicles.some_car(rng) for _ in range(4)]
        for _ in range(buses):
            looks.insert(int(rng.integers(1, 3)), vehicles.some_bus(rng))
        # the lane's metres start where its first vehicle is at the first frame
        start = way * -5.5 + rng.uniform(-2, 2)
        line = way * crossing - way * start - 1.7
        fronts = motion.drive(
            [look.length for look in looks], list(rng.uniform(3.2, 4.5, len(looks))),
            list(rng.uniform(3.5, 9.0, len(looks) - 1)), line, red, frames, hertz,
        )  # fmt: skip
        for look, front in zip(looks, fronts, strict=True):
            path = motion.follow_lane(front + way * start, look.length, way, z, hertz)
            if isinstance(look, vehicles.Bus):
                kind, draw = "bus", partial(vehicles.draw_bus, look)
            else:
                kind, draw = "car", partial(vehicles.draw_car, look)
            actors.append(Actor(kind, path, draw, TURN / 5 * 0.33, TURN / 5, 8, look.length))
    for way, z in ((1.0, CYCLE_LANE), (-1.0, FAR_KERB - 0.55)):
        start, pace = -way * rng.uniform(5, 16), rng.uniform(2.6, 3.6)
        front = way * start + pace * np.arange(frames) / hertz
        path = motion.follow_lane(front, 0.0, way, z, hertz)
        rider = partial(figures.draw_cyclist, figures.some_cyclist(rng))
        actors.append(Actor("cyclist", path, rider, 0.34 * TURN * 16 / 7, TURN * 16 / 7, 36))
    return actors


def _person(rng: np.random.Generator, stops: Stops, frames: int, hertz: float) -> Actor:
    look = figures.choose_person(rng)
    return Actor("person", motion.walk(stops, frames, hertz), partial(figures.draw_person, look), 0.82 * look.height)


def _dog(rng: np.random.Generator, stops: Stops, frames: int, hertz: float) -> Actor:
    look = figures.some_dog(rng)
    return Actor(
        "dog", motion.walk(stops, frames, hertz, 0.35), partial(figures.draw_dog, look), 1.5 * look.height, steps=16
    )


def _walkers(rng: np.random.Generator, frames: int, hertz: float, length: float) -> list[Actor]:
    """People on both pavements and in the park; the nearest ones stop, look and turn back."""

    def across(x1: float, x2: float, z: float, begin: float, speed: float) -> Stops:
        return [(begin, x1, z), (begin + abs(x2 - x1) / speed, x2, z)]

    side = 1 if rng.random() < 0.5 else -1
    halt = rng.uniform(-0.6, 1.2)
    arrive = rng.uniform(0.12, 0.2) * length + 2.2
    leave = arrive + rng.uniform(3.4, 4.6)
    turned = [
        (arrive - 3.6, -side * 4.2 + halt, 4.1), (arrive, halt, 4.1), (leave, halt + 0.02 * side, 4.1),
        (leave + 1.2, halt - side * 0.6, 3.95), (leave + 4.2, halt - side * 4.6, 3.9),
    ]  # fmt: skip
    stroll = rng.uniform(0.62, 0.7) * length, rng.uniform(0.9, 1.15)
    owner = across(5.8, -3.0, 4.55, *stroll)
    lead = [(when - 0.1, x - 0.75, 4.4) for when, x, _ in owner]
    actors = [_person(rng, turned, frames, hertz), _person(rng, owner, frames, hertz), _dog(rng, lead, frames, hertz)]
    for _ in range(3):
        way, z = (1 if rng.random() < 0.5 else -1), rng.uniform(FAR_KERB + 0.9, PARK - 0.4)
        passing = across(-way * 9, way * 10, z, rng.uniform(-4, 0.45 * length), rng.uniform(1.0, 1.5))
        actors.append(_person(rng, passing, frames, hertz))
    for _ in range(3):
        x, z, begin = rng.uniform(-7, 7), rng.uniform(17, 25), rng.uniform(-3, 0.3 * length)
        far = [(begin, x, z)]
        for wait in (5, 3, 6):
            begin, x, z = begin + wait, x + rng.uniform(-5, 5), np.clip(z + rng.uniform(-2.5, 3.5), 16, 30)
            far.append((begin, x, z))
        actors.append(_person(rng, far, frames, hertz))
    x, z = rng.uniform(-3, 3), rng.uniform(15, 18)
    laps = np.arange(-2, length + 4, 1.3)
    turn = rng.uniform(0, TURN) + np.cumsum(rng.uniform(0.7, 1.3, len(laps)))
    play = [(float(t), x + 3.2 * np.cos(a), z + 1.3 * np.sin(a)) for t, a in zip(laps, turn, strict=True)]
    return [*actors, _dog(rng, play, frames, hertz)]


def _crossers(
    rng: np.random.Generator, frames: int, hertz: float, crossing: float, red: tuple[float, float]
) -> list[Actor]:
    """Two people who wait for the light and cross, one from either side."""
    actors = []
    for begin, end, offset in ((FAR_KERB + 0.5, NEAR_KERB - 0.75, -0.45), (NEAR_KERB - 0.5, FAR_KERB + 0.9, 0.55)):
        x, start, speed = crossing + offset, red[0] + rng.uniform(1.4, 1.9), rng.uniform(1.5, 1.75)
        over = start + abs(end - begin) / speed
        away = rng.choice([-1, 1]) * 7.5
        come = x + rng.uniform(1.2, 2.6) * (1 if offset > 0 else -1)
        stops = [(start - 4.5, come, begin), (start - 2.6, x, begin), (start, x, begin), (over, x, end)]
        actors.append(_person(rng, [*stops, (over + 5.5, x + away, end)], frames, hertz))
    return actors
