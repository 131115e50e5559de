"""Clips on disk: the documented .pt tensors with JSON beside them, or compact HDF5 shards; the same clips come back.

pt          <stem>_00042.pt, float32 (T, C, H, W) in 0..1, and <stem>_00042.json
pt-uint8    the same as uint8 in 0..255: a quarter of the size
hdf5        <stem>-<shard>.h5: hundreds of times smaller; `video` (N, T, C, H, W) uint8, `metadata` (N,) JSON,
            `index` (N,), all readable by plain h5py
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from isal import isal_zlib

from framewright.errors import UserError
from framewright.persistence.base import Clip, compact

STORAGES = ("pt", "pt-uint8", "hdf5")
FAST = 1  # deflate's level: these pictures hardly shrink further, and reading is as fast
ROWS = 256  # by which a file grows


def write_clips(folder: str | Path, stem: str, shard: str, storage: str, clips: Iterable[Clip]) -> None:
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
        path.with_suffix(".json").write_text(pretty(clip.metadata), encoding="utf-8")


def pretty(metadata: dict[str, Any]) -> str:
    """JSON with a line for each key."""
    lines = (f" {json.dumps(key)}: {json.dumps(value)}" for key, value in metadata.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


class Clips:
    """The clips of a folder, in whatever storage; read when they are asked for.

    clips = Clips("results/persistence/dataset", "augmented_traj")
    for clip in clips: ...
    clips[3].video, clips.metadata(3)

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
        self._open: tuple[Path | None, dict[str, _Rows]] = (None, {})

    @property
    def numbers(self) -> list[int]:
        """The clips' numbers, ascending."""
        return [number for number, _, _ in self._places]

    def file(self, position: int) -> str:
        """The name of the file that the clip is in."""
        return self._places[position][1].name

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, position: int) -> Clip:
        text = self._text(position)
        return Clip(self._places[position][0], self.video(position), self._parsed(position, text), text)

    def __iter__(self) -> Iterator[Clip]:
        return (self[position] for position in range(len(self)))

    def video(self, position: int) -> np.ndarray:
        """(T, 3, H, W) uint8 RGB."""
        _, path, row = self._places[position]
        if path.suffix == ".h5":
            rows = self._rows(path)["video"]
            return np.frombuffer(rows.unpacked(row), np.uint8).reshape(rows.shape)
        from framewright.persistence.tensors import load

        return load(path)

    def metadata(self, position: int) -> dict[str, Any]:
        """The clip's metadata."""
        return self._parsed(position, self._text(position))

    def _text(self, position: int) -> bytes | None:
        """The clip's metadata as it is in a shard."""
        _, path, row = self._places[position]
        return self._rows(path)["metadata"].unpacked(row).rstrip(b"\0") if path.suffix == ".h5" else None

    def _parsed(self, position: int, text: bytes | None) -> dict[str, Any]:
        if text is not None:
            return json.loads(text)
        beside = self._places[position][1].with_suffix(".json")
        try:
            return json.loads(beside.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(f"{beside}: cannot be read ({error}); delete its folder and run again") from error

    def _rows(self, path: Path) -> dict[str, "_Rows"]:
        if self._open[0] != path:
            for shard in {rows.dataset.file for rows in self._open[1].values()}:
                shard.close()
            shard = h5py.File(path)
            self._open = path, {name: _Rows(shard[name]) for name in ("metadata", "video")}
        return self._open[1]


class _Rows:
    """The rows of a dataset, each a chunk of its own. What h5py takes long to tell is asked for once."""

    def __init__(self, dataset: h5py.Dataset) -> None:
        self.dataset, self.shape = dataset, dataset.shape[1:]
        self._read, self._corner = dataset.id.read_direct_chunk, (0,) * len(self.shape)
        self._size = int(np.prod(self.shape)) * dataset.dtype.itemsize

    def unpacked(self, row: int) -> bytes:
        """A row's bytes."""
        try:
            found = isal_zlib.decompress(self._read((row, *self._corner))[1], bufsize=self._size)
            if len(found) != self._size:
                raise ValueError(f"{len(found)} bytes, not {self._size}")
            return found
        except (isal_zlib.error, ValueError, OSError) as error:
            raise ValueError(f"{Path(self.dataset.file.filename).name}: row {row} is damaged ({error})") from error


def _write_shard(path: Path, clips: Iterator[Clip]) -> None:
    """Each clip is a chunk of its own, compressed here: by isal, which is many times faster than HDF5's own zlib."""
    first = next(clips, None)
    if first is None:
        return
    shape, clips = first.video.shape, chain([first], clips)
    texts, numbers = [], []
    with h5py.File(path, "w", libver="latest") as shard:
        videos = shard.create_dataset(
            "video", (0, *shape), np.uint8, maxshape=(None, *shape), chunks=(1, *shape), compression="gzip"
        )
        write = videos.id.write_direct_chunk
        for row, clip in enumerate(clips):
            if row % ROWS == 0:
                videos.resize(row + ROWS, axis=0)
            write((row, 0, 0, 0, 0), isal_zlib.compress(np.ascontiguousarray(clip.video), FAST))
            texts.append(clip.text or compact(clip.metadata))
            numbers.append(clip.index)
        videos.resize(len(numbers), axis=0)
        shard["index"] = np.array(numbers)
        width = max(map(len, texts))
        notes = shard.create_dataset("metadata", len(texts), f"S{width}", chunks=(1,), compression="gzip")
        for row, text in enumerate(texts):
            notes.id.write_direct_chunk((row,), isal_zlib.compress(text.ljust(width, b"\0"), FAST))
