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
from framewright.persistence.base import Clip

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
        self._open: tuple[Path | None, dict[str, h5py.Dataset]] = (None, {})

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
        return Clip(self._places[position][0], self.video(position), self.metadata(position))

    def __iter__(self) -> Iterator[Clip]:
        return (self[position] for position in range(len(self)))

    def video(self, position: int) -> np.ndarray:
        """(T, 3, H, W) uint8 RGB."""
        _, path, row = self._places[position]
        if path.suffix == ".h5":
            return _unpacked(self._shard(path)["video"], row)
        from framewright.persistence.tensors import load

        return load(path)

    def metadata(self, position: int) -> dict[str, Any]:
        """The clip's metadata."""
        _, path, row = self._places[position]
        if path.suffix == ".h5":
            return json.loads(_unpacked(self._shard(path)["metadata"], row).tobytes().rstrip(b"\0"))
        beside = path.with_suffix(".json")
        try:
            return json.loads(beside.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(f"{beside}: cannot be read ({error}); delete its folder and run again") from error

    def _shard(self, path: Path) -> dict[str, h5py.Dataset]:
        if self._open[0] != path:
            for shard in {dataset.file for dataset in self._open[1].values()}:
                shard.close()
            shard = h5py.File(path)
            self._open = path, {name: shard[name] for name in ("metadata", "video")}
        return self._open[1]


def _unpacked(dataset: h5py.Dataset, row: int) -> np.ndarray:
    """One row of a dataset whose rows are chunks: uint8 numbers, of its shape or, if it holds text, of its width."""
    shape = dataset.shape[1:] or (dataset.dtype.itemsize,)
    try:
        _, packed = dataset.id.read_direct_chunk((row,) + (0,) * (dataset.ndim - 1))
        return np.frombuffer(isal_zlib.decompress(packed, bufsize=int(np.prod(shape))), np.uint8).reshape(shape)
    except (isal_zlib.error, ValueError, OSError) as error:
        raise ValueError(f"{Path(dataset.file.filename).name}: row {row} is damaged ({error})") from error


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
        for row, clip in enumerate(clips):
            if row == len(videos):
                videos.resize(row + ROWS, axis=0)
            packed = isal_zlib.compress(np.ascontiguousarray(clip.video), FAST)
            videos.id.write_direct_chunk((row, 0, 0, 0, 0), packed)
            texts.append(json.dumps(clip.metadata, separators=(",", ":")).encode())
            numbers.append(clip.index)
        videos.resize(len(numbers), axis=0)
        shard["index"] = np.array(numbers)
        width = max(map(len, texts))
        notes = shard.create_dataset("metadata", len(texts), f"S{width}", chunks=(1,), compression="gzip")
        for row, text in enumerate(texts):
            notes.id.write_direct_chunk((row,), isal_zlib.compress(text.ljust(width, b"\0"), FAST))
