"""The forecast of the demo has the jobs that a run would have, rule by rule, and makes nothing."""

import re

import pytest
from flow import snakemake

pytestmark = pytest.mark.slow
ROW = re.compile(r"^([a-z]+_[a-z_]+) +([\d,]+) ", re.M)


def test_it_has_the_jobs_of_a_run_and_makes_nothing(tmp_path):
    said = snakemake(tmp_path, "-q", "all", "--", "forecast")
    assert said.status == 0, said.text
    foretold = {rule: int(count.replace(",", "")) for rule, count in ROW.findall(said.text)}
    planned = {rule: count for rule, count in snakemake(tmp_path, "-n").jobs.items() if "_" in rule}
    assert foretold == planned
    assert "7 videos are not probed yet" in said.text and "on 10 nodes of 16 cores" in said.text
    assert not (tmp_path / "results").exists()
