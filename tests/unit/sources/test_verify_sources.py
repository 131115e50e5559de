"""Every source is read whole: a byte between the sampled blocks is found, and named with the remedy."""

import subprocess
import sys
from pathlib import Path

import pytest
from house import ROOT

from framewright.study.record import hash_file, write_record


@pytest.fixture
def results(tmp_path) -> Path:
    folder = tmp_path / "results/sources/street"
    folder.mkdir(parents=True)
    (folder / "video").write_bytes(bytes(3_000_000))
    write_record(folder / "probe.json", {"video": "street", "status": "ok", "sha256": hash_file(folder / "video")})
    return tmp_path / "results"


def verify(results: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, ROOT / "scripts/verify_sources.py", results]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_sources_are_as_they_were(results):
    done = verify(results)
    assert (done.returncode, done.stdout) == (0, "1 of 1 sources are as they were\n")


def test_a_changed_byte_anywhere_is_found(results):
    with (results / "sources/street/video").open("r+b") as film:
        film.seek(100_000)
        film.write(b"x")
    done = verify(results)
    assert done.returncode == 1
    assert done.stdout.startswith("street: other bytes than on record; delete ")


def test_without_sources_it_says_what_to_do(tmp_path):
    assert "run snakemake first" in verify(tmp_path).stderr
