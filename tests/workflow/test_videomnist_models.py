"""The guide's three stages at a small size, with the commands of docs/videomnist.md."""

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from flow import snakemake, write_table
from house import ROOT

from framewright.study.config import parse_overrides

SMALL = {
    "videos_per_digit": {"train": 2, "test": 1},
    "sequence_length": 8,
    "class_folders": False,
    "training": {"enabled": True, "clips": {"train": 120, "test": 40}, "resolution": 32, "sequence_length": 8},
    "vqvae": {"embedding_dim": 16, "n_codes": 64, "n_hiddens": 16, "n_res_layers": 1, "batch_size": 4, "max_steps": 4},
    "videogpt": {"hidden_dim": 32, "heads": 4, "layers": 1, "batch_size": 4, "max_steps": 4},
    "generate": {"n": 10},
    "judge": {"clips": 100, "samples": 20, "seeds": 3},
}
SMALL["vqvae"]["downsample"] = [2, 8, 8]
MODELS = Path("results/videomnist/models")

DOCUMENTED = re.findall(r"\| `(snakemake -c4 [^`]* -- videomnist_\w+)`", (ROOT / "docs/videomnist.md").read_text())
FILES = {"F": "kept/own.h5", "V": "kept/v.pt", "C": "kept/c.pt"}


def said(**changes) -> list[str]:
    keys = {key: SMALL[key] | changes.get(key, {}) if isinstance(SMALL[key], dict) else SMALL[key] for key in SMALL}
    return ["--config", f"videomnist={json.dumps(keys)}", "--"]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    write_table(folder, "street demo:street tracks - CC0-1.0")
    run = snakemake(folder, *said(), "videomnist_generate", "videomnist_judge", timeout=800)
    assert run.status == 0, run.text
    return folder


@pytest.mark.slow
@pytest.mark.long
def test_the_three_stages_leave_models_samples_and_their_judgement(made):
    models = made / MODELS
    for stage in ("vqvae", "videogpt"):
        assert {path.name for path in (models / stage).iterdir()} >= {"checkpoint.pt", "last.pt", "curves.png"}
        assert not (models / stage / ".training.pt").exists()
        history = json.loads((models / stage / "metrics.json").read_text())["history"]
        assert history[-1]["step"] == 4
    judged = json.loads((models / "judgement/judgement.json").read_text())
    assert 0 <= judged["agreement"]["samples_digit"]["value"] <= 1
    assert judged["distance"]["controls"][0]["name"] == "classes swapped"
    with np.load(made / "results/videomnist/generated/samples.npz") as samples:
        assert samples["videos"].shape == (10, 8, 32, 32) and samples["labels"].tolist() == list(range(10))


@pytest.mark.slow
@pytest.mark.long
def test_other_samples_train_nothing_anew(made):
    planned = snakemake(made, "-n", *said(generate={"n": 4, "class": 3}), "videomnist_generate")
    assert planned.jobs["videomnist_generate"] == 1, planned.text
    assert not {"videomnist_clips", "videomnist_vqvae", "videomnist_codes", "videomnist_gpt"} & set(planned.jobs)
    again = snakemake(made, "-n", *said(), "videomnist_judge", "videomnist_generate")
    assert not again.jobs, again.text


@pytest.fixture(scope="module")
def kept(made) -> Path:
    """Files of one's own: clips, and both trained models."""
    folder = made / "kept"
    folder.mkdir()
    models = {"v.pt": "vqvae/checkpoint.pt", "c.pt": "videogpt/checkpoint.pt", "own.h5": "clips.h5"}
    for name, source in models.items():
        (folder / name).write_bytes((made / MODELS / source).read_bytes())
    return folder


@pytest.mark.slow
@pytest.mark.long
def test_given_checkpoints_are_used_and_files_of_ones_own_are_trained_on(made, kept):
    changes = {"training": {"data_path": "kept/own.h5"}, "videogpt": {"vqvae": "kept/v.pt"}}
    planned = snakemake(made, "-n", *said(**changes), "videomnist_gpt")
    assert planned.jobs["videomnist_codes"] == planned.jobs["videomnist_gpt"] == 1, planned.text
    assert not {"videomnist_clips", "videomnist_vqvae"} & set(planned.jobs)


@pytest.mark.slow
@pytest.mark.long
def test_another_run_gives_the_same_bytes(made, tmp_path):
    write_table(tmp_path, "street demo:street tracks - CC0-1.0")
    run = snakemake(tmp_path, *said(), "videomnist_generate", timeout=800)
    assert run.status == 0, run.text
    for path in (MODELS / "vqvae/checkpoint.pt", MODELS / "videogpt/last.pt", MODELS.parent / "generated/samples.npz"):
        one, other = (hashlib.sha256((folder / path).read_bytes()).hexdigest() for folder in (made, tmp_path))
        assert one == other, path


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("command", DOCUMENTED, ids=range(len(DOCUMENTED)))
def test_each_documented_command_of_the_guides_three_stages_runs(made, kept, command):
    """As it stands in the document, but for the number of steps, the size of the clips, and the GPU."""
    target = command.split(" -- ")[1]
    chosen = parse_overrides([re.search(r'--config "(videomnist=.*)" --', command)[1]])["videomnist"]
    sizes = {stage: {"batch_size": 4, "max_steps": 2} for stage in ("vqvae", "videogpt")}
    sizes["training"] = {"resolution": 32, "sequence_length": 8, "gpus": 0, "enabled": True}
    for stage, size in (("vqvae", "embedding_dim"), ("videogpt", "hidden_dim")):
        if size not in chosen.get(stage, {}):
            sizes[stage] = SMALL[stage]
    changes = {
        stage: {key: FILES.get(value, value) if isinstance(value, str) else value for key, value in keys.items()}
        | sizes.get(stage, {})
        for stage, keys in ({stage: {} for stage in sizes} | chosen).items()
    }
    keys = {key: value for key, value in SMALL.items() if key not in changes}
    run = snakemake(made, "--config", f"videomnist={json.dumps(keys | changes)}", "--", target, timeout=800)
    assert run.status == 0, run.text
    stage = {"videomnist_vqvae": "models/vqvae", "videomnist_gpt": "models/videogpt"}.get(target, "generated")
    assert any((made / "results/videomnist" / stage).iterdir())
    if stage != "generated":
        metrics = json.loads((made / "results/videomnist" / stage / "metrics.json").read_text())
        assert 0 < metrics["best"]["loss"] < 20


@pytest.mark.slow
def test_models_ask_for_a_gpu_where_configured_and_are_scheduled_first(tmp_path):
    write_table(tmp_path, "street demo:street tracks - CC0-1.0")
    for gpus in (0, 1):
        chosen = f"videomnist={{training: {{enabled: true, gpus: {gpus}}}}}"
        planned = snakemake(tmp_path, "-n", "-p", "--config", chosen, "--", "videomnist")
        jobs = dict(re.findall(r"rule videomnist_(\w+):\n(.*?)\n\n", planned.text, re.S))
        for stage in ("vqvae", "codes", "gpt", "generate", "judge"):
            assert f"gpu={gpus}" in jobs[stage] or not gpus, jobs[stage]
        for stage in ("clips", "vqvae", "codes", "gpt"):
            assert "priority: 10" in jobs[stage]
        assert "priority" not in jobs["samples"]


def test_the_document_has_the_guides_commands():
    assert [command.split("videomnist_")[-1] for command in DOCUMENTED] == [
        *["vqvae"] * 2,
        *["gpt"] * 4,
        *["generate"] * 2,
    ]
