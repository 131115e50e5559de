import hashlib
import json
import logging
from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest

from framewright.errors import UserError
from framewright.sources import mot
from framewright.sources.outcome import Dead
from framewright.truth import NOTHING, Truth, read_truth, to_text
from framewright.video.probe import as_probe
from framewright.video.stream import open_video

INFO = "[Sequence]\nname=walk\nimDir=img1\nframeRate=25\nseqLength=4\nimWidth=64\nimHeight=48\nimExt=.jpg\n"
GT = """\
1,1,11,21,10,5,1,1,1
2,1,12,21,10,5,1,1,0.5
1,2,-4,1,20,30,1,3,0.8
4,2,6,1,20,30,1,3,1
1,9,1,1,64,10,0,8,1
"""
FOUR = Truth((64, 48), Fraction(25), 4)


def picture(value, size=(64, 48)):
    """A flat picture with a ramp, RGB: what it shows is told from any of its pixels."""
    ramp = np.linspace(0, 40, size[0], dtype=np.uint8)
    return np.broadcast_to((ramp + value)[None, :, None], (size[1], size[0], 3)).copy()


@pytest.fixture
def folder(tmp_path):
    """A sequence of four pictures, 0 to 150 bright, whose names do not sort as their numbers do."""
    (tmp_path / "walk/img1").mkdir(parents=True)
    (tmp_path / "walk/gt").mkdir()
    for number in range(1, 5):
        cv2.imwrite(str(tmp_path / f"walk/img1/{number + 7}.png"), picture(50 * (number - 1)))
    (tmp_path / "walk/img1/Thumbs.db").touch()
    (tmp_path / "walk/img1/.9.png").touch()
    (tmp_path / "walk/seqinfo.ini").write_text(INFO)
    (tmp_path / "walk/gt/gt.txt").write_text("".join(f"{int(r[0]) + 7}{r[1:]}\n" for r in GT.split()))
    return tmp_path / "walk"


def fetch(folder, name="video"):
    truth = folder.parent / f"{name}.json"
    return mot.fetch(folder, folder.parent / name, truth=truth, log=logging.getLogger("test")), truth


def test_pictures_become_a_video_in_the_order_of_their_numbers(folder):
    fetched, _ = fetch(folder)
    with open_video(folder.parent / "video") as video:
        frames = list(video.frames())
    assert [frame.time for frame in frames] == [Fraction(i, 25) for i in range(4)]
    for frame, value in zip(frames, (0, 50, 100, 150), strict=True):
        assert np.abs(frame.rgb.astype(int) - picture(value)).max() <= 6
    assert fetched.format == "4 pictures, 64x48, 25 fps"
    assert fetched.detail == ""
    assert fetched.sha256 == hashlib.sha256((folder.parent / "video").read_bytes()).hexdigest()


def test_a_single_picture_is_a_video_of_one_frame(folder):
    for path in sorted((folder / "img1").glob("[0-9]*.png"))[1:]:
        path.unlink()
    (folder / "gt/gt.txt").unlink(), (folder / "seqinfo.ini").unlink()
    fetched, _ = fetch(folder)
    assert fetched.format == "1 pictures, 64x48, 30 fps"


def test_same_pictures_same_bytes(folder):
    assert fetch(folder, "one")[0].sha256 == fetch(folder, "two")[0].sha256


def test_truth_counts_frames_and_pixels_from_zero(folder):
    truth = read_truth(fetch(folder)[1])
    assert (truth.size, truth.rate, truth.frames) == ((64, 48), 25, 4)
    person, car = truth.objects
    assert (person.id, person.name, car.id, car.name) == (1, "person", 2, "car")
    assert person.frames.tolist() == [0, 1]
    assert person.boxes.tolist() == [[10, 20, 20, 25], [11, 20, 21, 25]]
    assert person.visible.tolist() == [1, 0.5]
    assert car.frames.tolist() == [0, 3]
    assert car.boxes.tolist()[0] == [-5, 0, 15, 30]
    (ignore,) = truth.ignore
    assert (ignore.frames.tolist(), ignore.boxes.tolist()) == ([0], [[0, 0, 64, 10]])


def test_a_number_without_a_picture_repeats_the_one_before(folder):
    (folder / "img1/9.png").unlink()
    fetched, truth = fetch(folder)
    with open_video(folder.parent / "video") as video:
        values = [int(frame.rgb[0, 0, 0]) for frame in video.frames()]
    assert np.allclose(values, [0, 0, 100, 150], atol=6)
    assert fetched.detail == "numbers from 8 to 11 without a picture, shown as the one before: 1"
    assert read_truth(truth).objects[0].frames.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("info", "rate", "detail"),
    [
        pytest.param(None, 30, "no seqinfo.ini: 30 frames per second assumed", id="none"),
        pytest.param("[Sequence]\n", 30, "seqinfo.ini names no rate: 30 frames per second assumed", id="no rate"),
        pytest.param(
            "[Sequence]\nframeRate=0", 30, "seqinfo.ini names no rate: 30 frames per second assumed", id="no time"
        ),
        pytest.param("frameRate=25", 30, "seqinfo.ini cannot be read: 30 frames per second assumed", id="not an ini"),
        pytest.param("[Sequence]\nframeRate=12.5", Fraction(25, 2), "", id="a fraction"),
        pytest.param(
            INFO.replace("=48", "=50"), 25, "seqinfo.ini says imheight = 50, the pictures say 48", id="other size"
        ),
        pytest.param(
            INFO.replace("=4\n", "=6\n"), 25, "seqinfo.ini says seqlength = 6, the pictures say 4", id="other length"
        ),
    ],
)
def test_seqinfo(folder, info, rate, detail):
    (folder / "seqinfo.ini").unlink()
    if info is not None:
        (folder / "seqinfo.ini").write_text(info)
    sequence = mot.read_sequence(folder)
    assert sequence.rate == rate
    assert "; ".join(sequence.notes) == detail


def test_a_sequence_without_annotations(folder):
    (folder / "gt/gt.txt").unlink()
    fetched, truth = fetch(folder)
    assert fetched.detail == "no gt/gt.txt: no object is known"
    assert (read_truth(truth).frames, read_truth(truth).objects) == (4, ())


def test_annotations_beyond_the_pictures_are_left_out(folder):
    (folder / "img1/11.png").unlink()
    fetched, truth = fetch(folder)
    assert "rows of gt.txt left out, since their frames have no picture: 1" in fetched.detail
    assert read_truth(truth).objects[1].frames.tolist() == [0]


def test_odd_sizes_agree_with_the_video(folder):
    for path in (folder / "img1").glob("[0-9]*.png"):
        cv2.imwrite(str(path), picture(10, (63, 47)))
    _, truth = fetch(folder)
    with open_video(folder.parent / "video") as video:
        assert next(iter(video.frames())).rgb.shape == (48, 64, 3)
    assert read_truth(truth).size == (64, 48)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        pytest.param(lambda f: [p.unlink() for p in (f / "img1").glob("*.png")], "gone", id="no pictures"),
        pytest.param(lambda f: (f / "img1").rename(f / "frames"), "gone", id="no img1"),
        pytest.param(lambda f: (f / "img1/9.png").write_bytes(b"not a picture"), "broken", id="a broken picture"),
        pytest.param(lambda f: cv2.imwrite(str(f / "img1/9.png"), picture(0, (32, 48))), "broken", id="another size"),
        pytest.param(
            lambda f: (f / "img1/9.png").rename(f / "img1/9000.png"), "broken", id="numbers that are no counter"
        ),
        pytest.param(lambda f: cv2.imwrite(str(f / "img1/009.jpg"), picture(0)), "broken", id="a number twice"),
        pytest.param(lambda f: (f / "gt/gt.txt").write_text("frame,id\n1,2"), "annotations", id="other annotations"),
    ],
)
def test_dead_sequences(folder, harm, reason):
    harm(folder)
    with pytest.raises(Dead) as caught:
        fetch(folder)
    assert caught.value.reason == reason
    assert "\n" not in str(caught.value)
    assert read_truth(folder.parent / "video.json").frames == NOTHING.frames


def rows(tmp_path, text, known=FOUR, first=1):
    (tmp_path / "gt.txt").write_text(text)
    return mot.read_rows(tmp_path / "gt.txt", known, first)[0]


@pytest.mark.parametrize(
    ("row", "name", "visible"),
    [
        pytest.param("1,1,1,1,5,5,1,3,0.25", "car", 0.25, id="nine columns, since 2016"),
        pytest.param("1,1,1,1,5,5,1,-1,-1,-1", "person", 1, id="ten columns, of 2015"),
        pytest.param("1,1,1,1,5,5,0.9,5", "motorcycle", 1, id="eight"),
        pytest.param("1,1,1,1,5,5,1", "person", 1, id="seven"),
        pytest.param("1 1 1 1 5 5", "person", 1, id="six, with blanks"),
        pytest.param("1,1,1,1,5,5,1,42,1", "42", 1, id="a class of someone's own"),
    ],
)
def test_rows_of_all_years(tmp_path, row, name, visible):
    (thing,) = rows(tmp_path, f"\n{row}\n\n").objects
    assert (thing.name, thing.visible.tolist(), thing.boxes.tolist()) == (name, [visible], [[0, 0, 5, 5]])


def test_order_of_rows_does_not_matter(tmp_path):
    backwards = "\n".join(reversed(GT.split()))
    assert to_text(rows(tmp_path, backwards)) == to_text(rows(tmp_path, GT))


def test_no_rows_no_objects(tmp_path):
    assert rows(tmp_path, "").objects == ()


def test_an_object_keeps_the_class_it_has_most(tmp_path):
    text = "1,1,1,1,5,5,1,3,1\n2,1,1,1,5,5,1,1,1\n3,1,1,1,5,5,1,3,1"
    assert rows(tmp_path, text).objects[0].name == "car"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("a,b,c", "not rows of numbers", id="words"),
        pytest.param("1,1,1,1,5,5,1,1,1\n1,2,3", "not rows of numbers", id="a short row"),
        pytest.param("1,1,1", "3 columns", id="too few columns"),
        pytest.param("1,-1,1,1,5,5,0.9,-1,-1,-1", "give gt.txt, not detections", id="detections"),
        pytest.param("1.5,1,1,1,5,5,1,1,1", "whole numbers", id="half a frame"),
        pytest.param("1,1,nan,1,5,5,1,1,1", "finite", id="nowhere"),
        pytest.param("1,1,1,1,-5,5,1,1,1", "x1 <= x2", id="negative width"),
        pytest.param("1,1,1,1,5,5,1,1,1\n1,1,2,1,5,5,1,1,1", "must ascend", id="twice in a frame"),
    ],
)
def test_faulty_rows(tmp_path, text, says):
    with pytest.raises(UserError, match=says) as caught:
        rows(tmp_path, text)
    assert "gt.txt: " in str(caught.value) and "\n" not in str(caught.value)


PROBE = as_probe({"video": "a", "status": "ok", "displayed_size": [64, 48], "frames": 4, "rate": "25"})


def test_annotations_of_a_video_in_the_table(tmp_path):
    truth = rows(tmp_path, GT)
    (tmp_path / "truth.json").write_text(to_text(truth))
    for name in ("gt.txt", "truth.json"):
        assert to_text(mot.read_annotations(tmp_path / name, PROBE)) == to_text(truth)
    assert mot.read_annotations(tmp_path / "gt.txt", replace(PROBE, frames=0, displayed_size=(0, 0))) is NOTHING


@pytest.mark.parametrize("name", ["gt.txt", "truth.json"])
def test_annotations_of_another_video(tmp_path, name):
    (tmp_path / "truth.json").write_text(to_text(rows(tmp_path, GT)))
    with pytest.raises(UserError, match="frames"):
        mot.read_annotations(tmp_path / name, replace(PROBE, frames=3))
    assert json.loads((tmp_path / "truth.json").read_text())["frames"] == 4
