"""What a job took is on record, whole, also where it was short."""

import os
import subprocess
import sys
from pathlib import Path

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
