"""People, dogs and cyclists: jointed figures of rounded limbs that walk, turn and pedal.

A joint is (forward, left, up) in metres from the point between the feet; `heading` is the direction of walking in
radians, 0 to the right of the picture, a quarter turn away from the viewer.
"""

from dataclasses import dataclass

import numpy as np

from framewright.scenes.paint import Canvas, Colour, Point, Sprite, mix, shade_colour

Joint = tuple[float, float, float]  # metres: along the heading, to the side, up

SKINS: list[Colour] = [(0.93, 0.76, 0.65), (0.82, 0.62, 0.48), (0.62, 0.43, 0.31), (0.42, 0.28, 0.2)]
HAIRS: list[Colour] = [(0.16, 0.11, 0.09), (0.34, 0.21, 0.12), (0.62, 0.45, 0.24), (0.5, 0.5, 0.5), (0.45, 0.18, 0.1)]
CLOTHES: list[Colour] = [
    (0.75, 0.2, 0.17), (0.13, 0.3, 0.52), (0.9, 0.74, 0.32), (0.2, 0.42, 0.34), (0.88, 0.86, 0.82),
    (0.24, 0.24, 0.28), (0.53, 0.3, 0.45), (0.85, 0.48, 0.22), (0.4, 0.6, 0.72),
]  # fmt: skip
TROUSERS: list[Colour] = [(0.17, 0.2, 0.3), (0.22, 0.22, 0.23), (0.46, 0.39, 0.3), (0.3, 0.4, 0.55), (0.36, 0.26, 0.24)]
FURS: list[Colour] = [(0.5, 0.33, 0.18), (0.24, 0.2, 0.18), (0.8, 0.68, 0.5), (0.62, 0.6, 0.58), (0.66, 0.4, 0.2)]


@dataclass(frozen=True)
class Person:
    """How a person looks: height in metres, colours, and what they wear."""

    height: float
    skin: Colour
    hair: Colour
    top: Colour
    bottom: Colour
    long_hair: bool
    coat: bool
    bag: Colour | None


@dataclass(frozen=True)
class Dog:
    """How a dog looks: shoulder height in metres, fur, and pointed or hanging ears."""

    height: float
    fur: Colour
    patch: Colour
    pointed: bool


@dataclass(frozen=True)
class Cyclist:
    """A bicycle with its rider: frame colour and the person on it."""

    frame: Colour
    rider: Person


def choose_person(rng: np.random.Generator) -> Person:
    """A person of random looks."""
    return Person(
        height=float(rng.uniform(1.58, 1.88)),
        skin=_pick(rng, SKINS),
        hair=_pick(rng, HAIRS),
        top=_pick(rng, CLOTHES),
        bottom=_pick(rng, TROUSERS),
        long_hair=bool(rng.random() < 0.45),
        coat=bool(rng.random() < 0.35),
        bag=_pick(rng, CLOTHES) if rng.random() < 0.5 else None,
    )


def some_dog(rng: np.random.Generator) -> Dog:
    """A dog of random looks."""
    return Dog(float(rng.uniform(0.42, 0.62)), _pick(rng, FURS), _pick(rng, FURS), bool(rng.random() < 0.5))


def some_cyclist(rng: np.random.Generator) -> Cyclist:
    """A cyclist of random looks."""
    return Cyclist(_pick(rng, CLOTHES), choose_person(rng))


def draw_person(look: Person, phase: float, swing: float, heading: float, scale: float) -> Sprite:
    """A person in mid-stride: `phase` in radians of the double step, `swing` 0 (standing) to 1 (walking)."""
    h = look.height
    body = _Body(heading)
    amplitude = 0.44 * swing
    hip = 0.52 * h
    legs = [_leg(side, phase + turn, amplitude, hip, h) for side, turn in ((1, 0), (-1, np.pi))]
    drop = min(joint[2] for leg in legs for joint in leg[2:]) - 0.025 * h
    for thigh, knee, ankle, toe in legs:
        body.limb(thigh, knee, 0.056 * h, 0.042 * h, look.bottom)
        body.limb(knee, ankle, 0.042 * h, 0.027 * h, look.bottom)
        body.limb(ankle, toe, 0.028 * h, 0.02 * h, shade_colour(look.bottom, 0.5))
    lean = 0.02 * h * swing
    neck = (lean, 0.0, 0.835 * h)
    for side in (1, -1):
        turn = -0.75 * amplitude * side * np.sin(phase)
        out = -0.3 * h * side * np.cos(heading)
        shoulder = (lean, 0.105 * side * h, 0.795 * h)
        elbow = _swing(shoulder, turn, 0.165 * h)
        wrist = _swing(elbow, turn + 0.22 + 0.35 * swing, 0.14 * h)
        body.limb(shoulder, elbow, 0.037 * h, 0.03 * h, shade_colour(look.top, 0.94), nearer=out)
        body.limb(elbow, wrist, 0.03 * h, 0.022 * h, shade_colour(look.top, 0.94), nearer=out)
        hand = _swing(wrist, turn + 0.3, 0.03 * h)
        body.limb(wrist, hand, 0.022 * h, 0.02 * h, look.skin, nearer=out)
    frontal = abs(np.sin(heading))
    girth = (0.068 + 0.038 * frontal) * h
    if look.coat:
        body.limb((-0.005 * h, 0, 0.4 * h), (lean, 0, 0.76 * h), 1.12 * girth, 1.02 * girth, look.top, nearer=0.05 * h)
    else:
        body.limb((0, 0, hip + 0.05 * h), (lean, 0, 0.76 * h), 0.96 * girth, 1.06 * girth, look.top, nearer=0.02 * h)
        body.limb((0, 0, hip), (0, 0, hip + 0.03 * h), 0.94 * girth, 0.9 * girth, look.bottom)
    if look.bag:
        body.limb((-0.09 * h, 0, 0.62 * h), (-0.085 * h, 0, 0.75 * h), 0.062 * h, 0.058 * h, look.bag, nearer=0.06 * h)
    _head(body, look, neck, h)
    return body.paint(0.42 * h, 1.04 * h, scale, -drop)


def _head(body: "_Body", look: Person, neck: Joint, h: float) -> None:
    face = (neck[0] + 0.012 * h, 0.0, 0.925 * h)
    back = (neck[0] - 0.016 * h, 0.0, 0.94 * h)
    body.limb(neck, face, 0.03 * h, 0.03 * h, shade_colour(look.skin, 0.9))
    body.limb((face[0], 0, 0.905 * h), face, 0.05 * h, 0.058 * h, look.skin)
    body.limb((back[0] - 0.006 * h, 0, 0.925 * h), (back[0] + 0.012 * h, 0, 0.957 * h), 0.056 * h, 0.054 * h, look.hair)
    if look.long_hair:
        body.limb(back, (back[0] - 0.02 * h, 0, 0.83 * h), 0.056 * h, 0.038 * h, shade_colour(look.hair, 0.92))
    for side in (1, -1):
        eye = face[0] + 0.051 * h, 0.024 * side * h, 0.925 * h
        body.limb(eye, eye, 0.0085 * h, 0.0085 * h, (0.12, 0.09, 0.08), nearer=0.006 * h)
    nose = face[0] + 0.056 * h, 0.0, 0.908 * h
    body.limb(nose, nose, 0.012 * h, 0.012 * h, shade_colour(look.skin, 0.92))


def draw_dog(look: Dog, phase: float, swing: float, heading: float, scale: float) -> Sprite:
    """A dog in mid-trot, in the terms of `draw_person`."""
    h = look.height
    body = _Body(heading)
    for side, end, turn in ((1, 1, 0.0), (-1, 1, np.pi), (1, -1, np.pi), (-1, -1, 0.0)):
        hip = (end * 0.52 * h, 0.13 * side * h, 0.72 * h)
        angle = 0.55 * swing * np.sin(phase + turn)
        lift = 0.7 * swing * max(0.0, np.cos(phase + turn))
        knee = _swing(hip, angle + 0.12 * end, 0.34 * h)
        paw = _swing(knee, angle - end * 0.1 - lift * 0.8, 0.36 * h)
        colour = shade_colour(look.fur, 0.78 if side * np.cos(heading) > 0 else 1.0)
        body.limb(hip, knee, 0.12 * h, 0.075 * h, colour)
        body.limb(knee, paw, 0.07 * h, 0.05 * h, colour)
        body.limb(paw, (paw[0] + 0.07 * h, paw[1], paw[2] - 0.01 * h), 0.05 * h, 0.045 * h, shade_colour(colour, 0.8))
    body.limb((-0.52 * h, 0, 0.8 * h), (0.5 * h, 0, 0.8 * h), 0.21 * h, 0.25 * h, look.fur)
    body.limb((-0.2 * h, 0, 0.86 * h), (0.16 * h, 0, 0.88 * h), 0.17 * h, 0.18 * h, mix(look.fur, look.patch, 0.7))
    body.limb((0.5 * h, 0, 0.9 * h), (0.78 * h, 0, 1.24 * h), 0.19 * h, 0.14 * h, look.fur)
    body.limb((0.8 * h, 0, 1.28 * h), (0.86 * h, 0, 1.27 * h), 0.165 * h, 0.15 * h, look.fur)
    body.limb(
        (0.9 * h, 0, 1.23 * h), (1.12 * h, 0, 1.18 * h), 0.095 * h, 0.07 * h, mix(look.fur, (0.9, 0.85, 0.8), 0.3)
    )
    body.limb((1.16 * h, 0, 1.2 * h), (1.17 * h, 0, 1.2 * h), 0.04 * h, 0.035 * h, (0.08, 0.07, 0.07))
    for side in (1, -1):
        root = (0.72 * h, 0.09 * side * h, 1.36 * h)
        tip = (0.7 * h, 0.1 * side * h, 1.58 * h) if look.pointed else (0.64 * h, 0.15 * side * h, 1.16 * h)
        body.limb(root, tip, 0.07 * h, 0.035 * h, shade_colour(look.patch, 0.8), nearer=0.05 * h)
        eye = (0.93 * h, 0.08 * side * h, 1.32 * h)
        body.limb(eye, eye, 0.022 * h, 0.022 * h, (0.06, 0.05, 0.05), nearer=0.09 * h)
    wag = 0.25 * np.sin(3 * phase)
    body.limb(
        (-0.58 * h, 0, 0.94 * h), (-0.92 * h, wag * h, 1.2 * h), 0.075 * h, 0.04 * h, shade_colour(look.fur, 0.95)
    )
    return body.paint(1.3 * h, 1.68 * h, scale, 0.0)


def draw_cyclist(look: Cyclist, phase: float, swing: float, heading: float, scale: float) -> Sprite:
    """A bicycle and its rider, seen from the side; `phase` is the angle of the wheels, heading 0 or pi."""
    way = 1.0 if np.cos(heading) >= 0 else -1.0
    canvas = Canvas(1.2, 1.2, 1.95, scale)
    rear, front, crank = (-0.52, 0.34), (0.52, 0.34), (-0.08, 0.3)
    seat, bars, head = (-0.24, 0.92), (0.4, 1.03), (0.37, 0.8)
    rider, pedal = look.rider, phase * 0.45

    def at(point: Point | np.ndarray) -> Point:
        return way * point[0], point[1]

    def leg(turn: float, colour: Colour) -> None:
        foot = (crank[0] + 0.17 * np.cos(turn), crank[1] + 0.03 - 0.17 * np.sin(turn))
        knee = _bend((seat[0], seat[1] + 0.06), foot, 0.46, 0.45)
        canvas.stroke([at(crank), at((foot[0], foot[1] - 0.03))], 0.03, (0.35, 0.35, 0.36))
        canvas.limb(at((seat[0], seat[1] + 0.06)), at(knee), 0.095, 0.07, colour)
        canvas.limb(at(knee), at(foot), 0.068, 0.045, colour)
        canvas.limb(
            at((foot[0] - 0.05, foot[1])), at((foot[0] + 0.12, foot[1] - 0.015)), 0.045, 0.035, (0.15, 0.14, 0.15)
        )

    leg(pedal + np.pi, shade_colour(rider.bottom, 0.75))
    for centre in (rear, front):
        for spoke in range(7):
            angle = way * -phase + spoke * np.pi / 7
            tip = np.array([np.cos(angle), np.sin(angle)]) * 0.31
            canvas.stroke([at(np.subtract(centre, tip)), at(np.add(centre, tip))], 0.008, (0.75, 0.76, 0.78), 0.8)
        canvas.ring(at(centre), 0.325, 0.05, (0.1, 0.1, 0.11))
        canvas.ring(at(centre), 0.285, 0.018, (0.7, 0.71, 0.73))
    shine = mix(look.frame, (1, 1, 1), 0.12)
    for path in (
        [rear, crank, head, (seat[0] + 0.03, 0.78), rear],
        [crank, (seat[0], 0.86)],
        [front, head, (0.34, 1.0)],
    ):
        canvas.stroke([at(point) for point in path], 0.045, shine)
    canvas.stroke([at((0.34, 1.0)), at(bars), at((0.47, 1.0))], 0.035, (0.14, 0.14, 0.15))
    canvas.limb(at((seat[0] - 0.13, 0.9)), at((seat[0] + 0.1, 0.9)), 0.04, 0.025, (0.12, 0.1, 0.1))
    leg(pedal, rider.bottom)
    hips, shoulders = (seat[0] + 0.02, 1.0), (0.12, 1.47)
    canvas.limb(at(hips), at(shoulders), 0.14, 0.15, rider.top)
    if rider.bag:
        canvas.limb(at((-0.2, 1.2)), at((-0.05, 1.47)), 0.12, 0.11, rider.bag)
    elbow = _bend(shoulders, bars, -0.3, -0.3)
    canvas.limb(at((0.15, 1.5)), at((0.19, 1.62)), 0.055, 0.055, shade_colour(rider.skin, 0.9))
    canvas.limb(at((0.22, 1.66)), at((0.22, 1.7)), 0.1, 0.105, rider.skin)
    canvas.limb(at((0.15, 1.72)), at((0.25, 1.765)), 0.115, 0.1, look.frame)
    canvas.limb(at(shoulders), at(elbow), 0.06, 0.05, shade_colour(rider.top, 0.95))
    canvas.limb(at(elbow), at(bars), 0.05, 0.038, rider.skin)
    return canvas.sprite()


def _bend(a: Point, b: Point, first: float, second: float) -> tuple[float, float]:
    """The joint of a two-part limb from `a` to `b`; negative lengths bend it the other way."""
    start, end = np.asarray(a, float), np.asarray(b, float)
    reach = max(1e-6, float(np.hypot(*(end - start))))
    side = np.sign(first)
    first, second = abs(first), abs(second)
    along = min(max((reach**2 + first**2 - second**2) / (2 * reach), -first), first)
    out = side * np.sqrt(max(0.0, first**2 - along**2))
    way = (end - start) / reach
    x, y = start + along * way + out * np.array([-way[1], way[0]])
    return x, y


def _leg(side: int, phase: float, amplitude: float, hip: float, h: float) -> tuple[Joint, Joint, Joint, Joint]:
    angle = amplitude * np.sin(phase) + 0.04
    thigh = (0.0, 0.05 * side * h, hip)
    knee = _swing(thigh, angle, 0.245 * h)
    ankle = _swing(knee, angle - 1.5 * amplitude * max(0.0, np.cos(phase)) - 0.12 * amplitude - 0.05, 0.235 * h)
    pitch = min(0.0, 0.8 * (ankle[2] - 0.04 * h) / h * -6) if amplitude else 0.0
    toe = (ankle[0] + 0.085 * h * np.cos(pitch), ankle[1], ankle[2] + 0.085 * h * np.sin(pitch) * 0.5 - 0.008 * h)
    return thigh, knee, ankle, toe


def _swing(joint: Joint, angle: float, length: float) -> tuple[float, float, float]:
    """The end of a limb that hangs from `joint`, `angle` forward of straight down."""
    return joint[0] + length * np.sin(angle), joint[1], joint[2] - length * np.cos(angle)


class _Body:
    """Limbs in space, painted from the farthest to the nearest."""

    def __init__(self, heading: float):
        self.cos, self.sin = float(np.cos(heading)), float(np.sin(heading))
        self.limbs: list[tuple[float, Point, Point, float, float, Colour]] = []

    def limb(self, a: Joint, b: Joint, radius_a: float, radius_b: float, colour: Colour, nearer: float = 0.0) -> None:
        (ax, az), (bx, bz) = self._turned(a), self._turned(b)
        far = (az + bz) / 2 - (radius_a + radius_b) / 2 - nearer
        self.limbs.append((far, (ax, a[2]), (bx, b[2]), radius_a, radius_b, colour))

    def paint(self, half: float, top: float, scale: float, lift: float) -> Sprite:
        canvas = Canvas(half, half, top, scale)
        for _, a, b, radius_a, radius_b, colour in sorted(self.limbs, key=lambda limb: -limb[0]):
            canvas.limb((a[0], a[1] + lift), (b[0], b[1] + lift), radius_a, radius_b, colour)
        return canvas.sprite()

    def _turned(self, joint: Joint) -> tuple[float, float]:
        return joint[0] * self.cos - joint[1] * self.sin, joint[0] * self.sin + joint[1] * self.cos


def _pick(rng: np.random.Generator, colours: list[Colour]) -> Colour:
    return colours[int(rng.integers(len(colours)))]
