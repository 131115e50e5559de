"""What is chosen for a base set, for a variant, and for a training. Light: no arrays here."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BaseSpec:
    """What is the same for all clips of a base set; lengths are in units of half a picture."""

    frames: int = 32
    size: int = 64
    sphere_radius: float = 0.05
    shading: str = "flat"
    projection: str = "orthographic"
    cameras: int = 1
    camera_radius: float = 5.0
    camera_height: float = 0.0


@dataclass(frozen=True)
class Variant:
    """How transients are made; the defaults are the documented ones.

    `per_video` is half the most there can be in a clip: their number is uniform from 1 to twice it. `noise` is a
    camera's, in 255ths; `blur` the share of a frame's time that the shutter is open. With `depth`, transients behind
    the sphere are hidden by it. With `apart`, they never touch it. Companions are further spheres that persist.
    """

    per_video: int = 3
    min_duration: int = 1
    max_duration: int = 3
    sphere_radius: float = 0.05
    colour: tuple[int, int, int] = (230, 77, 77)
    shading: str = "flat"
    depth: bool = False
    apart: bool = False
    noise: float = 0.0
    blur: float = 0.0
    min_companions: int = 0
    max_companions: int = 0


def build_variant(values: dict[str, Any]) -> Variant:
    """The variant with these values; its colour may be a list, as in JSON."""
    return Variant(**values | {"colour": tuple(values["colour"])})


@dataclass(frozen=True)
class TrainingSpec:
    """How often all clips are seen, how many in a step, the largest step size, and whether a GPU computes."""

    epochs: int
    batch: int
    learning_rate: float
    gpus: int = 0
