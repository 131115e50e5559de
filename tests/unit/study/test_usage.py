"""What a job took is on record, whole, also where it was short."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from framewright.study import usage
from framewright.study.usage import FOLDER, Usage, group_by_rule, last_of_each, read_usage

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


@pytest.mark.slow
def test_time_and_memory_of_a_short_job_are_counted_whole(tmp_path):
    work(tmp_path)
    [used] = read_usage(tmp_path / "usage")
    assert (used.rule, used.item, used.threads, used.mem_mb, used.runtime, used.slurm) == (
        *("tracks_deface", "street", 2, 2000, 20, "7"),
    )
    assert 0.3 <= used.cpu_seconds < 3
    assert used.seconds >= 0.9 * used.cpu_seconds  # what it imported counts in both
    assert 120 < used.mebibytes < 400


@pytest.mark.slow
def test_a_job_that_was_killed_or_has_no_rule_leaves_nothing(tmp_path):
    work(tmp_path, "job.rule = ''\n")
    code = JOB.replace('"tracks_deface"', '""')
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    subprocess.run(
        [sys.executable, "-c", JOB + "import os, signal; os.kill(os.getpid(), 9)"], cwd=tmp_path, check=False
    )
    assert len(read_usage(tmp_path / "usage")) == 1


@pytest.mark.slow
def test_jobs_that_end_together_keep_their_lines(tmp_path):
    together = [subprocess.Popen([sys.executable, "-c", JOB], cwd=tmp_path) for _ in range(4)]
    assert [process.wait() for process in together] == [0] * 4
    used = read_usage(tmp_path / "usage")
    assert len(used) == 4 and len(last_of_each(used)) == 1


def finish(monkeypatch, folder: Path, **known: object) -> None:
    """A job begins and ends in this process."""
    ended = []
    monkeypatch.setattr(usage.atexit, "register", ended.append)
    usage.measure(SimpleNamespace(**known), folder)
    for write in ended:
        write()


def test_a_job_without_anything_asked_for_has_zeros_and_one_thread(tmp_path, monkeypatch):
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    monkeypatch.setattr(usage, "_read_age", lambda: 7.5)
    monkeypatch.setattr(usage.time, "time", lambda: 1000.0)
    finish(monkeypatch, tmp_path / "deep/er/usage", rule="a")
    [used] = read_usage(tmp_path / "deep/er/usage")
    assert (used.rule, used.item, used.threads, used.mem_mb, used.runtime, used.gpu) == ("a", "", 1, 0, 0, 0)
    assert (used.begin, used.seconds, used.slurm) == (992.5, 7.5, "")  # it began before it was asked
    assert used == Usage("a", "", 7.5, used.cpu_seconds, used.mebibytes, begin=992.5, host=used.host)


def test_what_is_no_whole_number_was_not_asked_for(tmp_path, monkeypatch):
    asked = {"mem_mb": 7, "runtime": "2h", "gpu": True}
    wildcards = {"video": "street", "part": 2}
    finish(monkeypatch, tmp_path, rule="a", resources=asked, wildcards=wildcards, threads=3)
    [used] = read_usage(tmp_path)
    assert (used.item, used.threads, used.mem_mb, used.runtime, used.gpu) == ("street-2", 3, 7, 0, 0)


def test_a_forked_child_and_a_script_without_a_rule_write_nothing(tmp_path, monkeypatch):
    ended = []
    monkeypatch.setattr(usage.atexit, "register", ended.append)
    usage.measure(SimpleNamespace(rule=""), tmp_path)
    assert ended == []
    usage.measure(SimpleNamespace(rule="a"), tmp_path)
    own = os.getpid()
    monkeypatch.setattr(usage.os, "getpid", lambda: own + 1)
    ended[0]()
    assert read_usage(tmp_path) == []


def test_the_largest_process_counts_in_mebibytes_and_children_in_seconds(tmp_path, monkeypatch):
    own = SimpleNamespace(ru_utime=1.0, ru_stime=0.5, ru_maxrss=9000)
    children = SimpleNamespace(ru_utime=2.0, ru_stime=0.25, ru_maxrss=3072)
    told = {usage.resource.RUSAGE_SELF: own, usage.resource.RUSAGE_CHILDREN: children}
    monkeypatch.setattr(usage.resource, "getrusage", told.__getitem__)
    for peak, mebibytes in ((5120, 5.0), (1024, 3.0), (0, 8.8)):
        monkeypatch.setattr(usage, "_read_peak", lambda peak=peak: peak)
        finish(monkeypatch, tmp_path / str(peak), rule="a")
        [used] = read_usage(tmp_path / str(peak))
        assert (used.cpu_seconds, used.mebibytes) == (3.75, mebibytes)


def test_this_process_has_an_age_and_a_peak():
    begun = psutil.Process().create_time()
    assert usage._read_age() == pytest.approx(time.time() - begun, abs=2)
    assert usage._read_peak() >= psutil.Process().memory_info().rss / 1024 / 2


def test_usage_of_all_buckets_is_read_in_the_order_of_its_beginning(tmp_path):
    places = [tmp_path / FOLDER, tmp_path / ".framewright/buckets/0-of-2" / FOLDER]
    for place, begins in zip(places, ((3.0, 1.0), (2.0,)), strict=True):
        place.mkdir(parents=True)
        lines = [json.dumps({**vars(Usage("a", str(begin), 1, 1, 1, begin=begin)), "more": 1}) for begin in begins]
        (place / "host.jsonl").write_text("\n".join([*lines, "half a li"]))
    assert [used.begin for used in read_usage(tmp_path / FOLDER)] == [1.0, 2.0, 3.0]
    assert [used.begin for used in read_usage(places[1])] == [2.0]
    again = [Usage("a", "x", 1, 1, 1, begin=1), Usage("b", "x", 1, 1, 1), Usage("a", "x", 9, 9, 9, begin=2)]
    assert last_of_each(again) == [again[2], again[1]] and group_by_rule(again) == {"a": [again[2]], "b": [again[1]]}
