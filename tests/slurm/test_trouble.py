"""What befalls jobs on a cluster: each case on a real Slurm, with the profiles as they ship, all in one run."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from house import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SCRIPT = ROOT / "tests/slurm/cluster.sh"
CASES = ("once", "memory", "time", "cancelled", "pair")  # each runs twice
SECONDS = 400  # that the whole run may take


def read_begun(study: Path, case: str) -> list[list[str]]:
    """For each time that the job began: its Slurm number, node, and GPU where it has one."""
    try:
        return [line.split() for line in (study / "runs" / case).read_text().splitlines()]
    except FileNotFoundError:
        return []


@pytest.fixture(scope="module")
def scratch(tmp_path_factory) -> Iterator[Path]:
    """A folder for temporary files on a small disk of its own; where nothing can be mounted, one like any other."""
    folder = tmp_path_factory.mktemp("scratch")
    mounted = run_mount("size=64k", folder)
    yield folder
    if mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)


def run_mount(options: str, folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "none", folder]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def study(slurm, scratch, tmp_path_factory) -> Path:
    """A study whose jobs all got into trouble, one was cancelled and one lost its node; `printed` has what was said."""
    folder = tmp_path_factory.mktemp("trouble")
    profiles = ["--workflow-profile", ROOT / "profiles/default", "--profile", ROOT / "profiles/slurm"]
    quick = ["--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "5"]
    command = [sys.executable, "-m", "snakemake", "--snakefile", Path(__file__).with_name("toy.smk"), *profiles, *quick]
    site = folder / "site.yaml"
    site.write_text((slurm / "site.yaml").read_text() + f"scratch: {scratch}\n")
    environment = os.environ | {"FRAMEWRIGHT_SITE": str(site)}
    with (folder / "printed").open("w") as printed:
        process = subprocess.Popen(command, cwd=folder, stdout=printed, stderr=subprocess.STDOUT, env=environment)
    hurt: set[str] = set()
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        for case, hurts in (("cancelled", cancel), ("lost", lose_node), ("full-failed", partial(make_room, scratch))):
            if case not in hurt and (begun := read_begun(folder, case)):
                hurts(slurm, *begun[0])
                hurt.add(case)
        time.sleep(0.5)
    if process.poll() is None:
        process.terminate()
        process.wait(60)
    if "lost" in hurt:
        subprocess.run([SCRIPT, "up", slurm, read_begun(folder, "lost")[0][1]], check=False, timeout=60)
    return folder


def cancel(slurm: Path, number: str, node: str) -> None:
    subprocess.run(["scancel", number], check=True)


def lose_node(slurm: Path, number: str, node: str) -> None:
    subprocess.run([SCRIPT, "down", slurm, node], check=True, timeout=60)


def make_room(scratch: Path, slurm: Path, number: str, node: str) -> None:
    assert run_mount("remount,size=1m", scratch)


def read_printed(study: Path) -> str:
    return (study / "printed").read_text()


def test_the_run_ends_well(study):
    made = {path.name for path in (study / "done").iterdir()}
    assert made == {"gpu", "lost", "full", "many", *CASES}, read_printed(study)[-3000:]


def test_a_rule_that_needs_a_gpu_gets_one(study):
    [(_, node, gpu)] = read_begun(study, "gpu")
    assert (node, gpu in "01") == ("g1", True)


@pytest.mark.parametrize("case", CASES)
def test_what_failed_once_runs_twice_and_passes(study, case):
    begun = read_begun(study, case)
    assert len(begun) == 2 and begun[0][0] != begun[1][0]


def test_a_job_of_a_lost_node_runs_again_elsewhere(study):
    first, *others = read_begun(study, "lost")
    assert len(others) == 1 and others[0][1] != first[1]


def test_a_failure_shows_the_end_of_the_slurm_log(study):
    said = read_printed(study)
    assert "\n        the server was busy\n" in said
    assert "\n        the pair was tired\n" in said
    assert "DUE TO TIME LIMIT" in said
    assert "empty file" not in said
    assert said.count("Workflow ID") == 1  # that of the head


def test_a_full_disk_is_named_and_tried_again(study, scratch):
    if not scratch.is_mount():  # mounting wants root, and a container that allows it; CI must have both
        assert "CI" not in os.environ, "no small disk could be mounted"
        pytest.skip("nothing can be mounted here: a full disk is not tried")
    assert len(read_begun(study, "full")) == 2
    assert "No space left on device" in read_printed(study)


def test_a_message_names_some_of_many_files(study):
    said = read_printed(study)
    failure = said[said.index("Error in rule many:") :]
    line = next(line for line in failure.splitlines() if line.strip().startswith("input:"))
    assert line.strip() == "input: rows/0, rows/1, rows/2, rows/3, ... and 36 more"
