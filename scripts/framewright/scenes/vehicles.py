"""Cars and buses seen from the side, with glass, reflections and turning wheels; heading right unless mirrored."""

from dataclasses import dataclass

import numpy as np

from framewright.scenes.paint import Canvas, Colour, Point, Points, Sprite, mix, shade_colour, smooth

PAINTS: list[Colour] = [
    (0.72, 0.13, 0.12), (0.13, 0.27, 0.5), (0.86, 0.86, 0.85), (0.2, 0.21, 0.24), (0.56, 0.6, 0.63),
    (0.85, 0.62, 0.16), (0.16, 0.38, 0.33), (0.45, 0.62, 0.72), (0.78, 0.36, 0.16),
]  # fmt: skip
LIVERIES: list[Colour] = [(0.8, 0.18, 0.15), (0.92, 0.68, 0.18), (0.15, 0.42, 0.6), (0.2, 0.5, 0.36)]
SKY: Colour = (0.72, 0.83, 0.93)
GLASS: Colour = (0.11, 0.14, 0.17)
RUBBER: Colour = (0.07, 0.07, 0.075)

SALOON = [
    (-2.12, 0.36), (-2.16, 0.62), (-2.1, 0.88), (-1.98, 0.97), (-1.5, 1.02), (-1.02, 1.36), (-0.62, 1.46), (0.0, 1.47),
    (0.42, 1.4), (0.98, 1.02), (1.35, 0.95), (1.9, 0.83), (2.12, 0.68), (2.16, 0.46), (2.1, 0.33), (1.6, 0.27),
    (0.0, 0.25), (-1.6, 0.27),
]  # fmt: skip
HATCH = [
    (-1.86, 0.34), (-1.92, 0.6), (-1.9, 0.92), (-1.8, 1.12), (-1.5, 1.42), (-1.1, 1.52), (-0.3, 1.54), (0.24, 1.46),
    (0.86, 1.04), (1.25, 0.97), (1.72, 0.84), (1.9, 0.68), (1.94, 0.46), (1.88, 0.32), (1.5, 0.27), (0.0, 0.25),
    (-1.4, 0.27),
]  # fmt: skip
SALOON_GLASS = [[(-1.36, 1.03), (-0.95, 1.32), (-0.58, 1.39), (-0.3, 1.4), (-0.3, 1.01)],
                [(-0.22, 1.01), (-0.22, 1.4), (0.02, 1.4), (0.38, 1.33), (0.84, 1.02)]]  # fmt: skip
HATCH_GLASS = [[(-1.62, 1.08), (-1.4, 1.36), (-1.06, 1.44), (-0.5, 1.46), (-0.5, 1.05)],
               [(-0.42, 1.05), (-0.42, 1.46), (-0.1, 1.46), (0.18, 1.4), (0.7, 1.05)]]  # fmt: skip


@dataclass(frozen=True)
class Car:
    """How a car looks: its paint and whether it is a hatchback or a saloon."""

    paint: Colour
    hatch: bool

    @property
    def length(self) -> float:
        """Metres from bumper to bumper."""
        return 3.9 if self.hatch else 4.35


@dataclass(frozen=True)
class Bus:
    """How a bus looks: its livery and length in metres."""

    livery: Colour
    length: float


def some_car(rng: np.random.Generator) -> Car:
    """A car of random looks."""
    return Car(PAINTS[int(rng.integers(len(PAINTS)))], bool(rng.random() < 0.5))


def some_bus(rng: np.random.Generator) -> Bus:
    """A bus of random looks."""
    return Bus(LIVERIES[int(rng.integers(len(LIVERIES)))], float(rng.uniform(6.6, 7.6)))


def draw_car(look: Car, phase: float, swing: float, heading: float, scale: float) -> Sprite:
    """A car; `phase` is the angle of its wheels in radians, `swing` is ignored, heading is 0 or pi."""
    outline, panes = (HATCH, HATCH_GLASS) if look.hatch else (SALOON, SALOON_GLASS)
    wheels = (-1.15, 1.2) if look.hatch else (-1.32, 1.32)
    half = look.length / 2 + 0.15
    draw = _Mirrored(Canvas(half, half, 1.65, scale), heading)
    body = smooth(outline)
    draw.polygon([(-half + 0.3, 0.24), (half - 0.3, 0.24), (half - 0.4, 0.5), (-half + 0.4, 0.5)], (0.05, 0.05, 0.055))
    draw.polygon(body, mix(look.paint, SKY, 0.45), shade_colour(look.paint, 0.5))
    side = smooth([(x * 0.985, min(0.3 + (y - 0.3) * 0.93, 0.93)) for x, y in outline])
    draw.polygon(side, shade_colour(look.paint, 1.12), shade_colour(look.paint, 0.58))
    draw.polygon([(-half + 0.32, 0.8), (half - 0.55, 0.74), (half - 0.5, 0.69), (-half + 0.3, 0.75)],
                 mix(look.paint, (1, 1, 1), 0.5), alpha=0.55)  # fmt: skip
    for pane in panes:
        draw.polygon(pane, mix(GLASS, SKY, 0.55), GLASS)
    (low_x, low_y), (high_x, high_y) = panes[1][:2]
    shine = [(high_x + 0.08, high_y), (high_x + 0.26, high_y), (low_x + 0.2, low_y), (low_x + 0.02, low_y)]
    draw.polygon(shine, (1, 1, 1), alpha=0.22)
    door = panes[0][-1][0] + 0.04
    for x in (door, wheels[0] + 0.5, wheels[1] - 0.48):
        draw.stroke([(x, 0.98), (x + 0.02, 0.38)], 0.018, shade_colour(look.paint, 0.45))
    for x in (door - 0.3, door + 0.62):
        draw.stroke([(x, 0.86), (x + 0.17, 0.86)], 0.035, mix(look.paint, (1, 1, 1), 0.35))
    draw.polygon([(-half + 0.2, 0.36), (half - 0.2, 0.36), (half - 0.5, 0.27), (-half + 0.5, 0.27)], (0.09, 0.09, 0.1))
    draw.polygon(_ellipse((half - 0.36, 0.7), 0.17, 0.07), (1.0, 0.97, 0.86), (0.85, 0.8, 0.65))
    draw.polygon(_ellipse((-half + 0.27, 0.78), 0.1, 0.09), (0.85, 0.1, 0.08), (0.5, 0.03, 0.03))
    draw.polygon(
        _ellipse((panes[1][-1][0] - 0.06, 1.06), 0.11, 0.07),
        shade_colour(look.paint, 0.9),
        shade_colour(look.paint, 0.5),
    )
    for x in wheels:
        draw.polygon(_arch(x, 0.375), (0.04, 0.04, 0.045))
        _wheel(draw, (x, 0.33), 0.33, phase)
    return draw.canvas.sprite()


def draw_bus(look: Bus, phase: float, swing: float, heading: float, scale: float) -> Sprite:
    """A bus, in the terms of `draw_car`."""
    half = look.length / 2
    draw = _Mirrored(Canvas(half + 0.12, half + 0.2, 2.95, scale), heading)
    shell = _rounded(half, 0.3, 2.82, 0.24)
    draw.polygon(shell, mix(look.livery, SKY, 0.5), shade_colour(look.livery, 0.55))
    waist = _rounded(half, 0.34, 1.24, 0.1)
    draw.polygon(waist, shade_colour(look.livery, 1.1), shade_colour(look.livery, 0.62))
    draw.polygon([(-half, 1.26), (half, 1.26), (half, 1.17), (-half, 1.17)], (0.94, 0.92, 0.86))
    draw.polygon([(-half + 0.12, 2.42), (half - 0.13, 2.42), (half - 0.03, 1.36), (-half + 0.05, 1.36)],
                 mix(GLASS, SKY, 0.35), GLASS)  # fmt: skip
    windows = 5
    pitch = (look.length - 1.9) / windows
    for k in range(windows):
        left = -half + 0.2 + k * pitch
        draw.polygon([(left, 2.36), (left + pitch - 0.1, 2.36), (left + pitch - 0.1, 1.42), (left, 1.42)],
                     mix(GLASS, SKY, 0.62), mix(GLASS, SKY, 0.12))  # fmt: skip
        draw.polygon(
            [(left + 0.34, 1.42), (left + 0.62, 1.42), (left + 0.6, 1.62), (left + 0.36, 1.62)], (0.2, 0.17, 0.17)
        )
        draw.polygon(_ellipse((left + 0.48, 1.74), 0.12, 0.14), (0.26, 0.21, 0.2))
        draw.polygon([(left + 0.1, 2.36), (left + 0.42, 2.36), (left + 0.1, 1.6)], (1, 1, 1), alpha=0.16)
    door = half - 1.45
    draw.polygon([(door, 2.4), (door + 0.8, 2.4), (door + 0.8, 0.42), (door, 0.42)], (0.12, 0.13, 0.14))
    for x in (door + 0.04, door + 0.43):
        draw.polygon(
            [(x, 2.35), (x + 0.33, 2.35), (x + 0.33, 0.5), (x, 0.5)], mix(GLASS, SKY, 0.6), mix(GLASS, SKY, 0.2)
        )
    draw.polygon([(half - 0.55, 2.34), (half - 0.1, 2.34), (half - 0.01, 1.25), (half - 0.5, 1.25)],
                 mix(GLASS, SKY, 0.7), mix(GLASS, SKY, 0.25))  # fmt: skip
    draw.polygon([(-half + 1.2, 2.7), (half - 1.4, 2.7), (half - 1.4, 2.5), (-half + 1.2, 2.5)], (0.08, 0.08, 0.08))
    for k in range(9):
        x = -half + 1.45 + k * 0.34
        draw.stroke([(x, 2.6), (x + 0.2, 2.6)], 0.09, (1.0, 0.72, 0.2))
    draw.polygon(_ellipse((half - 0.1, 0.78), 0.1, 0.13), (1.0, 0.97, 0.86), (0.9, 0.82, 0.65))
    draw.polygon([(-half, 1.05), (-half + 0.08, 1.05), (-half + 0.08, 0.7), (-half, 0.7)], (0.8, 0.08, 0.07))
    draw.stroke([(half - 0.02, 2.3), (half + 0.12, 2.2), (half + 0.12, 1.9)], 0.07, (0.1, 0.1, 0.1))
    draw.polygon([(-half + 0.1, 0.44), (half - 0.1, 0.44), (half - 0.15, 0.3), (-half + 0.15, 0.3)], (0.1, 0.1, 0.11))
    for x in (-half + 1.35, half - 1.95):
        draw.polygon(_arch(x, 0.5), (0.05, 0.05, 0.05))
        _wheel(draw, (x, 0.44), 0.44, phase * 0.75)
    return draw.canvas.sprite()


def _wheel(draw: "_Mirrored", centre: Point, radius: float, phase: float) -> None:
    draw.polygon(_ellipse(centre, radius, radius), RUBBER)
    draw.polygon(_ellipse(centre, radius * 0.68, radius * 0.68), (0.82, 0.83, 0.85), (0.5, 0.51, 0.54))
    for spoke in range(5):
        a = -phase + spoke * 2 * np.pi / 5
        gap = [(centre[0] + r * radius * np.cos(a + turn), centre[1] + r * radius * np.sin(a + turn))
               for r, turn in ((0.25, 0.0), (0.6, -0.42), (0.62, 0.0), (0.6, 0.42))]  # fmt: skip
        draw.polygon(gap, (0.16, 0.16, 0.18))
    draw.polygon(_ellipse(centre, radius * 0.16, radius * 0.16), (0.9, 0.9, 0.9), (0.6, 0.6, 0.6))


def _ellipse(centre: Point, wide: float, high: float) -> list[tuple[float, float]]:
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    return [(centre[0] + wide * np.cos(a), centre[1] + high * np.sin(a)) for a in turn]


def _rounded(half: float, bottom: float, top: float, corner: float) -> list[tuple[float, float]]:
    turn = np.linspace(0, np.pi / 2, 8)
    centres = [(half, top), (-half, top), (-half, bottom), (half, bottom)]
    return [
        (x - np.sign(x) * corner + corner * np.cos(a + k * np.pi / 2), y + (corner if k > 1 else -corner)
         + corner * np.sin(a + k * np.pi / 2))
        for k, (x, y) in enumerate(centres)
        for a in turn
    ]  # fmt: skip


def _arch(x: float, radius: float) -> list[tuple[float, float]]:
    turn = np.linspace(-0.35, np.pi + 0.35, 24)
    return [(x + radius * np.cos(a), 0.33 + radius * np.sin(a)) for a in turn]


class _Mirrored:
    """A canvas whose drawing is turned to face left when the heading points left."""

    def __init__(self, canvas: Canvas, heading: float):
        self.canvas = canvas
        self.way = 1.0 if np.cos(heading) >= 0 else -1.0

    def polygon(self, points: Points, top: Colour, bottom: Colour | None = None, alpha: float = 1.0) -> None:
        self.canvas.polygon(np.asarray(points) * (self.way, 1.0), top, bottom, alpha)

    def stroke(self, points: Points, width: float, colour: Colour, alpha: float = 1.0) -> None:
        self.canvas.stroke(np.asarray(points) * (self.way, 1.0), width, colour, alpha)
