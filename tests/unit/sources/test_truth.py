from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from framewright.errors import UserError
from framewright.truth import NOTHING, Boxes, Object, Transition, Truth, read_truth, to_text, write_truth

CAR = Object(
    frames=[3, 4, 6], boxes=[[0, 0, 10, 5], [-2.5, 0, 8, 5], [1 / 3, 0, 12, 5]], visible=[1, 0.75, 1], id=7, name="car"
)
SCENE = Truth(
    size=(640, 360),
    rate=Fraction(30000, 1001),
    frames=12,
    transitions=(Transition("cut", 5, 5, True), Transition("flash", 8, 10, False)),
    objects=(CAR,),
    ignore=(Boxes([0], [[100, 100, 200, 200]], [1]),),
    faces=(Boxes([3, 4], [[2, 1, 4, 3], [1, 1, 3, 3]], [1, 0.5]),),
)


def test_what_is_written_is_read(tmp_path):
    write_truth(tmp_path / "truth.json", SCENE)
    read = read_truth(tmp_path / "truth.json")
    assert (read.size, read.rate, read.frames, read.transitions) == (SCENE.size, SCENE.rate, 12, SCENE.transitions)
    assert (read.objects[0].id, read.objects[0].name) == (7, "car")
    assert read.objects[0].frames.tolist() == [3, 4, 6]
    assert np.allclose(read.objects[0].boxes, CAR.boxes, atol=0.0005)
    assert read.faces[0].visible.tolist() == [1, 0.5]
    assert to_text(read) == to_text(SCENE)


def test_text_is_known_to_the_byte():
    scene = Truth((64, 48), Fraction(25), 2, objects=(Object([0], [[-0.0, 1, 2, 3.00049]], [1], id=1, name="cat"),))
    assert to_text(scene) == (
        '{\n "size": [64, 48],\n "rate": "25/1",\n "frames": 2,\n "transitions": [],\n "objects": [\n'
        '  {"id": 1, "class": "cat", "frames": [0], "boxes": [[0.0, 1.0, 2.0, 3.0]], "visible": [1.0]}\n'
        ' ],\n "ignore": [],\n "faces": []\n}\n'
    )


def test_a_hand_written_file_needs_no_empty_lists(tmp_path):
    (tmp_path / "truth.json").write_text('{"size": [64, 48], "rate": "25", "frames": 9}')
    assert read_truth(tmp_path / "truth.json").objects == ()


def places(**changes):
    return replace(SCENE, objects=(replace(CAR, **changes),))


@pytest.mark.parametrize(
    ("truth", "says"),
    [
        pytest.param(replace(SCENE, size=(0, 360)), "must be positive", id="no width"),
        pytest.param(replace(SCENE, rate=Fraction(0)), "must be positive", id="no rate"),
        pytest.param(
            replace(SCENE, transitions=(Transition("fade", 5, 4, True),)), "fade from frame 5 to 4", id="ends first"
        ),
        pytest.param(replace(SCENE, transitions=(Transition("cut", 13, 13, True),)), "0..12", id="cut after the end"),
        pytest.param(replace(SCENE, objects=(CAR, CAR)), "object id 7 is used twice", id="one identity twice"),
        pytest.param(places(frames=[3, 3, 6]), "must ascend", id="one frame twice"),
        pytest.param(places(frames=[3, 4, 12]), "within 0..11", id="frame after the end"),
        pytest.param(places(visible=[1, 1]), "do not match", id="lists of unequal length"),
        pytest.param(places(visible=[1, 1, 1.5]), "within 0..1", id="more than visible"),
        pytest.param(places(boxes=[[10, 0, 0, 5]] * 3), "x1 <= x2", id="inside-out box"),
        pytest.param(places(boxes=[[0, 0, np.nan, 5]] * 3), "finite", id="box of nothing"),
    ],
)
def test_contradictions_are_refused(tmp_path, truth, says):
    with pytest.raises(UserError, match=says):
        write_truth(tmp_path / "truth.json", truth)
    (tmp_path / "truth.json").write_text(to_text(truth))
    with pytest.raises(UserError, match=says):
        read_truth(tmp_path / "truth.json")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("1,1,10,20,30,40,1,1,1", "not an annotation file", id="MOT rows"),
        pytest.param('{"size": [64, 48]}', "lacks the key 'rate'", id="a key is missing"),
        pytest.param('{"size": [64, 48], "rate": "25/0", "frames": 9}', "not an annotation file", id="rate over zero"),
        pytest.param("[]", "not an annotation file", id="another JSON"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, text, says):
    (tmp_path / "truth.json").write_text(text)
    with pytest.raises(UserError, match=says) as caught:
        read_truth(tmp_path / "truth.json")
    assert "\n" not in str(caught.value)


def test_of_a_dead_video_nothing_is_known(tmp_path):
    write_truth(tmp_path / "truth.json", NOTHING)
    assert (read_truth(tmp_path / "truth.json").frames, read_truth(tmp_path / "truth.json").objects) == (0, ())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.json: the annotation file cannot be read"):
        read_truth(tmp_path / "nowhere.json")
