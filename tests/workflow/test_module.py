"""The workflow as a module of somebody else's, as docs/how-it-works.md shows it."""

import re
import subprocess
import sys

import pytest
from flow import write_table
from house import ROOT

SHOWN = re.search(r"```\n(configfile: .*?framewright_\*)\n```", (ROOT / "docs/how-it-works.md").read_text(), re.S)[1]


@pytest.mark.slow
def test_another_workflow_uses_it_as_a_module(tmp_path):
    study = tmp_path / "study"
    write_table(study, "street demo:street tracks - CC0-1.0")
    mine = "rule mine:\n    input: rules.framewright_sources.input\n"
    (study / "Snakefile").write_text(f"{SHOWN.replace('path/to/framewright', str(ROOT))}\n{mine}")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--"]
    first, second = (
        subprocess.run([*command, "mine"], cwd=study, capture_output=True, text=True, check=False) for _ in "12"
    )
    assert first.returncode == 0, first.stderr
    assert (study / "results/sources/street/probe.json").is_file()
    assert "Nothing to be done" in second.stderr + second.stdout
