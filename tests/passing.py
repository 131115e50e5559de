"""Drawn scenes in which identities are easily mixed: crossings, exits beside entries, look-alikes, a moving camera.

Each has frames (360, 640, 3) uint8 RGB at 16 a second, the truth, and what a detector would say: boxes with noise, cut
off at the frame's border, misses now and then, nothing of what is mostly hidden, a few false boxes.
"""

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np

from framewright.boxes import clip, compute_areas
from framewright.tracks.objects.associate import FrameDetections
from framewright.truth import Object, Truth

RATE, SECONDS, SIZE = 16, 10, (640, 360)
KINDS = ("crossings", "exits", "look-alikes", "moving camera")
CLASSES = ("person", "car")


@dataclass(frozen=True)
class Scene:
    """Frames, truth, and detections without appearance and motion."""

    pictures: list[np.ndarray]
    truth: Truth
    found: list[FrameDetections]


def make_scene(kind: str, seed: int) -> Scene:
    """A scene of one of KINDS, a function of its kind and seed."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    frames = RATE * SECONDS
    camera = _camera(rng, frames) if kind == "moving camera" else np.zeros((frames, 2))
    ways = _exits(rng, frames) if kind == "exits" else _walks(rng, frames, 9)
    ways = [way + camera[:, [0, 1, 0, 1]] for way in ways] if kind == "moving camera" else ways
    shared = _pattern(rng)
    patterns = [shared if kind == "look-alikes" else _pattern(rng) for _ in ways]
    ground = _ground(rng)
    depth = np.argsort([way[:, 3].mean() for way in ways])  # what stands lower is in front
    pictures, boxes, visible = [], np.stack(ways), np.zeros((len(ways), frames))
    for frame in range(frames):
        x, y = np.round(camera[frame] + np.array([400, 100])).astype(int)
        picture = ground[200 - y : 200 - y + SIZE[1], 900 - x : 900 - x + SIZE[0]].copy()
        owner = np.full(SIZE[::-1], -1, np.int32)
        for number in depth:
            _paint(picture, owner, boxes[number, frame], patterns[number], number)
        inside = compute_areas(clip(boxes[:, frame], SIZE))
        seen = np.bincount(owner[owner >= 0], minlength=len(ways)) / 0.785  # an ellipse's share of its box
        visible[:, frame] = np.minimum(
            seen / np.maximum(compute_areas(boxes[:, frame]), 1), inside / compute_areas(boxes[:, frame])
        )
        pictures.append(picture)
    kinds = rng.integers(len(CLASSES), size=len(ways)) if kind != "look-alikes" else np.zeros(len(ways), int)
    things = []
    for number in range(len(ways)):
        there = np.flatnonzero(compute_areas(clip(boxes[number], SIZE)) > 0.05 * compute_areas(boxes[number]))
        cut = clip(boxes[number, there], SIZE)
        things.append(Object(there, cut, visible[number, there], id=number + 1, name=CLASSES[kinds[number]]))
    truth = Truth(SIZE, Fraction(RATE), frames, objects=tuple(things))
    return Scene(pictures, truth, _detect(rng, truth, kinds))


def _walks(rng: np.random.Generator, frames: int, number: int) -> list[np.ndarray]:
    """Things that walk to and fro between left and right, at nearly the same height, and so pass each other."""
    ways = []
    for _ in range(number):
        width, height = rng.uniform(30, 60), rng.uniform(70, 120)
        base = rng.uniform(200, 300)
        speed = rng.choice([-1, 1]) * rng.uniform(2, 9)
        middle = rng.uniform(40, 600) + speed * np.arange(frames) + 6 * np.sin(np.arange(frames) / rng.uniform(4, 9))
        low = base + 3 * np.sin(np.arange(frames) / 5)
        ways.append(np.stack([middle - width / 2, low - height, middle + width / 2, low], axis=1))
    return ways


def _exits(rng: np.random.Generator, frames: int) -> list[np.ndarray]:
    """Things that leave at a side of the frame while others, of other sizes, come in there."""
    ways = []
    for k in range(5):
        side, when = rng.choice([0, 1]), 20 + 28 * k + int(rng.integers(-3, 4))
        base = rng.uniform(200, 320)
        for leaving in (True, False):
            width, height = rng.uniform(40, 110), rng.uniform(60, 130)
            speed = rng.uniform(4, 9)
            t = np.arange(frames) - when - (0 if leaving else rng.integers(2, 8))
            away = -speed * t if leaving else speed * t  # how far inside the side its middle is
            middle = np.where(side, SIZE[0] - away, away)
            ways.append(
                np.stack(
                    [middle - width / 2, np.full(frames, base - height), middle + width / 2, np.full(frames, base)], 1
                )
            )
    return ways


def _camera(rng: np.random.Generator, frames: int) -> np.ndarray:
    """How far the scene is shifted in each frame, (frames, 2): a camera that pans back and forth and shakes."""
    t = np.arange(frames)
    across = 220 * np.sin(t / rng.uniform(9, 14) + rng.uniform(0, 6)) + rng.normal(0, 2, frames).cumsum() * 0.5
    down = 40 * np.sin(t / rng.uniform(7, 12)) + rng.normal(0, 1, frames)
    return np.stack([across, down], axis=1)


def _pattern(rng: np.random.Generator) -> np.ndarray:
    """What a thing looks like: two or three colours in stripes, and some texture."""
    colours = rng.uniform(20, 235, (3, 3))
    rows = np.repeat(colours, 22, axis=0)[:64, None, :] * np.ones((1, 32, 1))
    return np.clip(rows + cv2.GaussianBlur(rng.normal(0, 60, (64, 32, 1)), (0, 0), 2)[..., None] * 1.0, 0, 255).astype(
        np.uint8
    )


def _ground(rng: np.random.Generator) -> np.ndarray:
    coarse = cv2.resize(rng.uniform(60, 190, (12, 30, 3)), (1700, 700), interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(rng.normal(0, 18, (175, 425, 1)), (1700, 700), interpolation=cv2.INTER_LINEAR)[..., None]
    return np.clip(coarse + fine, 0, 255).astype(np.uint8)


def _paint(picture: np.ndarray, owner: np.ndarray, box: np.ndarray, pattern: np.ndarray, number: int) -> None:
    x1, y1, x2, y2 = np.round(box).astype(int)
    left, top, right, bottom = max(x1, 0), max(y1, 0), min(x2, SIZE[0]), min(y2, SIZE[1])
    if right <= left or bottom <= top:
        return
    whole = cv2.resize(pattern, (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)
    mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
    cv2.ellipse(mask, ((x2 - x1) // 2, (y2 - y1) // 2), ((x2 - x1) // 2, (y2 - y1) // 2), 0, 0, 360, 255, -1)
    part = (slice(top - y1, bottom - y1), slice(left - x1, right - x1))
    on = mask[part] > 0
    picture[top:bottom, left:right][on] = whole[part][on]
    owner[top:bottom, left:right][on] = number


def _detect(rng: np.random.Generator, truth: Truth, kinds: np.ndarray) -> list[FrameDetections]:
    at: list[list[tuple[np.ndarray, float, int]]] = [[] for _ in range(truth.frames)]
    for thing in truth.objects:
        for frame, box, visible in zip(thing.frames.tolist(), thing.boxes, thing.visible, strict=True):
            if visible >= 0.3 and rng.random() < 0.96 * min(1, 1.6 * visible):
                sides = np.tile(box[2:] - box[:2], 2)
                score = float(np.clip(rng.normal(0.8, 0.1) * (0.5 + 0.5 * visible), 0.1, 0.99))
                noisy = clip(box + rng.normal(0, 0.025, 4) * sides, SIZE)[0]
                at[frame].append((noisy, score, int(kinds[thing.id - 1])))
    found = []
    for frame, right in enumerate(at):
        entries = list(right)
        if rng.random() < 0.15:
            corner = rng.uniform(0, 250, 2)
            false = np.array([*corner, *(corner + rng.uniform(20, 80, 2))])
            entries.append((false, float(rng.uniform(0.1, 0.5)), 0))
        boxes = np.array([box for box, _, _ in entries]).reshape(-1, 4)
        scores = np.array([score for _, score, _ in entries])
        classes = np.full((len(entries), len(CLASSES)), 0.03)
        classes[np.arange(len(entries)), [kind for _, _, kind in entries]] = scores
        found.append(FrameDetections(frame / RATE, boxes, scores, classes))
    return found
