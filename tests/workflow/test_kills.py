"""Snakemake and its jobs are killed at random moments; the run is resumed and ends with the same bytes."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
import verify
import web
from flow import write_table
from make_video import make_video

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """Where everything is that small sources from a disk and from a slow server are made of."""
    folder = tmp_path_factory.mktemp("kills")
    with web.serve() as server:
        make_video(folder / "film.mp4", range(30))
        server.film = make_video(folder / "web.mp4", range(1000), size=(640, 480)).read_bytes()
        rows = ["here film.mp4", *(f"web{number} {server.url}/slow/{number}" for number in range(2))]
        write_table(folder / "study", *(f"{row} tracks - CC0-1.0" for row in rows))
        (folder / "film.mp4").rename(folder / "study/film.mp4")
        yield folder / "study"


@pytest.mark.timeout(900)  # a busy machine takes its time
def test_after_three_kills_the_study_is_the_same(study):
    """Snakemake with its jobs, Snakemake alone while a job works, and a job: whatever was killed, nothing is left."""
    whole = verify.lay_out(study, study.with_name("whole"))
    seconds = verify.make(whole, cores=2)
    killed = verify.lay_out(study, study.with_name("killed"))
    kills = list(verify.kill_and_resume(killed, 2, 3, random.Random(0), longest=seconds / 2))
    assert len(kills) == 3
    assert verify.differences(whole, killed) == []
    assert (whole / verify.MANIFEST).read_bytes() == (killed / verify.MANIFEST).read_bytes()


def test_a_process_that_outlives_a_kill_is_noticed(tmp_path, monkeypatch):
    """The check itself can fail: of something that goes on in the folder, and of something written meanwhile."""
    (tmp_path / "results").mkdir()
    monkeypatch.setattr(verify, "LONGEST_DEATH", 0.5)
    late = "import pathlib, time; time.sleep({}); pathlib.Path('results/late').touch(); time.sleep({})"
    with subprocess.Popen([sys.executable, "-c", late.format(60, 0)], cwd=tmp_path) as process:
        with pytest.raises(verify.UserError, match="outlives"):
            verify.require_silence(tmp_path)
        process.kill()
    monkeypatch.setattr(verify, "LONGEST_DEATH", 60)
    with (
        subprocess.Popen([sys.executable, "-c", late.format(3, 0.1)], cwd=tmp_path),
        pytest.raises(verify.UserError, match="results/late was written"),
    ):
        verify.require_silence(tmp_path)


def test_what_differs_between_two_studies_is_named(tmp_path):
    head = "path\tbytes\tsha256\tmade_by\n"
    for name, text in {"one": "a\t1\tx\tr\nb\t1\tx\tr\nc\t1\tx\tr\n", "other": "a\t1\tx\tr\nb\t1\ty\tr\n"}.items():
        (tmp_path / name / "results").mkdir(parents=True)
        (tmp_path / name / verify.MANIFEST).write_text(head + text)
    lines = verify.differences(tmp_path / "one", tmp_path / "other")
    assert [line.split(":")[0] for line in lines] == ["b", "c"]
