"""The MANIFEST names every file of a study once, and a check against it finds whatever was damaged since."""

import hashlib
import json
import logging
import os
from pathlib import Path

import pytest

from framewright.errors import UserError
from framewright.study import manifest as inventory
from framewright.study.check import check, require_all
from framewright.study.contract import Finding, write_contract
from framewright.study.manifest import (
    Artifact,
    files_of,
    list_artifacts,
    read_digests,
    read_manifest,
    write_digests,
    write_manifest,
)
from framewright.study.volatile import drop_volatile, is_volatile

LOG = logging.getLogger("framewright")
MAKERS = {
    "sources_link": [r"results/sources/(?P<video>one|two)/video$"],
    "sources_render": [r"results/sources/(?P<video>street)/video$", r"results/sources/(?P<video>street)/truth\.json$"],
    "tracks_cut": [r"results/tracks/clips/(?P<video>.+)$"],
}


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Two videos, one of them a link, and a folder with clips."""
    monkeypatch.chdir(tmp_path)
    for folder in ("results/sources/one", "results/sources/street", "results/tracks/clips/one/deep"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "film.mp4").write_bytes(b"film")
    (tmp_path / "results/sources/one/video").symlink_to(tmp_path / "film.mp4")
    (tmp_path / "results/sources/street/video").write_bytes(b"street")
    for name in ("b.mp4", "a.mp4", "deep/c.mp4", ".snakemake_timestamp", ".d.77.partial.mp4"):
        (tmp_path / "results/tracks/clips/one" / name).write_bytes(name.encode())
    return tmp_path


ARTIFACTS = ["results/tracks/clips/one", "results/sources/street/video", "results/sources/one/video"]


def made(artifacts=ARTIFACTS, known=None):
    return list_artifacts(artifacts, MAKERS, known or {}, LOG)


def test_every_file_is_listed_once_with_its_bytes_and_its_rule_in_the_order_of_paths(study):
    rows, _ = made()
    assert [(row.path.removeprefix("results/"), row.bytes, row.made_by) for row in rows] == [
        ("sources/one/video", 4, "sources_link"),
        ("sources/street/video", 6, "sources_render"),
        ("tracks/clips/one/a.mp4", 5, "tracks_cut"),
        ("tracks/clips/one/b.mp4", 5, "tracks_cut"),
        ("tracks/clips/one/deep/c.mp4", 10, "tracks_cut"),
    ]
    assert rows[0].sha256 == hashlib.sha256(b"film").hexdigest()


def test_writing_and_reading_gives_the_same_rows_and_the_same_bytes(study):
    rows, _ = made()
    rows.append(Artifact("results/versions.json", None, "volatile", "cards_versions"))
    write_manifest("MANIFEST.tsv", rows)
    assert read_manifest("MANIFEST.tsv") == rows
    text = (study / "MANIFEST.tsv").read_text()
    assert text.startswith("path\tbytes\tsha256\tmade_by\nresults/sources/one/video\t4\t")
    assert text.endswith("results/versions.json\t\tvolatile\tcards_versions\n")
    rows, _ = made(ARTIFACTS[::-1])
    write_manifest("again.tsv", [*rows, read_manifest("MANIFEST.tsv")[-1]])
    assert (study / "again.tsv").read_text() == text


@pytest.mark.parametrize("text", ["", "nothing like it\n", "path\tbytes\tsha256\tmade_by\na\tmany\tx\ty\n"])
def test_a_file_that_is_no_manifest_is_said_to_be_none(study, text):
    (study / "MANIFEST.tsv").write_text(text)
    with pytest.raises(UserError, match=r"MANIFEST.tsv: not a MANIFEST"):
        read_manifest("MANIFEST.tsv")


def test_a_missing_manifest_says_what_to_do():
    with pytest.raises(UserError, match="run snakemake first"):
        read_manifest("nowhere/MANIFEST.tsv")


def test_a_file_that_is_as_it_was_is_not_read_again(study, monkeypatch):
    rows, digests = made()
    Path("digests").mkdir()
    write_digests("digests/0-of-1.tsv", digests)
    video = study / "results/sources/street/video"
    before = video.stat()
    video.write_bytes(b"STREET")
    os.utime(video, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert made(known=read_digests("digests"))[0] == rows
    os.utime(video, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    changed = made(known=read_digests("digests"))[0]
    assert [new.path for old, new in zip(rows, changed, strict=True) if old != new] == ["results/sources/street/video"]


def test_a_file_with_several_names_is_read_once(study, monkeypatch):
    read = []
    hash_one = inventory.sha256_of
    monkeypatch.setattr(inventory, "sha256_of", lambda path: read.append(path) or hash_one(path))
    video = study / "results/sources/street/video"
    (video.parent / "again").hardlink_to(video)
    (video.parent / "third").symlink_to("video")
    rows = made([f"results/sources/street/{name}" for name in ("video", "again", "third")])[0]
    assert len(rows) == 3 and len({row.sha256 for row in rows}) == 1
    assert len(read) == 1


@pytest.mark.parametrize("content", [b"", b"torn off\tin the mid", b"\xff\xfe"], ids=["empty", "torn", "not text"])
def test_remembered_digests_are_safe_to_lose(study, content):
    (study / "digests").mkdir()
    (study / "digests/0-of-1.tsv").write_bytes(content)
    assert read_digests("digests") == read_digests("nowhere") == {}


def test_a_link_that_leads_nowhere_is_named_with_a_remedy(study):
    (study / "film.mp4").unlink()
    with pytest.raises(UserError, match=r"results/sources/one/video: a broken link .* run again"):
        made()


def test_a_name_that_would_break_the_table_is_refused(study):
    (study / "results/tracks/clips/one/a\tb").touch()
    with pytest.raises(UserError, match="control characters"):
        write_manifest("MANIFEST.tsv", made()[0])


def test_nothing_consists_of_no_files():
    assert files_of("nowhere/at/all") == []


# ---- volatile files -------------------------------------------------------------------------------------------------

PATTERNS = {"results/*/PROGRESS.txt": ("rate",), "results/*/summary.json": ("seconds", "host")}


def test_only_the_declared_files_are_volatile():
    assert is_volatile("results/versions.json")
    assert is_volatile("results/toy/deep/PROGRESS.txt", PATTERNS)
    assert not is_volatile("results/sources/summary.tsv", PATTERNS)


def test_of_a_volatile_file_there_is_neither_a_digest_nor_a_size(study):
    (study / "results/versions.json").write_text("{}")
    assert made(["results/versions.json"])[0] == [Artifact("results/versions.json", None, "volatile", "")]


SAME = [
    pytest.param("summary.json", '{"seconds": 1, "done": 3}', '{"done": 3, "seconds": 9}', True, id="a volatile key"),
    pytest.param("summary.json", '[{"host": "a"}, 3]', '[{"host": "b"}, 3]', True, id="a volatile key deep inside"),
    pytest.param("summary.json", '{"done": 3}', '{"done": 4}', False, id="another key"),
    pytest.param("PROGRESS.txt", "done 3 in 4.2 s", "done 3 in 17 min", True, id="a duration"),
    pytest.param("PROGRESS.txt", "2026-01-02 03:04:05 done", "2027-11-12T13:14:15Z done", True, id="a date"),
    pytest.param("PROGRESS.txt", "left: 0:04:05", "left: 1:00", True, id="a time of day"),
    pytest.param("PROGRESS.txt", "rate: 7\ndone 3", "rate: 9\ndone 3", True, id="a volatile line"),
    pytest.param("PROGRESS.txt", "done 3 of 4", "done 4 of 4", False, id="a number"),
]


@pytest.mark.parametrize(("name", "one", "other", "same"), SAME)
def test_what_is_not_volatile_is_compared(name, one, other, same):
    path = f"results/toy/{name}"
    assert (drop_volatile(path, one.encode(), PATTERNS) == drop_volatile(path, other.encode(), PATTERNS)) is same


# ---- the check ------------------------------------------------------------------------------------------------------


@pytest.fixture
def recorded(study):
    write_contract("results/tracks/contract.json", [Finding("clips decode", True)])
    (study / "results/versions.json").write_text("{}")
    artifacts = [*ARTIFACTS, "results/tracks/contract.json", "results/versions.json"]
    return made(artifacts)[0], artifacts


def found(recorded) -> dict[str, str]:
    """What is wrong, by the name of the finding."""
    return {own.name: own.detail for own in check(*recorded, LOG) if not own.ok}


def test_an_untouched_study_has_two_findings_for_each_part_and_no_fault(recorded):
    findings = check(*recorded, LOG)
    assert [own.name for own in findings] == [
        *("sources: files", "tracks: files", "tracks: contract", "versions.json: files"),
    ]
    assert found(recorded) == {}
    require_all(findings)


def flip(path):
    content = path.read_bytes()
    about = path.stat()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


DAMAGE = {
    "a flipped bit, with the old time": ("tracks/clips/one/a.mp4", flip, "other bytes: "),
    "a byte more": ("sources/street/video", lambda path: path.write_bytes(b"street."), "7 instead of 6 bytes: "),
    "a deleted clip": ("tracks/clips/one/deep/c.mp4", lambda path: path.unlink(), "missing: "),
    "a file that was added": ("tracks/clips/one/extra.mp4", lambda path: path.touch(), "not in the MANIFEST: "),
    "a link that leads nowhere": ("sources/one/video", lambda path: path.readlink().unlink(), "missing: "),
    "a volatile file that is gone": ("versions.json", lambda path: path.unlink(), "missing: "),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_is_found_and_named(study, recorded, what):
    path, damage, said = DAMAGE[what]
    damage(study / "results" / path)
    assert found(recorded) == {f"{path.split('/')[0]}: files": f"{said}results/{path}"}
    with pytest.raises(UserError, match="1 of 4 checks failed"):
        require_all(check(*recorded, LOG))


def test_what_is_volatile_may_change(study, recorded):
    (study / "results/versions.json").write_text(json.dumps({"git": {}}))
    assert found(recorded) == {}


def test_a_contract_on_record_that_is_broken_is_a_fault(study):
    write_contract("results/tracks/contract.json", [Finding("clips decode", False, "b.mp4")])
    artifacts = [*ARTIFACTS, "results/tracks/contract.json"]
    assert found((made(artifacts)[0], artifacts)) == {"tracks: contract": "clips decode: b.mp4"}


def test_progress_of_long_work_is_logged(study, monkeypatch, caplog):
    monkeypatch.setattr(inventory, "PROGRESS", 10)
    caplog.set_level(logging.INFO)
    made()
    assert len(caplog.messages) == 3
