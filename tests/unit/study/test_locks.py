"""Who holds a study: processes that work in it, runs of other machines, and what a person is told of them."""

import hashlib
import json
import os
import subprocess
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pytest

from framewright.errors import PassingError, UserError
from framewright.study import certain, dry_run, lock
from framewright.study.buckets import bucket_names, bucket_of, change_of_buckets, group_videos, in_bucket, list_folders
from framewright.study.lock import Holder
from framewright.study.monitor.events import PLACE

GONE = 2**22 + 1  # no process has such a number


@pytest.fixture
def study(tmp_path):
    (tmp_path / lock.LOCKS).mkdir(parents=True)
    (tmp_path / lock.LOCKS / "0.output.lock").touch()
    return tmp_path


def begin(study: Path, host: str, *more: dict, pid: int = GONE) -> None:
    run = {"event": "run", "time": 1.0, "pid": pid, "host": host, "command": ["-c1"], "cwd": "/", "jobs": {}}
    (study / PLACE).parent.mkdir(parents=True, exist_ok=True)
    (study / PLACE).write_text("".join(json.dumps(event) + "\n" for event in (run, *more)))


END = {"event": "end", "time": 2.0}


def test_a_run_of_another_machine_may_be_at_work_until_it_says_that_it_has_ended(study):
    begin(study, "there")
    assert lock.holder_of(study, "here") == lock.head_of(study, "here") == Holder(GONE, "there")
    assert lock.explain_lock(study, "here") == (
        f"process {GONE} on there is at work here: `make monitor` shows how far it is"
    )
    with pytest.raises(UserError) as refused:
        lock.unlock(study, "here")
    assert str(refused.value) == (
        f"{study}: a run that began on there (process {GONE}) may be at work; if it has ended there, remove the lock "
        "with: snakemake --unlock"
    )
    assert lock.is_locked(study)
    begin(study, "there", END)
    assert lock.holder_of(study, "here") is None and lock.head_of(study, "here") is None
    assert lock.unlock(study, "here") is True and not lock.is_locked(study)
    assert lock.last_run(study).command == ["-c1"]


def test_a_run_of_this_machine_that_is_gone_holds_nothing(study):
    begin(study, "here")
    assert lock.holder_of(study, "here") is None and lock.head_of(study, "here") is None
    assert lock.explain_lock(study, "here").startswith("a run was killed and left its lock: `make resume DIR=")


def test_a_lock_that_somebody_else_has_just_removed_is_gone(study, monkeypatch):
    monkeypatch.setattr(lock, "_locks", lambda folder: iter([folder / "gone.lock"]))
    assert lock.unlock(study, "here") is True


def processes(monkeypatch, *found: tuple[int, list[str] | None, Path]) -> None:
    listed = [SimpleNamespace(pid=pid, info={"cmdline": words, "cwd": str(place)}) for pid, words, place in found]
    monkeypatch.setattr(lock.psutil, "process_iter", lambda names: iter(listed))


@pytest.mark.parametrize(
    ("words", "works"),
    [
        *((["/usr/bin/snakemake", "-c1"], True), (["python", "-m", "snakemake"], True), (["python", "x.py"], False)),
        *((["python", "/a/.snakemake/scripts/tmp1.py"], True), (["a", "b", "c", "snakemake"], False), (None, False)),
        *((["bash", "-c", "snakemakes"], False), ([], False)),
    ],
)
def test_what_works_in_a_study_is_snakemake_or_one_of_its_scripts(study, monkeypatch, words, works):
    begin(study, "here", pid=77)
    processes(monkeypatch, (77, words, study))
    assert lock.holder_of(study, "here") == lock.head_of(study, "here") == (Holder(77, "here") if works else None)
    processes(monkeypatch, (77, words, study / "elsewhere"))
    assert lock.holder_of(study, "here") is None
    processes(monkeypatch, (os.getpid(), words, study), (os.getppid(), words, study))
    assert lock.holder_of(study, "here") is None  # who asks is none


def test_a_living_run_keeps_its_lock(study, monkeypatch):
    processes(monkeypatch, (77, ["snakemake"], study))
    with pytest.raises(UserError, match=r": process 77 is at work here; wait for its end, or end it$"):
        lock.unlock(study, "here")
    assert lock.explain_lock(study, "here").startswith("process 77 on here is at work here")
    assert lock.is_locked(study)
    begin(study, "here", pid=78)
    assert lock.head_of(study, "here") is None  # the job of a run that is gone


def test_another_runs_failure_is_forgotten_and_its_text_comes_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for error in (UserError("a: no film"), PassingError("busy")):
        certain.record("logs/a.log", "1", error)
    monkeypatch.chdir("/")
    assert certain.recall("logs/a.log", "1", tmp_path) == "a: no film"
    assert certain.recall("logs/a.log", "", tmp_path) is None
    assert certain.recall("logs/a.log", "1", tmp_path) is None


def told(message, **fields):
    return SimpleNamespace(msg=message, **fields)


def test_a_dry_run_says_every_table_of_counts_but_the_first():
    summary = dry_run.Summary()
    assert [summary.filter(told("x", event="run_info")) for _ in range(3)] == [False, True, True]
    for event in ("workflow_started", "job_info", "group_info", "shellcmd"):
        assert summary.filter(told("x", event=event)) is False
    assert (
        summary.filter(told("x", event=None)) and summary.filter(told("x")) and summary.filter(told(7, event="error"))
    )
    assert not summary.filter(told("Would remove temporary output a", event=None))


@pytest.mark.parametrize("more", ["printshellcmds", "verbose", "debug_dag", "quiet"])
def test_whoever_asks_for_more_or_less_gets_no_summary(more):
    plain = {"dryrun": True, "printshellcmds": False, "verbose": False, "debug_dag": False, "quiet": set()}
    assert dry_run.is_wanted(SimpleNamespace(**plain)) is True
    assert dry_run.is_wanted(SimpleNamespace(**plain | {more: {"all"}})) is False
    handler = SimpleNamespace(added=[])
    handler.addFilter = handler.added.append
    dry_run.summarise(SimpleNamespace(handlers=[handler]))
    assert len(handler.added) == 1


def test_names_of_buckets_sort_as_their_numbers_and_hold_each_video_once(tmp_path):
    assert bucket_names(1) == ["0-of-1"] and bucket_names(2) == ["0-of-2", "1-of-2"]
    assert bucket_names(10)[-1] == "9-of-10" and bucket_names(11)[:2] == ["00-of-11", "01-of-11"]
    videos = [f"v{number}" for number in range(200)]
    groups = group_videos(reversed(videos), 7)
    assert list(groups) == bucket_names(7) and sorted(chain(*groups.values())) == sorted(videos)
    for name, members in groups.items():
        assert members == sorted(members) == in_bucket(videos, name) and {bucket_of(one, 7) for one in members} <= {
            name
        }
    digest = int.from_bytes(hashlib.sha256(b"street").digest()[:4])
    assert bucket_of("street", 1 << 32).startswith(f"{digest:010d}-of-")  # four bytes of the digest


def test_a_study_of_another_number_of_buckets_is_known_by_its_lists_too(tmp_path):
    (tmp_path / "sources/declared").mkdir(parents=True)
    (tmp_path / "sources/declared/0-of-3.tsv").touch()
    (tmp_path / "sources/declared/x-of-y.tsv").touch()
    assert change_of_buckets(tmp_path, 3) == "" and "was made with 3" in change_of_buckets(tmp_path, 4)
    for name in ("1-of-2", "0-of-2", "other"):
        (tmp_path / ".framewright/buckets" / name).mkdir(parents=True)
    assert [path.name for path in list_folders(tmp_path)] == [tmp_path.name, "0-of-2", "1-of-2"]


def test_a_process_that_has_ended_is_told_apart(tmp_path):
    child = subprocess.Popen(["snakemake", "60"], executable="/bin/sleep", cwd=tmp_path)
    try:
        begin(tmp_path, "here", pid=child.pid)
        assert lock.head_of(tmp_path, "here") == lock.holder_of(tmp_path, "here") == Holder(child.pid, "here")
    finally:
        child.kill()
        child.wait()
    assert lock.head_of(tmp_path, "here") is None
