import json
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import web

from framewright.errors import UserError
from framewright.sources.outcome import read_outcome
from framewright.truth import read_truth

SCRIPTS = Path(__file__).parents[3] / "scripts"
EFFORT = {
    "attempts": 3,
    "timeout_seconds": 5,
    "max_bytes": 10**6,
    "cookies": "",
    "rate_limit": 0,
    "sleep_seconds": 0,
}


@pytest.fixture(scope="module")
def server():
    with web.serve() as server:
        yield server


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # a job sets its own

    def run(script, *, source=None, attempt=1, **params):
        folder = Path("results/sources/one")
        snakemake = SimpleNamespace(
            log=[],
            wildcards=SimpleNamespace(video="one"),
            input=SimpleNamespace(source=source),
            output=SimpleNamespace(
                video=str(folder / "video"), outcome=str(folder / "source.json"), truth=str(folder / "truth.json")
            ),
            params=SimpleNamespace(settings={"source": source} | params),
            resources=SimpleNamespace(attempt=attempt, **EFFORT),
        )
        runpy.run_path(str(SCRIPTS / script), init_globals={"snakemake": snakemake})
        return folder, read_outcome(folder / "source.json")

    return run


def test_link(run, tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"film")
    folder, outcome = run("sources_link.py", source="film.mp4", fingerprint="4-ab")
    assert (folder / "video").readlink() == Path("../../../film.mp4")
    assert (outcome.video, outcome.kind, outcome.status, outcome.source) == ("one", "local", "ok", "film.mp4")
    assert outcome.fingerprint == "4-ab"


def test_link_to_an_empty_file_is_dead(run, tmp_path):
    (tmp_path / "film.mp4").touch()
    folder, outcome = run("sources_link.py", source="film.mp4", fingerprint="4-ab")
    assert (outcome.status, outcome.reason, outcome.retry) == ("dead", "empty", False)
    assert not (folder / "video").is_symlink() and (folder / "video").read_bytes() == b""


def test_download(run, server):
    folder, outcome = run("sources_download.py", source=f"{server.url}/ok")
    assert (folder / "video").read_bytes() == server.film
    assert (outcome.kind, outcome.status, outcome.bytes) == ("http", "ok", len(server.film))
    assert sorted(path.name for path in folder.iterdir()) == ["source.json", "video"]


def test_a_download_that_is_gone_is_dead_at_once(run, server):
    folder, outcome = run("sources_download.py", source=f"{server.url}/status/404")
    assert (outcome.status, outcome.reason, outcome.retry) == ("dead", "gone", False)
    assert (folder / "video").read_bytes() == b""


@pytest.mark.slow
def test_a_download_that_fails_for_now_fails_the_job_and_goes_on_at_the_next_attempt(run, server, monkeypatch):
    monkeypatch.setattr("framewright.sources.http.LONGEST_PAUSE", 0.0)
    server.requests.clear()
    with pytest.raises(UserError, match="the connection was cut"):
        run("sources_download.py", source=f"{server.url}/stuck")
    assert list(Path("results/sources/one").iterdir()) == []
    assert Path("results/sources/.unfinished/one/data").stat().st_size == 1000
    folder, outcome = run("sources_download.py", source=f"{server.url}/stuck", attempt=3)
    assert set(server.ranges()) == {None, "bytes=1000-"}
    assert (outcome.status, outcome.reason, outcome.retry) == ("dead", "truncated", True)
    assert (folder / "video").read_bytes() == b""


@pytest.mark.slow
def test_youtube(run, server):
    folder, outcome = run("sources_youtube.py", source=f"{server.url}/ok", height=720, audio=False)
    assert (folder / "video").read_bytes() == server.film
    assert (outcome.kind, outcome.status, outcome.format) == ("youtube", "ok", "mp4")
    _, outcome = run("sources_youtube.py", source="youtube:no", height=720, audio=False)
    assert (outcome.status, outcome.reason, outcome.retry) == ("dead", "address", False)


def test_mot(run, tmp_path):
    (tmp_path / "walk/img1").mkdir(parents=True)
    (tmp_path / "walk/gt").mkdir()
    (tmp_path / "walk/gt/gt.txt").write_text("1,1,1,1,5,5,1,1,1\n")
    cv2.imwrite(str(tmp_path / "walk/img1/000001.jpg"), np.zeros((48, 64, 3), np.uint8))
    folder, outcome = run("sources_mot.py", source="mot:walk", fingerprint="9-cd")
    assert (outcome.kind, outcome.status, outcome.source) == ("mot", "ok", "mot:walk")
    assert outcome.bytes == (folder / "video").stat().st_size > 0
    assert read_truth(folder / "truth.json").objects[0].name == "person"
    folder, outcome = run("sources_mot.py", source="mot:nowhere", fingerprint="")
    assert (outcome.status, outcome.reason) == ("dead", "gone")
    assert read_truth(folder / "truth.json").frames == 0


def record(folder, reason, retry):
    folder.mkdir(parents=True)
    for name in ("video", "probe.json"):
        (folder / name).touch()
    facts = {"video": folder.name, "source": "x", "kind": "http", "status": "dead", "reason": reason, "retry": retry}
    rest = {"detail": "why", "bytes": 0, "sha256": None, "url": None, "format": None}
    (folder / "source.json").write_text(json.dumps(facts | rest))


def retry_sources(*arguments):
    command = [sys.executable, SCRIPTS / "retry_sources.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_retry_forgets_just_what_may_live_again(tmp_path):
    record(tmp_path / "sources/a", "network", True)
    record(tmp_path / "sources/b", "gone", False)
    record(tmp_path / "sources/c", "busy", True)
    (tmp_path / "sources/.unfinished/a").mkdir(parents=True)
    (tmp_path / "sources/summary.tsv").touch()
    named = "a\tnetwork\twhy\nc\tbusy\twhy\n"
    assert retry_sources(tmp_path, "--list").stdout == named + "2 sources would be forgotten\n"
    assert (tmp_path / "sources/a/source.json").exists() and (tmp_path / "sources/summary.tsv").exists()
    assert retry_sources(tmp_path).stdout == named + "2 sources forgotten; the next run tries them again\n"
    left = sorted(
        path.relative_to(tmp_path / "sources").as_posix() for path in tmp_path.rglob("*/*.*") if path.is_file()
    )
    assert left == ["b/probe.json", "b/source.json"]
    assert (tmp_path / "sources/b/video").exists() and not (tmp_path / "sources/a/video").exists()
    assert (tmp_path / "sources/.unfinished/a").exists()
    assert retry_sources(tmp_path).stdout == "0 sources forgotten; the next run tries them again\n"


def test_retry_forgets_other_causes_by_name(tmp_path):
    for name, reason in {"a": "age", "b": "gone", "c": "private", "d": "network"}.items():
        record(tmp_path / "sources" / name, reason, reason == "network")
    done = retry_sources(tmp_path, "--reason", "age", "--reason", "private")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()[:-1]] == ["a", "c", "d"]
    assert [path.parent.name for path in tmp_path.rglob("source.json")] == ["b"]


def test_retry_without_results_says_so(tmp_path):
    done = retry_sources(tmp_path / "results")
    assert done.returncode == 1
    assert done.stderr == f"retry-sources: {tmp_path}/results/sources: no such folder; give the folder of results\n"
