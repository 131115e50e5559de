"""Items that entered stages add up to a funnel; the picture shows every number, however many there are."""

import re

import pytest

from framewright.errors import UserError
from framewright.report.funnel_picture import KEPT, WIDTH, draw
from framewright.study.funnel import (
    Item,
    Reason,
    Stage,
    count,
    funnel_table,
    read_funnel,
    read_outcomes,
    read_stages,
    write_outcomes,
    write_stages,
)

ITEMS = [
    Item("source", "a"),
    Item("source", "b", reason="busy", detail="the server says 503"),
    Item("source", "c", reason="gone", detail="404"),
    Item("source", "d", reason="gone", detail="410"),
    Item("clip", "a", "a-1"),
    Item("clip", "a", "a-2", "short", "0.2 s"),
]
STAGES = [
    Stage("source", 4, (Reason("gone", 2, ("c", "d"), "404"), Reason("busy", 1, ("b",), "the server says 503"))),
    Stage("clip", 2, (Reason("short", 1, ("a-2",), "0.2 s"),)),
]


def boxes(svg: str) -> list[tuple[float, float, str]]:
    """(left edge, width, colour) of each filled rectangle but the paper."""
    found = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)".*?fill="(.*?)"', svg)
    return [(float(x), float(width), colour) for x, width, colour in found]


def test_items_add_up_to_stages_with_the_most_frequent_reason_first():
    assert count(ITEMS) == STAGES
    assert [(stage.entered, stage.kept, stage.dropped) for stage in STAGES] == [(4, 1, 3), (2, 1, 1)]


def test_reasons_of_equal_weight_stand_in_the_order_of_the_alphabet():
    reasons = count([Item("s", "a", reason="late"), Item("s", "b", reason="early")])[0].reasons
    assert [reason.word for reason in reasons] == ["early", "late"]


def test_only_the_first_three_are_named():
    many = (Item("source", f"v{number}", reason="gone") for number in range(64_000))
    assert count(many)[0].reasons == (Reason("gone", 64_000, ("v0", "v1", "v2"), ""),)


def test_outcomes_come_back_as_they_were_written(tmp_path):
    write_outcomes(tmp_path / "outcomes.tsv", iter(ITEMS))
    assert list(read_outcomes(tmp_path / "outcomes.tsv")) == ITEMS


def test_no_sentence_breaks_a_row(tmp_path):
    write_outcomes(tmp_path / "outcomes.tsv", [Item("source", "a", reason="odd", detail='two\nlines\tand a "tab" ')])
    assert next(read_outcomes(tmp_path / "outcomes.tsv")).detail == 'two lines and a "tab"'


@pytest.mark.parametrize("text", ["", "stage\tvideo\n", "stage\tvideo\titem\treason\tdetail\nsource\ta\n"])
def test_a_file_that_is_something_else_is_named(tmp_path, text):
    (tmp_path / "outcomes.tsv").write_text(text)
    with pytest.raises(UserError, match=r"outcomes\.tsv: .*; delete it and run again"):
        list(read_outcomes(tmp_path / "outcomes.tsv"))


def test_the_table_has_a_row_of_totals_for_each_stage_and_one_for_each_reason():
    assert funnel_table({"sources": STAGES, "tracks": []}).splitlines() == [
        "pipeline\tstage\tin\tkept\tdropped\treason\texamples",
        "sources\tsource\t4\t1\t3\t\t",
        "sources\tsource\t\t\t2\tgone\tc, d",
        "sources\tsource\t\t\t1\tbusy\tb",
        "sources\tclip\t2\t1\t1\t\t",
        "sources\tclip\t\t\t1\tshort\ta-2",
        "tracks\t\t0\t0\t0\t\t",
    ]


def test_bars_are_as_long_as_their_stages_are_full():
    first, second = Stage("get", 100, (Reason("gone", 25, ("a",), ""),)), Stage("look", 75, ())
    track, kept, gone, _, looked = boxes(draw({"sources": [first, second]}))
    assert (kept[1], gone[1]) == pytest.approx((0.75 * track[1], 0.25 * track[1]), abs=0.1)
    assert kept[0] == track[0] and gone[0] == pytest.approx(kept[0] + kept[1], abs=0.1)
    assert looked[1] == pytest.approx(kept[1], abs=0.1)  # what is left of the first, kept whole
    assert kept[2] == looked[2] == KEPT != gone[2]


def test_other_items_start_at_full_length_again():
    track, _, clips = boxes(draw({"tracks": [Stage("film", 0, ()), Stage("clip", 70, ())]}))
    assert clips[1] == track[1]


def test_a_reason_has_one_colour_wherever_it_occurs():
    stage = Stage("get", 4, (Reason("gone", 2, (), ""), Reason("busy", 1, (), "")))
    colours = [colour for _, _, colour in boxes(draw({"a": [stage], "b": [stage]}))]
    assert colours[1:4] == colours[5:8] and len(set(colours[1:4])) == 3


@pytest.mark.parametrize(
    "funnel",
    [
        pytest.param({}, id="no pipeline"),
        pytest.param({"sources": []}, id="nothing entered"),
        pytest.param({"sources": [Stage("get", 0, ())]}, id="an empty stage"),
        pytest.param({"sources": [Stage("get", 3, (Reason("gone", 3, (), ""),))]}, id="all dropped"),
        pytest.param({"sources": [Stage("get", 64_000, (Reason("gone", 1, (), ""),))]}, id="one of 64,000"),
        pytest.param({"sources": [Stage("a&b <c>", 2, (Reason("x" * 99, 1, (), ""),))]}, id="long and odd words"),
        pytest.param(
            {"p": [Stage("get", 600, tuple(Reason(f"r{i}", 10, (), "") for i in range(60)))] * 12}, id="many reasons"
        ),
    ],
)
def test_whatever_happened_everything_is_within_the_picture(funnel):
    svg = draw(funnel)
    assert all(x >= 0 and x + width <= WIDTH for x, width, _ in boxes(svg))
    height = float(re.search(r'height="(\d+)"', svg)[1])
    assert all(0 < float(y) < height for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)"', svg))
    for stages in funnel.values():
        assert all(f">{stage.kept:,}<" in svg for stage in stages)
    assert "&lt;c&gt;" in svg or "a&b" not in svg


def test_stages_that_are_counted_already_follow_those_of_the_items(tmp_path):
    write_outcomes(tmp_path / "outcomes.tsv", ITEMS)
    later = [
        Stage("subset a", 9, (Reason("class-full", 4, ("car", "dog"), "more\tthan asked"),)),
        Stage("subset b", 9, ()),
    ]
    write_stages(tmp_path / "stages.tsv", later)
    assert [stage.kept for stage in read_stages(tmp_path / "stages.tsv")] == [5, 9]
    funnel = read_funnel([("tracks", str(tmp_path / "outcomes.tsv"))], [("tracks", str(tmp_path / "stages.tsv"))])
    assert [stage.name for stage in funnel["tracks"]] == ["source", "clip", "subset a", "subset b"]
    assert funnel["tracks"][2].reasons == (Reason("class-full", 4, ("car", "dog"), "more than asked"),)
    with pytest.raises(UserError, match="its columns are not stage, in, reason"):
        read_stages(tmp_path / "outcomes.tsv")


@pytest.mark.parametrize(("text", "words"), [("a\tb\n", "its columns are not"), (None, "row 3 has 4 cells")])
def test_a_row_that_is_cut_off_is_named_by_its_number(tmp_path, text, words):
    write_outcomes(tmp_path / "a", ITEMS[:1])
    if text is None:
        with (tmp_path / "a").open("a") as file:
            file.write("a\tb\tc\td\n")
    else:
        (tmp_path / "a").write_text(text)
    with pytest.raises(UserError, match=rf"{words}.*; delete it and run again"):
        list(read_outcomes(tmp_path / "a"))


def test_three_examples_and_what_was_said_of_the_first(tmp_path):
    items = [Item("s", "v", str(number), "gone", f"said {number}") for number in range(4)]
    assert count(items)[0].reasons == (Reason("gone", 4, ("0", "1", "2"), "said 0"),)
    assert count(items[:2])[0].reasons == (Reason("gone", 2, ("0", "1"), "said 0"),)
    assert Item("s", "v").name == "v" and Item("s", "v", "i").name == "i" and count([]) == []
