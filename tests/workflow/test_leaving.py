"""What left the table of videos leaves every dataset; `check` names what is left over, and `make tidy` removes it."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from flow import ROOT, Run, snakemake, write_table
from make_video import make_video
from make_weights import columns, make_weights

from framewright.datasets import TrackClips
from framewright.study.buckets import bucket_of

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]

LARGE = (160, 160, 120, 100, 0.1, 0.7, 0.3)
COLUMNS = "video source pipelines categories licence training"
FILTERS = "{max_black: null, max_frozen: null, min_sharpness: null, min_picture: null}"


def set_up(folder: Path, *rows: str, dataset: str = "Own", buckets: int = 1) -> None:
    write_table(folder, *rows, columns=COLUMNS)
    tracks = f"dataset: {dataset}, detector: {{weights: w.onnx}}, keep: {{min_seconds: 1}}"
    tracks += f", segments: {{min_seconds: 1, filters: {FILTERS}}}"
    text = f"videos: videos.tsv\npipelines: [tracks]\nbuckets: {buckets}\ntracks: {{{tracks}}}\n"
    (folder / "config/config.yaml").write_text(text)


def run(folder: Path, *arguments: str) -> Run:
    return snakemake(folder, *arguments, timeout=900)


def served(folder: Path) -> set[str]:
    """The videos that loader, card, documented trees and counts have, all the same."""
    results = folder / "results/tracks"
    clips = {row.video for row in TrackClips(results).rows}
    index = pq.read_table(results / "card/index.parquet").to_pylist()
    (trees,) = {path.parent for path in results.glob("tracks_mp4/*/metadata.parquet") if path.parent.name != "Old"}
    assert (
        clips
        == {row["video"] for row in index if row["clip"]}
        == {row["video_id"] for row in pq.read_table(trees / "metadata.parquet").to_pylist()}
    )
    assert len(list(trees.glob("*/*.mp4"))) == len(TrackClips(results))
    return clips


def tidy(folder: Path, *arguments: str) -> str:
    command = [sys.executable, ROOT / "scripts/tidy.py", *arguments]
    environment = {"PYTHONPATH": str(ROOT / "scripts"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def files_of(folder: Path) -> set[Path]:
    """All files but Snakemake's own, which says there that it was asked."""
    return {path for path in folder.rglob("*") if path.is_file() and ".snakemake" not in path.parts}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("leaving") / "study"
    folder.mkdir()
    for number, name in enumerate(("one", "two")):
        make_video(folder / f"{name}.mp4", [number + 3] * 60, size=(320, 180), rate=25)
    make_weights(folder / "w.onnx", columns(LARGE))
    set_up(folder, *(f"{name} {name}.mp4 tracks - CC0-1.0 -" for name in ("one", "two")), dataset="Old")
    result = run(folder)
    assert result.status == 0, result.text
    return folder


def test_what_left_the_table_is_served_by_nobody_and_can_be_tidied(made):
    assert {row.video for row in TrackClips(made / "results/tracks").rows} == {"one", "two"}
    # two is renamed, and so is the dataset
    set_up(made, "one one.mp4 tracks - CC0-1.0 -", "zwei two.mp4 tracks - CC0-1.0 -")
    result = run(made)
    assert result.status == 0, result.text
    assert result.jobs["tracks_detect"] == 1
    assert served(made) == {"one", "zwei"}
    with (made / "results/tracks/outcomes.tsv").open() as file:
        assert {row["video"] for row in csv.DictReader(file, delimiter="\t")} == {"one", "zwei"}

    # a video that is not for training is processed, and in no dataset
    set_up(made, "one one.mp4 tracks - CC0-1.0 -", "zwei two.mp4 tracks - CC0-1.0 no")
    result = run(made)
    assert result.status == 0, result.text
    assert not {"tracks_segment", "tracks_deface", "tracks_detect", "tracks_extract"} & result.rules
    assert served(made) == {"one"} and "not-for-training" in (made / "results/funnel.tsv").read_text()

    # check names what is left over and goes on; tidy lists and removes it, and nothing of anybody else
    (made / "results/tracks/note.txt").write_text("mine")
    said = run(made, "-q", "all", "--", "check")
    assert said.status == 0, said.text
    for part in ("sources: left over", "tracks: left over", "results: strangers", "results/tracks/note.txt"):
        assert part in said.text
    assert "results/sources/two/" in said.text
    before = files_of(made)
    assert "ARGS=--yes" in tidy(made) and files_of(made) == before
    assert "removed" in tidy(made, "--yes")
    gone = {path.relative_to(made).as_posix() for path in before if not path.exists()}
    assert {path.split("/")[0] for path in gone} == {"results", "logs", "benchmarks"}
    assert not [path for path in gone if "one" in path and "Old" not in path and "/two" not in path]
    assert (made / "results/tracks/note.txt").exists() and (made / "two.mp4").exists()
    assert not list(made.rglob("two-*")) and not (made / "results/tracks/tracks_mp4/Old").exists()
    assert "left over" not in run(made, "-q", "all", "--", "check").text
    assert run(made, "-n").rules == set()

    # no line names the pipeline any more: nothing is computed, and its rows are empty
    set_up(made, "one one.mp4 flexpatch - CC0-1.0 -")
    result = run(made)
    assert result.status == 0, result.text
    assert {"tracks_rows", "tracks_tree"} <= result.rules
    computed = {rule for rule in result.rules if rule.startswith("tracks_")}
    assert computed == {"tracks_rows", "tracks_duplicates", "tracks_tree"}
    assert len(TrackClips(made / "results/tracks")) == 0 and not list(made.glob("results/tracks/tracks_mp4/*/*/*.mp4"))
    assert "tracks: left over" in run(made, "-q", "all", "--", "check").text
    assert "removed" in tidy(made, "--yes") and not (made / "results/tracks/clips").exists()
    assert run(made, "-n").rules == set()

    # and a row that is back is made again
    set_up(made, "one one.mp4 tracks - CC0-1.0 -")
    assert run(made).status == 0
    assert served(made) == {"one"}
    assert all(own["ok"] for own in json.loads((made / "results/tracks/contract.json").read_text()))


@pytest.mark.timeout(1800)
def test_four_buckets_and_one_give_the_same_datasets(tmp_path):
    """All lines of the MANIFEST but those of rows: documented trees, cards, subsets, contracts, funnels."""
    manifests = []
    for buckets in (1, 4):
        folder = tmp_path / f"buckets-{buckets}"
        folder.mkdir()
        for number, name in enumerate(("one", "two")):  # in different buckets of four
            make_video(folder / f"{name}.mp4", [number + 3] * 60, size=(320, 180), rate=25)
        make_weights(folder / "w.onnx", columns(LARGE))
        (folder / "broken.mp4").write_bytes(bytes(3000))
        rows = [f"{name} {name}.mp4 tracks - CC0-1.0 -" for name in ("one", "two", "broken")]
        set_up(folder, *rows, buckets=buckets)
        result = run(folder)
        assert result.status == 0, result.text
        assert len(list(folder.glob("results/tracks/rows/*.parquet"))) == buckets
        assert len(TrackClips(folder / "results/tracks")) > 0
        lines = (folder / "results/MANIFEST.tsv").read_text().splitlines()
        manifests.append([line for line in lines if "/rows/" not in line])
    assert len({bucket_of(name, 4) for name in ("one", "two", "broken")}) > 1
    one, four = manifests
    told = {"results/dag", "results/versions.json"}  # the graph shows the configuration
    assert [line for line in one if line not in four and not line.startswith(tuple(told))] == []
    assert len(one) == len(four)
