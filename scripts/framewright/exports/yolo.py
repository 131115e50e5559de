"""Annotated pictures in YOLO's layout, as Ultralytics reads it: `images/<split>/`, `labels/<split>/`, `data.yaml`.

Pictures are hard links. Numbers of classes are those of the dataset, from 0. A picture without objects has an empty
text of labels: a negative.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from framewright.exports.link import link_file
from framewright.exports.pictures import Box, Picture, find_picture_faults, group_by_split


def write_yolo(folder: Path, pictures: Sequence[Picture], names: Sequence[str]) -> None:
    """Make `folder` with the pictures, a text of boxes for each, and data.yaml, whose paths begin where it lies."""
    folder.mkdir(parents=True)
    for split, some in group_by_split(pictures):
        (folder / "labels" / split).mkdir(parents=True)
        for picture in some:
            link_file(picture.file, folder / "images" / split / picture.file.name)
            text = "".join(_compose_line(box, picture) for box in picture.boxes)
            (folder / "labels" / split / f"{picture.file.stem}.txt").write_text(text, encoding="utf-8")
    (folder / "data.yaml").write_text(_compose_data(pictures, names), encoding="utf-8")


def find_yolo_faults(folder: Path, pictures: Sequence[Picture], names: Sequence[str]) -> Iterator[str]:
    """Where a YOLO export is not what these pictures give: files, their bytes, and labels."""
    yield from find_picture_faults(folder, pictures)
    if (folder / "data.yaml").read_text(encoding="utf-8") != _compose_data(pictures, names):
        yield f"data.yaml does not name its splits and its {len(names)} classes"
    wanted = {f"{picture.split}/{picture.file.stem}.txt": picture for picture in pictures}
    there = {path.relative_to(folder / "labels").as_posix() for path in folder.glob("labels/*/*.txt")}
    yield from (f"labels/{name} has no picture, or is missing" for name in sorted(there ^ {*wanted}))
    for name in sorted(there & {*wanted}):
        text = "".join(_compose_line(box, wanted[name]) for box in wanted[name].boxes)
        if (folder / "labels" / name).read_text(encoding="utf-8") != text:
            yield f"labels/{name} does not hold the boxes of its picture"


def _compose_data(pictures: Sequence[Picture], names: Sequence[str]) -> str:
    """The text of data.yaml. Without a `path`, what it names begins where it lies, not where training is started.

    Ultralytics refuses it without train and val: where there are no pictures of one, the others are named again.
    """
    found = [split for split, _ in group_by_split(pictures)]
    lacking = [split for split in ("train", "val") if found and split not in found]
    places = {split: f"images/{split}" for split in found} | dict.fromkeys(
        lacking, f"images/{found[0]}" if found else ""
    )
    remark = "".join(f"# There are no pictures for {split}: it repeats {found[0]}.\n" for split in lacking)
    return remark + yaml.safe_dump({**places, "names": dict(enumerate(names))}, sort_keys=False, allow_unicode=True)


def _compose_line(box: Box, picture: Picture) -> str:
    x, y = (box.x1 + box.x2) / 2 / picture.width, (box.y1 + box.y2) / 2 / picture.height
    width, height = (box.x2 - box.x1) / picture.width, (box.y2 - box.y1) / picture.height
    return f"{box.label} {x:.6f} {y:.6f} {width:.6f} {height:.6f}\n"
