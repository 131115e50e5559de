"""Shards for PyTorch: any sample by its place, and an order that a stopped training takes up again.

>>> from framewright.exports.reader import EpochOrder
>>> order = EpochOrder(5, seed=1, epoch=2)
>>> list(EpochOrder(5, seed=1, epoch=2, position=3)) == list(order)[3:]
True
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from torch.utils.data import Dataset, Sampler

from framewright.errors import UserError
from framewright.exports.shards import read_index
from framewright.rng import make_generator


class ShardedSamples(Dataset):
    """The samples of one split of a WebDataset export, by their places: `len(samples)`, `samples[3]`.

    A sample is a dictionary: `__key__`, and its files by their endings: `json` parsed, `cls` a number, all else bytes.
    `decode` names functions that make something of such bytes, by ending. A sample is read from its place in its
    shard: nothing is unpacked, and workers, forked or spawned, share no open file.
    """

    def __init__(
        self, folder: str | Path, split: str = "train", decode: Mapping[str, Callable[[bytes], Any]] | None = None
    ) -> None:
        self.folder, self.decode = Path(folder), dict(decode or {})
        table = read_index(folder, split)
        if not len(table):
            known = sorted(set(read_index(folder)["split"].to_pylist()))
            raise UserError(f"{folder}: no samples in {split}; its splits are {', '.join(known) or 'none'}")
        self.table = table.combine_chunks()
        self._keys, self._shard_of = (_encode(self.table[name].chunk(0)) for name in ("key", "shard"))
        lists = {name: self.table[name].chunk(0) for name in ("endings", "offsets", "sizes")}
        self._first = lists["endings"].offsets.to_numpy()  # of the files of all samples, one after the other
        self._ending_of = _encode(lists["endings"].flatten())
        self._offsets, self._sizes = (lists[name].flatten().to_numpy() for name in ("offsets", "sizes"))
        self._files: dict[tuple[int, str], int] = {}

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, index: int) -> dict[str, Any]:
        place = range(len(self.table))[index]  # an IndexError where there is none; -1 is the last
        key, shard = _recall(self._keys, place), _recall(self._shard_of, place)
        sample: dict[str, Any] = {"__key__": key}
        for file in range(self._first[place], self._first[place + 1]):
            ending, size = _recall(self._ending_of, file), int(self._sizes[file])
            content = os.pread(self._open(shard), size, int(self._offsets[file]))
            if len(content) != size:
                raise UserError(f"{self.folder / shard}: ends before {key}.{ending}; make it again")
            sample[ending] = self._decode(ending, content)
        return sample

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_files": {}}  # a spawned worker opens its files itself

    def _open(self, shard: str) -> int:
        place = os.getpid(), shard  # what was forked does not use its parent's files
        if place not in self._files:
            self._files[place] = os.open(self.folder / shard, os.O_RDONLY)
        return self._files[place]

    def _decode(self, ending: str, content: bytes) -> Any:
        if ending in self.decode:
            return self.decode[ending](content)
        return json.loads(content) if ending == "json" else int(content) if ending == "cls" else content


class _Encoded(NamedTuple):
    """Texts as numbers of the words that occur: plain arrays are read a hundred times quicker than Arrow's scalars."""

    numbers: np.ndarray
    words: np.ndarray  # bytes


def _encode(texts: pa.Array) -> _Encoded:
    coded = texts.dictionary_encode()
    words = [word.encode() for word in coded.dictionary.to_pylist()]
    return _Encoded(coded.indices.to_numpy(), np.array(words, np.bytes_))


def _recall(texts: _Encoded, place: int) -> str:
    return texts.words[texts.numbers[place]].decode()


class EpochOrder(Sampler[int]):
    """The order of an epoch, which depends on (seed, epoch) alone, from `position` on: what was seen is not seen again.

    Give it to a DataLoader as `sampler`, with any number of workers. `position` counts the samples that training has
    seen in this epoch. The next call of `set_epoch` starts at 0 again.
    """

    def __init__(self, length: int, seed: int, epoch: int = 0, position: int = 0) -> None:
        if not 0 <= position <= length:
            raise UserError(f"position = {position}: must be from 0 to {length}, the number of samples")
        self.length, self.seed, self.epoch, self.position = length, seed, epoch, position

    def __len__(self) -> int:
        return self.length - self.position

    def __iter__(self) -> Iterator[int]:
        drawn = make_generator(self.seed, "epoch", self.epoch).permutation(self.length)
        return iter(drawn[self.position :].tolist())

    def set_epoch(self, epoch: int) -> None:
        """Take the order of another epoch, from its begin."""
        self.epoch, self.position = epoch, 0
