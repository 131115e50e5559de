"""Which clips belong to which shard, and where the files of a folder of base clips are."""

from pathlib import Path
from typing import Any


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


def arms(settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The settings of each arm by its name, the default arm first; its storage is that of all where it has none."""
    own = {"default": settings["default"], **settings["variants"]}
    return {name: arm | {"storage": arm["storage"] or settings["storage"]} for name, arm in own.items()}


def without(settings: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Settings but for some keys: what a rule does not read must not make it stale."""
    return {key: value for key, value in settings.items() if key not in keys}


def shape_of(task: str, settings: dict[str, Any]) -> dict[str, Any]:
    """What the configuration says of a model's shape: of one, what looks at single frames."""
    return {"encoder": settings["encoder"]} if task == "persistence" else {}


def settings_of(task: str, settings: dict[str, Any]) -> dict[str, Any]:
    """What the configuration says of how the model of a task learns."""
    same = {key: settings[key] for key in ("batch", "learning_rate", "gpus")}
    return {"epochs": settings["epochs"][task], **same}
