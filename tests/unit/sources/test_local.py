import hashlib
import os
import stat
from pathlib import Path

import pytest

from framewright.sources.local import link
from framewright.sources.outcome import Dead, settle

FILM = b"a film"
DIGEST = hashlib.sha256(FILM).hexdigest()


def test_a_file_outside_the_study_is_linked_by_its_absolute_path(tmp_path, monkeypatch):
    (tmp_path / "my film.mp4").write_bytes(FILM)
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path / "study")
    fetched = link("../my film.mp4", tmp_path / "study/video")
    assert (tmp_path / "study/video").readlink().is_absolute()
    assert (tmp_path / "study/video").read_bytes() == FILM
    assert (fetched.bytes, fetched.sha256) == (6, None)


def test_a_file_in_the_study_is_linked_so_that_the_study_can_be_moved(tmp_path, monkeypatch):
    (tmp_path / "study/films").mkdir(parents=True)
    (tmp_path / "study/results").mkdir()
    (tmp_path / "study/films/a.mp4").write_bytes(FILM)
    monkeypatch.chdir(tmp_path / "study")
    link("films/a.mp4", Path("results/video"))
    assert Path("results/video").readlink() == Path("../films/a.mp4")
    (tmp_path / "study").rename(tmp_path / "moved")
    assert (tmp_path / "moved/results/video").read_bytes() == FILM


def test_a_link_is_linked_as_it_is(tmp_path):
    (tmp_path / "film").write_bytes(FILM)
    (tmp_path / "alias").symlink_to("film")
    link(tmp_path / "alias", tmp_path / "video")
    assert (tmp_path / "video").readlink() == tmp_path / "alias"


def test_checksum(tmp_path):
    (tmp_path / "film").write_bytes(FILM)
    assert link(tmp_path / "film", tmp_path / "video", sha256=DIGEST.upper()).sha256 == DIGEST
    with pytest.raises(Dead, match=DIGEST) as caught:
        link(tmp_path / "film", tmp_path / "other", sha256=64 * "0")
    assert caught.value.reason == "checksum"
    assert not (tmp_path / "other").is_symlink()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere", "gone"),
        ("broken link", "gone"),
        ("empty", "empty"),
        ("folder", "not-video"),
        ("circle", "forbidden"),
        ("pipe", "not-video"),
        ("socket", "not-video"),
    ],
)
def test_dead_files(tmp_path, name, reason):
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken link").symlink_to("nowhere")
    (tmp_path / "circle").symlink_to("circle")
    os.mkfifo(tmp_path / "pipe")
    os.mknod(tmp_path / "socket", stat.S_IFSOCK | 0o600)
    with pytest.raises(Dead) as caught:
        link(tmp_path / name, tmp_path / "video")
    assert caught.value.reason == reason
    assert not (tmp_path / "video").is_symlink()


def test_behind_a_dead_outcome_is_an_empty_file(tmp_path):
    """Whatever stood there before, the outcome tells of nothing: 0 bytes, no digest."""
    (tmp_path / "video").write_bytes(b"of an earlier run")
    outcome = settle(
        lambda target: link(tmp_path / "nowhere", target),
        tmp_path / "video",
        video="v",
        source="nowhere",
        kind="local",
    )
    assert (outcome.status, outcome.reason, outcome.bytes, outcome.sha256) == ("dead", "gone", 0, None)
    assert (tmp_path / "video").read_bytes() == b"" and outcome.detail and not outcome.retry
