"""Tracks to choose from, and a subset of each kind, for the tests of curation."""

import hashlib
import math
from dataclasses import replace

import numpy as np

from framewright.tracks.curation.candidates import Candidates
from framewright.tracks.curation.options import Constraints, Subset
from framewright.tracks.curation.order import id_numbers
from framewright.tracks.metrics.vectors import quantise

NAMES = ("bus", "car", "cat", "dog")


def tids(count: int) -> list[str]:
    return [hashlib.md5(str(k).encode()).hexdigest() for k in range(count)]


def made_up(count: int = 400, seed: int = 0, dimensions: int = 16) -> Candidates:
    """Tracks with equal scores and values now and then, of 40 videos, some without motion or vector."""
    rng = np.random.default_rng(seed)
    left_top = rng.uniform(0, 0.5, (count, 2))
    motion = np.round(rng.gamma(2, 0.7, count), 1)
    motion[rng.random(count) < 0.05] = np.nan
    embedded = rng.random(count) > 0.05
    vectors, _ = quantise(rng.standard_normal((count, dimensions)) + 0.8)
    return Candidates(
        numbers=id_numbers(tids(count)),
        videos=rng.integers(0, 40, count).astype(np.int32),
        classes=rng.choice(4, count, p=[0.55, 0.25, 0.15, 0.05]).astype(np.int32),
        names=NAMES,
        score=np.round(rng.random(count), 2),
        motion=motion.astype(np.float32),
        quality=rng.random(count).astype(np.float32),
        middles=rng.uniform(0, 60, count),
        boxes=np.concatenate([left_top, left_top + rng.uniform(0.2, 0.5, (count, 2))], axis=1).astype(np.float32),
        vectors=vectors * embedded[:, None].astype(np.int8),
        embedded=embedded,
    )


ASKED = Constraints(1.0, 0.2, 0.5, 5.0, 0.6, (0.8, 0.64, 0.512, 0.0))
EVERY = [
    Subset("random", "random", max_tracks=60, seed=3),
    Subset("best", max_per_class=20),
    Subset("warm", max_per_class=20, temperature=0.2, seed=3),
    Subset("even", max_per_class=20, temperature=math.inf, seed=3),
    Subset("moving", "max_motion", max_per_class=20),
    Subset("spread", "min_redundancy", max_per_class=20, seed=3, pool=100),
    Subset("diverse", "diverse", max_per_class=20, pool=100),
    Subset("asked", max_per_class=20, constraints=ASKED),
    Subset("hard", max_per_class=20, constraints=replace(ASKED, relax=())),
    Subset("spread and moving", "min_redundancy", max_per_class=20, pool=100, constraints=ASKED),
]
