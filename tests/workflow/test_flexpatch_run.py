"""FlexPatch over videos through the workflow: boxes, films, and how it is rated."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from flow import ROOT, snakemake, write_table

from framewright.scenes.render import render
from framewright.scenes.street import make_street
from framewright.video.stream import open_video

pytestmark = pytest.mark.slow

EVALUATE = "{frames: 20, every: [5], clusters: [[0.5, 0.5, 1]]}"
RUNTIME = "{width: 0.5, height: 0.5, budget: 0.25}"
DETECTOR = f"{{weights: {ROOT}/config/detector/demo.onnx}}"
SETTINGS = f"{{frames: 40, split: {{gap: 0.2}}, model: {{compare: false}}, runtime: {RUNTIME}, evaluate: {EVALUATE}, "
SETTINGS += f"detector: {DETECTOR}}}"
OUT = Path("results/flexpatch")


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("flexpatch-run")
    render(
        folder / "walk.mp4", make_street(np.random.default_rng(1), 2.0, (480, 270), Fraction(25)), folder / "walk.json"
    )
    (folder / "broken.mp4").write_bytes(bytes(3000))
    columns = "video source pipelines categories licence truth"
    write_table(
        folder,
        "walk walk.mp4 flexpatch - CC0-1.0 walk.json",
        "broken broken.mp4 flexpatch - CC0-1.0 -",
        columns=columns,
    )
    result = snakemake(folder, "--config", f"flexpatch={SETTINGS}", "--", "flexpatch")
    assert result.status == 0, result.text
    return folder


def test_boxes_are_those_of_mot_challenge_and_there_in_every_frame(study):
    rows = [line.split(",") for line in (study / OUT / "boxes/walk.txt").read_text().splitlines()]
    table = np.array(rows, float)
    assert table.shape[1] == 9 and set(table[:, 0]) == set(range(1, 41))
    assert (table[:, 1] >= 1).all() and (table[:, 7] >= 1).all() and ((table[:, 6] > 0) & (table[:, 6] <= 1)).all()
    assert (table[:, 2:4] >= 0).all() and (table[:, 2:4] + table[:, 4:6] <= [480.01, 270.01]).all()


def test_the_film_has_each_frame_with_the_cluster_below_it_and_shows_nobody_of_a_users_video(study):
    with open_video(study / OUT / "films/walk.mp4") as film, open_video(study / "walk.mp4") as source:
        pictures = [frame.rgb for frame in film.frames()]
        given = next(iter(source.frames())).rgb
    assert len(pictures) == 40 and pictures[0].shape[1] == 960 and pictures[0].shape[0] > 540
    shown = pictures[0][:540:2, ::2].astype(int)
    detail = np.abs(np.diff(shown, axis=1)).mean() / np.abs(np.diff(given.astype(int), axis=1)).mean()
    assert detail < 0.7, "blocks with boxes on them"


def test_the_evaluation_compares_at_known_cost(study):
    told = json.loads((study / OUT / "evaluation.json").read_text())
    assert told["videos"] == ["walk"] and told["sequences"] == 2
    ways = told["methods"]
    assert ways["every frame"]["share"] == 1 and ways["first frame"]["share"] == 0
    assert ways["every 5 frames"]["share"] == pytest.approx(3 / 19, abs=1e-3)
    for name in ("FlexPatch, budget of 25%", "FlexPatch, 50% x 50% every frame"):
        assert 0 < ways[name]["share"] <= 0.35
    models = [name for name in ways if name.startswith("FlexPatch, 50% x 50% every frame, ")]
    assert [name.split(", ")[-1] for name in models] == ["trained tree", "no model", "perfect model"]
    perfect = ways[models[-1]]["recall"]
    assert all(share in (None, 1.0) for share in perfect.values())
    assert ways["first frame"]["ap"] < ways["every frame"]["ap"]
    assert set(told["gains"][0]) == {"method", "than", "ap", "between"}
    assert (study / OUT / "evaluation.png").stat().st_size > 10_000


def test_what_the_machine_took_stands_apart(study):
    costs = json.loads((study / OUT / "rated/walk.costs.json").read_text())
    assert costs["cpu_ms"]["every frame"]["detector"] > 0
    assert "cpu" not in (study / OUT / "rated/walk.json").read_text()


def test_a_video_that_cannot_be_used_has_nothing_in_it_and_says_why(study):
    assert (study / OUT / "boxes/broken.txt").read_text() == ""
    assert json.loads((study / OUT / "boxes/broken.json").read_text())["reason"] == "unusable"
    assert json.loads((study / OUT / "rated/broken.json").read_text())["sequences"] == []
