"""Parts of FlexPatch: rows and cards, frames that are numbered alike, names of settings, charts and MOT's format."""

from types import SimpleNamespace

import cv2
import numpy as np
import pandas as pd
import pytest
from make_video import make_video, number_in

from framewright.errors import UserError
from framewright.flexpatch import card, preview
from framewright.flexpatch.evaluation.evaluate import method_name
from framewright.flexpatch.row_columns import COLUMNS
from framewright.flexpatch.runtime.options import RuntimeSettings
from framewright.flexpatch.runtime.run import write_mot
from framewright.flexpatch.runtime.runtime import TrackedObject
from framewright.flexpatch.samples.columns import COLUMNS as SAMPLE_COLUMNS
from framewright.flexpatch.samples.fixed_input import advise_on_input
from framewright.flexpatch.samples.frames import read_frames
from framewright.flexpatch.tree.cards import read_card
from framewright.flexpatch.tree.histograms import write_histograms
from framewright.video.stream import open_video

HELD_OUT = {"samples": 40, "recall": {"high": 0.5, "medium": None, "low": 0.9}}


def side(name: str, **truth: str) -> dict:
    return {"definition": {"name": name, "version": 2}, "truth": truth}


def test_rows_have_the_documented_columns_in_their_order():
    assert list(COLUMNS) == list(SAMPLE_COLUMNS)


@pytest.mark.parametrize(
    ("known", "limits"),
    [
        pytest.param(side("framewright", a="annotations"), 0, id="true boxes"),
        pytest.param(side("framewright", a="detector"), 1, id="boxes of the detector"),
        pytest.param(side("compat", a="annotations"), 1, id="features as inside trtutils"),
        pytest.param(side("compat", a="detector"), 2, id="both"),
    ],
)
def test_the_card_names_each_limit_that_there_is_and_no_other(known, limits):
    found = card.describe_dataset(known, {"held_out": HELD_OUT})
    assert len(found.limits) == len(card.DATASET.limits) + limits
    assert any("trtutils" in limit for limit in found.limits[:limits]) == (known["definition"]["name"] == "compat")
    assert "high 0.50, medium -, low 0.90" in found.description and found.front.figure == "0.50"


def test_all_rules_number_the_frames_of_the_part_alike(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(50), size=(96, 64), rate=25)
    with open_video(path) as video:
        numbers = [number_in(frame.rgb) for frame in read_frames(video, (0.4, 1.2), None)]
        few = [number_in(frame.rgb) for frame in read_frames(video, (0.4, 1.2), 3)]
    assert numbers == [*range(10, 30)] and few == [10, 11, 12]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (RuntimeSettings(budget=0.3), "FlexPatch, budget of 30%"),
        (RuntimeSettings(width=0.5, height=0.25), "FlexPatch, 50% x 25% every frame"),
        (RuntimeSettings(every=3), "FlexPatch, 50% x 50% every 3 frames"),
    ],
)
def test_a_setting_has_its_name(settings, name):
    assert method_name(settings) == name


def test_weights_of_a_fixed_input_are_advised_against_and_no_others():
    assert advise_on_input(SimpleNamespace(fixed=None)) == "" and advise_on_input(lambda frames: []) == ""
    line = advise_on_input(SimpleNamespace(fixed=(480, 640), path="weights/yolo.onnx"))
    assert line.startswith("yolo.onnx: its input is fixed at 640x480") and "dynamic=True" in line


def test_objects_are_written_as_mot_challenge_wants_them(tmp_path):
    thing = TrackedObject(np.array([10.0, 20, 40, 60]), 0.5, 2, 6, True)
    write_mot(tmp_path / "a.txt", [(1, thing)])
    assert (tmp_path / "a.txt").read_text() == "1,7,10.00,20.00,30.00,40.00,0.5000,3,-1\n"


def test_of_each_stretch_the_frame_with_most_trouble_is_shown():
    rows = [(1, "low"), (1, "high"), (2, "high"), (2, "medium"), (9, "low"), (10, "high")]
    samples = pd.DataFrame(rows, columns=["frame", "iou_label"])
    assert preview.choose_frames(samples, 2) == [2, 10]
    assert preview.choose_frames(samples[:0], 2) == []


@pytest.mark.parametrize("content", ["no json", "[1]", None])
def test_what_is_no_card_is_refused(content, tmp_path):
    if content is not None:
        (tmp_path / "card.json").write_text(content)
    with pytest.raises(UserError, match="not a card"):
        read_card(tmp_path / "card.json")


@pytest.mark.slow
def test_the_histograms_are_a_picture_whatever_there_is(tmp_path):
    rng = np.random.default_rng(0)
    names = ["min_eig", "ncc", "accel", "flow_std", "confidence"]
    samples = pd.DataFrame(rng.random((60, 5)), columns=names).assign(iou_label=["high", "medium", "low"] * 20)
    for number, table in enumerate((samples, samples[:0])):
        write_histograms(tmp_path / f"{number}.png", table)
        assert cv2.imread(str(tmp_path / f"{number}.png")).shape == (380, 1600, 3)
