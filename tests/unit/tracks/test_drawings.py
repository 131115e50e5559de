"""Timelines, charts and plates: where things stand, and what is said of them."""

import re
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from framewright.errors import UserError
from framewright.tracks.clips.preview import draw_histograms
from framewright.tracks.privacy import plates
from framewright.tracks.segments import timeline
from framewright.tracks.segments.score import CutScore


def list_boxes(drawing):
    """x, y, width and height of all boxes of a drawing."""
    found = re.findall(r'<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.-]+)" height="([\d.-]+)"', drawing)
    return [tuple(map(float, box)) for box in found]


RECORD = {
    "video": "alley",
    "span": [10.0, 20.0],
    "segments": [
        {"start": 10.0, "end": 15.0, "reason": "", "detail": ""},
        {"start": 15.0, "end": 20.0, "reason": "black", "detail": "90 %"},
    ],
    "cuts": [{"kind": "cut", "start": 15.0, "end": 15.0}, {"kind": "fade", "start": 12.0, "end": 13.0}],
}
TRUTH = SimpleNamespace(
    rate=Fraction(10),
    transitions=[
        SimpleNamespace(kind="cut", start=150, end=150, is_cut=True),
        SimpleNamespace(kind="flash", start=120, end=121, is_cut=False),
    ],
)


def test_a_row_of_a_timeline_is_as_wide_as_its_film_and_marks_cuts_where_they_are():
    drawn = timeline.draw_timeline([RECORD], {"alley": TRUTH}, {"alley": CutScore(1, 0, 1)})
    boxes = list_boxes(drawn)
    assert (170, 70, 990, 18) in boxes and (170, 70, 494, 18) in boxes and (665, 70, 494, 18) in boxes
    assert (664.2, 90, 1.6, 9) in boxes and (367.2, 90, 99, 9) in boxes and (664.2, 59, 1.6, 9) in boxes
    assert sum(box[1] == 59 for box in boxes) == 1 and "10.0 s, F1 0.67" in drawn
    assert "15.000 to 20.000 s: black 90 %" in drawn and "fade at 12.000 s" in drawn and 'height="152' in drawn


@pytest.mark.parametrize(("count", "more"), [(40, False), (42, True)])
def test_a_timeline_has_forty_films_and_says_how_many_more_there_are(count, more):
    drawn = timeline.draw_timeline([RECORD] * count, {}, {})
    assert ("2 more" in drawn) is more and sum(box[2:] == (990, 18) for box in list_boxes(drawn)) == 40


def test_lengths_and_classes_are_counted_and_bars_are_shares_of_the_longest():
    drawn = draw_histograms([(0.9, "cat"), (1.0, "cat"), (1.9, "dog"), (30.0, ""), (99.0, "cat")])
    assert "5 tracks, 3 classes" in drawn and "0 to 1 s" in drawn and "1 to 2 s" in drawn and "30 s and more" in drawn
    boxes = list_boxes(drawn)
    assert [box for box in boxes if box[0] == 166] == [(166, 72, 120, 16), (166, 94, 240, 16), (166, 116, 240, 16)]
    assert [box for box in boxes if box[0] == 650] == [(650, 72, 240, 16), (650, 94, 80, 16), (650, 116, 80, 16)]
    assert drawn.index(">dog<") < drawn.index(">unknown<") and 'height="158' in drawn


# ---- plates


def finder(monkeypatch, raw, least=0.5, side=64):
    seen = []
    monkeypatch.setattr(
        plates, "load_model", lambda weights: lambda picture: seen.append(picture) or np.array(raw, float)
    )
    return plates.open_plate_finder("a.onnx", least, side), seen


def test_plates_are_read_in_pixels_of_the_picture(monkeypatch):
    rows = [[32, 16, 8, 4, 0.2, 0.5], [33, 16, 8, 4, 0.4, 0.4], [10, 10, 4, 4, 0.49, 0.1], [50, 5, 8, 4, 0.9, 0]]
    find, seen = finder(monkeypatch, np.array(rows).T[None])
    found = find(np.full((100, 200, 3), 255, np.uint8))
    assert found == pytest.approx(np.array([[87.5, 43.75, 112.5, 56.25, 0.5], [143.75, 9.375, 168.75, 21.875, 0.9]]))
    [picture] = seen
    assert picture.shape == (1, 3, 64, 64) and picture.max() == 1 and picture[0, 0, 31, 63] == 1
    assert picture[0, 0, 32, 0] == pytest.approx(114 / 255)
    tall, seen = finder(monkeypatch, np.array(rows).T[None])
    tall(np.full((200, 100, 3), 255, np.uint8))
    assert seen[0][0, 0, 63, 31] == 1 and seen[0][0, 0, 0, 32] == pytest.approx(114 / 255)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1, 64, 1), "YuNet"),
        ((1, 16, 10), "YuNet"),
        ((1, 4, 100), "not .1, 4"),
        ((1, 100, 6), "not .1, 4"),
        ((5, 9), "not .1, 4"),
    ],
)
def test_outputs_of_another_kind_are_refused(monkeypatch, shape, words):
    find, _ = finder(monkeypatch, np.zeros(shape))
    with pytest.raises(UserError, match=words):
        find(np.zeros((64, 64, 3), np.uint8))
    good, _ = finder(monkeypatch, np.zeros((1, 99, 6)))
    assert good(np.zeros((64, 64, 3), np.uint8)).shape == (0, 5)
