"""Companions: further spheres that stay for the whole clip, cross the view, leave it and come back.

They look like the real sphere and like transients, so that neither colour nor number nor a single frame tells which
spheres persist: only time does.
"""

from typing import Any

import numpy as np

from framewright.persistence.base import Clip, PackedClip, find_camera
from framewright.persistence.camera import Camera
from framewright.persistence.draw import Stains, find_stains, flatten_frames, paint
from framewright.persistence.paths import CLASSES, draw_path
from framewright.persistence.specs import Variant

STREAM = 4  # sets their random numbers apart from others of the same seed
TRIES = 1000
SCALES = (1.1, 2.2)  # by how much their paths are larger than those that stay in view
IN_VIEW = (0.4, 0.85)  # the share of frames in which their middle is in view: least, most
MAX_STEP = 0.25  # half pictures a frame


def draw_companions(variant: Variant, metadata: dict[str, Any], seed: int, index: int) -> list[dict[str, Any]]:
    """What is true of each companion of one clip: a function of (variant, the clip's metadata, seed, its number).

    All cameras that film a trajectory see the same ones.
    """
    trajectory = metadata.get("source", index)
    rng = np.random.default_rng([seed, STREAM, trajectory])
    camera, size = find_camera(metadata), metadata["resolution"][0]
    companions = []
    for _ in range(int(rng.integers(variant.min_companions, variant.max_companions, endpoint=True))):
        kind = CLASSES[rng.integers(len(CLASSES))]
        positions = _draw_wide_path(kind, metadata["num_frames"], rng)
        discs = camera.project(positions, variant.sphere_radius, size)
        discs = discs.astype(int) if variant.shading == "flat" else discs.round(6)
        companions.append({"class": kind, "positions": positions.tolist(), "pixels": discs.tolist()})
    return companions


def add_companions(base: Clip | PackedClip, companions: list[dict[str, Any]], recipe: dict[str, Any]) -> Clip:
    """A base clip with companions painted over it; each frame's visible pixels of every sphere are in its metadata."""
    video, owners = paint_companions(base.video, companions, recipe)
    plain = flatten_frames(base.video).any(axis=1)
    seen = [np.count_nonzero(owners == number, axis=1).tolist() for number in range(len(companions))]
    alone = plain & (owners < 0)
    metadata = base.metadata | {
        "visible_area": np.count_nonzero(alone, axis=1).tolist(),
        "companions": [body | {"visible_area": areas} for body, areas in zip(companions, seen, strict=True)],
    }
    sphere = np.where(alone.reshape(len(video), 1, *video.shape[2:]), base.video, 0).astype(np.uint8)
    return Clip(base.index, video, metadata, sphere)


def paint_companions(
    base: np.ndarray, companions: list[dict[str, Any]], recipe: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """(T, 3, H, W) uint8 frames with companions, painted in order, and (T, H * W) whose each pixel is, -1 for none."""
    video = base.copy()
    owners = np.full((len(base), base[0, 0].size), -1)
    for number, companion in enumerate(companions):
        found: Stains = find_stains(np.array(companion["pixels"])[:, None], recipe["transient_look"], base.shape[-1])
        paint(video, np.arange(len(base)), found, recipe["transient_colour"])
        owners[found.of, found.pixels] = number
    return video, owners


def _draw_wide_path(kind: str, frames: int, rng: np.random.Generator) -> np.ndarray:
    """(frames, 3) positions, rounded to 6 digits: partly out of view, and back again where the kind of path allows."""
    camera = Camera()
    for _ in range(TRIES):
        path = draw_path(kind, frames, rng)
        middle = path.mean(axis=0)
        path[:, :2] = (path[:, :2] - middle[:2]) * rng.uniform(*SCALES) + rng.uniform(-0.6, 0.6, 2)
        inside = (np.abs(camera.seen(path)[:, :2]) < 1).all(axis=1)
        steps = np.hypot(*np.diff(path[:, :2], axis=0).T)
        returns = np.count_nonzero(np.diff(inside.astype(int)) == 1) + inside[0] > 1
        if IN_VIEW[0] <= inside.mean() <= IN_VIEW[1] and steps.max() <= MAX_STEP and (returns or kind == "Linear"):
            break
    return np.round(path, 6)
