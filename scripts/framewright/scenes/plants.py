"""What stands still in a scene: trees, lamps, benches, bins."""

import cv2
import numpy as np

from framewright.scenes.paint import Canvas, Colour, Sprite, mix, shade_colour

GREENS: list[Colour] = [(0.3, 0.42, 0.16), (0.24, 0.4, 0.2), (0.42, 0.44, 0.15), (0.62, 0.45, 0.14), (0.6, 0.3, 0.12)]
BARK: Colour = (0.3, 0.23, 0.18)


def draw_tree(rng: np.random.Generator, height: float, green: Colour, scale: float, bare: float = 0.32) -> Sprite:
    """A leafy tree `height` metres tall, whose lowest `bare` share is trunk."""
    crown = 0.36 * height
    canvas = Canvas(crown * 1.25, crown * 1.25, height * 1.04, scale, 0.1)
    base = 0.03 * height
    fork = (float(rng.normal(0, 0.02)) * height, bare * 1.25 * height)
    canvas.limb((0, -0.05), fork, base * 1.15, base * 0.75, BARK, 0.75)
    middle = np.array([0.0, height * (bare + 1) / 2])
    reach = np.array([crown, height * (1 - bare) / 2])
    tips = [middle + reach * 0.62 * np.array([np.cos(a), np.sin(a)]) for a in np.linspace(0.2, np.pi - 0.2, 5)]
    for tip in tips:
        canvas.limb(fork, tuple(tip), base * 0.5, base * 0.14, shade_colour(BARK, 0.9), 0.75)
    _leaves(canvas, rng, middle, reach, green)
    return canvas.sprite()


def _leaves(canvas: Canvas, rng: np.random.Generator, middle: np.ndarray, reach: np.ndarray, green: Colour) -> None:
    """Clumps of leaves around `middle`, the shaded ones first, the sunlit ones last."""
    count = 26
    angle, out = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.uniform(0, 1, count)) * 0.78
    clumps = middle + reach * np.stack([np.cos(angle) * out, np.sin(angle) * out], 1)
    size = rng.uniform(0.2, 0.34, count) * reach.mean()
    leaf = max(0.8 / canvas.scale, 0.024 * float(reach.mean()))
    each = int(min(190, 1.3 * (0.27 * reach.mean() / leaf) ** 2)) + 12
    spread = rng.normal(0, 0.5, (count, each, 2))
    spots = (clumps[:, None] + spread * size[:, None, None]).reshape(-1, 2)
    # what looks up and to the light is bright: within its clump, and the clump within the crown
    facing = (spread @ [-0.45, 0.75]).reshape(-1) * 0.32
    facing += np.repeat(((clumps - middle) / reach) @ [-0.42, 0.55], each) * 0.45
    facing += rng.normal(0, 0.11, len(spots))
    dark, bright = (
        mix(shade_colour(green, 0.3), (0.07, 0.12, 0.13), 0.3),
        mix(shade_colour(green, 1.45), (1.0, 0.93, 0.55), 0.18),
    )
    order = np.argsort(facing, kind="stable")
    level = np.clip(facing[order] * 0.62 + 0.42, 0, 1)[:, None]
    low, high = np.asarray(dark, np.float32), np.asarray(bright, np.float32)
    colours = low + (high - low) * level.astype(np.float32)
    radius = rng.uniform(0.7, 1.25, len(spots)) * leaf
    turn = rng.uniform(0, 180, len(spots))
    _scatter(canvas, spots[order], radius, turn, colours)


def _scatter(canvas: Canvas, spots: np.ndarray, radius: np.ndarray, turn: np.ndarray, colours: np.ndarray) -> None:
    """Many small ellipses at once; drawn on bytes because that is ten times as fast."""
    picture = np.ascontiguousarray(np.clip(canvas.rgba * 255, 0, 255).astype(np.uint8))
    fixed = 16
    places, radii, colours = canvas.pixels(spots) * fixed, radius * canvas.scale * fixed, colours * 255
    for (x, y), r, angle, colour in zip(places, radii, turn, colours, strict=True):
        axes = (max(6, int(r)), max(5, int(r * 0.62)))
        cv2.ellipse(picture, (int(x), int(y)), axes, angle, 0, 360, (*map(float, colour), 255.0), -1, cv2.LINE_AA, 4)
    canvas.rgba[:] = picture.astype(np.float32) / 255


def draw_lamp(height: float, scale: float) -> Sprite:
    """An old street lamp with a warm globe."""
    canvas = Canvas(0.5, 0.5, height + 0.1, scale)
    iron = (0.1, 0.13, 0.13)
    canvas.limb((0, 0), (0, 0.5), 0.13, 0.09, iron, 0.8)
    canvas.limb((0, 0.4), (0, height - 0.6), 0.055, 0.045, iron, 0.85)
    canvas.limb((0, height - 0.62), (0, height - 0.55), 0.11, 0.14, iron, 0.8)
    canvas.limb((0, height - 0.33), (0, height - 0.33), 0.25, 0.25, (1.0, 0.93, 0.74), 0.25)
    canvas.limb((-0.08, height - 0.1), (0.08, height - 0.1), 0.05, 0.05, iron, 0.7)
    canvas.limb((0, height - 0.08), (0, height), 0.04, 0.02, iron, 0.7)
    return canvas.sprite()


def draw_post(scale: float, colour: Colour) -> Sprite:
    """A sign post with a round sign, tall enough to leave the picture from nearby."""
    canvas = Canvas(0.4, 0.4, 2.5, scale)
    canvas.limb((0, 0), (0, 2.45), 0.045, 0.045, (0.5, 0.52, 0.54), 0.8)
    canvas.disc((0, 2.1), 0.34, (0.95, 0.95, 0.93))
    canvas.disc((0, 2.1), 0.31, colour)
    canvas.polygon([(-0.2, 2.15), (0.2, 2.15), (0.2, 2.05), (-0.2, 2.05)], (0.97, 0.97, 0.95))
    return canvas.sprite()


def draw_bench(scale: float) -> Sprite:
    """A park bench of wooden slats, seen from the front."""
    canvas = Canvas(1.0, 1.0, 0.95, scale)
    for x in (-0.75, 0.75):
        canvas.stroke([(x, 0), (x, 0.85)], 0.07, (0.14, 0.15, 0.15))
    for y in (0.42, 0.56, 0.67, 0.78):
        wood = (0.5, 0.32, 0.18) if y > 0.5 else (0.58, 0.39, 0.23)
        canvas.polygon(
            [(-0.9, y + 0.045), (0.9, y + 0.045), (0.9, y - 0.04), (-0.9, y - 0.04)], wood, shade_colour(wood, 0.7)
        )
    return canvas.sprite()


def bin_(scale: float, colour: Colour) -> Sprite:
    """A litter bin."""
    canvas = Canvas(0.4, 0.4, 1.05, scale)
    canvas.polygon([(-0.25, 0.9), (0.25, 0.9), (0.21, 0.0), (-0.21, 0.0)], colour, shade_colour(colour, 0.55))
    for x in np.linspace(-0.16, 0.16, 5):
        canvas.stroke([(x * 1.15, 0.85), (x, 0.05)], 0.018, shade_colour(colour, 0.45))
    canvas.polygon(
        [(-0.29, 0.97), (0.29, 0.97), (0.29, 0.87), (-0.29, 0.87)],
        shade_colour(colour, 0.6),
        shade_colour(colour, 0.35),
    )
    return canvas.sprite()
