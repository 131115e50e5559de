"""The demo's detector: the pictures it learns from, that it learns, and that the one that is shipped has learned."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from framewright.detector import Detections, Settings, open_detector
from framewright.errors import UserError
from framewright.tracks.demo_detector.pictures import (
    BACKGROUNDS,
    NAMES,
    TAUGHT,
    Picture,
    draw_practice,
    draw_streets,
    draw_thrown,
    write_practice,
)
from framewright.tracks.demo_detector.rating import measure_map50
from framewright.tracks.demo_detector.train import Recipe, make_detector, rate_pictures
from framewright.tracks.objects.prompts import choose_prompts, read_prompts

HOME = Path(__file__).parents[3] / "config"
SHIPPED, CARD = HOME / "detector/demo.onnx", json.loads((HOME / "detector/demo.json").read_text())


# ---- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_picture_depends_on_seed_split_and_place_alone():
    for make in (draw_streets, draw_thrown):
        some, more = list(make(5, "train", 2, 64)), list(make(5, "train", 3, 64))
        assert all(
            np.array_equal(a.rgb, b.rgb) and np.array_equal(a.boxes, b.boxes) for a, b in zip(some, more, strict=False)
        )
        for other in (make(6, "train", 2, 64), make(5, "held-out", 2, 64)):
            assert not any(np.array_equal(a.rgb, b.rgb) for a, b in zip(some, other, strict=True))


def test_what_is_held_out_has_backgrounds_of_its_own():
    train, held = BACKGROUNDS["train"], BACKGROUNDS["held-out"]
    for own, other in ((train.photos, held.photos), (train.textures, held.textures)):
        assert own and other and not {*own} & {*other}


@pytest.mark.slow
def test_boxes_lie_inside_and_all_classes_and_sizes_occur(tmp_path):
    pictures = list(draw_practice(1, 40, 128))
    boxes, labels = (np.concatenate([getattr(p, name) for p in pictures]) for name in ("boxes", "labels"))
    taught = np.concatenate([picture.is_clear(TAUGHT) for picture in pictures])
    assert boxes.min() >= 0 and boxes.max() <= 128 and np.all(boxes[:, 2:] > boxes[:, :2])
    assert {NAMES[label] for label in labels[taught]} == {*NAMES}
    longer = (boxes[taught, 2:] - boxes[taught, :2]).max(1)
    assert longer.min() < 16 and longer.max() > 100
    assert write_practice(tmp_path, iter(pictures)) == 40
    rows = [list(map(float, line.split())) for line in (tmp_path / "labels/00001.txt").read_text().splitlines()]
    first = np.array(rows).reshape(-1, 5)
    corners = np.concatenate([first[:, 1:3] - first[:, 3:] / 2, first[:, 1:3] + first[:, 3:] / 2], axis=1) * 128
    own = pictures[0].is_clear(TAUGHT)
    assert np.allclose(corners, pictures[0].boxes[own], atol=0.01)
    assert first[:, 0].tolist() == pictures[0].labels[own].tolist()


# ---- rating ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moved", "left_out", "expected"),
    [
        pytest.param(0, 0, 1.0, id="all found"),
        pytest.param(13, 0, 1.0, id="found, if overlap is more than half"),
        pytest.param(14, 0, 0.0, id="not found, if overlap is less than half"),
        pytest.param(0, 3, (1 + 41 / 101) / 2, id="three of five of one class missing: precision at 41 of 101 recalls"),
    ],
)
def test_the_rating_is_the_mean_of_the_average_precision_of_each_class(moved, left_out, expected):
    boxes, labels = np.array([[10, 10, 50, 50], [60, 60, 100, 100.0]]), np.array([0, 1])
    scores = np.eye(2, dtype=np.float32)
    found = [
        Detections(boxes[:n].astype(np.float32) + np.float32([moved, 0, moved, 0]), np.ones(n, np.float32), scores[:n])
        for n in [2] * (5 - left_out) + [1] * left_out
    ]
    assert measure_map50(found, [boxes] * 5, [labels] * 5, [np.ones(2, bool)] * 5) == pytest.approx(expected)


def test_what_is_not_asked_for_is_no_mistake_to_miss_and_none_to_find():
    boxes, labels = np.array([[10, 10, 50, 50], [60, 60, 100, 100.0]]), np.array([0, 0])
    asked = [np.array([True, False])] * 2
    sure = np.array([0.5, 0.9], np.float32)
    both, one = (Detections(boxes[:n].astype(np.float32), sure[:n], np.ones((n, 1), np.float32)) for n in (2, 1))
    assert measure_map50([both, one], [boxes] * 2, [labels] * 2, asked) == 1.0
    assert measure_map50([both, one], [boxes[:1]] * 2, [labels[:1]] * 2, [np.ones(1, bool)] * 2) < 0.7


# ---- training and what came of it -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.long
def test_training_learns_and_writes_weights_with_their_card(tmp_path):
    recipe = Recipe(pictures=96, size=96, epochs=8, held_out=4)
    card = make_detector(tmp_path / "demo.onnx", HOME / "detector/demo.yaml", recipe, tmp_path / "work")
    assert len(card["loss"]) == 8 and max(card["loss"][-2:]) < min(card["loss"][:2])
    assert card["sha256"] == hashlib.sha256((tmp_path / "demo.onnx").read_bytes()).hexdigest()
    assert str(tmp_path).encode() not in (tmp_path / "demo.onnx").read_bytes()
    detector = open_detector(tmp_path / "demo.onnx", Settings(confidence=0.0))
    assert detector.names == NAMES
    for height, width in ((96, 160), (64, 64)):
        assert detector([np.zeros((height, width, 3), np.uint8)])[0].classes.shape[1] == 5


def test_the_shipped_detector_is_the_one_on_its_card():
    assert hashlib.sha256(SHIPPED.read_bytes()).hexdigest() == CARD["sha256"]
    assert tuple(CARD["classes"]) == NAMES == open_detector(SHIPPED).names
    assert "AGPL-3.0" in CARD["licence"]
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in (HOME / "detector/LICENSE").read_text()


@pytest.mark.slow
def test_the_shipped_detector_finds_what_it_never_saw():
    assert CARD["map50"]["held-out streets"] >= 0.85
    size = CARD["recipe"]["size"]
    detector = open_detector(SHIPPED, Settings(size=size, confidence=0.001))
    assert rate_pictures(detector, draw_streets(CARD["recipe"]["seed"] + 1, "held-out", 72, size)) >= 0.85


# ---- prompts --------------------------------------------------------------------------------------------------------


def test_the_names_of_lvis_are_all_there():
    names = read_prompts(HOME / "prompts/lvis.txt")
    assert (len(names), names[0], names[-1]) == (1203, "aerosol can", "zucchini")
    assert "Apache License 2.0" in (HOME / "prompts/README.md").read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "it is empty", id="nothing"),
        pytest.param("cat\n\ndog\n", "line 2 is empty", id="a gap would move all labels"),
        pytest.param("cat\ndog\ncat\n", "'cat' stands there twice", id="one class under two labels"),
        pytest.param(None, "can't be read", id="no file"),
    ],
)
def test_a_file_that_can_not_be_used_is_told(tmp_path, text, said):
    if text is not None:
        (tmp_path / "p.txt").write_text(text)
    with pytest.raises(UserError, match=said):
        read_prompts(tmp_path / "p.txt")


def test_prompts_are_those_of_the_file_or_what_open_vocabulary_weights_lack_or_none(tmp_path):
    (tmp_path / "p.txt").write_text("photo of a cat\ndog (also known as hound)\n\n")
    prompts = ("photo of a cat", "dog (also known as hound)")
    path = tmp_path / "p.txt"
    assert choose_prompts(True, [path]) == {"prompts": prompts}
    assert choose_prompts(False, [path]) == {"vocabulary": prompts}
    assert choose_prompts(False, []) == {}


def test_a_thing_is_clear_where_it_is_large_enough_and_seen_enough():
    boxes = np.array([[50, 50, 60, 60], [50, 50, 54, 60], [50, 50, 60, 59], [50, 50, 55, 60], [50, 50, 70, 70]], float)
    picture = Picture(np.zeros((90, 90, 3), np.uint8), boxes, np.zeros(5, int), np.array([1, 1, 1, 1, 0.3]))
    assert picture.is_clear(0.5).tolist() == [True, False, False, True, False]
