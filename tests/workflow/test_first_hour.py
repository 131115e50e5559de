"""The first hour with one's own videos: no false labels, and a pipeline without rows makes nothing."""

import hashlib
import itertools
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from flow import snakemake, write_table
from make_film import make_film, texture
from make_weights import columns, make_weights

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


SMALL = """\
tracks: {segments: {min_seconds: 1}, keep: {min_seconds: 0.2}, detector: {weights: w.onnx}}
flexpatch: {truth: detector, detector: {weights: w.onnx}, frames: 30, model: {compare: false}}
patches:
  base_frame_limit: 4
  min_file_size: 100
  formats: {tiny: {width: 48, height: 36, folder: Tiny}}
  categories: {general: {path: G, formats: {tiny: 1}}}
"""


def run_rows(folder: Path, words: tuple[str, ...]) -> None:
    """A real run of a table whose only row names these pipelines: they are made, checked and described, no other."""
    shares = "general=1" if "patches" in words else "-"
    write_table(folder, f"shop shop.mp4 {','.join(words) or '-'} {shares} CC0-1.0")
    configure(folder, SMALL)
    before = {path: path.stat().st_mtime_ns for path in folder.glob("results/*/card/index.parquet")}
    made = snakemake(folder, timeout=900)
    assert made.status == 0, made.text
    for word in ON_ROWS:
        line = f"{word}: makes nothing: no row of the video table names it in the column pipelines"
        assert (line in made.text) == (word not in words)
        assert any(rule.startswith(f"{word}_") for rule in made.rules) <= (word in words)
    for word in words:
        findings = json.loads((folder / f"results/{word}/contract.json").read_text())
        assert findings and all(finding["ok"] for finding in findings)
        assert pq.read_table(folder / f"results/{word}/card/index.parquet").num_rows > 0, word
    others = {path: when for path, when in before.items() if path.parts[-3] not in (*words, "sources")}
    assert all(path.stat().st_mtime_ns == when for path, when in others.items())
    rows = (folder / "results/MANIFEST.tsv").read_text().splitlines()[1:]
    listed = {Path(row.split("\t")[0]).parts[1] for row in rows}
    assert listed & {*ON_ROWS} == {*words}
    assert snakemake(folder, "-n").jobs == {}


@pytest.fixture
def shop(tmp_path) -> Path:
    make_film(tmp_path / "shop.mp4", [texture(0), texture(5)], 40, (320, 180))
    make_weights(tmp_path / "w.onnx", columns((160, 90, 120, 90, 0.1, 0.9, 0.1)))
    return tmp_path


def test_a_table_whose_rows_name_no_chosen_pipeline_ends_with_its_sources(shop):
    write_table(shop, "shop shop.mp4 patches general=1 CC0-1.0")
    (shop / "config/config.yaml").write_text("videos: videos.tsv\npipelines: [tracks, flexpatch]\n")
    made = snakemake(shop)
    assert made.status == 0, made.text
    for word in ("tracks", "flexpatch"):
        assert f"{word}: makes nothing: no row of the video table names it in the column pipelines" in made.text
    assert not any((shop / "results" / word).exists() for word in ON_ROWS)
    assert (shop / "results/sources/card/README.md").exists() and (shop / "results/MANIFEST.tsv").exists()
    assert snakemake(shop, "-n").jobs == {}


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        pytest.param([], "videos.tsv: no videos", id="a table without rows"),
        pytest.param(["shop shop.mp4 - - CC0-1.0"], 'row 2: pipelines = "": must not be empty', id="no word"),
    ],
)
def test_a_row_that_names_nothing_is_one_line(shop, rows, line):
    write_table(shop, *rows)
    refused = snakemake(shop, "-n")
    assert refused.status == 1 and line in refused.text
    assert "Traceback" not in refused.text


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("first", "second"), [*zip(ON_ROWS, [*ON_ROWS[1:], ON_ROWS[0]], strict=True)])
def test_a_pipeline_alone_is_made_and_then_the_pair(shop, first, second):
    """Real runs: each pipeline alone in a fresh folder, each pair after it."""
    run_rows(shop, (first,))
    assert [word for word in ON_ROWS if (shop / "results" / word).exists()] == [first]
    run_rows(shop, tuple(word for word in ON_ROWS if word in (first, second)))


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
