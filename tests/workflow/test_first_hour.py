"""The first hour with one's own videos: no false labels, and a pipeline without rows makes nothing."""

import hashlib
import itertools
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from flow import snakemake, write_table
from make_film import make_film, texture

pytestmark = pytest.mark.slow
ON_ROWS = ("tracks", "patches", "flexpatch")


def configure(folder: Path, *lines: str) -> None:
    text = "\n".join(["videos: videos.tsv", "pipelines: [tracks, patches, flexpatch]", *lines])
    (folder / "config/config.yaml").write_text(text + "\n")


@pytest.fixture
def own(tmp_path) -> Path:
    make_film(tmp_path / "shop.mp4", [texture(0), texture(5)], 40, (320, 180))
    write_table(tmp_path, "shop shop.mp4 tracks - CC0-1.0", "street demo:street tracks - CC0-1.0")
    configure(tmp_path, "tracks: {segments: {min_seconds: 1}}")
    return tmp_path


def test_own_videos_without_weights_stop_before_any_job(own):
    refused = snakemake(own)
    assert refused.status == 1
    (line,) = [line for line in refused.text.splitlines() if line.startswith("config:")]
    assert line.startswith("config: tracks.detector.weights = null: the demo's detector knows demo: scenes alone")
    assert "(shop)" in line and "download" in line and "export a model of yours" in line and "write none" in line
    assert not (own / "results").exists()
    assert snakemake(own, "-n", "--", "sources").status == 0  # what was not asked for stops nothing


def test_without_a_detector_a_study_ends_with_shots_and_their_card(own):
    write_table(own, "shop shop.mp4 tracks,flexpatch - CC0-1.0")
    configure(
        own,
        "tracks: {segments: {min_seconds: 1}, detector: {weights: none}}",
        "flexpatch: {detector: {weights: none}}",
    )
    made = snakemake(own)
    assert made.status == 0, made.text
    assert "flexpatch: makes nothing: flexpatch.detector.weights is none" in made.text
    assert "patches: makes nothing: no row of the video table names it in the column pipelines" in made.text
    assert not (own / "results/flexpatch").exists()
    tracks = own / "results/tracks"
    assert pq.read_table(tracks / "card/segments.parquet").num_rows == 2
    assert pq.read_table(tracks / "card/index.parquet").num_rows == 0
    assert "No detector was given" in (tracks / "card/README.md").read_text()
    assert all(finding["ok"] for finding in json.loads((tracks / "contract.json").read_text()))
    assert not (tracks / "sheets").exists()
    assert (own / "results/MANIFEST.tsv").exists()
    assert snakemake(own, "-n").jobs == {}


ROWS = [list(words) for count in range(1, 4) for words in itertools.combinations(ON_ROWS, count)]


@pytest.mark.parametrize("words", ROWS, ids="+".join)
def test_a_pipeline_makes_something_where_rows_name_it_alone(tmp_path, words):
    """Planned, for each pipeline alone, for pairs, and for all."""
    shares = "general=0.5" if "patches" in words else "-"
    write_table(tmp_path, f"cuts demo:cuts {','.join(words)} {shares} CC0-1.0")
    configure(tmp_path)
    planned = snakemake(tmp_path, "-n")
    assert planned.status == 0, planned.text
    assert {rule.partition("_")[0] for rule in planned.rules} - {"sources", "cards", "overview"} == set(words)
    for word in ON_ROWS:
        line = f"{word}: makes nothing: no row of the video table names it in the column pipelines"
        assert (line in planned.text) == (word not in words)


def test_what_a_pipeline_made_before_is_not_overwritten_by_nothing(tmp_path):
    """It was: a tree trained on no samples took the place of the demo's, and the run ended without a MANIFEST."""
    model = tmp_path / "results/flexpatch/flexpatch_model.joblib"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"a model")
    write_table(tmp_path, "broken demo:broken tracks - CC0-1.0")
    configure(tmp_path)
    made = snakemake(tmp_path)
    assert made.status == 0, made.text
    assert hashlib.sha256(model.read_bytes()).digest() == hashlib.sha256(b"a model").digest()
    assert (tmp_path / "results/MANIFEST.tsv").exists()
    alone = snakemake(tmp_path, "--", "flexpatch")
    assert alone.status == 0 and alone.rules == set()
    assert "flexpatch: makes nothing" in alone.text
