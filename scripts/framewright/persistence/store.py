"""Clips on disk: the documented .pt tensors with JSON beside them, or compact HDF5 shards; the same clips come back.

pt          <stem>_00042.pt, float32 (T, C, H, W) in 0..1, and <stem>_00042.json
pt-uint8    the same as uint8 in 0..255: a quarter of the size
hdf5        <stem>-<shard>.h5: hundreds of times smaller; `video` (N, T, C, H, W) uint8, `metadata` (N,) JSON,
            `index` (N,), all readable by plain h5py; also `check` (N,), the CRC-32 of a clip's chunk, and, of base
            clips, `bounds` (N, T + 1), where in it frames begin and the last one ends
"""

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from isal import isal_zlib

from framewright.errors import UserError
from framewright.persistence.base import Clip, PackedClip, to_compact_json
from framewright.persistence.packed import FAST, PackedVideo, pack
from framewright.study.record import read_record

STORAGES = ("pt", "pt-uint8", "hdf5")
ROWS = 256  # by which a file grows
TEXTS = 8  # in a chunk
LONG = re.compile(rb'"(?:positions|pixels)":\[\[[^"]*\]\],')  # what takes long to parse, and is seldom needed


def write_clips(folder: str | Path, stem: str, shard: str, storage: str, clips: Iterable[Clip | PackedClip]) -> None:
    """Write clips into `folder`, which is made; no clips make an empty folder."""
    folder = Path(folder)
    folder.mkdir()
    if storage == "hdf5":
        _write_shard(folder / f"{stem}-{shard}.h5", iter(clips))
        return
    # PyTorch takes longer to import than a shard takes to write: only who writes tensors pays for it.
    from framewright.persistence.tensors import Saver

    saver = Saver()
    for clip in clips:
        path = folder / f"{stem}_{clip.index:05d}.pt"
        saver.save(path, clip.video, as_float=storage == "pt")
        path.with_suffix(".json").write_text(to_json(clip.metadata), encoding="utf-8")


def to_json(metadata: dict[str, Any]) -> str:
    """JSON with a line for each key."""
    lines = (f" {json.dumps(key)}: {json.dumps(value)}" for key, value in metadata.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


class Clips:
    """The clips of a folder, in whatever storage; read when they are asked for.

    >>> clips = Clips("results/persistence/dataset", "augmented_traj")
    >>> clips[3].video.dtype, clips.metadata(3)["class"] == clips[3].metadata["class"]
    (dtype('uint8'), True)

    Positions count from 0 in the order of the clips' numbers, which `numbers` lists.
    """

    def __init__(self, folder: str | Path, stem: str) -> None:
        self._places: list[tuple[int, Path, int]] = []
        for path in Path(folder).iterdir():
            if path.suffix == ".pt" and path.stem.startswith(f"{stem}_"):
                self._places.append((int(path.stem.removeprefix(f"{stem}_")), path, 0))
            elif path.suffix == ".h5" and path.stem.startswith(f"{stem}-"):
                with h5py.File(path) as shard:
                    numbers = shard["index"][:].tolist()
                self._places += [(number, path, row) for row, number in enumerate(numbers)]
        self._places.sort()
        self._open: _Shard | None = None

    @property
    def numbers(self) -> list[int]:
        """The clips' numbers, ascending."""
        return [number for number, _, _ in self._places]

    def file(self, position: int) -> str:
        """The name of the file that the clip is in."""
        return self._places[position][1].name

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, position: int) -> Clip | PackedClip:
        number, path, row = self._places[position]
        if path.suffix == ".h5":
            shard = self._shard(path)
            text = shard.text(row)
            return PackedClip(number, shard.packed(row), text, json.loads(LONG.sub(b"", text)))
        return Clip(number, self.video(position), self.metadata(position))

    def __iter__(self) -> Iterator[Clip | PackedClip]:
        return (self[position] for position in range(len(self)))

    def video(self, position: int) -> np.ndarray:
        """(T, 3, H, W) uint8 RGB."""
        _, path, row = self._places[position]
        if path.suffix == ".h5":
            return self._shard(path).packed(row).video()
        from framewright.persistence.tensors import load

        return load(path)

    def metadata(self, position: int) -> dict[str, Any]:
        """The clip's metadata."""
        _, path, row = self._places[position]
        if path.suffix == ".h5":
            return json.loads(self._shard(path).text(row))
        beside = path.with_suffix(".json")
        try:
            return read_record(beside)
        except (OSError, ValueError) as error:
            raise UserError(f"{beside}: cannot be read ({error}); delete its folder and run again") from error

    def _shard(self, path: Path) -> "_Shard":
        if self._open is None or self._open.path != path:
            if self._open is not None:
                self._open.close()
            self._open = _Shard(path)
        return self._open


class _Shard:
    """An HDF5 shard that is open. What h5py takes long to tell is asked for once."""

    def __init__(self, path: Path) -> None:
        self.path, self._file = path, h5py.File(path)
        videos, texts = self._file["video"], self._file["metadata"]
        self._shape, self._together = videos.shape[2:], texts.chunks[0]
        self._read_video, self._read_texts = videos.id.read_direct_chunk, texts.id.read_direct_chunk
        self._checks, self._length = self._file["check"][:].tolist(), videos.shape[1]
        self._bounds = self._file["bounds"][:].tolist() if "bounds" in self._file else [[]] * len(self._checks)
        self._width, self._texts = texts.dtype.itemsize, (-1, b"")

    def close(self) -> None:
        self._file.close()

    def packed(self, row: int) -> PackedVideo:
        """A clip's video."""
        try:
            stream = self._read_video((row, 0, 0, 0, 0))[1]
            if isal_zlib.crc32(stream) != self._checks[row]:
                raise ValueError("its pixels are not those that were written")
        except (ValueError, OSError) as error:
            raise self._damaged(row, error) from error
        return PackedVideo(stream, self._bounds[row], self._shape, self._length)

    def text(self, row: int) -> bytes:
        """A clip's metadata as JSON."""
        chunk, place = divmod(row, self._together)
        if self._texts[0] != chunk:
            try:
                self._texts = chunk, isal_zlib.decompress(self._read_texts((chunk * self._together,))[1])
            except (zlib.error, ValueError, OSError) as error:
                raise self._damaged(row, error) from error
        return self._texts[1][place * self._width : (place + 1) * self._width].rstrip(b"\0")

    def _damaged(self, row: int, error: Exception) -> ValueError:
        return ValueError(f"{self.path.name}: row {row} is damaged ({error})")


def _write_shard(path: Path, clips: Iterator[Clip | PackedClip]) -> None:
    """Each video is one chunk, packed here: by isal, which is many times faster than HDF5's zlib."""
    first = next(clips, None)
    if first is None:
        return
    shape, clips = first.video.shape, chain([first], clips)
    texts, numbers, bounds, checks = [], [], [], []
    with h5py.File(path, "w", libver="latest") as shard:
        videos = shard.create_dataset(
            "video", (0, *shape), np.uint8, maxshape=(None, *shape), chunks=(1, *shape), compression="gzip"
        )
        write = videos.id.write_direct_chunk
        for row, clip in enumerate(clips):
            if row % ROWS == 0:
                videos.resize(row + ROWS, axis=0)
            if isinstance(clip, PackedClip):
                packed, text = clip.packed, clip.text
            else:
                packed, text = pack(np.ascontiguousarray(clip.video)), to_compact_json(clip.metadata)
            write((row, 0, 0, 0, 0), packed.stream)
            texts.append(text)
            numbers.append(clip.index)
            bounds.append(packed.bounds)
            checks.append(isal_zlib.crc32(packed.stream))
        videos.resize(len(numbers), axis=0)
        shard["index"], shard["check"] = np.array(numbers), np.array(checks, np.uint32)
        if all(bounds):
            shard["bounds"] = np.array(bounds, np.uint32)
        _write_texts(shard, texts)


def _write_texts(shard: h5py.File, texts: list[bytes]) -> None:
    width, number = max(map(len, texts)), min(TEXTS, len(texts))
    notes = shard.create_dataset("metadata", len(texts), f"S{width}", chunks=(number,), compression="gzip")
    for row in range(0, len(texts), number):
        some = b"".join(text.ljust(width, b"\0") for text in texts[row : row + number])
        notes.id.write_direct_chunk((row,), zlib.compress(some.ljust(number * width, b"\0"), FAST))
