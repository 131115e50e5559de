"""The rules of a workflow are asked of Snakemake while the run that asks makes and removes files."""

import pytest

from framewright.errors import UserError
from framewright.report import graph


def pretend_python(folder, failures):
    """A program that fails so many times, with a reason, and then prints a graph."""
    program, calls = folder / "python", folder / "calls"
    program.write_text(
        f'#!/bin/sh\necho >> {calls}\n[ "$(wc -l < {calls})" -gt {failures} ] && echo digraph && exit 0\n'
        "echo a file is gone >&2; exit 1\n"
    )
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setattr(graph, "WAITS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(graph, "read_table", lambda path: [])
    monkeypatch.setattr(graph, "keep_samples", lambda rows: rows)
    monkeypatch.setattr(graph, "write_table", lambda path, rows: None)
    return str(tmp_path / "videos.tsv")


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_rules_are_asked_for_again_when_a_file_went_missing_meanwhile(tmp_path, table, failures):
    assert graph.rule_graph_of(pretend_python(tmp_path, failures), "Snakefile", {}, table) == "digraph\n"


def test_what_always_fails_is_said_with_its_reason(tmp_path, table):
    with pytest.raises(UserError, match="Snakefile: Snakemake cannot tell its rules: a file is gone"):
        graph.rule_graph_of(pretend_python(tmp_path, 9), "Snakefile", {}, table)
