"""Annotated pictures in the layout of COCO: `images/<split>/`, `annotations/instances_<split>.json`.

Pictures are hard links. Numbers of classes are those of the dataset, from 0. A picture without objects has an entry
among the images and no annotation: a negative.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from framewright.exports.link import link_file
from framewright.exports.pictures import Picture, find_picture_faults, group_by_split
from framewright.study.record import read_record, write_record


def write_coco(folder: Path, pictures: Sequence[Picture], names: Sequence[str]) -> None:
    """Make `folder` with the pictures and the annotations of each split, in the order of their file names."""
    (folder / "annotations").mkdir(parents=True)
    for split, some in group_by_split(pictures):
        for picture in some:
            link_file(picture.file, folder / "images" / split / picture.file.name)
        write_record(folder / f"annotations/instances_{split}.json", _compose_coco(some, names), indent=None)


def find_coco_faults(folder: Path, pictures: Sequence[Picture], names: Sequence[str]) -> Iterator[str]:
    """Where a COCO export is not what these pictures give: files, their bytes, and annotations."""
    yield from find_picture_faults(folder, pictures)
    splits = dict(group_by_split(pictures))
    there = sorted(path.stem.removeprefix("instances_") for path in folder.glob("annotations/*.json"))
    if there != sorted(splits):
        yield f"annotations of {', '.join(there)}, pictures of {', '.join(sorted(splits))}"
    for split in there:
        if read_record(folder / f"annotations/instances_{split}.json") != _compose_coco(splits.get(split, []), names):
            yield f"annotations/instances_{split}.json does not hold the boxes of its pictures"


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
