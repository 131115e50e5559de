"""Folders of videos by class, `<split>/<class>/*.mp4`, as VideoGPT reads them. Light: no arrays here."""

from pathlib import Path

from framewright.videomnist.clip_spec import SPLITS

VIDEO_SUFFIXES = (".mp4", ".avi", ".webm")  # what VideoGPT looks for in class folders


def find_class_folders(folder: str | None) -> dict[str, Path]:
    """The folders <split>/<class> below a folder, as `<split>-<number of the class>`.

    Classes are numbered in the order of their names, over both splits, as VideoGPT numbers them.
    """
    if folder is None:
        return {}
    here = [path for split in SPLITS for path in sorted(Path(folder, split).glob("*/")) if path.is_dir()]
    names = sorted({path.name for path in here})
    return {f"{path.parent.name}-{names.index(path.name):05}": path for path in here}


def find_videos(folder: Path) -> list[str]:
    """The videos directly in a class folder, by name."""
    return sorted(str(path) for path in folder.iterdir() if path.suffix.lower() in VIDEO_SUFFIXES)
