"""The base set: clips of one white sphere that keeps to one path, with all that is true of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from isal import isal_zlib

from framewright.errors import UserError
from framewright.persistence.camera import Camera, is_whole, make_ring
from framewright.persistence.draw import find_stains, paint
from framewright.persistence.packed import PackedVideo
from framewright.persistence.paths import CLASSES, draw_path
from framewright.persistence.specs import BaseSpec
from framewright.persistence.splits import choose_split

WHITE = (255, 255, 255)
STREAM = 1  # sets the base set's random numbers apart from others of the same seed
TRIES = 1000
COMPACT = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True, eq=False)
class Clip:
    """One sample: its number, its (T, 3, H, W) uint8 RGB video, and its metadata, which JSON can hold."""

    index: int
    video: np.ndarray
    metadata: dict[str, Any]
    sphere: np.ndarray | None = None  # the real sphere as far as no companion covers it, where there are companions

    @property
    def known(self) -> dict[str, Any]:
        """What of the metadata is at hand: all of it."""
        return self.metadata


@dataclass(eq=False)
class PackedClip:
    """The same sample as it is in a shard, unpacked and parsed no further than somebody asks: that takes long.

    `text` is the metadata as compact JSON; `known` what of it is at hand, all but `positions` and `pixels`.
    """

    index: int
    packed: PackedVideo
    text: bytes
    known: dict[str, Any]

    @cached_property
    def video(self) -> np.ndarray:
        """(T, 3, H, W) uint8 RGB."""
        return self.packed.video()

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """All of it."""
        return json.loads(self.text)


@lru_cache
def place_cameras(base: BaseSpec) -> tuple[Camera, ...]:
    """The cameras; each of them films every trajectory, and gives a clip that no other camera gives."""
    return tuple(make_ring(base.cameras, base.camera_radius, base.camera_height, base.projection))


def render_base_clips(base: BaseSpec, seed: int, indices: range) -> Iterator[Clip]:
    """The clips with these numbers, each a function of (base, seed, its number) alone."""
    for index in indices:
        metadata = describe_base_clip(base, seed, index)
        video = draw_base(metadata)
        yield Clip(index, video, metadata | {"visible_area": count_visible(video), "source_crc32": compute_crc(video)})


def describe_base_clip(base: BaseSpec, seed: int, index: int) -> dict[str, Any]:
    """All that is true of a clip before it is drawn: documented keys first, then what redrawing needs."""
    trajectory, camera = divmod(index, base.cameras)
    rng = np.random.default_rng([seed, STREAM, trajectory])
    kind = CLASSES[rng.integers(len(CLASSES))]
    positions = _path_in_view(base, kind, rng)
    return {
        "class": kind,
        "num_frames": base.frames,
        "resolution": [base.size, base.size],
        "num_cameras": base.cameras,
        "positions": positions.tolist(),
        "camera_positions": [list(camera.position) for camera in place_cameras(base)],
        "camera": camera,
        "projection": base.projection,
        "sphere_radius": base.sphere_radius,
        "look": base.shading,
        "colour": list(WHITE),
        "pixels": np.round(place_cameras(base)[camera].project(positions, base.sphere_radius, base.size), 6).tolist(),
        "source": trajectory,
        "split": choose_split(seed, trajectory),
        "seed": seed,
    }


def draw_base(metadata: dict[str, Any]) -> np.ndarray:
    """The (T, 3, H, W) uint8 RGB video of a clip of our base set, from its metadata alone."""
    size, _ = metadata["resolution"]
    video = np.zeros((metadata["num_frames"], 3, size, size), np.uint8)
    found = find_stains(np.array(metadata["pixels"])[:, None], metadata["look"], size)
    paint(video, np.arange(len(video)), found, metadata["colour"])
    return video


def compute_crc(video: np.ndarray) -> int:
    """CRC-32 of a base clip's pixels, by which the clips that are made of it name it."""
    return isal_zlib.crc32(np.ascontiguousarray(video))


def to_compact_json(value: Any) -> bytes:
    """JSON without a space."""
    return COMPACT.encode(value).encode()


def find_camera(metadata: dict[str, Any]) -> Camera:
    """The camera that a clip was filmed with; the documented one where the metadata names none."""
    if "camera" not in metadata:
        return Camera()
    return Camera(metadata["projection"], tuple(metadata["camera_positions"][metadata["camera"]]))


def count_visible(video: np.ndarray) -> list[int]:
    """Pixels of each frame of a (T, 3, H, W) uint8 video that are not black."""
    return np.count_nonzero(video[:, 0] | video[:, 1] | video[:, 2], axis=(1, 2)).tolist()


def _path_in_view(base: BaseSpec, kind: str, rng: np.random.Generator) -> np.ndarray:
    """A path that all cameras see whole all the time; drawn anew until it is."""
    for _ in range(TRIES):
        positions = draw_path(kind, base.frames, rng)
        views = (camera.project(positions, base.sphere_radius, base.size) for camera in place_cameras(base))
        if all(is_whole(seen, base.size).all() for seen in views):
            return positions
    raise UserError(
        f"persistence.base: no {kind} path in {TRIES} stays in view of all {base.cameras} cameras; "
        "take a smaller sphere_radius or a larger camera_radius"
    )
