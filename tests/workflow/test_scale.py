"""A job of a large study asks for its own rows: planning one file costs the same at any size of the table."""

import subprocess
import sys
from pathlib import Path

import pytest
from flow import write_table
from house import ROOT
from make_video import make_video

sys.path.insert(0, str(ROOT / "tests/bench"))
from bench_scale import cost_of, jobs_in, nested, study_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("arguments", [("-n",), ("-n", *nested("sources_download"))], ids=["a plan", "a nested job"])
def test_a_file_of_one_video_costs_the_same_in_a_table_of_thousands(tmp_path: Path, arguments):
    few, many = study_of(tmp_path / "few", 1), study_of(tmp_path / "many", 8000)
    target = [] if "--target-jobs" in arguments else ["results/sources/v0/source.json"]
    small, large = (cost_of(study, *arguments, "--", *target) for study in (few, many))
    assert (small.status, large.status) == (0, 0), large.text[-2000:]
    assert "sources_download" in large.text
    assert large.seconds < small.seconds + 1.5
    assert large.megabytes < small.megabytes + 40


COUNTING = """
import sys
import snakemake.rules as rules
from snakemake.cli import main
set_input = rules.Rule.set_input
def count(self, *inputs, **named):
    set_input(self, *inputs, **named)
    if len(self.input) > 1000:
        print("lists its inputs:", self.name, file=sys.stderr)
rules.Rule.set_input = count
main(sys.argv[1:])
"""


def test_no_rule_lists_its_inputs_of_all_videos_while_the_workflow_is_read(tmp_path: Path):
    study = study_of(tmp_path / "study", 2000)
    arguments = ["--snakefile", ROOT / "Snakefile", "--directory", study, "-n", "--", "results/sources/v0/source.json"]
    done = subprocess.run([sys.executable, "-c", COUNTING, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith("lists its inputs:")] == []


LOOKING = """
import sys
from snakemake.cli import main
from snakemake.scheduling.job_scheduler import JobScheduler
look = JobScheduler._schedule_reevalutation
def say(self, delay):
    print("looks again after", delay, file=sys.stderr)
    look(self, delay)
JobScheduler._schedule_reevalutation = say
main(sys.argv[1:])
"""


@pytest.mark.parametrize(("chosen", "looks"), [((), False), (("--max-jobs-per-timespan", "50/1s"), True)])
def test_the_head_looks_for_jobs_when_one_ends_and_not_by_the_clock(tmp_path: Path, chosen, looks):
    write_table(tmp_path, *(f"v{number} v{number}.mp4 tracks - CC0-1.0" for number in range(3)))
    for number in range(3):
        make_video(tmp_path / f"v{number}.mp4", range(4))
    arguments = ["--snakefile", ROOT / "Snakefile", "--directory", tmp_path, "--cores", "1", *chosen]
    command = [sys.executable, "-c", LOOKING, *arguments, "--", "results/sources/summary.tsv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert ("looks again after" in done.stderr) == looks


def test_a_collector_gets_all_its_inputs_in_a_nested_job(tmp_path: Path):
    """No expression depends on who evaluates it: a contract over nothing would pass on a cluster."""
    study = study_of(tmp_path / "study", 30)
    for number in range(30):
        folder = study / f"results/sources/v{number}"
        folder.mkdir(parents=True)
        for name in ("video", "source.json", "probe.json"):
            (folder / name).touch()
    (study / "results/sources/declared").mkdir()
    (study / "results/sources/declared/0-of-1.tsv").touch()
    rule = (
        "--mode",
        "remote",
        "--target-jobs",
        "sources_rows:bucket=0-of-1",
        "--allowed-rules",
        "sources_rows",
        "--force",
    )
    text = cost_of(study, "-n", "-p", *rule).text
    assert all(f"results/sources/v{number}/probe.json" in text for number in range(30)), text[-3000:]


def test_a_batch_of_videos_plans_its_part(tmp_path: Path):
    study = study_of(tmp_path / "study", 40)
    whole, part = (
        jobs_in(cost_of(study, "-n", "-q", "all", *batch, "--", "tracks_videos").text)
        for batch in ((), ("--batch", "tracks_videos=1/10"))
    )
    assert whole > 300 and part <= whole / 10 + 5
