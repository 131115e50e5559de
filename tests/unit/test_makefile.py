"""A target that says that it takes DIR looks there, and nowhere else."""

import re
import subprocess

import pytest
from house import ROOT

TARGETS = re.findall(r"^([a-z-]+):.*## .*DIR=study", (ROOT / "Makefile").read_text(), re.M)


def test_whatever_works_on_a_study_takes_its_folder():
    told = {"monitor", "resume", "slurm-resume", "efficiency", "retry-sources", "verify-sources", "tidy", "explain"}
    assert told <= {*TARGETS}


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_a_study_elsewhere_is_looked_for_there(target):
    def plan(*more: str) -> str:
        command = ["make", "-n", target, "VIDEO=street", *more]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert plan("DIR=else/where").count("'else/where") == 1
    assert "else/where" not in plan()
