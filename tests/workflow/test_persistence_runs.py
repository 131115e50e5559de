"""Trajectories through whole runs: other cores, what was lost, and a damaged input give what they must."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from flow import snakemake

from framewright.persistence.base import render_base_clips
from framewright.persistence.specs import BaseSpec
from framewright.persistence.store import Clips, write_clips
from framewright.study.volatile import drop_volatile

pytestmark = pytest.mark.slow
UNTAUGHT = "default: {train: []}, variants: {same_colour: {colour: [255, 255, 255], train: []}}"
SMALL = "persistence={samples: 6, shard_size: 3, storage: hdf5%s}"


def run(folder, more=f", {UNTAUGHT}", **options):
    folder.mkdir(exist_ok=True)
    return snakemake(folder, "--config", SMALL % more, "--", "persistence", **options)


def contents(folder: Path) -> dict[str, str]:
    """What must be the same in each run, by file: digests, and the lasting part of what tells of the clock."""
    found = {}
    for path in sorted((folder / "results/persistence").rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or path.name.startswith(".") or "/shards/" in name:
            continue
        told = path.suffix in (".json", ".txt") and path.name in ("PROGRESS.txt", "checkpoint.json")
        told = told or path.name == "GENERATION_SUMMARY.json"
        found[name] = drop_volatile(name, path.read_bytes()) if told else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    done = run(folder)
    assert done.status == 0, done.text
    return folder


@pytest.mark.long
def test_one_core_gives_the_same_bytes_and_a_second_run_has_nothing_to_do(study, tmp_path):
    assert run(study).jobs == {}
    assert run(tmp_path / "again", cores=1).status == 0
    assert contents(tmp_path / "again") == contents(study)


def test_what_is_lost_on_the_way_comes_back_the_same(study, tmp_path):
    folder = shutil.copytree(study, tmp_path / "study", symlinks=True)
    shutil.rmtree(folder / "results/persistence/shards/arms/default/0001")
    shutil.rmtree(folder / "results/persistence/dataset")
    resumed = run(folder)
    assert resumed.status == 0 and resumed.jobs["persistence_augment"] == 1, resumed.text
    assert contents(folder) == contents(study)


@pytest.mark.long
def test_a_damaged_clip_of_a_folder_is_recorded_and_skipped_and_mended_later(tmp_path):
    write_clips(tmp_path / "given", "traj", "0000", "pt", render_base_clips(BaseSpec(), 0, range(6)))
    whole = (tmp_path / "given/traj_00005.pt").read_bytes()
    (tmp_path / "given/traj_00005.pt").write_bytes(whole[:1000])
    strict = run(tmp_path / "study", ", default: {train: []}, variants: {}, base: {folder: ../given}")
    assert strict.status == 1 and "not more clips are lost than persistence.max_lost allows" in strict.text
    more = ", default: {train: []}, variants: {}, max_lost: 0.2, base: {folder: ../given}"
    done = run(tmp_path / "study", more)
    assert done.status == 0, done.text
    dataset = tmp_path / "study/results/persistence/dataset"
    assert Clips(dataset, "augmented_traj").numbers == [0, 1, 2, 3, 4]
    summary = json.loads((dataset / "GENERATION_SUMMARY.json").read_text())
    assert summary["completed"] is False and [own["index"] for own in summary["lost"]] == [5]
    assert "traj_00005\tdamaged" in (tmp_path / "study/results/persistence/outcomes.tsv").read_text()

    (tmp_path / "given/traj_00005.pt").write_bytes(whole)
    mended = run(tmp_path / "study", more)
    assert mended.status == 0 and mended.jobs["persistence_base"] == 1, mended.text
    assert json.loads((dataset / "GENERATION_SUMMARY.json").read_text())["completed"] is True
