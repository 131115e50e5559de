"""Videos become samples and a tree through the workflow: an annotated sequence, a broken file, the documented run."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from flow import ROOT, snakemake, write_table
from make_sequence import make_sequence

from framewright.flexpatch.tree.model import load_model, load_tree

pytestmark = pytest.mark.slow

WEIGHTS = f"{{weights: {ROOT}/config/detector/demo.onnx}}"
FEW = f"{{detector: {WEIGHTS}, " + "frames: 40, refresh: 5, split: {gap: 0.2}, model: {compare: false%s}}"
OUT = Path("results/flexpatch")


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("flexpatch")
    make_sequence(folder / "walk")
    (folder / "broken.mp4").write_bytes(bytes(3000))
    write_table(folder, "walk mot:walk flexpatch - CC0-1.0", "broken broken.mp4 flexpatch - CC0-1.0")
    result = run(folder)
    assert result.status == 0, result.text
    return folder


def run(folder: Path, *flags: str, model: str = ""):
    return snakemake(folder, *flags, "--config", f"flexpatch={FEW % model}", "--", "flexpatch")


def test_an_annotated_sequence_becomes_samples_by_its_annotations(study):
    with (study / OUT / "training_data.csv").open(newline="") as file:
        assert next(csv.reader(file))[:6] == ["min_eig", "ncc", "accel", "flow_std", "confidence", "iou_label"]
        file.seek(0)
        rows = list(csv.DictReader(file))
    assert (
        len(rows) > 50 and {row["video"] for row in rows} == {"walk"} and max(int(row["frame"]) for row in rows) == 39
    )
    truth = json.loads((study / OUT / "truth/walk.json").read_text())
    assert truth["truth"] == "annotations" and truth["agreement"]["precision"] > 0.3
    side = json.loads((study / OUT / "training_data.json").read_text())
    assert (side["samples"], side["frames"], side["truth"]["walk"]) == (len(rows), 40, "annotations")
    assert "walk\tannotations" in (study / OUT / "agreement.tsv").read_text()
    assert "<td>walk</td>" in (study / OUT / "agreement.html").read_text()


def test_a_broken_file_is_an_outcome(study):
    lines = (study / OUT / "outcomes.tsv").read_text().splitlines()
    (broken,) = [line.split("\t") for line in lines if line.startswith("videos\tbroken")]
    assert broken[3] == "unusable"
    assert (study / OUT / "samples/broken.csv").read_text().count("\n") == 1


def test_the_model_and_its_card_decide_the_same_and_the_contract_holds(study):
    model, tree = load_model(study / OUT / "flexpatch_model.joblib"), load_tree(study / OUT / "flexpatch_model.json")
    rows = np.random.default_rng(0).uniform(0, 1, (200, 5))
    assert (model.predict(rows) == tree.predict(rows)).all()
    assert all(own["ok"] for own in json.loads((study / OUT / "contract.json").read_text()))
    assert "samples" in (study / OUT / "card/README.md").read_text()


def test_only_what_is_stale_is_made_again(study):
    assert run(study).rules == set()
    stale = run(study, "-n", model=", max_depth: 3").rules
    assert {"flexpatch_train", "flexpatch_contract", "flexpatch_card"} <= stale
    assert not {"flexpatch_truth", "flexpatch_samples", "flexpatch_gather", "flexpatch_summary"} & stale


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param("{features: trtutils}", "flexpatch.features", id="a definition that there is not"),
        pytest.param("{refrehs: 5}", "did you mean refresh?", id="a typo"),
        pytest.param("{detector: {weights: gone.onnx}}", "no such file", id="weights that are not there"),
    ],
)
def test_what_is_wrong_with_the_settings_is_said_before_any_job(tmp_path, given, said):
    write_table(tmp_path, "street demo:street flexpatch - CC0-1.0")
    result = snakemake(tmp_path, "-n", "--config", f"flexpatch={given}", "--", "flexpatch")
    assert result.status != 0 and said in result.text and "Traceback" not in result.text


def test_the_documented_run_is_planned(tmp_path):
    (tmp_path / "MOT17-13/img1").mkdir(parents=True)
    write_table(tmp_path, "mot13 mot:MOT17-13 flexpatch - CC-BY-NC-SA-3.0")
    overlay = ROOT / "config/scale/flexpatch.yaml"
    flags = ("-n", "--configfile", str(overlay), "--config", "videos=videos.tsv")
    assert "or write none, and flexpatch makes nothing" in snakemake(tmp_path, *flags, "--", "flexpatch").text
    result = snakemake(tmp_path, *flags, f"flexpatch={{detector: {WEIGHTS}}}", "--", "flexpatch")
    assert result.status == 0, result.text
    assert result.jobs["flexpatch_truth"] == 1 and "flexpatch_train" in result.jobs
