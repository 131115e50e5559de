"""All sequences together: means, gains and predictions, as a table and as a chart."""

import cv2
import numpy as np
import pytest

from framewright.flexpatch.evaluation.chart import write_chart
from framewright.flexpatch.evaluation.summary import format_table, summarise


def figures(ap: float, share: float, **more) -> dict:
    return {"ap": ap, "share": share, "pixels": 100, "delays": [0.2], "never_found": 1} | more


def record(video: str, *precisions: float) -> dict:
    """A video with a sequence for each precision of whole frames; FlexPatch is .1 below, every third frame .3 below."""
    sequences = [
        {
            "methods": {
                "every frame": figures(ap, 1.0),
                "every 3rd frame": figures(ap - 0.3, 0.33),
                "FlexPatch, budget of 30%": figures(ap - 0.1, 0.3),
            }
        }
        for ap in precisions
    ]
    return {"video": video, "sequences": sequences}


@pytest.fixture
def evaluation():
    return summarise([record("a", 0.8, 0.9), record("b", 0.7), record("none")], np.random.default_rng(0))


def test_means_are_over_sequences_and_shares_of_whole_frames(evaluation):
    methods = evaluation["methods"]
    assert evaluation["sequences"] == 3 and evaluation["videos"] == ["a", "b"]
    assert methods["every frame"]["ap"] == pytest.approx(0.8) and methods["every frame"]["of_every_frame"] == 1
    assert methods["FlexPatch, budget of 30%"]["of_every_frame"] == pytest.approx(0.7 / 0.8, abs=1e-4)
    assert methods["every frame"]["new_found"] == 0.5 and methods["every frame"]["delay"] == pytest.approx(0.2)
    low, high = methods["every frame"]["ap_between"]
    assert 0.7 <= low <= 0.8 <= high <= 0.9


def test_a_gain_is_over_whole_frames_now_and_then_alone(evaluation):
    [gain] = evaluation["gains"]
    assert (gain["method"], gain["than"]) == ("FlexPatch, budget of 30%", "every 3rd frame")
    assert gain["ap"] == pytest.approx(0.2) and gain["between"] == pytest.approx([0.2, 0.2])


def test_the_table_has_a_line_for_each_method(evaluation):
    text = format_table(evaluation)
    line = next(line for line in text.splitlines() if line.startswith("FlexPatch, budget of 30%  "))
    assert "0.700" in line and "30.0%" in line and "+0.200" in text


def test_nothing_to_rate_is_said():
    nothing = summarise([record("a")], np.random.default_rng(0))
    assert nothing == {"sequences": 0, "methods": {}, "gains": []}
    assert format_table(nothing) == "no sequence of a video with objects in its truth\n"


@pytest.mark.slow
def test_the_chart_is_a_picture_of_the_size_it_says(evaluation, tmp_path):
    write_chart(tmp_path / "a.png", evaluation)
    assert cv2.imread(str(tmp_path / "a.png")).shape == (560, 1900, 3)
