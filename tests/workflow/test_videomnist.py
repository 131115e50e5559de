"""The moving digits, made as a user makes them."""

import hashlib
import json
import random
import re
from pathlib import Path

import h5py
import numpy as np
import pytest
import verify
import web
import yaml
from flow import Run, snakemake, write_table
from house import ROOT
from mnist import files

from framewright.study import config
from framewright.video.encode import Writer
from framewright.video.stream import open_video
from framewright.videomnist import videogpt_loader
from framewright.videomnist.digits import read_digits

SMALL = (
    "videomnist={class_folders: true, "
    "videos_per_digit: {train: 2, test: 1}, videos_per_shard: 15, sequence_length: 8, convert: films, "
    "motion_types: [bounce, circular, linear, spiral], samples: {num_samples: 10, min_width: 64}}"
)
DOCUMENT = (ROOT / "docs/videomnist.md").read_text()
EXAMPLES = re.findall(r"^\|[^|]*\| `snakemake -c8 --config \"videomnist=(\{.*\})\" -- videomnist` \|$", DOCUMENT, re.M)


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
    assert videogpt_loader.find_faults(results / "videomnist-videogpt.h5") == []
    assert all(own["ok"] for own in yaml.safe_load((results / "contract.json").read_text()))
    assert len([*results.glob("classes/*/*/*.mp4")]) == 30
    assert (results / "samples/videomnist_montage.png").stat().st_size > 10_000
    assert "All ink is visible" in (results / "card/README.md").read_text()
    assert not snakemake(made, "-n", "--config", SMALL, "--", "videomnist").jobs


@pytest.mark.slow
def test_films_in_class_folders_become_both_layouts(made):
    results = made / "results/videomnist"
    assert videogpt_loader.find_faults(results / "converted-videogpt.h5") == []
    with h5py.File(results / "converted-videogpt.h5") as file:
        assert list(file.attrs["classes"]) == ["blue", "red"]
        assert file["train_labels"][()].tolist() == file["test_labels"][()].tolist() == [0, 0, 1, 1]
        assert np.abs(file["train_data"][-1, 30, 30].astype(int) - (220, 0, 0)).max() < 6
    outcomes = [line.split("\t") for line in (results / "outcomes.tsv").read_text().splitlines()]
    assert [row[2:4] for row in outcomes if row[0] == "films" and row[3]] == [["train/red/b.mp4", "unreadable"]]


@pytest.mark.slow
def test_shards_are_gone_once_they_are_merged_and_their_records_stay(made):
    results = made / "results/videomnist"
    assert [path.name for path in (results / "records").iterdir()] and not [*results.glob("shards/*.h5")]
    with h5py.File(next((results / "records").iterdir())) as file:
        assert "measured" in file and "grey" not in file


@pytest.mark.slow
def test_growing_the_set_draws_shards_again_and_the_same(made):
    """They are not kept: a video takes less time to draw than to read again from a slow disk."""
    more = SMALL.replace("train: 2", "train: 4")
    planned = snakemake(made, "-n", "--config", more, "--", "videomnist")
    assert planned.jobs["videomnist_shard"] == 4, planned.text
    assert "videomnist_digits" not in planned.jobs


@pytest.mark.slow
def test_a_seed_that_takes_the_value_of_another_setting_draws_all_shards_anew(made):
    """A shard has 15 videos. Snakemake compares the values of parameters without their names."""
    planned = snakemake(made, "-n", "--config", SMALL, "seed=15", "--", "videomnist")
    assert planned.jobs["videomnist_shard"] == 3, planned.text
    assert "videomnist_digits" not in planned.jobs


@pytest.mark.slow
@pytest.mark.long
def test_one_core_gives_the_same_bytes(made, tmp_path):
    other = study(tmp_path / "other")
    run = snakemake(other, "--config", SMALL, "--", "videomnist", cores=1)
    assert run.status == 0, run.text
    assert digests(other) == digests(made)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in (folder / "results/videomnist").rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.slow
@pytest.mark.long
def test_killed_and_resumed_it_gives_the_same_bytes(made, tmp_path):
    """Snakemake with its jobs, Snakemake alone while a job works, and a job are killed, each at a random moment."""
    study(tmp_path / "study")
    with (tmp_path / "study/config/config.yaml").open("a") as file:
        yaml.safe_dump(config.parse_overrides([SMALL]), file)
    killed = verify.lay_out(tmp_path / "study", tmp_path / "killed")
    targets = [f"results/videomnist/{name}.h5" for name in ("videomnist", "converted")]
    kills = [*verify.kill_and_resume(killed, 2, 3, random.Random(0), 6, *targets)]
    assert len(kills) == 3
    whole, again = digests(made), digests(killed)
    assert len([path for path in again if path.endswith(".h5")]) == 11
    assert again == {path: whole.get(path) for path in again}


@pytest.mark.slow
def test_mnists_files_come_from_the_web(tmp_path):
    """Whole, they are set in motion. With a wrong checksum or cut short, one line says so, and nothing is made."""
    write_table(tmp_path, "street demo:street tracks - CC0-1.0")
    target, mnist = tmp_path / "results/videomnist/digits.npz", tmp_path / "results/videomnist/mnist"
    with web.serve() as server:

        def fetch(sha256: dict[str, str]) -> Run:
            section = f"videomnist={json.dumps({'digits': f'{server.url}/folder', 'sha256': sha256})}"
            return snakemake(tmp_path, "--retries", "0", "--config", section, "--", str(target.relative_to(tmp_path)))

        server.files = files("train", packed=True) | files("t10k", 30, packed=True, seed=1)
        right = {name: hashlib.sha256(data).hexdigest() for name, data in server.files.items()}
        labels = min(name for name in right if "labels" in name)

        assert fetch(right | {labels: "0" * 64}).status
        log = (tmp_path / f"logs/videomnist_download/{labels}.log").read_text()
        said = f"error: {server.url}/folder/{labels}: the file's sha256 is {right[labels]}, not {'0' * 64} as it should"
        assert log.startswith(said) and log.count("\n") == 1
        assert not target.exists() and not (mnist / labels).exists()

        whole, server.files[labels] = server.files[labels], server.files[labels][:-9]
        assert fetch({name: own for name, own in right.items() if name != labels}).status
        log = (tmp_path / "logs/videomnist_digits.log").read_text()
        assert log.endswith(f"{labels}: its gzip packing is damaged or cut short; fetch it again\n")
        assert log.count("\n") == 1 and not target.exists()

        (mnist / labels).unlink()
        server.files[labels] = whole
        run = fetch(right)
        assert run.status == 0, run.text
    digits = read_digits(target)
    assert {split: len(part.images) for split, part in digits.items()} == {"train": 60, "test": 30}


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_documents_examples_work_at_reduced_size(example, tmp_path):
    """Each as it stands there, but with a few videos of each digit."""
    write_table(tmp_path, "street demo:street tracks - CC0-1.0")
    said = config.parse_overrides([f"videomnist={example}"])["videomnist"]
    section = f"videomnist={json.dumps(said | {'videos_per_digit': {'train': 5, 'test': 1}})}"
    results = tmp_path / "results/videomnist"
    targets = [str((results / name).relative_to(tmp_path)) for name in ("contract.json", "samples")]
    run = snakemake(tmp_path, "--config", section, "--", *targets)
    assert run.status == 0, run.text
    findings = yaml.safe_load((results / "contract.json").read_text())
    assert len(findings) == 15 and all(own["ok"] for own in findings)
    size, frames = said.get("image_size", 64), said.get("sequence_length", 16)
    with h5py.File(results / "videomnist.h5") as file:
        assert file["train_data"].shape == (50 * frames, size, size)
        assert list(file.attrs["motion_types"]) == said.get("motion_types", ["bounce", "circular", "linear"])
    samples = said.get("samples", {})
    films = [*(results / "samples").glob("*.mp4")]
    assert len(films) == len([*(results / "samples").glob("digit_*.gif")]) == samples.get("num_samples", 20)
    with open_video(films[0]) as video:
        assert video.timeline.rate()[0] == samples.get("fps", 10)


def test_the_document_has_the_guides_sets():
    assert len(EXAMPLES) == 8
    assert "videomnist={convert: films}" in DOCUMENT
