"""Tracks as the MOT Challenge writes them: gt/gt.txt and seqinfo.ini for each sequence."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np


class MotTrack(NamedTuple):
    """One object: the number of its class from 0, and its boxes by number of the frame, from 0."""

    label: int
    frames: np.ndarray  # (T,) whole numbers, ascending
    boxes: np.ndarray  # (T, 4) x1, y1, x2, y2 in pixels


class Sequence(NamedTuple):
    """A video: its split and name, frames per second, size in pixels, and its tracks in the order of their numbers."""

    split: str
    name: str
    rate: float
    width: int
    height: int
    tracks: tuple[MotTrack, ...]


def compose_rows(tracks: Iterable[MotTrack]) -> str:
    """gt.txt: frame, track, left, top, width, height, 1, class, visibility; all of them count from 1."""
    rows = []
    for number, track in enumerate(tracks, start=1):
        for frame, (x1, y1, x2, y2) in zip(track.frames.tolist(), track.boxes.tolist(), strict=True):
            place = f"{x1 + 1:.2f},{y1 + 1:.2f},{x2 - x1:.2f},{y2 - y1:.2f}"
            rows.append((frame, number, f"{frame + 1},{number},{place},1,{track.label + 1},1\n"))
    return "".join(line for _, _, line in sorted(rows))


def compose_files(sequence: Sequence, names: Iterable[str]) -> Mapping[str, str]:
    """All files of a sequence by their names in its folder."""
    last = max((int(track.frames[-1]) + 1 for track in sequence.tracks), default=0)
    about = {
        "name": sequence.name,
        "imDir": "img1",
        "frameRate": f"{sequence.rate:g}",
        "seqLength": last,
        "imWidth": sequence.width,
        "imHeight": sequence.height,
        "imExt": ".jpg",
    }
    info = "[Sequence]\n" + "".join(f"{key}={value}\n" for key, value in about.items())
    classes = "".join(f"{name}\n" for name in names)
    return {"gt/gt.txt": compose_rows(sequence.tracks), "seqinfo.ini": info, "gt/labels.txt": classes}


def write_mot(folder: Path, sequences: Iterable[Sequence], names: Iterable[str]) -> None:
    """Make `folder` with a folder for each sequence, below that of its split."""
    names = list(names)
    folder.mkdir(parents=True)
    for sequence in sequences:
        for name, text in compose_files(sequence, names).items():
            path = folder / sequence.split / sequence.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def find_mot_faults(folder: Path, sequences: Iterable[Sequence], names: Iterable[str]) -> Iterator[str]:
    """Where an export is not what these sequences give: files, and the text in them."""
    names, wanted = list(names), {}
    for sequence in sequences:
        for name, text in compose_files(sequence, names).items():
            wanted[f"{sequence.split}/{sequence.name}/{name}"] = text
    there = {path.relative_to(folder).as_posix() for path in folder.glob("*/**/*") if path.is_file()}
    yield from (f"{name} is of no sequence, or is missing" for name in sorted(there ^ {*wanted}))
    for name in sorted(there & {*wanted}):
        if (folder / name).read_text(encoding="utf-8") != wanted[name]:
            yield f"{name} does not hold what is known of its tracks"
