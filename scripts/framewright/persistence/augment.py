"""Clips with transients: painted, labelled by what was painted, and redrawn from their metadata alone."""

from typing import Any, NamedTuple

import numpy as np
from isal import isal_zlib

from framewright.persistence.base import Clip, camera_of, draw_base
from framewright.persistence.draw import Stain, add_noise, paint, stains
from framewright.persistence.transients import NOISE_STREAM, Variant, draw_transients

PERSISTENT_BELOW = 0.2  # the documented video label: persistent where fewer of the frames have a transient


def augment(base: Clip, variant: Variant, name: str, seed: int) -> Clip:
    """A base clip with this variant's transients, a function of (clip, variant, seed)."""
    details = draw_transients(variant, base.metadata, seed, base.index)
    noise = {"sigma": variant.noise, "seed": [seed, NOISE_STREAM, base.index]} if variant.noise else None
    recipe = {
        "variant": name,
        "transient_look": variant.look,
        "transient_colour": list(variant.colour),
        "depth_order": variant.depth,
        "noise": noise,
    }
    video, marks = composed(base.video, base.metadata, recipe, details)
    areas, hidden = _areas(video, base.video, marks, len(details))
    for own, area in zip(details, areas, strict=True):
        own["visible_area"] = area[own["start_frame"] :][: own["duration"]].tolist()
    shows = areas.any(axis=0)
    frames = np.flatnonzero(shows).tolist()
    metadata = base.metadata | {
        "num_transients": len(details),
        "transient_frames": frames,
        "transient_details": details,
        "augmented": True,
        "source_sample_idx": base.index,
        **recipe,
        "visible_area": (base.metadata["visible_area"] - hidden).tolist(),
        "frame_labels": (1 - shows).tolist(),
        "persistent": is_persistent(len(frames), len(video)),
        "source_crc32": isal_zlib.crc32(base.video),
    }
    return Clip(base.index, video if noise is None else add_noise(video, **noise), metadata)


def redraw(metadata: dict[str, Any], base: np.ndarray | None = None) -> np.ndarray:
    """The (T, 3, H, W) uint8 RGB video that this metadata describes, every bit of it.

    A base clip that is not of our making is needed as pixels.
    """
    base = draw_base(metadata) if base is None else base
    if not metadata.get("augmented"):
        return base
    video, _ = composed(base, metadata, metadata, metadata["transient_details"])
    return add_noise(video, **metadata["noise"]) if metadata["noise"] else video


def is_persistent(transient_frames: int, frames: int) -> bool:
    """The documented label of a whole clip: transients show in less than a fifth of its frames."""
    return transient_frames / frames < PERSISTENT_BELOW


class Marks(NamedTuple):
    """What was painted, pixel by pixel: (n,) the number of the transient, the frame, the row and the column."""

    who: np.ndarray
    time: np.ndarray
    row: np.ndarray
    column: np.ndarray


def composed(
    base: np.ndarray, metadata: dict[str, Any], recipe: dict[str, Any], details: list[dict[str, Any]]
) -> tuple[np.ndarray, Marks]:
    """The base clip with its transients painted in order, before any noise, and the pixels that were painted."""
    video, look, size = base.copy(), recipe["transient_look"], base.shape[-1]
    colour = np.array(recipe["transient_colour"], np.uint8)
    painted: list[tuple[int, int, np.ndarray, np.ndarray]] = []
    for number, own in enumerate(details):
        for time, stain in enumerate(stains(np.array(own["pixels"]), look, size), start=own["start_frame"]):
            position = own["positions"][time - own["start_frame"]]
            left = _before_base(stain, base[time], metadata, time, position) if recipe["depth_order"] else stain
            paint(video[time], left, colour)
            painted.append((number, time, left.rows, left.columns))
    who, time, rows, columns = zip(*painted, strict=True)
    counts = [len(own) for own in rows]
    return video, Marks(np.repeat(who, counts), np.repeat(time, counts), np.concatenate(rows), np.concatenate(columns))


def _before_base(stain: Stain, base: np.ndarray, metadata: dict[str, Any], time: int, position: list[float]) -> Stain:
    """What is left of a stain where the real sphere hides what is behind it."""
    camera = camera_of(metadata)
    if camera.depth(position) <= camera.depth(metadata["positions"][time]):
        return stain
    free = ~base[:, stain.rows, stain.columns].any(axis=0)
    return Stain(*(part if part is None else part[free] for part in stain))


def _areas(video: np.ndarray, base: np.ndarray, marks: Marks, number: int) -> tuple[np.ndarray, np.ndarray]:
    """(number, T) pixels that each transient has changed and is foremost in; (T,) pixels of the real sphere it hides.

    What is painted in the colour that was there before, as on a sphere of the same colour, has changed nothing.
    """
    owner = np.zeros((len(base), *base.shape[2:]), np.uint8)
    owner[marks.time, marks.row, marks.column] = marks.who  # where several painted, the last one stays
    foremost = owner[marks.time, marks.row, marks.column] == marks.who
    before = base[marks.time, :, marks.row, marks.column]
    changed = (video[marks.time, :, marks.row, marks.column] != before).any(axis=1)
    seen = foremost & changed
    areas = np.bincount(marks.who[seen] * len(base) + marks.time[seen], minlength=number * len(base))
    hidden = np.bincount(marks.time[foremost & before.any(axis=1)], minlength=len(base))
    return areas.reshape(number, len(base)), hidden
