"""Only what jobs of a study made is ever removed, and only what nothing asks for."""

import json
import runpy
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from house import ROOT

from framewright.study.check import find_unclaimed
from framewright.study.leftovers import Made, count_files, find_leftovers, find_strangers, read_made, remove_leftovers
from framewright.study.monitor.events import CHOICES


def put(path: str, text: str = "x") -> Path:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return Path(path)


def record(path: str, rule: str, *logs: str) -> None:
    code = urlsafe_b64encode(path.encode()).decode()
    place = Path(".snakemake/metadata", *(["@" + code[:100], code[100:]] if len(code) > 100 else [code]))
    put(str(place), json.dumps({"rule": rule, "log": list(logs)}))


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A study of the videos here and gone, with a film, a configuration and a note of its owner."""
    monkeypatch.chdir(tmp_path)
    for video in ("here", "gone"):
        put(f"films/{video}.mp4")
        Path(f"results/sources/{video}").mkdir(parents=True)
        Path(f"results/sources/{video}/video").symlink_to(f"../../../films/{video}.mp4")
        put(f"results/tracks/clips/{video}/1.mp4")
        put(f"results/tracks/npy/{video}/1.npy")
        put(f"logs/tracks_extract/{video}.log")
        put(f"benchmarks/tracks_extract/{video}.tsv")
        record(f"results/sources/{video}/video", "sources_link", f"logs/sources_link/{video}.log")
        record(f"results/tracks/clips/{video}", "tracks_extract", f"logs/tracks_extract/{video}.log")
        record(f"results/tracks/npy/{video}", "tracks_npy")
    record("results/tracks/" + "long" * 60, "tracks_extract")
    put("config/config.yaml")
    put("results/tracks/note.txt")
    outputs = {"results/sources/here/video": "sources_link", "results/tracks/clips/here": "tracks_extract"}
    return outputs


def test_what_is_on_record_comes_back_with_rules_and_logs(study):
    made = list(read_made(".snakemake"))
    assert Made("results/tracks/clips/gone", "tracks_extract", ("logs/tracks_extract/gone.log",)) in made
    assert "results/tracks/" + "long" * 60 in {one.path for one in made} and len(made) == 7


def test_left_over_is_what_was_made_is_there_and_is_asked_for_no_more(study):
    found = find_leftovers(read_made(".snakemake"), study)
    assert [one.path for one in found] == [
        *("results/sources/gone/video", "results/tracks/clips/gone", "results/tracks/npy/gone"),
    ]


def test_removing_takes_logs_benchmarks_and_empty_folders_and_nothing_of_anybody_else(study):
    assert remove_leftovers(find_leftovers(read_made(".snakemake"), study)) == 5
    assert not Path("results/sources/gone").exists() and not Path("logs/tracks_extract/gone.log").exists()
    assert not Path("benchmarks/tracks_extract/gone.tsv").exists()
    kept = ("films/gone.mp4", "films/here.mp4", "config/config.yaml", "results/tracks/note.txt")
    kept += ("results/tracks/clips/here/1.mp4", "results/tracks/npy/here/1.npy", "benchmarks/tracks_extract/here.tsv")
    assert all(Path(path).exists() for path in kept) and Path(".snakemake/metadata").is_dir()
    assert find_leftovers(read_made(".snakemake"), study) == []


def test_a_link_to_a_folder_is_removed_and_not_what_it_leads_to(study):
    Path("results/tracks/clips/link").symlink_to("../../../films")
    made = Made("results/tracks/clips/link", "tracks_extract")
    assert count_files(made)[0] == 1
    assert remove_leftovers([made]) == 1 and Path("films/here.mp4").exists()


def test_strangers_are_named_and_a_persons_pictures_are_none(study):
    put("results/patches/dataset/Val/GT/mine.png")
    made = {one.path for one in read_made(".snakemake")}
    folders = ("results/tracks", "results/patches")
    found = find_strangers(folders, study, made, {"results/patches/dataset/Val/GT"})
    assert found == ["results/tracks/note.txt"]
    assert "results/patches/dataset/Val/GT/mine.png" in find_strangers(folders, study, made)


def test_check_names_both_and_breaks_no_promise(study):
    found = find_unclaimed(study, "results", ".snakemake", [])
    assert [(one.name, one.ok) for one in found] == [
        *[("sources: left over", True), ("tracks: left over", True), ("results: strangers", True)],
    ]
    assert "make tidy" in found[1].detail and "results/tracks/note.txt" in found[2].detail


def test_a_log_that_also_tells_of_something_asked_for_stays(tmp_path, monkeypatch):
    """Under another name of the dataset the same job wrote both, into one log."""
    monkeypatch.chdir(tmp_path)
    for name in ("old.npz", "new.npz"):
        Path(name).touch()
    made = [Made(name, "tracks_metrics", ("logs/tracks_metrics/one.log",)) for name in ("old.npz", "new.npz")]
    (left,) = find_leftovers(made, {"new.npz": "tracks_metrics"})
    assert (left.path, left.logs) == ("old.npz", ())


def tidy(folder: Path, monkeypatch, *arguments: str) -> list[str]:
    """The options with which `make tidy` asks Snakemake what belongs to a study."""
    asked: list[str] = []
    monkeypatch.setattr("framewright.study.leftovers.list_outputs", lambda *given: asked.extend(given[2]) or {})
    monkeypatch.setattr(sys, "argv", ["tidy.py", "--folder", str(folder), *arguments])
    runpy.run_path(str(ROOT / "scripts/tidy.py"), run_name="__main__")
    return asked


@pytest.mark.usefixtures("study")
def test_tidy_asks_as_the_last_run_did_unless_told_otherwise(tmp_path, monkeypatch, capsys):
    assert tidy(tmp_path, monkeypatch) == []
    put(str(CHOICES), json.dumps({"options": ["--config", "videos=videos.tsv"]}))
    assert tidy(tmp_path, monkeypatch) == ["--config", "videos=videos.tsv"]
    assert "as the last run: --config videos=videos.tsv\n" in capsys.readouterr().err
    assert tidy(tmp_path, monkeypatch, "--", "--config", "seed=7") == ["--config", "seed=7"]


def test_tidy_of_a_folder_without_results_says_where_to_look(tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match="no results there; say where: make tidy DIR=study"):
        tidy(tmp_path, monkeypatch)
