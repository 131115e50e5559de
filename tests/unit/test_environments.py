"""`make envs`: each conda environment is created once, tried by importing, and what came of it is on record."""

import os
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml
from environments import find_tool, list_modules, make_environments, read_creations
from house import ROOT, environment_faults

CONDA = """#!/bin/sh
# conda env create --yes --prefix PLACE --file FILE
echo "$@" >> "$CALLS"
grep -q absent "$7" && { echo "Channels:"; echo "PackagesNotFoundError: absent=1.0" >&2; exit 1; }
mkdir -p "$5/bin" && ln -s "$PYTHON" "$5/bin/python"
"""


@pytest.fixture
def channel(tmp_path, monkeypatch):
    """A conda that gives each environment the Python of these tests, and refuses one that names `absent`."""
    place = tmp_path / "tools/conda"
    place.parent.mkdir()
    place.write_text(CONDA)
    place.chmod(0o755)
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("PYTHON", sys.executable)
    return place.parent


@pytest.fixture
def tree(tmp_path):
    """A project of two rules, each with an environment; one script imports what is nowhere."""
    root = tmp_path / "project"
    for folder in ("envs", "rules", "scripts/framewright"):
        (root / folder).mkdir(parents=True)
    (root / "Snakefile").touch()
    (root / "rules/toy.smk").write_text(
        "".join(
            f'rule toy_{name}:\n    """Done."""\n    conda:\n        "../envs/{name}.yaml"\n\n\n'
            for name in ("good", "bad", "gone")
        )
    )
    (root / "envs/conda-names.yaml").write_text("{}\n")
    for name, needed in (("good", "numpy=1.0"), ("bad", "numpy=1.0"), ("gone", "absent=1.0")):
        (root / f"envs/{name}.yaml").write_text(f"dependencies: [{needed}]\n")
        (root / f"scripts/toy_{name}.py").write_text(f"from framewright import {name}\n")
        (root / f"scripts/framewright/{name}.py").write_text("import nowhere_at_all\n" if name == "bad" else "")
    (root / "scripts/framewright/__init__.py").touch()
    return root


def test_each_environment_is_tried_and_on_record(tree, channel, tmp_path):
    make_environments(tree, find_tool(str(channel)), tmp_path / "kept", [])
    found = read_creations(tree / "envs/created.tsv")
    assert found["good"].outcome == "ok"
    assert found["bad"].outcome == "ModuleNotFoundError: No module named 'nowhere_at_all'"
    assert found["gone"].outcome == "PackagesNotFoundError: absent=1.0"
    assert {creation.date for creation in found.values()} == {date.today().isoformat()}
    assert all("-" in creation.platform for creation in found.values())


def test_what_is_there_is_not_created_again_until_its_file_changes(tree, channel, tmp_path):
    calls, tool = Path(os.environ["CALLS"]), find_tool(str(channel))
    for _ in range(2):
        make_environments(tree, tool, tmp_path / "kept", ["good"])
    assert len(calls.read_text().splitlines()) == 1
    (tree / "envs/good.yaml").write_text("dependencies: [numpy=2.0]\n")
    make_environments(tree, tool, tmp_path / "kept", ["good"])
    assert len(calls.read_text().splitlines()) == 2


def test_one_environment_leaves_the_record_of_the_others(tree, channel, tmp_path):
    tool = find_tool(str(channel))
    make_environments(tree, tool, tmp_path / "kept", ["gone"])
    make_environments(tree, tool, tmp_path / "kept", ["good"])
    assert set(read_creations(tree / "envs/created.tsv")) == {"gone", "good"}


def test_what_can_not_be_is_one_line(tree, channel, tmp_path):
    with pytest.raises(SystemExit, match="no environment typo; there are bad, gone, good"):
        make_environments(tree, find_tool(str(channel)), tmp_path / "kept", ["typo"])
    with pytest.raises(SystemExit, match="install Miniforge"):
        find_tool(str(tmp_path))


@pytest.mark.slow
@pytest.mark.slow
def test_every_environment_of_the_project_has_modules_to_try():
    lacking = [name for name, modules in list_modules(ROOT).items() if not modules]
    assert not lacking


@pytest.mark.parametrize(
    ("dependencies", "seen", "fault"),
    [
        (["python=3.13", "numpy=1.1"], "", "numpy is not in envs/conda-forge.tsv; does the channel have it?"),
        (
            ["python=3.13", "numpy=1.1"],
            "numpy\t1.0\t2026-07\t",
            "numpy=1.1, but conda-forge was seen to have 1.0 at most",
        ),
        (["python=3.13", "numpy=1.1"], "numpy\t1.0\t2026-07\tneeded: it is faster", None),
        (["python=3.13", "numpy=1.1"], "numpy\t1.10\t2026-07\t", None),
        (
            ["python=3.13", "pip", {"pip": ["numpy==1.1"]}],
            "numpy\t1.1\t2026-07\t",
            "numpy is at conda-forge, and needs no pip",
        ),
        (["python=3.13", "pip", {"pip": ["numpy==1.1"]}], "", None),
    ],
)
def test_a_pin_is_one_that_the_channel_was_seen_to_have(tmp_path, dependencies, seen, fault):
    for folder in ("envs", "rules", "scripts"):
        (tmp_path / folder).mkdir()
    (tmp_path / "Snakefile").touch()
    (tmp_path / "requirements.txt").write_text("numpy==1.1\n")
    (tmp_path / "envs/conda-names.yaml").write_text("{}\n")
    (tmp_path / "envs/conda-forge.tsv").write_text(f"package\tnewest\tseen\tremark\npython\t3.13\t2026-07\t\n{seen}\n")
    environment = {"channels": ["conda-forge", "nodefaults"], "dependencies": dependencies}
    (tmp_path / "envs/toy.yaml").write_text(yaml.safe_dump(environment))
    assert environment_faults(tmp_path) == ([f"envs/toy.yaml: {fault}"] if fault else [])
