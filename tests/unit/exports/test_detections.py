"""Detection sets and MOT text: other tools read back the boxes, and damage is found."""

import json

import cv2
import numpy as np
import pytest

from framewright.detector import forbid_downloads
from framewright.exports.coco import find_coco_faults, write_coco
from framewright.exports.link import link_file
from framewright.exports.mot import MotTrack, Sequence, compose_rows, find_mot_faults, write_mot
from framewright.exports.pictures import Box, Picture, find_picture_faults, group_by_split
from framewright.exports.promise import judge_export
from framewright.exports.yolo import find_yolo_faults, write_yolo

NAMES = ["cat", "class 1", "dog"]


@pytest.fixture
def pictures(tmp_path):
    made = []
    for number, split in enumerate(("train", "train", "val")):
        path = tmp_path / f"frames/v{number}-000001000.jpg"
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), np.full((80, 100, 3), 40 * number, np.uint8))
        boxes = [Box(2, 10.5, 20, 60, 70.25, "a"), Box(0, 0, 0, 5, 6, "b")][: 2 - number % 2]
        made.append(Picture(path, split, 100, 80, tuple(boxes)))
    return made


def read_with_supervision(folder, how):
    import supervision

    if how == "coco":
        places = folder / "images/train", folder / "annotations/instances_train.json"
        return supervision.DetectionDataset.from_coco(*map(str, places))
    labels, data = folder / "labels/train", folder / "data.yaml"
    return supervision.DetectionDataset.from_yolo(str(folder / "images/train"), str(labels), str(data))


WRITERS = {"coco": (write_coco, find_coco_faults), "yolo": (write_yolo, find_yolo_faults)}


@pytest.mark.parametrize("how", WRITERS)
def test_another_tool_reads_the_same_boxes_and_classes(pictures, tmp_path, how):
    write, find_faults = WRITERS[how]
    write(tmp_path / how, pictures, NAMES)
    assert list(find_faults(tmp_path / how, pictures, NAMES)) == []
    found = read_with_supervision(tmp_path / how, how)
    assert found.classes == NAMES and len(found) == 2
    for path, _, detections in found:
        (picture,) = (one for one in pictures if one.file.name == path.rpartition("/")[2])
        wanted = [[box.x1, box.y1, box.x2, box.y2] for box in picture.boxes]
        assert np.allclose(detections.xyxy, wanted, atol=1e-3 * 100)
        assert [found.classes[label] for label in detections.class_id] == [NAMES[box.label] for box in picture.boxes]


def test_a_picture_without_objects_is_kept_as_a_negative(pictures, tmp_path):
    """COCO: an entry among the images and no annotation. YOLO: an empty text. Tools that read them find no boxes."""
    bare = pictures[1]._replace(boxes=())
    for how, (write, find_faults) in WRITERS.items():
        write(tmp_path / how, [pictures[0], bare], NAMES)
        assert list(find_faults(tmp_path / how, [pictures[0], bare], NAMES)) == []
        found = read_with_supervision(tmp_path / how, how)
        assert {path.rpartition("/")[2]: len(boxes) for path, _, boxes in found} == {
            pictures[0].file.name: 2,
            bare.file.name: 0,
        }
    known = json.loads((tmp_path / "coco/annotations/instances_train.json").read_text())
    (number,) = (image["id"] for image in known["images"] if image["file_name"] == bare.file.name)
    assert number not in {one["image_id"] for one in known["annotations"]} and len(known["annotations"]) == 2
    assert (tmp_path / f"yolo/labels/train/{bare.file.stem}.txt").read_bytes() == b""
    (tmp_path / f"yolo/labels/train/{bare.file.stem}.txt").unlink()
    assert list(find_yolo_faults(tmp_path / "yolo", [pictures[0], bare], NAMES)) == [
        f"labels/train/{bare.file.stem}.txt has no picture, or is missing"
    ]


def test_pictures_stand_by_split_in_the_order_of_their_names(pictures, tmp_path):
    assert [(split, [one.file.name for one in some]) for split, some in group_by_split(pictures[::-1])] == [
        ("train", [pictures[0].file.name, pictures[1].file.name]),
        ("val", [pictures[2].file.name]),
    ]
    assert len(list(find_picture_faults(tmp_path, pictures))) == 3  # nothing is there


def test_the_promise_of_an_export_is_broken_by_one_fault():
    assert judge_export("coco", [], "3 pictures").ok and judge_export("coco", [], "3 pictures").detail == "3 pictures"
    broken = judge_export("coco", ["images/a.jpg is missing"], "3 pictures")
    assert not broken.ok and broken.detail == "images/a.jpg is missing" and "coco" in broken.name


@pytest.mark.slow
def test_ultralytics_finds_the_pictures_wherever_it_is_started(pictures, tmp_path, monkeypatch):
    forbid_downloads()
    from ultralytics.data.utils import check_det_dataset

    write_yolo(tmp_path / "yolo", pictures, NAMES)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    known = check_det_dataset(str(tmp_path / "yolo/data.yaml"), autodownload=False)
    assert (known["train"], known["val"]) == tuple(str(tmp_path / f"yolo/images/{split}") for split in ("train", "val"))
    assert list(known["names"].values()) == NAMES


def test_ultralytics_takes_a_set_without_val_which_says_so(pictures, tmp_path):
    forbid_downloads()
    from ultralytics.data.utils import check_det_dataset

    write_yolo(tmp_path / "yolo", pictures[:2], NAMES)
    text = (tmp_path / "yolo/data.yaml").read_text()
    assert text.startswith("# There are no pictures for val: it repeats train.\n")
    known = check_det_dataset(str(tmp_path / "yolo/data.yaml"), autodownload=False)
    assert known["val"] == known["train"] == str(tmp_path / "yolo/images/train")
    (tmp_path / "yolo/data.yaml").write_text(text.replace("cat", "cot"))
    (fault,) = find_yolo_faults(tmp_path / "yolo", pictures[:2], NAMES)
    assert fault == "data.yaml does not name its splits and its 3 classes"
    write_yolo(tmp_path / "none", [], NAMES)
    assert list(find_yolo_faults(tmp_path / "none", [], NAMES)) == []


@pytest.mark.parametrize("how", WRITERS)
def test_pictures_are_linked_and_bytes_follow_from_them(pictures, tmp_path, how):
    write, _ = WRITERS[how]
    write(tmp_path / "one", pictures, NAMES)
    write(tmp_path / "two", pictures[::-1], NAMES)
    files = [path for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert all(
        path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes() for path in files
    )
    assert (tmp_path / "one/images/val" / pictures[2].file.name).samefile(pictures[2].file)


@pytest.mark.parametrize("how", WRITERS)
def test_damage_is_found(pictures, tmp_path, how):
    write, find_faults = WRITERS[how]
    write(tmp_path / how, pictures, NAMES)
    assert len(list(find_faults(tmp_path / how, pictures[:2], NAMES))) >= 2  # a picture and its annotations too many
    moved = pictures[0]._replace(boxes=(Box(2, 11, 20, 60, 70),))
    assert len(list(find_faults(tmp_path / how, [moved, *pictures[1:]], NAMES))) == 1
    assert list(find_faults(tmp_path / how, pictures, NAMES[:2])) != []
    path = tmp_path / how / "images/train" / pictures[0].file.name
    path.unlink()
    path.write_bytes(b"other")
    assert list(find_faults(tmp_path / how, pictures, NAMES)) == [
        f"images/train/{path.name}: other bytes than its source"
    ]


def test_a_name_that_is_taken_is_a_fault(tmp_path):
    (tmp_path / "a").write_text("a")
    link_file(tmp_path / "a", tmp_path / "deep/b")
    assert (tmp_path / "deep/b").samefile(tmp_path / "a")
    with pytest.raises(FileExistsError):
        link_file(tmp_path / "a", tmp_path / "deep/b")


TRACKS = (
    MotTrack(0, np.array([0, 2]), np.array([[0.0, 0, 10, 20], [1, 1, 11, 21]])),
    MotTrack(2, np.array([2]), np.array([[5.0, 6, 7, 8]])),
)
SEQUENCE = Sequence("val", "street", 16.0, 100, 80, TRACKS)


def test_frames_tracks_classes_and_pixels_count_from_one():
    assert compose_rows(TRACKS).splitlines() == [
        "1,1,1.00,1.00,10.00,20.00,1,1,1",
        "3,1,2.00,2.00,10.00,20.00,1,1,1",
        "3,2,6.00,7.00,2.00,2.00,1,3,1",
    ]


def test_our_reader_of_mot_finds_the_same_boxes(tmp_path):
    from fractions import Fraction

    from framewright.sources.mot import read_rows
    from framewright.truth import Truth

    write_mot(tmp_path / "mot", [SEQUENCE], NAMES)
    known, left_out = read_rows(tmp_path / "mot/val/street/gt/gt.txt", Truth((100, 80), Fraction(16), 3), 1)
    assert left_out == 0 and len(known.objects) == 2
    assert "seqLength=3" in (tmp_path / "mot/val/street/seqinfo.ini").read_text()
    assert list(find_mot_faults(tmp_path / "mot", [SEQUENCE], NAMES)) == []


def test_damage_of_mot_is_found(tmp_path):
    write_mot(tmp_path / "mot", [SEQUENCE], NAMES)
    assert len(list(find_mot_faults(tmp_path / "mot", [], NAMES))) == 3
    assert len(list(find_mot_faults(tmp_path / "mot", [SEQUENCE._replace(tracks=TRACKS[:1])], NAMES))) == 1
