"""Videos become segments through the workflow: a broken one, one more, other limits, another detector, own weights."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
from flow import snakemake, write_table
from make_film import make_film, texture

pytestmark = pytest.mark.slow

ROWS = ("one one.mp4 tracks - CC0-1.0", "broken broken.mp4 tracks - CC0-1.0")
NO_DETECTOR = "detector: {weights: none}"
FEW = f"tracks={{segments: {{min_seconds: 1}}, {NO_DETECTOR}}}"


def study(folder: Path, *rows: str) -> Path:
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(("one", "two")):
        if not (folder / f"{name}.mp4").exists():
            make_film(folder / f"{name}.mp4", [texture(number), texture(number + 5)], 40, (320, 180))
    (folder / "broken.mp4").write_bytes(bytes(3000))
    write_table(folder, *rows)
    return folder


def run(folder: Path, *arguments: str, config: str = FEW):
    return snakemake(folder, "--config", config, *arguments, "--", "tracks")


def digests(folder: Path) -> dict[str, str]:
    root = folder / "results/tracks"
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = study(tmp_path_factory.mktemp("tracks") / "study", *ROWS)
    result = run(folder)
    assert result.status == 0, result.text
    return folder


def test_segments_stand_where_they_are_documented_and_a_broken_video_has_none(made):
    segments = made / "results/tracks/videos_segm"
    assert (segments / "one.txt").read_text() == f"0.0,{40 / 24!r}\n{40 / 24!r},{80 / 24!r}"
    assert (segments / "broken.txt").read_text() == ""
    known = json.loads((segments / "one.json").read_text())
    assert [cut["kind"] for cut in known["cuts"]] == ["cut"] and known["detector"] == "transitions"
    with (made / "results/tracks/outcomes.tsv").open() as file:
        rows = [(row["stage"], row["video"], row["reason"]) for row in csv.DictReader(file, delimiter="\t")]
    assert rows == [
        ("privacy", "broken", "unusable"),
        ("privacy", "one", ""),
        ("video", "broken", "unusable"),
        ("video", "one", ""),
        ("segment", "one", ""),
        ("segment", "one", ""),
    ]
    assert all(own["ok"] for own in json.loads((made / "results/tracks/contract.json").read_text()))
    assert "no weights" in (made / "results/tracks/card/README.md").read_text()


def test_the_link_leads_to_the_checked_source_and_moves_with_the_results(made):
    link = made / "results/tracks/videos_mp4/one.mp4"
    assert link.resolve() == (made / "one.mp4").resolve() and not link.readlink().is_absolute()


def test_nothing_is_left_to_do_and_another_video_leaves_the_first_alone(made):
    assert run(made, "-n").rules == set()
    study(made, *ROWS, "two two.mp4 tracks - CC0-1.0")
    planned = run(made, "-n")
    assert (planned.jobs["tracks_link"], planned.jobs["tracks_segment"]) == (1, 1)
    assert (planned.jobs["tracks_deface"], planned.jobs["tracks_audit"]) == (1, 1)
    study(made, *ROWS)


@pytest.mark.long
def test_the_same_bytes_come_again(made, tmp_path):
    again = study(tmp_path / "again", *ROWS)
    assert run(again).status == 0
    assert digests(again) == digests(made)


@pytest.mark.long
def test_other_rules_cut_anew_and_what_they_drop_is_on_record(made, tmp_path):
    planned = run(made, "-n", config=f"tracks={{segments: {{min_seconds: 2}}, {NO_DETECTOR}}}")
    assert planned.jobs["tracks_segment"] == 2
    other = study(tmp_path / "other", *ROWS[:1])
    segments = "{detector: adaptive, max_seconds: 1.5, long: truncate, min_seconds: 1}"
    result = run(other, config=f"tracks={{segments: {segments}, {NO_DETECTOR}}}")
    assert result.status == 0, result.text
    known = json.loads((other / "results/tracks/videos_segm/one.json").read_text())
    assert "scenedetect" in known["detector"] and len(known["cuts"]) == 1
    assert [part["reason"] for part in known["segments"]] == ["", "truncated"] * 2


def test_weights_that_are_not_there_are_named_before_anything_runs(made):
    result = run(made, "-n", config="tracks={segments: {cartoon: {weights: nowhere.onnx}}}")
    assert result.status != 0 and "nowhere.onnx" in result.text
