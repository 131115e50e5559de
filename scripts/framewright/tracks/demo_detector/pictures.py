"""Pictures to train and to try the demo's detector on: people, dogs, cyclists, cars and buses, drawn as in the demo.

Seven of eight are cut from streets of other seeds than the demo's, the eighth shows things thrown together before any
background. What is held out has other seeds, photographs and another texture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from framewright.scenes import figures, plants, vehicles
from framewright.scenes.backdrop import MOODS
from framewright.scenes.paint import Sprite, cast_shadow, lay
from framewright.scenes.photos import draw_clouds, load_photo, load_texture
from framewright.scenes.scene import Mark, Scene
from framewright.scenes.street import find_visible, make_street

NAMES = ("person", "dog", "cyclist", "car", "bus")
TAUGHT, RATED = 0.3, 0.5  # share that must be seen of a thing to be learnt from, and to be asked for
SMALLEST = 10  # pixels that it must be high, and half as many wide
FRAMES, CUTS = 12, 3  # pictures of one street, and windows of each
SIDES = 150, 360  # pixels of a street's frame that become one picture


@dataclass(frozen=True)
class Backgrounds:
    """What the backgrounds of one split are made of."""

    photos: tuple[str, ...]
    textures: tuple[str, ...]


BACKGROUNDS = {
    "train": Backgrounds(("cat", "coffee", "galaxies"), ("gravel", "grass")),
    "held-out": Backgrounds(("retina", "rocket"), ("brick",)),
}


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, (H, W, 3) uint8 RGB, with the boxes in it, (N, 4) float64, the number in NAMES of each, (N,) int, and
    the share of each that is seen, (N,) float64."""

    rgb: np.ndarray
    boxes: np.ndarray
    labels: np.ndarray
    visible: np.ndarray

    def is_clear(self, share: float) -> np.ndarray:
        """Which things are large enough, and to be seen to this share, (N,) bool."""
        sides = self.boxes[:, 2:] - self.boxes[:, :2]
        return (self.visible >= share) & (sides[:, 1] >= SMALLEST) & (sides[:, 0] >= SMALLEST / 2)


def draw_practice(seed: int, number: int, size: int) -> Iterator[Picture]:
    """The first `number` pictures to learn from, (size, size, 3), each a function of the seed and its place."""
    cut, mixed = draw_streets(seed, "train", number, size), draw_thrown(seed, "train", number, size)
    for index in range(number):
        yield next(mixed if index % 8 == 7 else cut)


def draw_streets(seed: int, split: str, number: int, size: int) -> Iterator[Picture]:
    """So many square windows of streets' frames, from a split ("train" or "held-out")."""
    for index in range(number):
        if index % (FRAMES * CUTS) == 0:
            windows = _windows(np.random.default_rng([seed, list(BACKGROUNDS).index(split), 0, index]), size)
        yield next(windows)


def draw_thrown(seed: int, split: str, number: int, size: int) -> Iterator[Picture]:
    """So many pictures of things of all sizes, thrown together before any background of a split."""
    for index in range(number):
        yield _thrown(np.random.default_rng([seed, list(BACKGROUNDS).index(split), 1, index]), BACKGROUNDS[split], size)


def draw_frames(scene: Scene, step: int) -> Iterator[Picture]:
    """Every `step`-th frame of a scene, whole, as a picture of (height, width, 3)."""
    for frame in range(0, scene.frames, step):
        drawn = scene.draw(frame)
        yield _picture(drawn.picture, [(mark, np.array(mark.box, float)) for mark in drawn.objects])


def write_practice(folder: Path, pictures: Iterator[Picture]) -> int:
    """Write pictures as JPEG and labels as text under `folder`, the way that ultralytics reads them; how many."""
    images, labels = folder / "images", folder / "labels"
    for place in (images, labels):
        place.mkdir(parents=True)
    number = 0
    for number, picture in enumerate(pictures, 1):
        name, size = f"{number:05d}", picture.rgb.shape[0]
        taught = picture.is_clear(TAUGHT)
        low, high = picture.boxes[taught, :2] / size, picture.boxes[taught, 2:] / size
        rows = np.concatenate([picture.labels[taught, None], (low + high) / 2, high - low], axis=1)
        text = "".join(f"{int(row[0])} {row[1]:.6f} {row[2]:.6f} {row[3]:.6f} {row[4]:.6f}\n" for row in rows)
        (labels / f"{name}.txt").write_text(text)
        # the losses of JPEG, from few to many, stand for those of video
        quality = [cv2.IMWRITE_JPEG_QUALITY, 40 + 11 * (number % 6)]
        cv2.imwrite(str(images / f"{name}.jpg"), picture.rgb[..., ::-1], quality)
    return number


def _windows(rng: np.random.Generator, size: int) -> Iterator[Picture]:
    """Square windows of one street's frames, in any light."""
    scene = make_street(rng, 18.0)
    for frame in rng.permutation(scene.frames)[:FRAMES]:
        drawn = scene.draw(int(frame))
        width, height = scene.size
        for _ in range(CUTS):
            side = int(rng.integers(*SIDES, endpoint=True))
            x, y = int(rng.integers(width - side + 1)), int(rng.integers(height - side + 1))
            rgb = cv2.resize(drawn.picture[y : y + side, x : x + side], (size, size), interpolation=cv2.INTER_AREA)
            zoom = size / side
            marks = [(mark, (np.array(mark.box, float) - (x, y, x, y)) * zoom) for mark in drawn.objects]
            yield _picture(_worn(rng, rgb), marks)


def _thrown(rng: np.random.Generator, look: Backgrounds, size: int) -> Picture:
    """Things of all sizes, thrown together before some background, the larger ones mostly in front."""
    rgb = _background(rng, look, size)
    light = MOODS[str(rng.choice(list(MOODS)))]
    things = [(-1, _still(rng, size)) for _ in range(int(rng.integers(0, 4)))]
    labels = rng.integers(len(NAMES), size=int(rng.integers(1, 8)))
    things += [(number, _thing(rng, NAMES[label], size)) for number, label in enumerate(labels)]
    things.sort(key=lambda thing: thing[1].rgba.shape[0] * rng.uniform(0.6, 1.6))
    covers = []
    for number, sprite in things:
        x, y = rng.uniform(0, size), rng.uniform(0.1, 1.0) * size + 0.3 * sprite.rgba.shape[0]
        if number >= 0 and rng.random() < 0.6:
            cast_shadow(rgb, sprite, x, y, sprite.scale, light.shadow, light.shade * rng.random())
        covers.append((number, lay(rgb, _lit(rng, sprite, light.light), x, y, sprite.scale)))
    marks = find_visible(covers, [NAMES[label] for label in labels], (size, size))
    return _picture(_worn(rng, rgb), [(mark, np.array(mark.box, float)) for mark in marks])


def _thing(rng: np.random.Generator, name: str, size: int) -> Sprite:
    """One of the things to find, drawn so that its longer side has from a twelfth of the picture to more than all."""
    longer = size * float(np.exp(rng.uniform(np.log(0.08), np.log(1.3))))
    phase, swing = rng.uniform(0, 2 * np.pi), float(rng.integers(5)) / 4
    aside = np.pi * float(rng.integers(2))
    match name:
        case "person":
            return figures.draw_person(
                figures.choose_person(rng), phase, swing, rng.uniform(0, 2 * np.pi), longer / 1.75
            )
        case "dog":
            return figures.draw_dog(figures.some_dog(rng), phase, swing, rng.uniform(0, 2 * np.pi), longer / 0.95)
        case "cyclist":
            return figures.draw_cyclist(figures.some_cyclist(rng), phase * 8 / 7, swing, aside, longer / 1.8)
        case "car":
            return vehicles.draw_car(vehicles.some_car(rng), phase / 5, 0.0, aside, longer / 4.2)
        case _:
            return vehicles.draw_bus(vehicles.some_bus(rng), phase / 5, 0.0, aside, longer / 7.1)


def _still(rng: np.random.Generator, size: int) -> Sprite:
    """Something that is not to be found, and may hide what is."""
    scale = size * rng.uniform(0.04, 0.5)
    tone = tuple(rng.uniform(0.1, 0.7, 3))
    green = plants.GREENS[int(rng.integers(len(plants.GREENS)))]
    makers = (
        partial(plants.draw_tree, rng, rng.uniform(2.0, 4.0), green, scale * 0.6),
        partial(plants.draw_lamp, 3.5, scale), partial(plants.draw_bench, scale), partial(plants.bin_, scale, tone),
        partial(plants.draw_post, scale * 0.7, tone),
    )  # fmt: skip
    return makers[int(rng.integers(len(makers)))]()


def _background(rng: np.random.Generator, look: Backgrounds, size: int) -> np.ndarray:
    """(size, size, 3) uint8: a piece of a photograph, a texture in some colour, or clouds of two colours."""
    kind = rng.random()
    if kind < 0.4:
        whole = load_photo(str(rng.choice(look.photos)))
        side = int(rng.integers(min(size // 2, 150), min(whole.shape[:2])))
        y, x = (int(rng.integers(length - side + 1)) for length in whole.shape[:2])
        rgb = cv2.resize(whole[y : y + side, x : x + side], (size, size), interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(rgb[:, :: -1 if rng.random() < 0.5 else 1])
    low, high = rng.uniform(0.1, 0.95, (2, 3)).astype(np.float32)
    if kind < 0.7:
        tile = load_texture(str(rng.choice(look.textures)))
        side = int(rng.integers(size // 2, 2 * size))
        y, x = (int(rng.integers(length - side + 1)) for length in tile.shape)
        rgb = low * cv2.resize(tile[y : y + side, x : x + side], (size, size), interpolation=cv2.INTER_AREA)[..., None]
    else:
        share = draw_clouds(rng, size, size, int(rng.integers(16, size // 2)))[..., None]
        rgb = low + (high - low) * share
    return np.clip(rgb * 255, 0, 255).astype(np.uint8)


def _lit(rng: np.random.Generator, sprite: Sprite, light: tuple[float, float, float]) -> Sprite:
    """A cut-out in this light, brighter or darker, and a little washed out."""
    share = rng.uniform(0, 0.25)
    matrix = np.diag([*(part * (1 - share) * rng.uniform(0.85, 1.1) for part in light), 1.0])
    matrix[:3, 3] = share * rng.uniform(0.6, 0.9)
    return Sprite(cv2.transform(sprite.rgba, matrix), sprite.anchor, sprite.scale)


def _worn(rng: np.random.Generator, rgb: np.ndarray) -> np.ndarray:
    """A picture as cameras spoil it: now and then out of focus, smeared by a turning camera, grainy, dark or pale."""
    if rng.random() < 0.2:
        rgb = cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.4, 1.2))
    if rng.random() < 0.15:
        length, angle = int(rng.integers(3, 7)), rng.uniform(0, np.pi)
        kernel = np.zeros((9, 9), np.float32)
        reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        ends = [(round(float(x)), round(float(y))) for x, y in (4 - reach, 4 + reach)]
        cv2.line(kernel, ends[0], ends[1], 1.0)
        rgb = cv2.filter2D(rgb, -1, kernel / kernel.sum())
    contrast, shift = rng.uniform(0.8, 1.2), rng.uniform(-20, 20)
    values = rgb.astype(np.float32) * np.float32(contrast) + np.float32(shift + 127 * (1 - contrast))
    if rng.random() < 0.2:
        values += rng.normal(0, rng.uniform(2, 6), rgb.shape).astype(np.float32)
    return np.clip(values, 0, 255).astype(np.uint8)


def _picture(rgb: np.ndarray, marks: list[tuple[Mark, np.ndarray]]) -> Picture:
    """A picture with the things in it, and how much of each is seen inside it."""
    height, width = rgb.shape[:2]
    boxes, labels, visible = [], [], []
    for mark, whole in marks:
        box = np.clip(whole, 0, (width, height, width, height))
        (wide, high), full = box[2:] - box[:2], np.prod(whole[2:] - whole[:2])
        if wide >= 1 and high >= 1:
            boxes.append(box)
            labels.append(NAMES.index(mark.name))
            visible.append(mark.visible * wide * high / full)
    return Picture(rgb, np.array(boxes, float).reshape(-1, 4), np.array(labels, int), np.array(visible, float))
