"""Funnel, card and costs through Snakemake, on small local films of which some are lost."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import mlcroissant as mlc
import pytest
from flow import Run, copy_house, snakemake, write_table
from house import ROOT
from make_video import make_video

from framewright.study.funnel import Item, read_outcomes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cards")
    (folder / "films").mkdir()
    make_video(folder / "films/good.mp4", range(12))
    make_video(folder / "films/other.mp4", range(9))
    (folder / "films/text.mp4").write_text("not a film\n" * 100)
    (folder / "films/empty.mp4").touch()
    rows = ("good films/good.mp4 tracks - CC-BY-4.0 test", "other films/other.mp4 tracks - - -")
    lost = ("text films/text.mp4 tracks - CC0-1.0 -", "empty films/empty.mp4 tracks - - -")
    write_table(folder, *rows, *lost, columns="video source pipelines categories licence split")
    return folder


@pytest.fixture(scope="module")
def done(study) -> Run:
    run = snakemake(study)
    assert run.status == 0, run.text
    return run


def test_every_video_leaves_its_outcomes(study, done):
    items = [item._replace(detail="") for item in read_outcomes(study / "results/sources/outcomes.tsv")]
    assert items == [
        Item("source", "empty", "", "empty"),
        Item("source", "good"),
        Item("source", "other"),
        Item("source", "text"),
        Item("probe", "good"),
        Item("probe", "other"),
        Item("probe", "text", "", "text"),
    ]


def test_the_funnel_adds_them_up(study, done):
    with (study / "results/funnel.tsv").open() as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file, delimiter="\t")]
    assert rows == [
        ("sources", "source", "4", "3", "1", "", ""),
        ("sources", "source", "", "", "1", "empty", "empty"),
        ("sources", "probe", "3", "2", "1", "", ""),
        ("sources", "probe", "", "", "1", "text", "text"),
    ]
    assert ">text 1<" in (study / "results/funnel.svg").read_text()


def test_the_card_of_the_sources_is_read_back(study, done):
    card = mlc.Dataset(study / "results/sources/card/croissant.json")
    records = {record["videos/video"].decode(): record for record in card.records("videos")}
    assert {video: record["videos/reason"] for video, record in records.items()} == {
        "good": None,
        "other": None,
        "text": b"text",
        "empty": b"empty",
    }
    assert (records["good"]["videos/frames"], records["good"]["videos/split"]) == (12, b"test")
    assert (study / "results/sources" / records["good"]["videos/path"].decode()).is_file()
    assert card.metadata.license == ["CC-BY-4.0", "UNKNOWN for 1 of 2 videos"]


def test_nothing_that_is_shared_names_a_place_on_this_machine(study, done):
    shared = [*study.glob("results/sources/card/*"), *study.glob("results/funnel.*")]
    assert len(shared) == 8
    assert not [path for path in shared if str(study.parent).encode() in path.read_bytes()]


def test_explain_knows_the_way(study, done):
    command = [sys.executable, ROOT / "scripts/explain.py", "text"]
    told = subprocess.run(command, cwd=study, capture_output=True, text=True, check=True).stdout
    assert "sources\tprobe\t1\t0\t1\ttext: this is text, not a video\n" in told


def test_a_second_run_has_nothing_to_do_even_if_benchmarks_are_gone(study, done):
    shutil.rmtree(study / "benchmarks", ignore_errors=True)
    assert snakemake(study, "-n").jobs == {}


def test_costs_are_drawn_and_in_no_manifest(study, done):
    assert (study / "results/costs.svg").is_file() and (study / "results/costs.tsv").is_file()
    assert "results/costs" not in (study / "results/MANIFEST.tsv").read_text()


def test_the_same_study_elsewhere_has_the_same_cards(study, done):
    other = study.with_name("elsewhere")
    shutil.copytree(study, other, ignore=shutil.ignore_patterns("results", "logs", ".snakemake"))
    assert snakemake(other, cores=1).status == 0
    for name in ("funnel.tsv", "funnel.svg", *(f"sources/card/{n}" for n in ("croissant.json", "index.parquet"))):
        assert (other / "results" / name).read_bytes() == (study / "results" / name).read_bytes(), name


def test_a_change_of_the_citation_makes_the_cards_again_and_nothing_before_them(study, done):
    house = copy_house(study.with_name("house"))
    text = (house / "CITATION.cff").read_text()
    (house / "CITATION.cff").write_text(text.replace("The Framewright developers", "Ada Lovelace"))
    assert snakemake(study, "-n", house=house).rules & {"sources_card", "sources_summary"} == {"sources_card"}
