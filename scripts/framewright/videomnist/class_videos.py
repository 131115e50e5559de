"""Videos in class folders, <split>/<class>/*.mp4: written from the digits, and read from any such folder."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import h5py
import numpy as np

from framewright.errors import UserError
from framewright.study.funnel import Item
from framewright.video.encode import Writer
from framewright.video.examine import examine
from framewright.video.frame import Frame
from framewright.video.sandbox import call
from framewright.video.stream import open_video
from framewright.videomnist.store import PartWriter, Shape, iterate_videos

COLUMNS = {
    "labels": (np.int64, ()),
    "film": (h5py.string_dtype(), ()),  # class/name of the file that it is from
    "start": (np.float64, ()),  # seconds: when its first frame is shown there
}


def write_classes(folder: Path, dataset: Path, split: str, fps: int) -> int:
    """Write each video of a split, all its T+1 frames, as `<digit>/video_<number>.mp4`; how many there are."""
    with h5py.File(dataset) as file:
        labels = file[f"{split}_labels"][()]
        for digit in np.unique(labels):
            (folder / str(digit)).mkdir(parents=True)
        for index, frames in enumerate(iterate_videos(file[f"{split}_data"])):
            path = folder / str(labels[index]) / f"video_{index:06}.mp4"
            with Writer(path, frames.shape[2:0:-1], fps, crf=12) as writer:
                for frame in frames:
                    writer.add(frame)
    return len(labels)


def convert(
    path: Path,
    films: Sequence[str | Path],
    label: int,
    shape: Shape,
    seconds: float,
    mebibytes: int,
    definition: str = "",
) -> list[Item]:
    """Cut the films of one class into clips of T+1 frames, in both layouts, and say what became of each film.

    No frame is in two clips; what is left over at a film's end is not used.
    """
    items = []
    with PartWriter(path, shape, COLUMNS, definition=definition) as part:
        for film, refused in screen(films, seconds, mebibytes):
            name = "/".join(Path(film).parts[-3:])
            reason, detail = ("unreadable", refused) if refused else _add_clips(part, film, label, shape)
            items.append(Item("films", "", name, reason, detail))
    return items


def screen(films: Sequence[str | Path], seconds: float, mebibytes: int) -> Iterator[tuple[str | Path, str]]:
    """Each film and why it can't be read ("" if it can), tried in a separate process.

    All are tried together, because starting a process takes longer than reading a short film. Where one of them
    crashes it, halves are tried, and so on down to the film that did it.
    """
    if not films:
        return
    arguments = {"paths": list(map(str, films))}
    tried = call(
        "framewright.videomnist.class_videos:find_refusals",
        arguments,
        seconds=seconds * len(films),
        mebibytes=mebibytes,
    )
    if tried.ok:
        yield from zip(films, tried.value, strict=True)
    elif len(films) == 1:
        yield films[0], f"reading it {tried.reason}"
    else:
        half = len(films) // 2
        yield from screen(films[:half], seconds, mebibytes)
        yield from screen(films[half:], seconds, mebibytes)


def find_refusals(paths: Sequence[str]) -> list[str]:
    """Why each film can't be read, "" where it can."""
    return [examine(path)["reason"] or "" for path in paths]


def crop_square(frame: Frame, size: int) -> np.ndarray:
    """(size, size, 3) uint8 RGB: the shorter side made `size`, and the middle of the longer one."""
    picture = frame.rgb
    zoom = size / min(picture.shape[:2])
    wide, high = (max(size, round(side * zoom)) for side in picture.shape[1::-1])
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    picture = cv2.resize(picture, (wide, high), interpolation=way)
    left, top = (wide - size) // 2, (high - size) // 2
    return picture[top : top + size, left : left + size]


def _add_clips(part: PartWriter, film: str | Path, label: int, shape: Shape) -> tuple[str, str]:
    """Add the clips of a film; a word and a sentence on why there are none, both empty if there are."""
    clips, start = 0, 0.0
    frames: list[np.ndarray] = []
    try:
        with open_video(film) as video:
            for frame in video.frames():
                start = start if frames else float(frame.time)
                frames.append(crop_square(frame, shape.size))
                if len(frames) > shape.frames:
                    colours = np.stack(frames)
                    grey = np.stack([cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in frames])
                    part.add(grey, colours, labels=label, film="/".join(Path(film).parts[-2:]), start=start)
                    clips, frames = clips + 1, []
    except UserError as error:
        return ("", "") if clips else ("unreadable", str(error))
    if not clips:
        return "short", f"it has {len(frames)} frames; a clip takes {shape.frames + 1}"
    return "", ""
