"""Sources from the web through Snakemake itself: got, dead for good, and dead for now."""

import subprocess
import sys

import pytest
import web
from flow import snakemake, write_table
from house import ROOT

from framewright.sources.outcome import read_outcome

pytestmark = pytest.mark.slow


def outcomes(folder):
    records = (read_outcome(path) for path in sorted(folder.glob("results/sources/*/source.json")))
    return {outcome.video: (outcome.reason, outcome.retry) for outcome in records}


def test_a_dead_source_stops_nothing_and_only_one_dead_for_now_is_asked_for_again(tmp_path):
    with web.serve() as server:
        paths = {"got": "ok", "gone": "status/404", "later": "later"}
        write_table(tmp_path, *(f"{name} {server.url}/{path} tracks - -" for name, path in paths.items()))
        first = snakemake(tmp_path, "--", "sources")
        assert first.status == 0, first.text
        assert outcomes(tmp_path) == {"got": (None, False), "gone": ("gone", False), "later": ("busy", True)}
        assert (tmp_path / "results/sources/later/video").read_bytes() == b""
        asked = [path for path, _ in server.requests]
        assert asked.count("/status/404") == 1
        assert asked.count("/later") == 3 * 5  # attempts of the job, tries in each

        assert not snakemake(tmp_path, "-n", "--", "sources").jobs
        server.ready.set()
        command = [sys.executable, ROOT / "scripts/retry_sources.py"]
        subprocess.run(command, cwd=tmp_path, check=True)
        second = snakemake(tmp_path, "--", "sources")
        again = {"sources_download", "sources_probe", "sources_rows"}
        again |= {"sources_summary", "sources_contract", "sources_card"}
        assert second.rules == again
        assert second.jobs["sources_download"] == second.jobs["sources_probe"] == 1
        assert outcomes(tmp_path)["later"] == (None, False)
        assert (tmp_path / "results/sources/later/video").read_bytes() == server.film
