"""The first page of the report answers five questions, in words that a test finds."""

import ast
import re
from importlib import import_module

import pytest
from docutils.core import publish_parts

from framewright import datasets
from framewright.report.front import Tile, read_tile, write_front
from framewright.study.contract import make_finding, write_contract
from framewright.study.funnel import Reason, Stage
from framewright.study.record import write_record

CLIPS = Tile(
    pipeline="tracks",
    title="Object tracks",
    count=1234,
    noun="clips",
    figure="0.67",
    meaning="HOTA on scenes whose truth is known",
    picture=bytes(range(256)) * 60,
    card="results/tracks/card/README.html",
    load="datasets.TrackClips(...)",
    promises=(14, 14),
    licences={"CC-BY-4.0": 3},
)
DIGITS = Tile(
    "videomnist", "Digits", 200, "videos", "", "", None, "results/videomnist/card/README.html", "", (9, 9), {}
)
PACKAGES = {"packages": "Snakemake 9.27.1"}
FUNNEL = {"tracks": [Stage("track", 40, (Reason("short", 20, ("a",), ""), Reason("small", 5, ("b",), "")))]}


def page_of(*tiles, funnel=FUNNEL, sources=None, made_with=None) -> str:
    """The page as the report shows it."""
    text = write_front(tiles, funnel, {"local files": 2} if sources is None else sources, made_with or PACKAGES)
    return publish_parts(text, writer="html", settings_overrides={"report_level": 2})["html_body"]


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S).split())


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param("what was made", "This run made 1,234 clips and 200 videos", id="what was made"),
        pytest.param("of what", "From 2 videos of the video table (2 local files).", id="of what"),
        pytest.param("what was dropped", "track 40 15 20 short, 5 small", id="what was dropped, and why"),
        pytest.param("trust", "All 23 promises of the datasets hold", id="whether to trust it"),
        pytest.param("load", "from framewright import datasets tracks = datasets.TrackClips(...)", id="how to load it"),
    ],
)
def test_a_question_has_its_answer(question, answer):
    assert answer in words_of(page_of(CLIPS, DIGITS))


def test_a_tile_counts_the_promises_of_all_contracts_of_its_pipeline(tmp_path):
    write_contract(tmp_path / "clips.json", [make_finding("a", []), make_finding("b", ["broken"])])
    write_contract(tmp_path / "subsets.json", [make_finding("c", [])])
    said = {**vars(CLIPS), "picture": ""}
    write_record(
        tmp_path / "tile.json", {key: said[key] for key in said if key not in ("pipeline", "card", "promises")}
    )
    for names, promises in ((["clips", "subsets"], (2, 3)), (["subsets"], (1, 1)), ([], (0, 0))):
        contracts = [tmp_path / f"{name}.json" for name in names]
        assert read_tile("tracks", tmp_path / "tile.json", contracts, CLIPS.card).promises == promises


def test_a_broken_promise_is_said_first():
    words = words_of(page_of(CLIPS, DIGITS.__class__(**{**vars(DIGITS), "promises": (8, 9)})))
    assert "1 of 23 promises are broken : see videomnist." in words
    assert "All 23" not in words


def test_an_unknown_licence_is_said():
    tile = Tile(**{**vars(CLIPS), "licences": {"CC0": 2, "": 3}})
    assert "3 of 5 videos have no licence in the table" in words_of(page_of(tile))


def test_a_figure_stands_with_its_meaning_and_none_where_there_is_none():
    page = page_of(CLIPS, DIGITS)
    assert "0.67 HOTA on scenes whose truth is known" in words_of(page)
    assert page.count("<strong>") == 2  # of the figure and of the promises


def test_a_run_without_pipelines_says_so():
    words = words_of(page_of(funnel={}, sources={}))
    assert "Nothing was made" in words and "No video was needed" in words


def test_words_of_others_are_shown_and_not_obeyed():
    tile = Tile(**{**vars(CLIPS), "title": "<script>alert(1)</script>", "licences": {"<b>x</b>": 1}})
    page = page_of(tile, funnel={"tracks": [Stage("<i>", 1, ())]}, made_with={"packages": "<script>"})
    assert "<script>" not in page and "<i>" not in page and "<b>x" not in page


def test_it_asks_nothing_from_outside_and_no_line_is_too_long_for_its_reader():
    text = write_front([CLIPS], FUNNEL, {}, {})
    assert not re.search(r"https?:|@import|url\(", text)
    assert max(map(len, text.splitlines())) < 10_000
    assert "System Message" not in page_of(CLIPS)


@pytest.mark.parametrize("pipeline", ["tracks", "patches", "videomnist", "persistence", "flexpatch"])
def test_the_line_that_loads_a_dataset_calls_what_the_front_door_offers(pipeline):
    front = import_module(f"framewright.{pipeline}.card").DATASET.front
    call = ast.parse(front.load, mode="eval").body
    assert call.func.value.id == "datasets" and call.func.attr in dir(datasets)
    assert front.title and front.picture.startswith(f"results/{pipeline}/")


def test_a_gallery_is_named_where_there_is_one():
    place = "results/tracks/gallery/index.html"
    assert place in words_of(page_of(Tile(**{**vars(CLIPS), "gallery": place})))
    assert "gallery" not in words_of(page_of(CLIPS, DIGITS))
