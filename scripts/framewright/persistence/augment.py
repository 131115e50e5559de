"""Clips with transients: painted, labelled by what was painted, and redrawn from their metadata alone."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from framewright.persistence.base import Clip, PackedClip, draw_base, find_camera, to_compact_json
from framewright.persistence.crowd import add_companions, draw_companions, paint_companions
from framewright.persistence.draw import add_noise, find_stains, flatten_frames, paint
from framewright.persistence.packed import pack
from framewright.persistence.specs import Variant
from framewright.persistence.transients import NOISE_STREAM, draw_transients

EACH = np.ones(3, np.float32)  # adds up red, green and blue
PERSISTENT_BELOW = 0.2  # the documented video label: persistent where fewer of the frames have a transient


def augment(base: Clip | PackedClip, variant: Variant, name: str, seed: int) -> Clip | PackedClip:
    """A base clip with this variant's transients, a function of (clip, variant, seed)."""
    return augment_all([base], variant, name, seed)[0]


def augment_all(bases: Sequence[Clip | PackedClip], variant: Variant, name: str, seed: int) -> list[Clip | PackedClip]:
    """Each clip, of pictures of one size, as `augment` makes it: of several at once a clip takes half the time.

    What stays the same of a packed one is neither unpacked nor parsed.
    """
    recipe = {
        "variant": name,
        "transient_look": variant.shading,
        "transient_colour": list(variant.colour),
        "depth_order": variant.depth,
    }
    if variant.max_companions:
        companions = [draw_companions(variant, base.metadata, seed, base.index) for base in bases]
        bases = [add_companions(base, bodies, recipe) for base, bodies in zip(bases, companions, strict=True)]
    far = variant.depth or variant.apart
    known = [base.metadata if far else base.known for base in bases]
    details = [
        draw_transients(variant, metadata, seed, base.index) for metadata, base in zip(known, bases, strict=True)
    ]
    frames = [_list_frames(one) for one in details]
    before = [_read_frames(base, times) for base, times in zip(bases, frames, strict=True)]
    together = np.concatenate(before)
    after, marks = compose(together, frames, known, recipe, details)
    spheres = together
    if variant.max_companions:
        spheres = np.concatenate([_read_sphere(base, times) for base, times in zip(bases, frames, strict=True)])
    areas, hidden = _count_areas(after, together, spheres, marks)
    made, life, row = [], iter(areas), 0
    for base, metadata, times, own_details, old in zip(bases, known, frames, details, before, strict=True):
        rows = slice(row, row := row + len(times))
        noise = {"sigma": variant.noise, "seed": [seed, NOISE_STREAM, base.index]} if variant.noise else None
        told = _describe(metadata, times, own_details, life, hidden[rows], recipe | {"noise": noise}, base.index)
        made.append(_assemble(base, times, old, after[rows], *told))
    return made


def redraw(metadata: dict[str, Any], base: np.ndarray | None = None) -> np.ndarray:
    """The (T, 3, H, W) uint8 RGB video that this metadata describes, every bit of it.

    A base clip that is not of our making is needed as pixels.
    """
    base = draw_scene(metadata, base)
    if not metadata.get("augmented"):
        return base
    frames, details = list(range(len(base))), metadata["transient_details"]
    video, _ = compose(base, [frames], [metadata], metadata, [details])
    return add_noise(video, **metadata["noise"]) if metadata["noise"] else video


def draw_scene(metadata: dict[str, Any], base: np.ndarray | None = None) -> np.ndarray:
    """The (T, 3, H, W) uint8 RGB video of what persists: the base clip and companions, without transients."""
    base = draw_base(metadata) if base is None else base
    companions = metadata.get("companions", [])
    return paint_companions(base, companions, metadata)[0] if companions else base


def is_persistent(transient_frames: int, frames: int) -> bool:
    """The documented label of a whole clip: transients show in less than a fifth of its frames."""
    return transient_frames / frames < PERSISTENT_BELOW


def _describe(
    known: dict[str, Any],
    times: list[int],
    details: list[dict[str, Any]],
    areas: Iterator[int],
    hidden: list[int],
    recipe: dict[str, Any],
    index: int,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What transients change in a clip's metadata, and what they add."""
    details = [one | {"visible_area": list(islice(areas, one["duration"]))} for one in details]
    shows = {one["start_frame"] + age for one in details for age, area in enumerate(one["visible_area"]) if area}
    own_area, clean = list(known["visible_area"]), [1] * known["num_frames"]
    for time, fewer in zip(times, hidden, strict=True):
        own_area[time] -= fewer
        clean[time] = int(time not in shows)
    return {"visible_area": own_area}, {
        "num_transients": len(details),
        "transient_frames": sorted(shows),
        "transient_details": details,
        "augmented": True,
        "source_sample_idx": index,
        **recipe,
        "frame_labels": clean,
        "persistent": is_persistent(len(shows), len(clean)),
    }


def _assemble(
    base: Clip | PackedClip,
    times: list[int],
    before: np.ndarray,
    after: np.ndarray,
    changed: dict[str, Any],
    added: dict[str, Any],
) -> Clip | PackedClip:
    """The clip with these frames and this metadata; as it is in a shard if its base clip is."""
    noise = added["noise"]
    if isinstance(base, PackedClip) and added.keys().isdisjoint(base.known):
        packed = base.packed.replaced(times, before, after)
        packed = pack(add_noise(packed.video(), **noise)) if noise else packed
        text = base.text
        for key, value in changed.items():
            text = text.replace(_json_pair(key, base.known[key]), _json_pair(key, value), 1)
        return PackedClip(
            base.index, packed, text[:-1] + b"," + to_compact_json(added)[1:], base.known | changed | added
        )
    video = base.video.copy()
    video[times] = after
    return Clip(base.index, add_noise(video, **noise) if noise else video, base.metadata | changed | added)


def _read_frames(base: Clip | PackedClip, times: list[int]) -> np.ndarray:
    """These frames of a clip, (n, 3, H, W)."""
    return base.packed.frames(times) if isinstance(base, PackedClip) else base.video[times]


def _read_sphere(base: Clip | PackedClip, times: list[int]) -> np.ndarray:
    """Of these frames what belongs to the real sphere, (n, 3, H, W)."""
    return base.sphere[times] if isinstance(base, Clip) and base.sphere is not None else _read_frames(base, times)


def _json_pair(key: str, value: Any) -> bytes:
    """As they are in compact JSON."""
    return to_compact_json({key: value})[1:-1]


def _list_frames(details: list[dict[str, Any]]) -> list[int]:
    """Those in which transients live, ascending."""
    return sorted({one["start_frame"] + age for one in details for age in range(one["duration"])})


class Marks(NamedTuple):
    """What was painted: (n,) the moment of a transient's life that did, and the pixel, row by row; and (moments,) in
    which frame each is."""

    of: np.ndarray
    pixels: np.ndarray
    rows: np.ndarray


def compose(
    base: np.ndarray,
    frames: Sequence[list[int]],
    metadata: Sequence[dict[str, Any]],
    recipe: dict[str, Any],
    details: Sequence[list[dict[str, Any]]],
) -> tuple[np.ndarray, Marks]:
    """Frames of base clips with their transients painted in order, before any noise, and what was painted.

    `base` (n, 3, H, W) has the `frames` of each clip, ascending, one clip after the other; no transient lives in
    others. Moments are those of the first transient's life, then of the second one's, and so on.
    """
    video, row = base.copy(), 0
    frame_rows: list[int] = []
    for times, moments in zip(frames, details, strict=True):
        place = {time: row + number for number, time in enumerate(times)}
        frame_rows += [place[one["start_frame"] + age] for one in moments for age in range(one["duration"])]
        row += len(times)
    rows = np.array(frame_rows, int)
    seen = np.array([parts for moments in details for one in moments for parts in one["pixels"]])
    found = find_stains(seen, recipe["transient_look"], base.shape[-1])
    if recipe["depth_order"]:
        behind = np.concatenate([_find_behind(*pair) for pair in zip(metadata, details, strict=True)])
        hidden = behind[found.of] & flatten_frames(base)[rows[found.of], :, found.pixels].any(axis=1)
        found = found.only(~hidden)
    paint(video, rows, found, recipe["transient_colour"])
    return video, Marks(found.of, found.pixels, rows)


def _find_behind(metadata: dict[str, Any], details: list[dict[str, Any]]) -> np.ndarray:
    """(moments,) whether a transient is further away than the real sphere."""
    depth = find_camera(metadata).depth
    times = [one["start_frame"] + age for one in details for age in range(one["duration"])]
    places = np.array([position for one in details for position in one["positions"]])
    return depth(places) > depth(np.array(metadata["positions"])[times])


def _count_areas(video: np.ndarray, base: np.ndarray, spheres: np.ndarray, marks: Marks) -> tuple[list[int], list[int]]:
    """For each moment of a transient's life, pixels that it has changed and is foremost in; for each frame, pixels of
    the real sphere that are hidden.

    What is painted in the colour that was there before, as on a sphere of the same colour, has changed nothing.
    """
    rows = marks.rows[marks.of]
    owner, at = np.empty(base[:, 0].size, np.int32), rows * base[0, 0].size + marks.pixels
    owner[at] = marks.of  # where several painted, the last one stays
    foremost = owner[at] == marks.of
    before, after = (flatten_frames(frames)[rows, :, marks.pixels] for frames in (base, video))
    changed = (after != before) @ EACH > 0
    areas = np.bincount(marks.of[foremost & changed], minlength=len(marks.rows))
    of_sphere = before if spheres is base else flatten_frames(spheres)[rows, :, marks.pixels]
    hidden = np.bincount(rows[foremost & (of_sphere @ EACH > 0)], minlength=len(base))
    return areas.tolist(), hidden.tolist()
