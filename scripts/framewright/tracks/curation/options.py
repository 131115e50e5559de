"""What subsets ask for, and when tracks are near duplicates: settings alone, which every run of the workflow reads."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STRATEGIES = ("random", "class_balanced", "max_motion", "min_redundancy", "diverse", "picked")


@dataclass(frozen=True)
class Constraints:
    """What each track must meet, and the factors by which that relaxes, one after the other, until a class is full.

    A factor multiplies `min_*`, and the distance of `max_overlap` from 1; factor 0 asks for nothing. What `hard` names
    is never relaxed. `max_overlap` is that of mean boxes of one video; it fades by 1 / sqrt(seconds between the tracks'
    middles / `overlap_seconds`). `min_distance` is between unit vectors, 0 to 2.
    """

    min_motion: float = 0.0
    min_quality: float = 0.0
    max_overlap: float = 1.0
    overlap_seconds: float = math.inf
    min_distance: float = 0.0
    relax: tuple[float, ...] = ()
    hard: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.min_motion or self.min_quality or self.pairwise)

    @property
    def pairwise(self) -> bool:
        """Whether it matters what was picked before."""
        return self.max_overlap < 1 or self.min_distance > 0

    @property
    def factors(self) -> tuple[float, ...]:
        """1 for what is asked, then those of the relaxations."""
        return (1.0, *self.relax) if self.active else (1.0,)

    def at(self, factor: float) -> "Constraints":
        """What is asked for at this factor."""

        def relaxed(name: str, off: float) -> float:
            asked = getattr(self, name)
            return asked if name in self.hard else off + (asked - off) * factor

        return Constraints(
            relaxed("min_motion", 0.0),
            relaxed("min_quality", 0.0),
            relaxed("max_overlap", 1.0),
            self.overlap_seconds,
            relaxed("min_distance", 0.0),
        )


NONE = Constraints()


@dataclass(frozen=True)
class Subset:
    """What a subset asks for. `max_tracks` counts in all (random), `max_per_class` in each class (the others)."""

    name: str
    strategy: str = "class_balanced"
    max_tracks: int | None = None
    max_per_class: int | None = None
    temperature: float = 0.0  # of class_balanced: 0 takes the best scores, infinity draws evenly
    seed: int = 0
    pool: int = 8000  # tracks of a class that min_redundancy and diverse compare
    constraints: Constraints = NONE
    ids: str | None = None  # the file that lists the tracks of `picked`

    @property
    def quota(self) -> int:
        """The largest number of tracks: of each class, or of all where classes do not count."""
        return (self.max_tracks if self.strategy == "random" else self.max_per_class) or 0

    @property
    def needs_vectors(self) -> bool:
        """Whether tracks are compared by what they look like."""
        return self.strategy in ("min_redundancy", "diverse") or self.constraints.min_distance > 0


def read_subset(item: Mapping[str, Any], seed: int) -> Subset:
    """The subset that an item of `tracks.subsets` asks for; `seed` is the study's."""
    buffer = item["overlap_seconds"]
    return Subset(
        item["name"],
        "picked" if item["from"] else item["strategy"],
        item["max_tracks"],
        item["max_per_class"],
        float(item["temperature"]),  # "inf" too
        seed if item["seed"] is None else item["seed"],
        item["pool"],
        Constraints(
            item["min_motion"],
            item["min_quality"],
            item["max_overlap"],
            math.inf if buffer is None else buffer,
            item["min_distance"],
            tuple(item["relax"]),
            tuple(item["hard"]),
        ),
        item["from"],
    )


@dataclass(frozen=True)
class Likeness:
    """When two tracks are near duplicates: distances of unit vectors (0 to 2), and bits of the signatures (0 to 64)."""

    sure_distance: float = 0.1  # alone
    max_distance: float = 0.25  # together with the signature
    max_bits: int = 12
