"""The moving digits, made as a user makes them."""

import hashlib
import re
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml
from flow import snakemake, write_table
from house import ROOT

from framewright import config
from framewright.encode import Writer
from framewright.videomnist import loader, plan
from framewright.videomnist.contract import read_made
from framewright.videomnist.digits import embedded
from framewright.videomnist.render import Look
from framewright.videomnist.shard import write_shard

SMALL = (
    "videomnist={videos_per_digit: {train: 2, test: 1}, videos_per_shard: 15, sequence_length: 8, convert: films, "
    "motion_types: [bounce, circular, linear, spiral], samples: {num_samples: 10, width: 64}}"
)
EXAMPLES = re.findall(r"^\| .*? \| `\"videomnist=(\{.*\})\"` \|$", (ROOT / "README.md").read_text(), re.M)


def study(folder: Path) -> Path:
    """A folder with a table of one video, and class folders with a film in each, one of them damaged."""
    write_table(folder, "street demo:street tracks - CC0-1.0")
    for split in ("train", "test"):
        for number, name in enumerate(("blue", "red")):
            (folder / "films" / split / name).mkdir(parents=True)
            with Writer(folder / "films" / split / name / "a.mp4", (96, 64), 25) as writer:
                for _ in range(19):
                    writer.add(np.full((64, 96, 3), (220 * number, 0, 220 * (1 - number)), np.uint8))
    (folder / "films/train/red/b.mp4").write_bytes(b"no film")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = study(tmp_path_factory.mktemp("study"))
    run = snakemake(folder, "--config", SMALL, "--", "videomnist")
    assert run.status == 0, run.text
    return folder


@pytest.mark.slow
def test_everything_is_there_and_a_second_run_has_nothing_to_do(made):
    results = made / "results/videomnist"
    assert loader.faults(results / "videomnist-videogpt.h5") == []
    assert all(own["ok"] for own in yaml.safe_load((results / "contract.json").read_text()))
    assert len([*results.glob("classes/*/*/*.mp4")]) == 30
    assert (results / "samples/videomnist_montage.png").stat().st_size > 10_000
    assert "All ink is visible" in (results / "card/README.md").read_text()
    assert not snakemake(made, "-n", "--config", SMALL, "--", "videomnist").jobs


@pytest.mark.slow
def test_films_in_class_folders_become_both_layouts(made):
    results = made / "results/videomnist"
    assert loader.faults(results / "converted-videogpt.h5") == []
    with h5py.File(results / "converted-videogpt.h5") as file:
        assert list(file.attrs["classes"]) == ["blue", "red"]
        assert file["train_labels"][()].tolist() == file["test_labels"][()].tolist() == [0, 0, 1, 1]
        assert np.abs(file["train_data"][-1, 30, 30].astype(int) - (220, 0, 0)).max() < 6
    outcomes = [line.split("\t") for line in (results / "outcomes.tsv").read_text().splitlines()]
    assert [row[2:4] for row in outcomes if row[0] == "films" and row[3]] == [["train/red/b.mp4", "unreadable"]]


@pytest.mark.slow
def test_growing_the_set_draws_the_last_shard_and_new_ones_alone(made):
    more = SMALL.replace("train: 2", "train: 4")
    planned = snakemake(made, "-n", "--config", more, "--", "videomnist")
    assert planned.jobs["videomnist_shard"] == 2, planned.text
    assert "videomnist_digits" not in planned.jobs


@pytest.mark.slow
def test_one_core_gives_the_same_bytes(made, tmp_path):
    other = study(tmp_path / "other")
    run = snakemake(other, "--config", SMALL, "--", "videomnist", cores=1)
    assert run.status == 0, run.text
    assert digests(other) == digests(made)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in (folder / "results/videomnist").rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("example", [text for text in EXAMPLES if "convert" not in text])
def test_the_readmes_examples_work_at_reduced_size(example, tmp_path):
    said = config.said([f"videomnist={example}"])
    section, faults = config.complete(said, ROOT / "config/schemas")
    assert faults == []
    look = Look(**plan.look(section["videomnist"]))
    write_shard(tmp_path / "shard.h5", embedded()["train"], look, 0, "train", range(10))
    with h5py.File(tmp_path / "shard.h5") as file:
        size, frames = said["videomnist"].get("image_size", 64), said["videomnist"].get("sequence_length", 16)
        assert file["grey"].shape == (10 * frames, size, size)
    assert read_made([tmp_path / "shard.h5"]).measures.margin.min() >= 5 * size // 64


def test_the_readme_has_the_guides_sets():
    assert len(EXAMPLES) == 6
