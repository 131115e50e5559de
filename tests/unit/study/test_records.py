"""Records on disk, failures that are certain to recur, and what a dry run prints."""

import json
import logging
import subprocess
from types import SimpleNamespace

import pytest

from framewright.errors import PassingError, UserError
from framewright.study import certain, dry_run, lock
from framewright.study.record import hash_file, read_lines, read_record, write_lines, write_record


def test_a_record_comes_back_and_has_the_same_bytes_again(tmp_path):
    known = {"b": 1, "a": ["ü", None, 0.1]}
    write_record(tmp_path / "one.json", known)
    write_record(tmp_path / "two.json", known)
    assert read_record(tmp_path / "one.json") == known
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert "ü" in (tmp_path / "one.json").read_text(encoding="utf-8")
    assert hash_file(tmp_path / "one.json") == hash_file(tmp_path / "two.json")
    write_record(tmp_path / "line.json", known, indent=None)
    assert (tmp_path / "line.json").read_text(encoding="utf-8").count("\n") == 1


def test_lines_come_back_in_order_from_several_files(tmp_path):
    write_lines(tmp_path / "one", [{"k": 1}, {"k": 2}])
    write_lines(tmp_path / "two", [{"k": 3}])
    assert [row["k"] for row in read_lines([tmp_path / "one", tmp_path / "two"])] == [1, 2, 3]


def test_what_is_no_record_is_a_plain_error(tmp_path):
    (tmp_path / "torn.json").write_text('{"a": ')
    with pytest.raises(ValueError):
        read_record(tmp_path / "torn.json")
    with pytest.raises(OSError):
        read_record(tmp_path / "missing.json")


def test_a_certain_failure_is_recalled_in_its_run_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    certain.record("logs/a.log", "run 1", UserError("the disk is no film"))
    assert certain.recall("logs/a.log", "run 1") == "the disk is no film"
    assert certain.recall("logs/b.log", "run 1") is None
    assert certain.recall("logs/a.log", "run 2") is None
    assert certain.recall("logs/a.log", "run 1") is None  # another run has forgotten it


@pytest.mark.parametrize("error", [PassingError("busy"), ValueError("a defect"), KeyError("x")])
def test_what_may_be_gone_next_time_is_not_recorded(error, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    certain.record("logs/a.log", "run 1", error)
    assert certain.recall("logs/a.log", "run 1") is None


def test_without_a_run_nothing_is_recorded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    certain.record("logs/a.log", "", UserError("no"))
    assert certain.recall("logs/a.log", "") is None


def told(message, **fields):
    record = logging.LogRecord("snakemake", logging.INFO, "", 0, message, None, None)
    record.__dict__.update(fields)
    return record


def test_a_dry_run_says_counts_once_and_no_job():
    summary = dry_run.Summary()
    assert not summary.filter(told("Job stats", event="run_info"))
    assert summary.filter(told("Job stats", event="run_info"))
    assert not summary.filter(told("rule a", event="job_info")) and not summary.filter(told("x", event="shellcmd"))
    assert not summary.filter(told("Would remove temporary output a"))
    kept = told(f"reasons {dry_run.EACH_JOB}")
    assert summary.filter(kept) and dry_run.HOW_TO_SEE in kept.msg


@pytest.mark.parametrize(
    ("more", "wanted"),
    [({}, True), ({"dryrun": False}, False), ({"printshellcmds": True}, False), ({"quiet": {"all"}}, False)],
)
def test_a_summary_is_for_a_plain_dry_run(more, wanted):
    plain = {"dryrun": True, "printshellcmds": False, "verbose": False, "debug_dag": False, "quiet": set()}
    assert dry_run.is_wanted(SimpleNamespace(**plain | more)) is wanted


def test_a_folder_without_a_lock_needs_no_explanation(tmp_path):
    assert not lock.is_locked(tmp_path) and lock.explain_lock(tmp_path, "here") is None
    assert not lock.unlock(tmp_path, "here") and lock.holder_of(tmp_path, "here") is None
    assert lock.last_run(tmp_path) is None


def test_a_lock_that_a_killed_run_left_is_explained_and_removed(tmp_path, monkeypatch):
    locks = tmp_path / ".snakemake/locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text("results/a\n")
    assert lock.is_locked(tmp_path)
    assert f"`make resume DIR={tmp_path}`" in (lock.explain_lock(tmp_path, "here") or "")
    monkeypatch.setattr(lock, "HOUSE", tmp_path.resolve())
    assert "`make resume`" in (lock.explain_lock(tmp_path, "here") or "")
    assert lock.unlock(tmp_path, "here") and not lock.is_locked(tmp_path)


def test_the_head_of_a_run_is_its_process_and_no_job_that_it_left(tmp_path):
    place = tmp_path / ".snakemake/framewright/events.jsonl"
    place.parent.mkdir(parents=True)
    assert lock.head_of(tmp_path, "here") is None
    begun = {"event": "run", "time": 1.0, "pid": 2**22 + 1, "host": "here", "command": [], "cwd": "/", "jobs": {}}
    place.write_text(json.dumps(begun) + "\n")
    assert lock.head_of(tmp_path, "here") is None  # no such process
    assert lock.head_of(tmp_path, "elsewhere") == lock.Holder(2**22 + 1, "here")
    job = subprocess.Popen(["snakemake", "60"], executable="/bin/sleep", cwd=tmp_path)
    try:
        assert lock.holder_of(tmp_path, "here") == lock.Holder(job.pid, "here")
        assert lock.head_of(tmp_path, "here") is None
    finally:
        job.kill()
        job.wait()
    with place.open("a") as file:
        file.write(json.dumps({"event": "end", "time": 2.0}) + "\n")
    assert lock.head_of(tmp_path, "elsewhere") is None
