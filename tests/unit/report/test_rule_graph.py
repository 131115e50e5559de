"""The rules of a workflow are asked of Snakemake while the run that asks makes and removes files."""

import pytest

from framewright.errors import PassingError
from framewright.report.graph import rule_graph_of

VIDEOS = "video\tsource\nstreet\tdemo:street\n"


@pytest.fixture
def ask(tmp_path):
    """What comes of asking a program that does `what`, in the place of the Python that has Snakemake."""
    (tmp_path / "videos.tsv").write_text(VIDEOS)

    def ask(what):
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{what}\n")
        program.chmod(0o755)
        return rule_graph_of(str(program), "Snakefile", {}, str(tmp_path / "videos.tsv"))

    return ask


def test_the_graph_is_what_snakemake_prints_and_nothing_that_it_says_beside(ask):
    assert ask("echo digraph; echo Building DAG of jobs... >&2") == "digraph\n"


def test_why_snakemake_failed_is_said_and_it_may_pass(ask):
    """A file that the run around it is making again may be gone for a moment: the same job is tried again."""
    with pytest.raises(PassingError, match="Snakefile: Snakemake cannot tell its rules: a file is gone"):
        ask("echo a file is gone >&2; exit 1")
