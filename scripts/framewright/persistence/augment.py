"""Clips with transients: painted, labelled by what was painted, and redrawn from their metadata alone."""

from typing import Any, NamedTuple

import numpy as np
from isal import isal_zlib

from framewright.persistence.base import Clip, camera_of, compact, draw_base
from framewright.persistence.draw import add_noise, flattened, paint, stains
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
    details = [
        own | {"visible_area": area[own["start_frame"] :][: own["duration"]].tolist()}
        for own, area in zip(details, areas, strict=True)
    ]
    shows = areas.any(axis=0)
    frames = np.flatnonzero(shows).tolist()
    own_area = (base.metadata["visible_area"] - hidden).tolist()
    added = {
        "num_transients": len(details),
        "transient_frames": frames,
        "transient_details": details,
        "augmented": True,
        "source_sample_idx": base.index,
        **recipe,
        "frame_labels": (1 - shows).tolist(),
        "persistent": is_persistent(len(frames), len(video)),
        "source_crc32": isal_zlib.crc32(base.video),
    }
    metadata = base.metadata | {"visible_area": own_area} | added
    text = _text(base, own_area, added)
    return Clip(base.index, video if noise is None else add_noise(video, **noise), metadata, text)


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


def _text(base: Clip, own_area: list[int], added: dict[str, Any]) -> bytes | None:
    """The JSON of a clip, made of the text that its base clip has: most of it is the base clip's."""
    if base.text is None or not added.keys().isdisjoint(base.metadata):
        return None
    before, after = (b'"visible_area":' + compact(area) for area in (base.metadata["visible_area"], own_area))
    return base.text.replace(before, after)[:-1] + b"," + compact(added)[1:]


class Marks(NamedTuple):
    """What was painted, pixel by pixel: (n,) the number of the transient, the frame, and the pixel, row by row."""

    who: np.ndarray
    time: np.ndarray
    pixel: np.ndarray


def composed(
    base: np.ndarray, metadata: dict[str, Any], recipe: dict[str, Any], details: list[dict[str, Any]]
) -> tuple[np.ndarray, Marks]:
    """The base clip with its transients painted in order, before any noise, and the pixels that were painted."""
    video = base.copy()
    who = np.repeat(np.arange(len(details)), [own["duration"] for own in details])
    times = np.array([own["start_frame"] + age for own in details for age in range(own["duration"])])
    seen = np.array([parts for own in details for parts in own["pixels"]])
    found = stains(seen, recipe["transient_look"], base.shape[-1])
    if recipe["depth_order"]:
        places = np.array([position for own in details for position in own["positions"]])
        depth = camera_of(metadata).depth
        behind = depth(places) > depth(np.array(metadata["positions"])[times])
        hidden = behind[found.of] & flattened(base)[times[found.of], :, found.pixels].any(axis=1)
        found = found.only(~hidden)
    paint(video, times, found, recipe["transient_colour"])
    return video, Marks(who[found.of], times[found.of], found.pixels)


def _areas(video: np.ndarray, base: np.ndarray, marks: Marks, number: int) -> tuple[np.ndarray, np.ndarray]:
    """(number, T) pixels that each transient has changed and is foremost in; (T,) pixels of the real sphere it hides.

    What is painted in the colour that was there before, as on a sphere of the same colour, has changed nothing.
    """
    owner, at = np.empty(base[:, 0].size, np.uint8), marks.time * base[0, 0].size + marks.pixel
    owner[at] = marks.who  # where several painted, the last one stays
    foremost = owner[at] == marks.who
    before = flattened(base)[marks.time, :, marks.pixel]
    changed = (flattened(video)[marks.time, :, marks.pixel] != before).any(axis=1)
    seen = foremost & changed
    areas = np.bincount(marks.who[seen] * len(base) + marks.time[seen], minlength=number * len(base))
    hidden = np.bincount(marks.time[foremost & before.any(axis=1)], minlength=len(base))
    return areas.reshape(number, len(base)), hidden
