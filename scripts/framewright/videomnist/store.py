"""HDF5 files of videos: the documented layout, and the one that VideoGPT's loader reads.

| file | `<split>_data` | one video |
|---|---|---|
| documented | (N*T, S, S) uint8 grey | T frames |
| for VideoGPT | (N*(T+1), S, S, 3) uint8 RGB | T+1 frames: its loader wants more frames than it returns |

Both hold `<split>_idx` (N,) int64, the first frame of each video, `<split>_labels` (N,) int64, and one row a video of
whatever else is known. A video is one chunk, packed with gzip by a fast compressor: any HDF5 library reads it,
one video at a time, and parts are put together by copying chunks as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import h5py
import numpy as np
from isal import isal_zlib

from framewright.errors import UserError
from framewright.videomnist.clip_spec import SPLITS

PACKING = {"compression": "gzip", "compression_opts": 1}
LEVEL = 0  # the fastest: a third less time than level 1 for a fifth more bytes
GREY, RGB = "grey", "rgb"
PRIVATE = ("digest", "measured")  # what is known of each video for the contract alone
Columns = Mapping[str, tuple[Any, tuple[int, ...]]]


@dataclass(frozen=True)
class Shape:
    """The measures that all videos of a set share."""

    frames: int  # T of the documented layout
    size: int  # pixels a side

    def video(self, layout: str) -> tuple[int, ...]:
        """The shape of one video in a layout."""
        side = (self.size, self.size)
        return (self.frames, *side) if layout == GREY else (self.frames + 1, *side, 3)


class PartWriter:
    """Writes a part of a split, both layouts in one file; a context manager.

    `columns` are the other things known of each video: name -> (dtype, shape of one). A part may grow to any number of
    videos; of these one is in memory at a time.
    """

    def __init__(
        self, path: Path, shape: Shape, columns: Columns, layouts: Sequence[str] = (GREY, RGB), definition: str = ""
    ) -> None:
        self._shape, self._columns = shape, {**columns, "digest": (np.uint64, (len(layouts),))}
        self._rows: dict[str, list[Any]] = {name: [] for name in self._columns}
        self._file = h5py.File(path, "w")
        self._file.attrs["definition"] = definition
        self._data = {layout: _create_growing(self._file, layout, shape.video(layout)) for layout in layouts}
        self._count, self._space = 0, 64  # videos written, and that the datasets have room for

    def add(self, pixels: np.ndarray, colours: np.ndarray | None = None, **row: Any) -> None:
        """Add a video of T+1 frames, (T+1, S, S) uint8 grey, and in RGB if its colours are other than that grey."""
        row["digest"] = []
        rgb = to_rgb(pixels) if colours is None else colours
        for layout, data in self._data.items():
            video = pixels[: self._shape.frames] if layout == GREY else rgb
            if self._count == self._space:
                data.resize(2 * self._space * len(video), axis=0)
            corner = (self._count * len(video),) + (0,) * (video.ndim - 1)
            packed = isal_zlib.compress(video, LEVEL)
            data.id.write_direct_chunk(corner, packed)
            row["digest"].append(digest(packed))
        for name, values in self._rows.items():
            values.append(row[name])
        self._space *= 2 if self._count == self._space else 1
        self._count += 1

    def __enter__(self) -> "PartWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        if kind is None:
            for data in self._data.values():
                data.resize(self._count * data.chunks[0], axis=0)
            for name, (dtype, shape) in self._columns.items():
                values = np.array(self._rows[name], dtype).reshape(self._count, *shape)
                self._file.create_dataset(name, data=values)
        self._file.close()


def merge(
    path: Path,
    layout: str,
    parts: Mapping[str, Sequence[str | Path]],
    attributes: Mapping[str, Any],
    shape: Shape,
    definition: str = "",
) -> dict[str, int]:
    """Put the parts of each split together as one file of a layout; the number of videos by split.

    Parts of another `definition` or seed are refused. Packed chunks are copied as they are. What `PartWriter.add` was
    told of each video follows as `<split>_<name>`.
    """
    refuse_others([part for split in SPLITS for part in parts[split]], definition)
    video, totals = shape.video(layout), {}
    with h5py.File(path, "w") as target:
        for split in SPLITS:
            total = totals[split] = sum(_count_videos(part, layout) for part in parts[split])
            target.create_dataset(f"{split}_idx", data=np.arange(total, dtype=np.int64) * video[0])
            frames = {"shape": (total * video[0], *video[1:]), "maxshape": (None, *video[1:]), "chunks": video}
            data = target.create_dataset(f"{split}_data", dtype=np.uint8, **frames, **PACKING)
            # One after the other, so that the file's bytes do not tell how many parts there were.
            for copy in (_copy_rows, _copy_chunks):
                done = 0
                for part in parts[split]:
                    with h5py.File(part) as source:
                        copy(source, layout, data, split, done)
                    done += _count_videos(part, layout)
        about = {f"{split}_videos": count for split, count in totals.items()}
        target.attrs.update({"sequence_length": shape.frames, "resolution": shape.size} | about | dict(attributes))
    return totals


def write_record_of(path: Path, part: str | Path) -> None:
    """Write what is known of a part's videos beside their pixels, which stay when the part is gone."""
    with h5py.File(part) as source, h5py.File(path, "w") as target:
        target.attrs["definition"] = source.attrs["definition"]
        for name in source:
            if name not in (GREY, RGB):
                target.create_dataset(name, data=source[name][()])


def refuse_others(parts: Sequence[str | Path], definition: str) -> None:
    """A UserError names the first part that was not drawn by this definition: by another seed, size or code."""
    for part in parts:
        with h5py.File(part) as file:
            found = str(file.attrs.get("definition", ""))
        if found != definition:
            raise UserError(
                f"{part}: drawn by another definition or seed ({found or 'none'}, not {definition or 'none'}); "
                "delete it and run snakemake"
            )


def iterate_videos(data: h5py.Dataset) -> Iterator[np.ndarray]:
    """Its videos one after the other, each unpacked from its chunk by the fast library: (T, ...) uint8."""
    for _, packed in read_packed_videos(data):
        yield np.frombuffer(isal_zlib.decompress(packed), np.uint8).reshape(data.chunks)


def read_packed_videos(data: h5py.Dataset) -> Iterator[tuple[tuple[int, ...], bytes]]:
    """Where each of its videos begins, and its chunk as it is in the file."""
    length, rest, read = data.chunks[0], (0,) * (data.ndim - 1), data.id.read_direct_chunk
    for first in range(0, len(data), length):
        yield (first, *rest), read((first, *rest))[1]


def digest(packed: bytes) -> int:
    """A number of 64 bits that stands for a packed video: two checksums, of how it is packed and of its pixels."""
    return isal_zlib.crc32(packed) << 32 | int.from_bytes(packed[-4:], "big")  # zlib's format ends in Adler-32


def to_rgb(grey: np.ndarray) -> np.ndarray:
    """Grey frames (T, H, W) as RGB ones (T, H, W, 3), uint8."""
    flat = grey.reshape(-1, grey.shape[-1])
    return cv2.merge([flat, flat, flat]).reshape(*grey.shape, 3)


def _create_growing(file: h5py.File, name: str, video: tuple[int, ...]) -> h5py.Dataset:
    some, any_number = (64 * video[0], *video[1:]), (None, *video[1:])
    return file.create_dataset(name, some, np.uint8, maxshape=any_number, chunks=video, **PACKING)


def _count_videos(part: str | Path, layout: str) -> int:
    with h5py.File(part) as source:
        return len(source[layout]) // source[layout].chunks[0]


def _copy_rows(source: h5py.File, _: str, target: h5py.Dataset, split: str, done: int) -> None:
    total = len(target) // target.chunks[0]
    for name in [name for name in source if name not in (GREY, RGB, *PRIVATE)]:
        rows = source[name]
        here = target.parent.require_dataset(f"{split}_{name}", (total, *rows.shape[1:]), rows.dtype)
        here[done : done + len(rows)] = rows[()]


def _copy_chunks(source: h5py.File, layout: str, target: h5py.Dataset, _: str, done: int) -> None:
    begin = done * target.chunks[0]
    for (first, *rest), packed in read_packed_videos(source[layout]):
        target.id.write_direct_chunk((begin + first, *rest), packed)
