"""What a person is told who looks before running, or runs in the wrong place."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flow import snakemake, write_table
from house import ROOT

pytestmark = pytest.mark.slow
ROW = "broken demo:broken tracks - CC0-1.0"


def test_a_dry_run_says_rules_counts_and_reasons_in_a_screen_or_two(tmp_path):
    planned = snakemake(tmp_path, "-n")
    lines = planned.text.splitlines()
    assert planned.status == 0
    assert planned.jobs["sources_render"] == 7
    assert planned.text.count("Job stats:") == 1
    assert "output files have to be generated:" in planned.text
    assert "snakemake -n -p lists each job" in planned.text
    assert len(lines) < len(planned.jobs) + 40, len(lines)
    assert "results/" not in planned.text


def test_each_job_is_listed_to_who_asks_for_it(tmp_path):
    write_table(tmp_path, ROW)
    full = snakemake(tmp_path, "-n", "-p", "--", "sources")
    assert "output: results/sources/broken/video" in full.text


def test_a_changed_setting_prints_no_configuration(tmp_path):
    write_table(tmp_path, ROW)
    assert snakemake(tmp_path, "--", "sources").status == 0
    planned = snakemake(tmp_path, "-n", "--config", "sources={probe: {seconds: 200}}", "--", "sources")
    assert planned.jobs["sources_probe"] == 1
    assert any("params have changed" in line for line in planned.text.splitlines())
    assert "mebibytes" not in planned.text


def test_a_folder_with_a_table_in_its_config_needs_nothing_else(tmp_path):
    write_table(tmp_path, "mine demo:broken tracks - CC0-1.0").rename(tmp_path / "config/videos.tsv")
    (tmp_path / "config/config.yaml").unlink()
    planned = snakemake(tmp_path, "-n", "-p", "--", "sources")
    assert "results/sources/mine/video" in planned.text
    assert "results/sources/street/video" not in planned.text


def test_a_folder_where_nothing_can_be_written_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    refused = snakemake(tmp_path, "-n", "--", "sources")
    assert refused.status == 1
    assert f"{tmp_path}: nothing can be written here; run in a folder of your own" in refused.text
    assert "Traceback" not in refused.text


def test_the_name_of_a_video_collides_with_no_file_of_ours(tmp_path):
    names = ["card", "summary", "outcomes", "contract", "declared", "preview", "rows", "dataset", "samples"]
    names += ["card-audit", "card-costs", "card-clips", "card-frames", "card-meta", "card-record"]
    write_table(tmp_path, *(f"{name} demo:broken tracks,patches,flexpatch general=1 CC0-1.0" for name in names))
    assert snakemake(tmp_path, "--", "sources").status == 0
    assert all(Path(tmp_path, "results/sources", name, "probe.json").exists() for name in names)
    again = snakemake(tmp_path, "-n", "--", "sources")
    assert again.jobs == {}
    planned = snakemake(tmp_path, "-n", "--", "tracks", "patches", "flexpatch")
    assert planned.status == 0, planned.text
    assert {planned.jobs[rule] for rule in ("tracks_audit", "patches_plan", "flexpatch_rate")} == {len(names)}


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_ids_that_are_ends_of_our_own_names_make_files_of_their_own(tmp_path):
    """x-audit took the place of x's audit, x-costs that of what x cost."""
    names = ["summary", "x", "x-audit", "x-costs"]
    write_table(tmp_path, *(f"{name} demo:broken tracks,flexpatch - CC0-1.0" for name in names))
    made = snakemake(tmp_path, "--", "tracks", "flexpatch", timeout=1100)
    assert made.status == 0, made.text
    for pipeline in ("tracks", "flexpatch"):
        rows = (tmp_path / f"results/{pipeline}/outcomes.tsv").read_text().splitlines()[1:]
        assert {row.split("\t")[1] for row in rows} == {*names}
    for name in names:
        audit = json.loads((tmp_path / f"results/tracks/privacy/{name}.audit.json").read_text())
        record = json.loads((tmp_path / f"results/tracks/privacy/{name}.json").read_text())
        assert set(audit) != set(record)
    assert snakemake(tmp_path, "-n", "--", "tracks", "flexpatch").jobs == {}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        pytest.param(
            ["--config", "tracks.keep.min_seconds=1"],
            "--config tracks.keep.min_seconds=1: keys are nested with braces here; "
            "write --config 'tracks={keep: {min_seconds: 1}}'",
            id="a key with dots",
        ),
        pytest.param(
            ["--configfile", "nowhere.yaml"],
            "--configfile nowhere.yaml: no such file; paths are relative to the folder where snakemake is called",
            id="a configfile that is not there",
        ),
    ],
)
def test_what_snakemake_answers_with_a_traceback_is_one_line(tmp_path, arguments, line):
    """As a person calls it: the command of an installed .venv, which knows the library."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "-n", *arguments]
    known = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    refused = subprocess.run(command, cwd=tmp_path, env=known, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert refused.stderr.splitlines()[-1] == line
    assert len(refused.stderr.splitlines()) == 2  # the other says which profile is used


def test_a_workflow_runs_with_its_own_library_whatever_the_environment_knows(tmp_path):
    """The profile asks the environment's library, the workflow its own: here, that of another checkout fails."""
    other = tmp_path / "other/framewright"
    shutil.copytree(ROOT / "scripts/framewright/study", other / "study", ignore=shutil.ignore_patterns("lock.py"))
    (other / "__init__.py").touch()
    (other / "errors.py").write_text((ROOT / "scripts/framewright/errors.py").read_text())
    known = os.environ | {"PYTHONPATH": str(other.parent)}
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "-n", "-q", "all"]
    refused = subprocess.run(
        [*command, "--config", "a.b=1"], cwd=tmp_path, env=known, capture_output=True, text=True, check=False
    )
    assert "write --config 'a={b: 1}'" in refused.stderr  # it is the other one that answers
    planned = subprocess.run(
        [*command, "--", "sources"], cwd=tmp_path, env=known, capture_output=True, text=True, check=False
    )
    assert planned.returncode == 0, planned.stderr
