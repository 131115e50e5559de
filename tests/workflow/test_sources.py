"""From the table to checked sources, through Snakemake: every kind of source, good ones and dead ones."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import web
from flow import Run, copy_house, snakemake
from house import ROOT
from make_video import make_video, picture

from framewright.truth import read_truth

pytestmark = pytest.mark.slow

COLUMNS = ("video", "source", "pipelines", "categories", "licence", "truth", "start", "end", "sha256")
ROWS = """
good films/good.mp4 tracks - CC0-1.0 - - - -
turned films/turned.mp4 tracks - CC0-1.0 - - - -
known films/good.mp4 flexpatch - - gt.txt 0.1 - -
cut films/good.mp4 tracks - - - 9 - -
other films/good.mp4 tracks - - - 0.2 - 0000000000000000000000000000000000000000000000000000000000000000
text films/text.mp4 tracks - - - - - -
empty films/empty.mp4 tracks - - - - - -
playlist films/playlist.mp4 tracks - - - - - -
whole {web}/ok tracks - CC-BY-4.0 - - - -
resumed {web}/truncating tracks - - - - - -
missing {web}/status/404 tracks - - - - - -
busy {web}/status/503 tracks - - - - - -
page {web}/page tracks - - - - - -
walk mot:walk flexpatch - - - - - -
nothing mot:nothing flexpatch - - - - - -
"""
EXPECTED = {
    **dict.fromkeys(("good", "turned", "known", "whole", "resumed", "walk"), ("ok", "")),
    "cut": ("rejected", "before the start"),
    "other": ("rejected", "sha256"),
    "empty": ("dead", "0 bytes"),
    "text": ("rejected", "this is text"),
    "playlist": ("rejected", "this is a playlist"),
    "missing": ("dead", "404"),
    "busy": ("dead", "503"),
    "page": ("dead", "page"),
    "nothing": ("dead", "picture"),
}


def make_study(study: Path, url: str) -> None:
    films = study / "films"
    films.mkdir(parents=True)
    make_video(films / "good.mp4", range(30))
    make_video(films / "turned.mp4", range(12), size=(64, 48), rotation=90)
    (films / "text.mp4").write_text("not a film\n" * 100)
    (films / "empty.mp4").touch()
    (films / "playlist.mp4").write_text(f"#EXTM3U\n#EXTINF:1,\n{url}/secret\n#EXT-X-ENDLIST\n")
    (study / "gt.txt").write_text("".join(f"{k},7,10,10,20,15,1,1,1\n" for k in range(1, 31)))
    for name in ("walk", "nothing"):
        (study / name / "img1").mkdir(parents=True)
    for number in range(1, 5):
        cv2.imwrite(str(study / f"walk/img1/{number:06d}.jpg"), picture(number, (64, 48))[..., ::-1])
    (study / "nothing/img1/000001.jpg").write_text("no picture")
    rows = [line.format(web=url).split() for line in ROWS.strip().splitlines()]
    cells = [["" if cell == "-" else cell for cell in row] for row in rows]
    (study / "videos.tsv").write_text("\n".join("\t".join(row) for row in [COLUMNS, *cells]) + "\n")
    (study / "config").mkdir()
    (study / "config/config.yaml").write_text("videos: videos.tsv\nsources: {attempts: 1, timeout_seconds: 2}\n")


@pytest.fixture(scope="module")
def server():
    with web.serve() as server:
        yield server


@pytest.fixture(scope="module")
def study(tmp_path_factory, server) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    make_study(folder, server.url)
    server.film = (folder / "films/good.mp4").read_bytes()
    return folder


@pytest.fixture(scope="module")
def done(study) -> Run:
    return snakemake(study)


@pytest.fixture
def summary(study, done) -> dict[str, dict[str, str]]:
    with (study / "results/sources/summary.tsv").open() as file:
        return {row["video"]: row for row in csv.DictReader(file, delimiter="\t")}


def probe(study: Path, video: str) -> dict:
    return json.loads((study / f"results/sources/{video}/probe.json").read_text())


def test_dead_sources_do_not_end_the_run(done):
    assert done.status == 0, done.text


@pytest.mark.parametrize("video", EXPECTED)
def test_each_video_has_its_outcome_and_its_reason(summary, video):
    status, reason = EXPECTED[video]
    assert summary[video]["status"] == status, summary[video]
    assert reason in summary[video]["reason"]
    assert bool(summary[video]["reason"]) == (status != "ok")


def test_only_a_passing_cause_is_worth_a_retry(summary):
    assert [video for video, row in summary.items() if row["retry"] == "yes"] == ["busy"]


def test_a_playlist_reached_nobody(done, server):
    assert not [path for path, _ in server.requests if "secret" in path]


def test_a_download_that_broke_off_was_resumed_and_is_whole(study, done, server):
    video = study / "results/sources/resumed/video"
    assert video.read_bytes() == server.film
    assert [headers.get("Range") for path, headers in server.requests if path == "/truncating"] != [None]


def test_a_local_film_is_linked_and_not_copied(study, done):
    link = study / "results/sources/good/video"
    assert not link.readlink().is_absolute()  # a study that is moved keeps its films
    assert link.resolve() == (study / "films/good.mp4").resolve()


def test_a_turned_film_is_described_upright(study, done):
    assert (probe(study, "turned")["displayed_size"], probe(study, "turned")["rotation"]) == ([64, 48], 90)


def test_annotations_become_truth(study, done):
    truth = read_truth(study / "results/sources/known/truth.json")
    assert (truth.frames, truth.objects[0].id, len(truth.objects[0].frames)) == (30, 7, 30)
    assert truth.objects[0].boxes[0].tolist() == [9, 9, 29, 24]


def test_the_table_limits_what_is_used(study, done):
    assert probe(study, "known")["use"] == [0.1, 1.0]
    assert probe(study, "good")["use"] == [0.0, 1.0]


def test_a_mot_folder_becomes_a_video(study, done):
    assert probe(study, "walk")["frames"] == 4


def test_nothing_shows_a_frame_of_a_users_video(study, done):
    assert not list(study.glob("results/**/*.png"))


def test_no_temporary_file_is_left(study, done):
    assert not [
        path
        for path in (study / "results").rglob("*")
        if "partial" in path.name or (".unfinished" in path.parts and path.is_file())
    ]


def test_a_second_run_has_nothing_to_do(study, done):
    assert snakemake(study, "-n").jobs == {}


def test_nothing_is_written_beside_the_code(study, done):
    house = copy_house(study.with_name("untouched"))
    before = sorted(house.rglob("*"))
    assert snakemake(study, "--forcerun", "sources_summary", house=house).status == 0
    assert sorted(house.rglob("*")) == before


def test_retry_forgets_just_what_may_live_again(study, done, server):
    command = [sys.executable, ROOT / "scripts/retry_sources.py", "results"]
    said = subprocess.run(command, cwd=study, capture_output=True, text=True, check=True)
    assert said.stdout.startswith("busy\t")
    planned = snakemake(study, "-n")
    assert (planned.jobs["sources_download"], planned.jobs["sources_probe"]) == (1, 1)
    assert "sources_link" not in planned.jobs


def test_a_passing_failure_fails_its_job_before_the_last_attempt(study, done, server):
    """Here the job is tried once while the config allows three attempts: it fails, and the run says so."""
    (study / "config/config.yaml").write_text("videos: videos.tsv\nsources: {attempts: 3, timeout_seconds: 2}\n")
    failed = snakemake(study, "--retries", "0")
    assert failed.status == 1
    assert "error: " in failed.text
    assert "503" in failed.text
    assert "Traceback" not in failed.text
    assert not (study / "results/sources/busy/source.json").exists()
