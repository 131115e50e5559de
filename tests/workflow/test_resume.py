"""After a kill a person is told what to do, and `make resume` does it; it takes no lock from a run that lives."""

import json
import os
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
from framewright.study.monitor.events import PLACE

pytestmark = pytest.mark.slow
RUN = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    """Snakemake at work in a folder, its lock taken and its first job begun."""
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen(
            [*RUN, *arguments], cwd=folder, stdout=printed, stderr=printed, start_new_session=True
        )
    deadline = time.monotonic() + 600
    while not ((folder / PLACE).exists() and '"job"' in (folder / PLACE).read_text()):
        assert process.poll() is None and time.monotonic() < deadline, (folder / "printed").read_text()
        time.sleep(0.05)
    return process


def resume(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(ROOT / "scripts/resume.py"), str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)


@pytest.fixture
def study(tmp_path) -> Path:
    write_table(tmp_path, "broken demo:broken tracks - CC0-1.0", "cuts demo:cuts tracks - CC0-1.0")
    return tmp_path


@pytest.mark.timeout(600)
def test_a_killed_run_is_resumed_as_it_was_called(study):
    process = start(study, "--cores", "1", "--", "sources")
    alive = resume(study)
    assert alive.returncode == 1
    assert alive.stderr == f"make resume: {study}: process {process.pid} is at work here; wait for its end, or end it\n"
    beside = snakemake(study, "-n", "--", "sources")
    assert f"process {process.pid} on {socket.gethostname()} is at work here: `make monitor`" in beside.text
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 60
    while lock.holder_of(study, socket.gethostname()) and time.monotonic() < deadline:
        time.sleep(0.1)  # the kernel ends the jobs when it gets to it
    refused = snakemake(study, "--", "sources")
    assert refused.status == 1
    assert f"LockException: a run was killed and left its lock: `make resume DIR={study}` removes it" in refused.text
    assert "--unlock" not in refused.text
    done = resume(study)
    assert done.returncode == 0, done.stderr
    assert "removed the lock of a run that was killed" in done.stderr
    assert "going on: snakemake --cores 1 -- sources\n" in done.stderr
    assert (study / "results/sources/contract.json").exists()
    assert not lock.is_locked(study)


def test_a_lock_of_another_machine_is_left_alone(tmp_path):
    (tmp_path / lock.LOCKS).mkdir(parents=True)
    (tmp_path / lock.LOCKS / "0.input.lock").touch()
    (tmp_path / PLACE).parent.mkdir()
    run = {"event": "run", "time": 1, "pid": 77, "host": "node17", "command": [], "cwd": "/", "jobs": {}}
    (tmp_path / PLACE).write_text(json.dumps(run) + "\n")
    done = resume(tmp_path)
    assert done.returncode == 1
    assert "a run that began on node17 (process 77) may be at work" in done.stderr
    assert lock.is_locked(tmp_path)


def test_jobs_in_the_queue_of_a_cluster_are_not_forgotten(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "squeue"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'RUNNING|{tmp_path}|rule_tracks_deface'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    assert "1 of its jobs are in the cluster's queue" in resume(tmp_path).stderr


def test_without_a_lock_there_is_nothing_to_say(tmp_path):
    assert lock.explain_lock(tmp_path, "here") is None
    assert lock.unlock(tmp_path, "here") is False
