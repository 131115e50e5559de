"""The state of a study at one moment: which figures are known of a run here, elsewhere, ended or killed."""

import json
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from framewright.study.buckets import FOLDER
from framewright.study.monitor import load, snapshot, tools
from framewright.study.monitor.events import PLACE
from framewright.study.monitor.load import Process, Rates, compute_rates
from framewright.study.monitor.run import Run
from framewright.study.monitor.snapshot import Part, Watcher, Working, last_line, parts_of

GONE = 2**22 + 1  # no process has such a number


def begin(jobs: dict[str, int], pid: int = GONE, host: str = "here", time: float = 1000.0) -> dict:
    return {"event": "run", "time": time, "pid": pid, "host": host, "command": [], "cwd": "/", "jobs": jobs}


def job(number: int, time: float, rule: str = "tracks_deface", **wildcards: str) -> dict:
    log = f"logs/{rule}/{number}.log"
    return {"event": "job", "id": number, "time": time, "rule": rule, "wildcards": wildcards, "log": [log]}


def ended(number: int, time: float, event: str = "done") -> dict:
    return {"event": event, "id": number, "time": time}


def write(folder: Path, *events: dict) -> Path:
    (folder / PLACE).parent.mkdir(parents=True, exist_ok=True)
    (folder / PLACE).write_text("".join(json.dumps(event) + "\n" for event in events))
    return folder


@pytest.fixture
def machine(monkeypatch):
    """A machine whose memory, processors and processes of a run a test sets."""
    state = SimpleNamespace(cpus=16, processes={})
    told = {
        "virtual_memory": lambda: SimpleNamespace(total=64, available=40),
        "cpu_count": lambda: state.cpus,
        "disk_usage": lambda path: SimpleNamespace(free=7),
    }
    monkeypatch.setattr(snapshot, "psutil", SimpleNamespace(**told))
    monkeypatch.setattr(load, "processes_of", lambda pid: state.processes)
    return state


HALF = [job(1, 1000), job(2, 1010), job(3, 1020), ended(1, 1020), ended(2, 1030, "failed")]


def test_of_a_run_that_lives_here_all_is_known_from_the_second_look_on(tmp_path, machine):
    folder = write(tmp_path, begin({"tracks_deface": 5, "sources_link": 1}, os.getpid()), *HALF)
    log = folder / "logs/tracks_deface/3.log"
    log.parent.mkdir(parents=True)
    log.write_text("10 %: 1 of 10 frames\n")
    (folder / "logs/tracks_deface/2.log").write_text("error: gone\n")
    machine.processes = {7: Process(7, "", 5.0, 100, 1000, 50), 8: Process(8, str(log.resolve()), 1.0, 30, 0, 0)}
    watcher = Watcher(folder, "here", {"x": lambda now: [{"now": now}]})
    first = watcher.look(1060.0)
    assert (first.status, first.seconds, first.done, first.wanted, first.cores) == ("running", 60.0, 1, 6, 16)
    assert first.jobs_a_minute == 1.0
    assert (first.memory_used, first.memory, first.disk_free, first.rss) == (24, 64, 7, 130)
    assert (first.cpu, first.read, first.written) == (None, None, None)
    assert first.running == (
        Working("tracks_deface", "logs/tracks_deface/3.log", 40.0, "10 %: 1 of 10 frames", None, 30),
    )
    assert [(one.job, one.reason, one.log) for one in first.failures] == [
        ("tracks_deface", "error: gone", "logs/tracks_deface/2.log")
    ]
    assert first.parts == (Part("tracks", 1, 5, 1, 1), Part("sources", 0, 1, 0, 0))
    assert first.counts == {"x": [{"now": 1060.0}]} and first.as_dict()["parts"][0]["name"] == "tracks"
    machine.processes = {7: Process(7, "", 6.0, 200, 3000, 70), 8: Process(8, str(log.resolve()), 16.0, 40, 0, 0)}
    second = watcher.look(1070.0)
    assert (second.cpu, second.read, second.written, second.rss) == (1.6, 200.0, 2.0, 240)
    assert [(one.seconds, one.cpu, one.rss) for one in second.running] == [(50.0, 1.5, 40)]
    third = watcher.look(1070.0 + 1e-9)
    assert third.running[0].cpu == pytest.approx(0.0)
    machine.cpus = None
    assert watcher.look(1071.0).cores == 1


def test_of_a_run_that_was_killed_its_last_event_counts(tmp_path, machine):
    state = Watcher(write(tmp_path, begin({"tracks_deface": 5}), *HALF), "here").look(5000.0)
    assert (state.status, state.seconds, state.jobs_a_minute, state.seconds_left) == ("killed", 30.0, 0.0, None)
    assert (state.running, state.rss, state.cpu) == ((), None, None)
    assert state.parts == (Part("tracks", 1, 5, 0, 1),)


def test_a_run_on_another_machine_lives_as_far_as_this_one_knows(tmp_path, machine):
    state = Watcher(write(tmp_path, begin({"tracks_deface": 5}, host="there"), *HALF), "here").look(1060.0)
    assert (state.status, state.seconds, state.jobs_a_minute) == ("elsewhere", 60.0, 1.0)
    assert state.seconds_left == pytest.approx((4 * 20 - 20) / 1)
    assert len(state.running) == 1 and (state.rss, state.cpu) == (None, None)


@pytest.mark.parametrize(("wanted", "status"), [(1, "done"), (2, "failed")])
@pytest.mark.parametrize("host", ["here", "there"])
def test_a_run_that_ended_has_done_all_or_not(tmp_path, machine, wanted, status, host):
    events = [begin({"tracks_link": wanted}, os.getpid(), host), job(1, 1000, "tracks_link"), ended(1, 1010)]
    state = Watcher(write(tmp_path, *events, {"event": "end", "time": 1015}), "here").look(2000.0)
    assert (state.status, state.seconds, state.seconds_left, state.rss) == (status, 15.0, None, None)


def test_before_a_run_there_is_no_state(tmp_path):
    assert Watcher(tmp_path, "here").look(1.0) is None


def test_the_longest_that_a_job_says_counts_where_it_is_more_than_the_estimate(tmp_path, machine):
    folder = write(tmp_path, begin({"tracks_deface": 2}, host="there"), job(1, 1000), job(2, 1000))
    (folder / "logs/tracks_deface").mkdir(parents=True)
    for number, left in ((1, "45 s"), (2, "20 s")):
        (folder / f"logs/tracks_deface/{number}.log").write_text(f"5 %: 1 of 9 frames, 1 s so far, about {left} left\n")
    watcher = Watcher(folder, "here")
    assert watcher.look(1010.0).seconds_left == 45.0  # nothing else tells
    for number in (1, 2):
        (folder / f"logs/tracks_deface/{number}.log").write_text("1 frames\n")
    assert watcher.look(1010.0).seconds_left is None


def test_parts_stand_in_the_order_of_the_run_and_only_living_jobs_run():
    run = Run()
    for event in (
        begin({"tracks_link": 2, "sources_link": 3, "tracks_deface": 4}),
        *(job(1, 1000), job(2, 1000), job(3, 1000, "sources_link"), ended(3, 1001)),
    ):
        run.add(event)
    assert parts_of(run, {"logs/tracks_deface/2.log"}) == (Part("tracks", 0, 6, 1, 0), Part("sources", 1, 3, 0, 0))


def test_inside_the_job_of_a_bucket_two_jobs_are_named(tmp_path, machine):
    outer = job(1, 1000, "buckets_work", phase="1-work", bucket="0-of-4")
    folder = write(tmp_path, begin({"buckets_work": 1}, host="there"), outer, job(2, 1000, bucket="0-of-4"))
    inner = [begin({"tracks_deface": 1234}, time=1000.0), *(job(number, 1001 + number) for number in range(4))]
    write(folder / FOLDER / "0-of-4", *inner, ended(0, 1009))
    watcher = Watcher(folder, "here")
    assert [one.line for one in watcher.look(1010.0).running] == ["1 of 1,234 jobs; tracks_deface, tracks_deface", ""]
    write(folder / FOLDER / "0-of-4", begin({"tracks_deface": 1}, time=1000.0))
    assert watcher.look(1010.0).running[0].line == "0 of 1 jobs; between two jobs"
    write(folder / FOLDER / "0-of-4", begin({"a": 1}, time=999.9))
    assert watcher.look(1010.0).running[0].line == ""  # of an earlier attempt


def test_the_last_line_is_looked_for_in_the_last_four_kibibytes(tmp_path):
    log = tmp_path / "log"
    log.write_text("said\n" + " " * 4091)
    assert last_line(log) == "said"
    log.write_text("said\n" + " " * 4097)
    assert last_line(log) == ""
    log.write_text("ab\n")
    assert last_line(log) == "ab"


def test_rates_are_what_processes_did_in_between_and_a_new_one_counts_whole():
    before = {1: Process(1, "", 10.0, 0, 1000, 500), 2: Process(2, "", 99.0, 0, 9000, 9000)}
    now = {1: Process(1, "", 14.0, 0, 1600, 700), 3: Process(3, "", 2.0, 0, 40, 20)}
    assert compute_rates(before, now, 2.0) == Rates(3.0, 320.0, 110.0)
    assert compute_rates(now, {1: before[1]}, 2.0) == Rates(0.0, 0.0, 0.0)  # never less than nothing
    assert compute_rates({}, {}, 1.0) == Rates(0.0, 0.0, 0.0)


def test_a_process_that_ended_and_was_not_collected_is_not_alive():
    assert load.is_alive(os.getpid()) and not load.is_alive(GONE)
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not load.is_alive(child.pid)
    child.wait()


def test_a_process_has_what_it_took_and_those_below_it(tmp_path):
    found = load.processes_of(os.getpid())[os.getpid()]
    assert found.rss > 1_000_000 and found.cpu > 0 and found.read >= 0 and found.written >= 0
    assert found.log == str(Path("/proc/self/fd/1").readlink())
    assert load.processes_of(GONE) == {}


def test_a_folder_counts_a_file_once_and_no_link(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below/a").write_bytes(bytes(1000))
    os.link(tmp_path / "below/a", tmp_path / "again")
    (tmp_path / "b").write_bytes(bytes(30))
    os.link(tmp_path / "b", tmp_path / "c")
    (tmp_path / "link").symlink_to("below")
    link = (tmp_path / "link").lstat().st_size
    folder = load.Folder(tmp_path)
    assert folder.step(0) is None
    assert [folder.step(100) for _ in range(2)] == [None, 1030 + link]
    (tmp_path / "d").write_bytes(bytes(5))
    assert folder.step(100) == 1030 + link + 5
    assert [load.Folder(tmp_path / "none").step(9) for _ in range(2)] == [None, None]


def test_a_line_for_each_gpu_says_memory_in_gigabytes():
    said = "0, A, 5, 1000, 2000\n1, B, [N/A], [N/A], 81559\ntoo, few\n"
    assert tools.parse_gpus(said) == ("0 A: 5 % busy, 1.0 of 2.1 GB", "1 B: [N/A] % busy, [N/A] of 85.5 GB")


def test_a_line_of_the_queue_may_have_more_cells_and_no_fewer():
    said = "RUNNING|/s|None|more\nRUNNING|/s\nCOMPLETING|/s|None\nPENDING|/s/t|None\n"
    assert tools.parse_queue(said, Path("/s")) == {"RUNNING": 1, "COMPLETING": 1}
    assert tools.parse_queue("", Path("/s")) == {}


def test_a_tool_is_asked_again_after_ten_seconds(monkeypatch):
    asked = []

    class Answering:
        returncode = 0

        def __init__(self, *arguments, **options):
            asked.append(1)

        def communicate(self, timeout):
            return f"answer {len(asked)}", None

    monkeypatch.setattr(tools.subprocess, "Popen", Answering)
    tool = tools.Tool(("sh",))
    assert [tool.answer(now) for now in (0.0, 9.9, 10.0, 19.0, 20.5)] == [
        *("answer 1", "answer 1", "answer 2", "answer 2", "answer 3"),
    ]
    Answering.returncode = 1
    assert tool.answer(31.0) is None  # it failed: what it said before is old
