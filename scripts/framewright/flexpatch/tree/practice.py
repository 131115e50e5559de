"""Samples of drawn scenes, for the model that ships: streets and squares of any size, pace and crowd."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from framewright.detector import Detector, Settings, open_detector
from framewright.flexpatch.follow.follower import Follower
from framewright.flexpatch.samples.collect import collect_samples
from framewright.flexpatch.samples.columns import COLUMNS
from framewright.flexpatch.samples.observations import NOBODY, Observations, box_table
from framewright.flexpatch.samples.options import Sampling
from framewright.flexpatch.samples.truth import pair_boxes
from framewright.scenes.scene import Drawn, Scene
from framewright.scenes.square import RATE, Crowd, make_square
from framewright.scenes.street import make_street

SIZES = ((480, 270), (640, 360), (640, 360), (960, 540))
SCALES, MAX_NUMBER = (12, 110), 40  # pixels per metre, and actors of a square
PACES = 0.4, 3.2  # of a square's actors: 1 is walking pace
SLOW = 0.4, 1.6  # how much a street's time is stretched
PAUSES = (3, 6, 10, 16)  # frames between two examinations
CONFIDENCE, NMS = 0.25, 0.45
MIN_AREA = 0.35  # share of a frame's sides that an examination covers


@dataclass(frozen=True)
class Recipe:
    """How much is drawn: scenes to train on and scenes to rate on, frames in each, and the seed of all."""

    scenes: int = 72
    held_out: int = 28
    frames: int = 60
    seed: int = 0


def open_practice_detector(weights: str | Path) -> Detector:
    """The detector in these weights, at the scale of the drawn frames, set as the runtime's is by default."""
    return open_detector(weights, Settings(scale=1.0, confidence=CONFIDENCE, nms=NMS))


def draw_samples(recipe: Recipe, detector: Detector, first: int, count: int) -> Iterator[pd.DataFrame]:
    """The samples of scenes with the numbers from `first` on, a table for each; its column `video` names the scene."""
    for number in range(first, first + count):
        rng = np.random.default_rng([recipe.seed, number])
        size = SIZES[int(rng.integers(len(SIZES)))]
        scene = _draw_scene(rng, size, recipe.frames)
        pause = int(rng.choice(PAUSES))
        areas = {frame: _choose_area(rng, size) for frame in range(pause, recipe.frames, pause)}
        pictures = [scene.draw(frame) for frame in range(recipe.frames)]
        observations = _observe(pictures, {0, *areas}, size, detector)
        greys = (cv2.cvtColor(drawn.picture, cv2.COLOR_RGB2GRAY) for drawn in pictures)
        samples, _ = collect_samples(f"scene-{number:03d}", observations, greys, Follower(size), Sampling(), areas)
        yield pd.DataFrame(samples, columns=list(COLUMNS))


def _draw_scene(rng: np.random.Generator, size: tuple[int, int], frames: int) -> Scene:
    """A street, or a square with a crowd of any kind."""
    if rng.random() < 0.35:
        seconds = frames / RATE
        return make_street(rng, seconds, size, Fraction(RATE), slow=float(rng.uniform(*SLOW)))
    scale = float(np.exp(rng.uniform(*np.log(SCALES))))
    number = int(np.clip(rng.uniform(250, 1100) / scale, 4, MAX_NUMBER))
    pace, late = float(rng.uniform(*PACES)), float(rng.choice([0.0, 0.3, 0.6]))
    return make_square(rng, Crowd(number, pace, late, (0.8 * scale, 1.25 * scale)), frames, size)


def _choose_area(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A box (4,) of the frame: what the detector examines at one time."""
    sides = np.array(size) * rng.uniform(MIN_AREA, 1.0, 2)
    corner = rng.uniform(0, np.array(size) - sides)
    return np.concatenate([corner, corner + sides])


def _observe(pictures: list[Drawn], examined: set[int], size: tuple[int, int], detector: Detector) -> Observations:
    """The truth of all frames, and the detections of those that are examined."""
    names = list(detector.names)
    true = box_table(
        (frame, mark.id, names.index(mark.name), mark.visible, mark.box)
        for frame, drawn in enumerate(pictures)
        for mark in drawn.objects
    )
    rows: list[tuple[int, int, int, float, np.ndarray]] = []
    for frame in sorted(examined):
        found, here = detector([pictures[frame].picture])[0], true.at(frame)
        shows = np.append(here.objects, NOBODY)[pair_boxes(found.boxes.astype(float), here.boxes)]
        labels = found.classes.argmax(axis=1)
        rows += zip([frame] * len(shows), shows, labels, found.scores, found.boxes, strict=True)
    return Observations(size, np.arange(len(pictures)) / float(RATE), detector.names, box_table(rows), true)
