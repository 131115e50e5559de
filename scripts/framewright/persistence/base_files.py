"""Where the files of a folder of base clips are. Light: no arrays here."""

from pathlib import Path


def locate_clip(folder: str | Path, index: int) -> tuple[Path, list[Path]]:
    """Where the tensor of a base clip should be, and where its metadata may be."""
    folder, name = Path(folder), f"traj_{index:05d}"
    places = (folder, folder / "labels", folder.parent / "labels")
    return folder / f"{name}.pt", [place / f"{name}.json" for place in places]


def find_files(folder: str | None, numbers: range) -> list[str]:
    """The files of these clips that are there; none without a folder."""
    found = (locate_clip(folder, index) for index in numbers) if folder else ()
    return [str(path) for tensor, labels in found for path in (tensor, *labels) if path.is_file()]
