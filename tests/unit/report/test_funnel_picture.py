"""A drawn funnel: bars as long as their counts, in line with their words, and nothing outside the picture."""

from itertools import pairwise

import pytest
from drawn import read_drawing, size_of

from framewright.report import palette
from framewright.report.funnel_picture import draw
from framewright.study.funnel import Reason, Stage

FILMS = Stage("film", 200, (Reason("short", 50, ("a",), ""), Reason("dark", 1, ("b",), "")))
CLIPS = Stage("clip", 149, (Reason("blurred", 49, ("c",), ""),))
WIDE = 548.0
"""How long a whole bar is, in pixels of a picture that is 960 wide."""


def stage(entered: int, *dropped: int) -> Stage:
    return Stage("film", entered, tuple(Reason(f"reason-{k}", number, (), "") for k, number in enumerate(dropped)))


def bars_of(*stages: Stage) -> list[list]:
    """The boxes of each stage: its track first, then what was kept, then each reason."""
    boxes, _, _ = read_drawing(draw({"tracks": list(stages)}))
    rows = sorted({box.y for box in boxes})
    return [[box for box in boxes if box.y == row] for row in rows]


def words_of(*stages: Stage) -> list[str]:
    return [line.words for line in read_drawing(draw({"tracks": list(stages)}))[2]]


def test_a_bar_is_as_long_as_its_share_of_what_entered():
    (track, kept, short, dark), (track_2, kept_2, blurred) = bars_of(FILMS, CLIPS)
    assert track.width == track_2.width == WIDE
    assert kept.width == pytest.approx(WIDE * 149 / 200, abs=0.06)
    assert short.width == pytest.approx(WIDE * 50 / 200, abs=0.06)
    assert kept_2.width + blurred.width == pytest.approx(kept.width, abs=0.11)  # all that was kept went on
    assert kept_2.width == pytest.approx(2 * blurred.width + WIDE * 2 / 200, abs=0.2)
    assert [box.title for box in (kept, short, dark, kept_2, blurred)] == [
        "kept: 149", "short: 50", "dark: 1", "kept: 100", "blurred: 49",
    ]  # fmt: skip


def test_a_bar_begins_where_the_one_before_it_ends():
    for track, *parts in bars_of(FILMS, CLIPS):
        assert parts[0].x == track.x == 192
        for left, right in pairwise(parts):
            assert right.x == pytest.approx(min(left.right, track.right - right.width), abs=0.11)
        assert {box.height for box in [track, *parts]} == {22}


def test_what_is_very_rare_is_seen_and_stays_inside_its_bar():
    (track, kept, rare), *_ = bars_of(stage(100_000, 1))
    assert rare.width == 3 and rare.right == track.right == 740 and kept.width > 547.9
    (track, few, _), *_ = bars_of(stage(100_000, 99_999))
    assert few.width == 3 and few.x == track.x


def test_what_is_none_has_no_bar():
    assert [[box.title for box in row] for row in bars_of(stage(10), stage(4, 4))] == [
        ["", "kept: 10"],
        ["", "reason-0: 4"],
    ]


def test_only_a_bar_longer_than_60_pixels_says_its_share():
    for kept, said in ((61, ["11 %"]), (60, [])):  # of 548, as many as a whole bar has pixels
        assert [words for words in words_of(stage(548, 548 - kept)) if words.endswith("%")] == said


def test_a_share_is_written_in_bold_white_on_its_bar():
    _, _, words = read_drawing(draw({"tracks": [FILMS]}))
    (share,) = [line for line in words if line.words.endswith("%")]
    assert share.bold and share.size == 12
    assert f'font-weight="600" fill="{palette.PAPER}">74 %' in draw({"tracks": [FILMS]})


@pytest.mark.parametrize(
    ("dropped", "said"),
    [
        *((0, "100 %"), (1, "> 99 %"), (9, "> 99 %"), (10, "99 %"), (500, "50 %"), (880, "12 %")),
        pytest.param(900, None, id="a bar of 55 pixels is too short for words"),
    ],
)
def test_a_bar_says_which_share_it_is_and_never_rounds_to_all_or_nothing(dropped, said):
    shares = [words for words in words_of(stage(1000, *([dropped] if dropped else []))) if words.endswith("%")]
    assert shares == ([said] if said else [])


def test_numbers_stand_right_of_the_bar_and_names_left_of_it():
    _, _, words = read_drawing(draw({"tracks": [FILMS, CLIPS, stage(0)]}))
    ends = [(line.x, line.anchor, line.words, line.bold) for line in words if line.x == 178 or line.x == 754]
    assert ends == [
        (178, "end", "film", False), (754, "start", "149of 200", True),
        (178, "end", "clip", False), (754, "start", "100of 149", True),
        (178, "end", "film", False), (754, "start", "0nothing entered", True),
    ]  # fmt: skip


def test_words_of_a_bar_stand_in_the_middle_of_its_height():
    svg = draw({"tracks": [FILMS, CLIPS]})
    boxes, _, words = read_drawing(svg)
    for row in {box.y for box in boxes}:
        beside = [line for line in words if row < line.y <= row + 22]
        assert len(beside) == 3 and {line.y for line in beside} == {row + 15.5}
        assert [line.size for line in beside] == [13, 12, 13] and [line.x for line in beside] == [178, 202, 754]


def test_a_reason_is_named_below_its_bar_beside_a_dot_of_its_colour():
    boxes, dots, words = read_drawing(draw({"tracks": [FILMS]}))
    colours = {box.title.split(":")[0]: box.fill for box in boxes if box.title}
    legend, *chips = dots
    said = [line for line in words if line.words in ("short 50", "dark 1")]
    assert [dot.fill for dot in chips] == [colours["short"], colours["dark"]] and legend.fill == colours["kept"]
    for dot, line in zip(chips, said, strict=True):
        assert (line.x - dot.x, line.y - dot.y, dot.radius) == (10, 4, 4.5)
        assert line.y == boxes[0].y + 22 + 17 and line.size == 12
    assert chips[0].x == boxes[0].x + 5
    assert chips[1].x - chips[0].x == pytest.approx(0.6 * 12 * len("short 50") + 30)


def test_reasons_go_on_in_the_next_line_where_a_line_is_full():
    """A line holds the bar's width and that of the numbers: 736 pixels; each reason takes 166.8, four fit."""
    nine = Stage("film", 100, tuple(Reason(f"reason-{k:09}", 10, (), "") for k in range(9)))
    boxes, dots, _ = read_drawing(draw({"tracks": [nine, FILMS]}))
    chips = [dot for dot in dots if dot.radius == 4.5][1:10]
    lines = sorted({dot.y for dot in chips})
    assert [sum(dot.y == line for dot in chips) for line in lines] == [4, 4, 1]
    assert [b - a for a, b in pairwise(lines)] == [20, 20]
    assert [min(dot.x for dot in chips if dot.y == line) for line in lines] == [197] * 3
    assert sorted({box.y for box in boxes}) == [120, 120 + 22 + 3 * 20 + 4 + 12]


def test_a_line_that_is_just_full_is_not_broken():
    """8 letters, a blank and a number of 3 digits, four times, and the room of four dots: 4 * (0.6 * 12 * n + 30)."""
    letters = int((736 / 4 - 30) / 7.2)  # of each reason with its number, such that four just fit
    names = [f"{k}" + "x" * (letters - 4) for k in range(4)]
    row = Stage("film", 100, tuple(Reason(name, 10, (), "") for name in names))
    assert len({dot.y for dot in read_drawing(draw({"tracks": [row]}))[1][1:]}) == 1
    longer = Stage("film", 100, tuple(Reason(name + "x", 10, (), "") for name in names))
    assert len({dot.y for dot in read_drawing(draw({"tracks": [longer]}))[1][1:]}) == 2


def test_long_words_are_cut():
    long = Stage("s" * 22, 10, (Reason("r" * 45, 5, (), ""), Reason("q" * 44, 1, (), "")))
    said = words_of(long, Stage("t" * 21, 5, ()))
    assert "s" * 20 + "…" in said and "t" * 21 in said
    assert "r" * 43 + "… 5" in said and "q" * 44 + " 1" in said


def test_the_picture_ends_below_its_last_stage_with_the_margin_that_is_at_its_sides():
    _, _, words = read_drawing(draw({"tracks": [stage(10)]}))
    assert words[0].x == 32 and [line.x for line in words if line.words == "tracks"] == [32]
    for stages, last in (([stage(10)], 142), ([stage(10), stage(10)], 142 + 34), ([FILMS], 142 + 24), ([], 136)):
        width, height = size_of(draw({"tracks": stages}))
        assert (width, height) == (960, last + 12 + 14 + 6)


def test_pipelines_follow_each_other_and_one_without_stages_says_that_nothing_entered():
    boxes, _, words = read_drawing(draw({"tracks": [stage(10)], "patches": [], "digits": [stage(5)]}))
    places = {line.words: (line.x, line.y) for line in words}
    heads = [places[name][1] for name in ("tracks", "patches", "digits")]
    assert heads == [104, 120 + 22 + 12 + 14 + 16, 120 + 22 + 12 + 14 + 32 + 16 + 12 + 14 + 16]
    assert places["nothing entered"] == (192, heads[1] + 26)
    assert [box.y for box in boxes] == [heads[0] + 16] * 2 + [heads[2] + 16] * 2
    heads = [line for line in words if line.words in ("tracks", "patches", "digits")]
    assert [(line.size, line.bold) for line in heads] == [(16, True)] * 3


def test_the_title_says_what_the_colours_mean():
    svg = draw({"tracks": [FILMS]})
    _, (dot, *_), (title, kept, others, *_) = read_drawing(svg)
    assert (title.size, title.bold, title.y) == (20, True, 44) and dot.fill == palette.KEPT
    assert (kept.words, kept.x - dot.x, kept.y - dot.y) == ("kept", 10, 4)
    assert others.x == 88 > kept.x + 12 * 0.6 * len("kept") and others.y == kept.y and others.size == kept.size == 12
    assert dot.x - dot.radius > title.x and dot.x == 37


def test_the_reason_that_comes_first_most_often_has_the_first_colour():
    def fills(*stages: Stage) -> dict[str, str]:
        boxes, _, _ = read_drawing(draw({"tracks": list(stages)}))
        return {box.title.split(":")[0]: box.fill for box in boxes if box.title}

    def films(*reasons: tuple[str, int]) -> Stage:
        return Stage("film", 100, tuple(Reason(word, number, (), "") for word, number in reasons))

    first, second, third, *_ = palette.DROPPED
    assert fills(films(("a", 20), ("b", 10))) == {"kept": palette.KEPT, "a": first, "b": second}
    assert fills(films(("a", 20)), films(("b", 30))) == {"kept": palette.KEPT, "a": second, "b": first}
    assert fills(films(("a", 20)), films(("b", 20))) == {"kept": palette.KEPT, "a": first, "b": second}
    later = fills(films(("a", 20), ("b", 10)), films(("b", 5)))
    assert later == {"kept": palette.KEPT, "a": first, "b": second}
    many = fills(films(*((f"r{k:02}", 40 - k) for k in range(2))), films(*((f"s{k:02}", 1) for k in range(20))))
    assert many["r00"] == first and many["s00"] == second and many["s19"] == palette.RARE and third in many.values()
