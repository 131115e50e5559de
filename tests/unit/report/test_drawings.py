"""The parts that pages and pictures are made of."""

import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from framewright.report import funnel_picture, manual, palette, style, svg
from framewright.report.gallery.write import fit_poster
from framewright.study.funnel import Reason, Stage


def test_words_are_cut_at_their_limit_and_not_before():
    assert svg.shorten("abcdef", 6) == "abcdef" and svg.shorten("abcdef", 5) == "abcd…"
    assert svg.shorten("abc def", 5) == "abc…"  # no blank before the dots


def test_text_in_a_drawing_is_escaped():
    page = svg.compose_document(10, 20, [svg.draw_text(1, 2, "a < b & c"), svg.draw_box(0, 0, 1, 1, "red", title="<")])
    assert "a &lt; b &amp; c" in page and "<title>&lt;</title>" in page
    assert 'width="10" height="20"' in page and page.endswith("</svg>\n")


def test_wider_letters_take_more_room():
    assert svg.width_of("ab", 26) == 2 * svg.width_of("ab", 13) == svg.width_of("abab", 13)


def test_a_chart_has_the_size_asked_for_and_white_ground():
    figure, axes = style.new_figure(640, 360, 1, 2)
    style.name_axes(axes[0], "Tracks", "seconds", "tracks")
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())
    assert picture.shape == (360, 640, 4) and picture[0, 0].tolist() == [255] * 4 and len(axes) == 2
    assert (axes[0].get_xlabel(), axes[0].get_ylabel(), axes[0].get_title(loc="left")) == (
        "seconds",
        "tracks",
        "Tracks",
    )


def test_colours_of_series_differ_in_grey_or_dash():
    assert len(set(palette.SERIES)) == len(palette.SERIES) <= len(palette.DASHES)
    assert all(0 <= part <= 1 for colour in palette.SERIES for part in to_rgb(colour))


def test_the_funnel_of_each_pipeline_is_drawn_with_its_counts():
    stages = {"tracks": [Stage("video", 5, (Reason("too-short", 2, (), ""),))]}
    drawn = funnel_picture.draw(stages)
    assert drawn.startswith("<svg") and "tracks" in drawn and "5" in drawn


@pytest.mark.parametrize(
    ("dropped", "said"),
    [
        pytest.param((Reason("short", 5, ("a",), ""),), "every other colour is a reason for dropping", id="some"),
        pytest.param((), "nothing was dropped", id="none"),
    ],
)
def test_the_funnel_says_whether_anything_was_dropped(dropped, said):
    assert said in funnel_picture.draw({"tracks": [Stage("film", 10, dropped)]})


def test_what_goes_on_to_the_next_stage_is_as_long_there_as_it_was():
    half = (Reason("short", 5, ("a",), ""),)
    stages = [Stage("film", 10, half), Stage("shot", 5, ()), Stage("scene", 5, ()), Stage("clip", 7, ())]
    kept = re.findall(r'width="([0-9.]+)"[^>]*><title>kept: ', funnel_picture.draw({"tracks": stages}))
    first, second, third, fourth = map(float, kept)
    assert first == second == third  # all that was kept goes on, and is kept again
    assert fourth == 2 * first  # things of another kind begin anew with a whole bar


@pytest.mark.parametrize(
    ("of", "words"),
    [
        pytest.param({"type": "integer", "minimum": 1, "maximum": 10}, "whole number, 1 to 10", id="a range"),
        pytest.param({"type": "number", "minimum": 0}, "number, at least 0", id="one bound"),
        pytest.param({"type": "boolean"}, "true or false", id="a switch"),
    ],
)
def test_what_a_key_takes_is_said_in_words(of, words):
    assert manual.describe_allowed(of) == words


def test_a_cell_of_shares_is_written_as_the_table_wants_it():
    assert manual.format_cell({"a": 0.3, "b": 0.7}) == "a=0.3,b=0.7"
    assert manual.format_cell(["a", "b"]) == "a,b" and manual.format_cell(3) == "3"


def test_a_poster_keeps_its_shape_on_dark_ground():
    poster = fit_poster(np.full((100, 50, 3), 255, np.uint8), (80, 80))
    assert poster.shape == (80, 80, 3)
    bright = (poster > 200).all(axis=2)
    assert bright.any(axis=0).sum() == pytest.approx(40, abs=1) and bright.any(axis=1).sum() == pytest.approx(80, abs=1)
    assert poster[0, 0].max() < 100


@pytest.mark.parametrize(("shape", "bright"), [((50, 100), (80, 40)), ((10, 20), (80, 40)), ((20, 10), (40, 80))])
def test_a_poster_fills_the_side_that_is_too_long_and_lies_in_the_middle_of_the_other(shape, bright):
    """(columns, rows) of a white picture on a poster of 80 by 80: wide, small and wide, small and high."""
    poster = fit_poster(np.full((*shape, 3), 255, np.uint8), (80, 80))
    white = (poster == 255).all(axis=2)
    columns, rows = np.flatnonzero(white.any(axis=0)), np.flatnonzero(white.any(axis=1))
    assert (len(columns), len(rows)) == bright
    assert columns[0] + columns[-1] == rows[0] + rows[-1] == 79


def test_a_drawing_has_a_page_of_its_own():
    page = svg.compose_page("Rules of <tracks>", svg.compose_document(40, 900, []))
    assert page.startswith("<!doctype html>") and 'viewBox="0 0 40 900"' in page and "Rules of &lt;tracks&gt;" in page
