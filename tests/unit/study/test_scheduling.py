"""Snakemake's default limit of jobs a second counts as none, a chosen one as a limit."""

import pytest
from snakemake.settings.types import MaxJobsPerTimespan

from framewright.study.scheduling import look_when_jobs_end


@pytest.mark.parametrize(("text", "counts"), [("100/1s", False), ("100/1m", True), ("50/1s", True)])
def test_only_a_chosen_limit_counts(text, counts, monkeypatch):
    monkeypatch.setattr(MaxJobsPerTimespan, "__bool__", lambda limit: True, raising=False)
    look_when_jobs_end()
    assert bool(MaxJobsPerTimespan.parse_choice(text)) == counts
