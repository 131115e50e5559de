"""The picture of the rules is that of the rules."""

import pytest
from flow import snakemake
from house import ROOT

pytestmark = pytest.mark.slow


def test_the_rule_graph_is_drawn_and_the_readme_shows_it(tmp_path):
    result = snakemake(tmp_path, "--", "overview_dag")
    assert result.status == 0, result.text
    drawn = (tmp_path / "results/dag.svg").read_text()
    assert "sources_probe" in drawn
    assert drawn == (ROOT / "docs/dag.svg").read_text(), "run `make dag` and copy results/dag.svg to docs/dag.svg"
