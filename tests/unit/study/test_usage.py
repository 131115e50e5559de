"""What a job took is on record, whole, also where it was short; and messages are as short as they should be."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from framewright.study import messages
from framewright.study.usage import last_of_each, read_usage

JOB = """
import resource, sys, time
from pathlib import Path
from types import SimpleNamespace
from framewright.study import usage
asked = {"mem_mb": 2000, "runtime": 20}
job = SimpleNamespace(rule="tracks_deface", wildcards={"video": "street"}, threads=2, resources=asked)
usage.measure(job, Path("usage"))
held = bytearray(b"x") * 120_000_000
while time.process_time() < 0.3:
    pass
"""


def work(folder: Path, more: str = "") -> None:
    subprocess.run([sys.executable, "-c", JOB + more], cwd=folder, check=True, env=os.environ | {"SLURM_JOB_ID": "7"})


def test_time_and_memory_of_a_short_job_are_counted_whole(tmp_path):
    work(tmp_path)
    [used] = read_usage(tmp_path / "usage")
    assert (used.rule, used.item, used.threads, used.mem_mb, used.runtime, used.slurm) == (
        *("tracks_deface", "street", 2, 2000, 20, "7"),
    )
    assert 0.3 <= used.cpu_seconds < 3
    assert used.seconds >= 0.9 * used.cpu_seconds  # what it imported counts in both
    assert 120 < used.mebibytes < 400


def test_a_job_that_was_killed_or_has_no_rule_leaves_nothing(tmp_path):
    work(tmp_path, "job.rule = ''\n")
    code = JOB.replace('"tracks_deface"', '""')
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    subprocess.run(
        [sys.executable, "-c", JOB + "import os, signal; os.kill(os.getpid(), 9)"], cwd=tmp_path, check=False
    )
    assert len(read_usage(tmp_path / "usage")) == 1


def test_jobs_that_end_together_keep_their_lines(tmp_path):
    together = [subprocess.Popen([sys.executable, "-c", JOB], cwd=tmp_path) for _ in range(4)]
    assert [process.wait() for process in together] == [0] * 4
    used = read_usage(tmp_path / "usage")
    assert len(used) == 4 and len(last_of_each(used)) == 1


def test_a_long_list_of_files_is_shortened():
    assert messages.shorten(["a", "b"]) == ["a", "b"]
    assert messages.shorten([f"{n}" for n in range(5000)]) == ["0", "1", "2", "3", "... and 4,996 more"]


def failed(log: list[str]) -> logging.LogRecord:
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, "Error in rule a", None, None)
    record.__dict__.update(event="job_error", input=["x"] * 20, output=["y"], log=log, aux={}, msg="failed")
    return record


def test_of_a_failed_slurm_job_the_end_of_its_log_is_shown(tmp_path):
    place = tmp_path / "slurm_logs/rule_a/7.log"
    place.parent.mkdir(parents=True)
    place.write_text("SNAKEMAKE\n  Host: x\nslurmstepd: error: Detected 1 oom_kill event\nslurmstepd: again\n")
    own = tmp_path / "own.log"
    own.touch()
    record = failed([str(own), str(place)])
    assert messages.Shorten().filter(record)
    assert record.log == []  # its own is empty
    assert record.aux["Slurm log"].splitlines()[1:] == [
        "        slurmstepd: error: Detected 1 oom_kill event",
        "        slurmstepd: again",
    ]
    own.write_text("error: the film is none\n")
    record = failed([str(own), str(place)])
    messages.Shorten().filter(record)
    assert record.log == [str(own)] and len(record.input) == 5


def test_a_failure_on_this_machine_is_told_as_ever(tmp_path):
    record = failed([str(tmp_path / "own.log")])
    messages.Shorten().filter(record)
    assert record.log == [str(tmp_path / "own.log")] and record.aux == {}
