"""Tar shards as WebDataset reads them, and an index that finds each file in them without unpacking anything.

A shard `<split>-000000.tar` holds samples one after the other, each as files of one key: `<key>.mp4`, `<key>.json`.
The order is that of the keys' digests: mixed, and the same whatever was made first. `index.parquet` has a row for each
sample: its key, split and shard, and where in the shard each of its files begins and how long it is.
"""

import hashlib
import itertools
import pickle
import re
import tarfile
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from framewright.errors import UserError

INDEX = "index.parquet"
LARGEST = 1000  # samples in a shard
SCHEMA = pa.schema(
    [
        ("split", pa.string()),
        ("shard", pa.string()),  # file name
        ("key", pa.string()),
        ("endings", pa.list_(pa.string())),  # of its files, such as mp4
        ("offsets", pa.list_(pa.int64())),  # where the content of each begins in the shard, in bytes
        ("sizes", pa.list_(pa.int64())),
        ("sha256", pa.list_(pa.string())),
    ]
)


class Sample(NamedTuple):
    """What belongs together: its key, unique in the export, its split, and its files by ending: a path or the bytes."""

    key: str
    split: str
    files: Mapping[str, Path | bytes]


def compose_key(name: str) -> str:
    """A name as a key: WebDataset takes what follows the first dot for an ending."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)


def sort_keys(keys: Iterable[str]) -> list[str]:
    """Keys in the order of shards: by their digests, so that neighbours have nothing in common."""
    return sorted(keys, key=lambda key: hashlib.sha256(key.encode()).digest())


def write_shards(folder: Path, samples: Iterable[Sample], largest: int = LARGEST) -> int:
    """Make `folder` with the shards of all splits and their index; how many samples. Equal samples give equal bytes.

    What is known of the samples waits in a file until all of them are seen: of each, memory holds 40 bytes.
    """
    folder.mkdir(parents=True)
    number = 0
    with (
        tempfile.TemporaryFile(dir=folder) as spool,
        pq.ParquetWriter(folder / INDEX, SCHEMA, compression="zstd") as index,
    ):
        for split, places in sorted(_spool(spool, samples).items()):
            order = _sort_places(spool, split, places)
            for count, first in enumerate(range(0, len(order), largest)):
                shard = f"{split}-{count:06d}.tar"
                with (folder / shard).open("wb") as file:
                    drawn = (_recall(spool, place) for place in order[first : first + largest])
                    rows = [{"split": split, "shard": shard} | row for row in _write_shard(file, drawn)]
                index.write_table(pa.Table.from_pylist(rows, SCHEMA))
                number += len(rows)
    return number


def read_index(folder: str | Path, split: str = "") -> pa.Table:
    """The index of an export, in the order of its shards; of one split, or of all."""
    path = Path(folder) / INDEX
    if not path.is_file():
        raise UserError(f"{path}: no such file; give the folder of a webdataset export, made by snakemake")
    filters = [("split", "==", split)] if split else None
    return pq.read_table(path, filters=filters)


def iterate_shard(path: str | Path) -> Iterator[tuple[str, str, bytes]]:
    """Key, ending and content of each file of a shard, as a plain reader of tar files meets them."""
    with tarfile.open(path) as tar:
        for info in tar:
            file = tar.extractfile(info)
            key, _, ending = info.name.partition(".")
            yield key, ending, file.read() if file else b""


def digest_samples(samples: Iterable[Sample]) -> dict[str, dict[str, list[str]]]:
    """What `find_faults` wants of samples: by split, for each key the sha256 of its files, by their endings."""
    wanted: dict[str, dict[str, list[str]]] = {}
    for sample in samples:
        contents = (content for _, content in sorted(sample.files.items()))
        digests = [_digest(content if isinstance(content, bytes) else content.read_bytes()) for content in contents]
        wanted.setdefault(sample.split, {})[sample.key] = digests
    return wanted


def find_faults(folder: Path, wanted: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[str]:
    """Where an export's shards are not what is `wanted`: by split, for each key the sha256 of its files, "" for any.

    Every byte is read: count, order and content are those of the index and of what was asked for.
    """
    index = pq.read_table(folder / INDEX, columns=["split", "shard", "key"])
    there = sorted(path.name for path in folder.glob("*.tar"))
    if there != sorted(index["shard"].unique().to_pylist()):
        yield f"the shards {', '.join(there)} are not those of {INDEX}"
        return
    for split in sorted({*wanted, *index["split"].unique().to_pylist()}):
        keys = index.filter(pc.equal(index["split"], split))["key"].to_pylist()
        if keys != sort_keys(wanted.get(split, ())):
            yield f"{split}: {len(keys)} samples in order are not the {len(wanted.get(split, ()))} that are served"
    for shard, rows in itertools.groupby(_iterate_index(folder), key=lambda row: row["shard"]):
        known = [
            (row["key"], *file)
            for row in rows
            for file in zip(
                row["endings"], row["sha256"], wanted.get(row["split"], {}).get(row["key"], ()), strict=False
            )
        ]
        found = [(key, ending, _digest(content)) for key, ending, content in iterate_shard(folder / shard)]
        if [file[:3] for file in known] != found:
            yield f"{shard}: its files are not those of {INDEX}, in their order"
        yield from (
            f"{key}.{ending}: other bytes than its source" for key, ending, own, of in known if of not in ("", own)
        )


class _Places(NamedTuple):
    """Of the samples of a split, in the order in which they came: their keys' digests, and where they are spooled."""

    digests: bytearray  # 32 bytes each
    offsets: array  # of 8 bytes each


def _spool(spool: BinaryIO, samples: Iterable[Sample]) -> dict[str, _Places]:
    """Write samples one after the other, and say by split where they are."""
    places: dict[str, _Places] = {}
    for sample in samples:
        one = places.setdefault(sample.split, _Places(bytearray(), array("q")))
        one.digests.extend(hashlib.sha256(sample.key.encode()).digest())
        one.offsets.append(spool.tell())
        pickle.dump(tuple(sample), spool)
    return places


def _recall(spool: BinaryIO, place: int) -> Sample:
    spool.seek(place)
    return Sample(*pickle.load(spool))


def _sort_places(spool: BinaryIO, split: str, places: _Places) -> list[int]:
    """Where samples are spooled, in the order of their keys' digests; a UserError where two have one key."""
    words = np.frombuffer(places.digests, ">u8").reshape(-1, 4)
    order = np.lexsort(words.T[::-1])
    offsets = np.frombuffer(places.offsets, np.int64)[order]
    same = (words[order[1:]] == words[order[:-1]]).all(axis=1)
    if same.any():
        key = _recall(spool, int(offsets[same.argmax()])).key
        raise UserError(f"{key}: two samples of {split} have this key; it must be unique")
    return offsets.tolist()


def _iterate_index(folder: Path) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(folder / INDEX) as file:
        for batch in file.iter_batches(LARGEST):
            yield from batch.to_pylist()


def _write_shard(file: BinaryIO, samples: Iterable[Sample]) -> Iterator[dict[str, Any]]:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for sample in samples:
            row: dict[str, list] = {"endings": [], "offsets": [], "sizes": [], "sha256": []}
            for ending, content in sorted(sample.files.items()):
                data = content if isinstance(content, bytes) else content.read_bytes()
                info = tarfile.TarInfo(f"{sample.key}.{ending}")  # without times, owners and the like
                info.size, info.mode = len(data), 0o644
                header = info.tobuf(tar.format, tar.encoding or "utf-8", tar.errors or "strict")
                for part in (header, data, bytes(-len(data) % tarfile.BLOCKSIZE)):
                    file.write(part)
                row["endings"].append(ending)
                row["offsets"].append(tar.offset + len(header))
                row["sizes"].append(len(data))
                row["sha256"].append(_digest(data))
                tar.offset += len(header) + len(data) + (-len(data) % tarfile.BLOCKSIZE)
            yield {"key": sample.key, **row}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
