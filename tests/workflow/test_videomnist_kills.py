"""Both trainings are killed within a run; resumed, they go on from their last validation to the same bytes."""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flow import snakemake, write_table
from house import ROOT

from framewright.study import lock

pytestmark = [pytest.mark.slow, pytest.mark.long]

STEPS = 300
KEYS = {
    "videos_per_digit": {"train": 2, "test": 1},
    "sequence_length": 8,
    "training": {"clips": {"train": 60, "test": 20}, "resolution": 32},
    "vqvae": {"embedding_dim": 16, "n_codes": 64, "n_hiddens": 16, "downsample": [2, 8, 8]},
    "videogpt": {"hidden_dim": 32, "heads": 4, "layers": 1, "dropout": 0.1},
}
for stage in ("vqvae", "videogpt"):
    KEYS[stage] |= {"batch_size": 4, "max_steps": STEPS}
ASKED = ("--config", f"videomnist={json.dumps(KEYS)}", "--", "videomnist_gpt")
MODELS = Path("results/videomnist/models")
FILES = [
    MODELS / stage / name for stage in ("vqvae", "videogpt") for name in ("checkpoint.pt", "last.pt", "metrics.json")
]


def kill_within(folder: Path, stage: str) -> None:
    """Run the study until a training has been validated once, and kill Snakemake with its job."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--cores", "1"]
    kept = folder / MODELS / stage / ".training.pt"
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen(
            [*command, *ASKED], cwd=folder, stdout=printed, stderr=printed, start_new_session=True
        )
    deadline = time.monotonic() + 600
    while not kept.exists():
        assert process.poll() is None and time.monotonic() < deadline, (folder / "printed").read_text()
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    while lock.holder_of(folder, socket.gethostname()) and time.monotonic() < deadline:
        time.sleep(0.1)  # the kernel ends the jobs when it gets to it
    assert kept.exists() and not (folder / MODELS / stage / "checkpoint.pt").exists()
    unlocked = subprocess.run([*command, "--unlock", *ASKED], cwd=folder, capture_output=True, text=True, check=False)
    assert unlocked.returncode == 0, unlocked.stderr


def first_validation(folder: Path, stage: str) -> int:
    """The step at which a training was first validated in its last run, as its log says."""
    log = (folder / f"logs/videomnist_{stage}.log").read_text()
    return int(re.search(r"step (\d+): loss", log)[1])


@pytest.mark.timeout(1200)
def test_trainings_that_were_killed_end_with_the_same_bytes(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        write_table(folder, "street demo:street tracks - CC0-1.0")
    made = snakemake(whole, *ASKED, cores=1)
    assert made.status == 0, made.text
    kill_within(killed, "vqvae")
    kill_within(killed, "videogpt")
    resumed = snakemake(killed, *ASKED, cores=1)
    assert resumed.status == 0, resumed.text
    for stage in ("vqvae", "gpt"):
        began, went_on = (first_validation(folder, stage) for folder in (whole, killed))
        assert began == STEPS // 10 < went_on  # it did not begin anew
    for path in FILES:
        one, other = (hashlib.sha256((folder / path).read_bytes()).hexdigest() for folder in (whole, killed))
        assert one == other, path
