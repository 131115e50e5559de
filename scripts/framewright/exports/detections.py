"""Annotated pictures in the layouts that detectors are trained with: COCO, and YOLO as Ultralytics reads it.

COCO: `images/<split>/`, `annotations/instances_<split>.json`. YOLO: `images/<split>/`, `labels/<split>/`, `data.yaml`.
Pictures are hard links. Numbers of classes are those of the dataset, from 0, in both.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from framewright.exports.link import link_file
from framewright.study.record import read_record, write_record

SPLITS = ("train", "val", "test")


class Box(NamedTuple):
    """An object in a picture: the number of its class, its corners in pixels, and the track that it belongs to."""

    label: int
    x1: float
    y1: float
    x2: float
    y2: float
    track: str = ""


class Picture(NamedTuple):
    """A picture: its file, its split, its size in pixels, and the objects in it."""

    file: Path
    split: str
    width: int
    height: int
    boxes: tuple[Box, ...]


def write_coco(folder: Path, pictures: Sequence[Picture], names: Sequence[str]) -> None:
    """Make `folder` with the pictures and the annotations of each split, in the order of their file names."""
    (folder / "annotations").mkdir(parents=True)
    for split, some in _by_split(pictures):
        for picture in some:
            link_file(picture.file, folder / "images" / split / picture.file.name)
        write_record(folder / f"annotations/instances_{split}.json", _compose_coco(some, names), indent=None)


def write_yolo(folder: Path, pictures: Sequence[Picture], names: Sequence[str]) -> None:
    """Make `folder` with the pictures, a text of boxes for each, and data.yaml, whose paths begin where it lies."""
    folder.mkdir(parents=True)
    found = []
    for split, some in _by_split(pictures):
        found.append(split)
        (folder / "labels" / split).mkdir(parents=True)
        for picture in some:
            link_file(picture.file, folder / "images" / split / picture.file.name)
            text = "".join(_compose_line(box, picture) for box in picture.boxes)
            (folder / "labels" / split / f"{picture.file.stem}.txt").write_text(text, encoding="utf-8")
    places = {split: f"images/{split}" for split in found}
    data = {**places, "names": dict(enumerate(names))}  # with a `path` they would begin where training is started
    (folder / "data.yaml").write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")


def find_coco_faults(folder: Path, pictures: Sequence[Picture], names: Sequence[str]) -> Iterator[str]:
    """Where a COCO export is not what these pictures give: files, their bytes, and annotations."""
    yield from _find_picture_faults(folder, pictures)
    splits = dict(_by_split(pictures))
    there = sorted(path.stem.removeprefix("instances_") for path in folder.glob("annotations/*.json"))
    if there != sorted(splits):
        yield f"annotations of {', '.join(there)}, pictures of {', '.join(sorted(splits))}"
    for split in there:
        if read_record(folder / f"annotations/instances_{split}.json") != _compose_coco(splits.get(split, []), names):
            yield f"annotations/instances_{split}.json does not hold the boxes of its pictures"


def find_yolo_faults(folder: Path, pictures: Sequence[Picture], names: Sequence[str]) -> Iterator[str]:
    """Where a YOLO export is not what these pictures give: files, their bytes, and labels."""
    yield from _find_picture_faults(folder, pictures)
    listed = yaml.safe_load((folder / "data.yaml").read_text(encoding="utf-8"))["names"]
    if listed != dict(enumerate(names)):
        yield f"data.yaml names {len(listed)} classes, there are {len(names)}"
    wanted = {f"{picture.split}/{picture.file.stem}.txt": picture for picture in pictures}
    there = {path.relative_to(folder / "labels").as_posix() for path in folder.glob("labels/*/*.txt")}
    yield from (f"labels/{name} has no picture, or is missing" for name in sorted(there ^ {*wanted}))
    for name in sorted(there & {*wanted}):
        text = "".join(_compose_line(box, wanted[name]) for box in wanted[name].boxes)
        if (folder / "labels" / name).read_text(encoding="utf-8") != text:
            yield f"labels/{name} does not hold the boxes of its picture"


def _by_split(pictures: Iterable[Picture]) -> Iterator[tuple[str, list[Picture]]]:
    pictures = sorted(pictures, key=lambda picture: picture.file.name)
    for split in SPLITS:
        if some := [picture for picture in pictures if picture.split == split]:
            yield split, some


def _compose_coco(pictures: Sequence[Picture], names: Sequence[str]) -> dict[str, Any]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, picture in enumerate(pictures, start=1):
        size = {"width": picture.width, "height": picture.height}
        images.append({"id": number, "file_name": picture.file.name} | size)
        for box in picture.boxes:
            width, height = round(box.x2 - box.x1, 2), round(box.y2 - box.y1, 2)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": box.label,
                    "bbox": [round(box.x1, 2), round(box.y1, 2), width, height],
                    "area": round(width * height, 2),
                    "iscrowd": 0,
                    "segmentation": [],
                    "track": box.track,
                }
            )
    categories = [{"id": number, "name": name, "supercategory": "object"} for number, name in enumerate(names)]
    return {"images": images, "annotations": annotations, "categories": categories}


def _compose_line(box: Box, picture: Picture) -> str:
    x, y = (box.x1 + box.x2) / 2 / picture.width, (box.y1 + box.y2) / 2 / picture.height
    width, height = (box.x2 - box.x1) / picture.width, (box.y2 - box.y1) / picture.height
    return f"{box.label} {x:.6f} {y:.6f} {width:.6f} {height:.6f}\n"


def _find_picture_faults(folder: Path, pictures: Iterable[Picture]) -> Iterator[str]:
    wanted = {f"{picture.split}/{picture.file.name}": picture for picture in pictures}
    there = {path.relative_to(folder / "images").as_posix() for path in folder.glob("images/*/*")}
    yield from (f"images/{name} is not among the pictures, or is missing" for name in sorted(there ^ {*wanted}))
    for name in sorted(there & {*wanted}):
        one, other = folder / "images" / name, wanted[name].file
        if not one.samefile(other) and one.read_bytes() != other.read_bytes():
            yield f"images/{name}: other bytes than its source"
