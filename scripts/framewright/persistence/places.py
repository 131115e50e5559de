"""Which clips belong to which shard, and where the files of a folder of base clips are."""

from pathlib import Path


def shards_of(samples: int, shard_size: int) -> list[str]:
    """The names of all shards."""
    return [f"{number:04d}" for number in range(-(-samples // shard_size))]


def numbers_of(shard: str, samples: int, shard_size: int) -> range:
    """The numbers of the clips in a shard."""
    first = int(shard) * shard_size
    return range(first, min(first + shard_size, samples))


def files_of(folder: str | Path, index: int) -> tuple[Path, list[Path]]:
    """Where the tensor of a base clip should be, and where its metadata may be."""
    folder, name = Path(folder), f"traj_{index:05d}"
    places = (folder, folder / "labels", folder.parent / "labels")
    return folder / f"{name}.pt", [place / f"{name}.json" for place in places]


def present(folder: str | None, numbers: range) -> list[str]:
    """The files of these clips that are there; none without a folder."""
    found = (files_of(folder, index) for index in numbers) if folder else ()
    return [str(path) for tensor, labels in found for path in (tensor, *labels) if path.is_file()]
