"""The monitor shows a run as it is, in 80 columns, for next to nothing."""

import io
import json
import os
import runpy
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from framewright.study.buckets import FOLDER
from framewright.study.monitor import load, tools
from framewright.study.monitor.events import PLACE
from framewright.study.monitor.snapshot import Watcher, last_line
from framewright.study.monitor.view import draw_bar, format_size, render

ROOT = Path(__file__).parents[4]
HOST = socket.gethostname()


def study(folder: Path, pid: int, host: str = HOST, ended: bool = False) -> Path:
    """A run with a job done, one at work and one failed."""
    now = time.time()
    jobs = {"tracks_deface": 3, "sources_probe": 1, "tracks_a_rule_with_an_uncommonly_long_name_that_must_not_break": 1}
    events = [{"event": "run", "time": now - 60, "pid": pid, "host": host, "command": [], "cwd": "/", "jobs": jobs}]
    for number, video in enumerate(("alley", "street", "bridge-over-troubled-water-in-the-very-early-morning")):
        log = f"logs/tracks_deface/{video}.log"
        events.append(
            {
                "event": "job",
                "time": now - 50,
                "id": number,
                "rule": "tracks_deface",
                "wildcards": {"video": video},
                "log": [log],
            }
        )
        (folder / log).parent.mkdir(parents=True, exist_ok=True)
        (folder / log).write_text(f"begin\n30 %: 12 of 40 frames, {video}, 10 s so far, about 23 s left\n\n")
    events += [{"event": "done", "time": now - 40, "id": 0}, {"event": "failed", "time": now - 39, "id": 1}]
    (folder / "logs/tracks_deface/street.log").write_text("error: street.mp4: no such file\n")
    events += [{"event": "end", "time": now - 30}] if ended else []
    (folder / PLACE).parent.mkdir(parents=True)
    (folder / PLACE).write_text("".join(json.dumps(event) + "\n" for event in events))
    (folder / "results/tracks").mkdir(parents=True)
    (folder / "results/tracks/a.mp4").write_bytes(bytes(5000))
    os.link(folder / "results/tracks/a.mp4", folder / "results/tracks/b.mp4")
    return folder


def text_of(folder: Path, width: int = 80) -> str:
    watcher = Watcher(
        folder, HOST, {"patches": lambda now: [{"category": "general", "done": 3, "wanted": 12, "kept": None}]}
    )
    for _ in range(3):
        snapshot = watcher.look(time.time())
    console = Console(width=width, file=io.StringIO(), record=True, highlight=False)
    console.print(render(snapshot))
    return console.export_text()


def test_a_run_is_shown_with_its_jobs_failures_and_machine(tmp_path):
    text = text_of(study(tmp_path, os.getpid()))
    lines = text.splitlines()
    assert lines[0].startswith("running  1 of 5 jobs (20 %), 1 min")
    assert "left" in lines[0]
    assert any(line.split() == ["tracks", "██░░░░░░░░", "1", "4", "1", "1"] for line in lines)
    assert any(line.split()[:3] == ["general", "3", "12"] for line in lines)
    at = lines.index("running")
    assert lines[at + 1].startswith("tracks_deface bridge") and lines[at + 2].startswith("  30 %: 12 of 40 frames")
    at = lines.index("failed")
    assert lines[at + 1].startswith("tracks_deface street  error: street.mp4: no such file")
    assert lines[at + 2].strip() == "logs/tracks_deface/street.log"
    assert "5.0 kB in results" in text
    assert max(map(len, lines)) <= 80


def test_the_first_line_of_a_large_run_is_a_line(tmp_path):
    large = {"done": 123_456, "wanted": 912_912, "seconds": 50_000, "jobs_a_minute": 1234.5, "seconds_left": 400_000}
    snapshot = replace(Watcher(study(tmp_path, os.getpid()), HOST).look(time.time()), **large)
    console = Console(width=80, file=io.StringIO(), record=True, highlight=False)
    console.print(render(snapshot))
    assert console.export_text().splitlines()[0] == (
        "running  123,456 of 912,912 jobs (14 %), 13 h 53 min, 1,234/min, 4 d 15 h left"
    )


@pytest.mark.parametrize(
    ("pid", "host", "ended", "words"),
    [
        pytest.param(2**22 + 1, HOST, False, "make resume", id="killed"),
        pytest.param(2**22 + 1, HOST, True, "ended with jobs undone", id="failed"),
        pytest.param(77, "node17", False, "process 77 on node17", id="on another machine"),
    ],
)
def test_a_run_that_is_not_alive_here_says_so(tmp_path, pid, host, ended, words):
    assert words in text_of(study(tmp_path, pid, host, ended))


def test_a_run_takes_no_less_than_what_a_job_says_that_it_needs(tmp_path):
    folder = study(tmp_path, os.getpid())
    before = Watcher(folder, HOST).look(time.time()).seconds_left
    (log,) = folder.glob("logs/tracks_deface/bridge*.log")
    log.write_text("1 %: 3 of 400 frames, 10 s so far, about 2 h 10 min left\n")
    assert before < 7000 and Watcher(folder, HOST).look(time.time()).seconds_left == 7800


def test_of_a_run_elsewhere_the_jobs_are_shown_too(tmp_path):
    assert "30 %: 12 of 40 frames" in text_of(study(tmp_path, 77, "node17"))


@pytest.mark.slow
def test_processes_of_a_job_are_found_by_where_they_print(tmp_path):
    folder = study(tmp_path, os.getpid())
    log = next(folder.glob("logs/tracks_deface/bridge*.log"))
    with log.open("ab") as file:
        child = subprocess.Popen(
            [sys.executable, "-c", "import time; t = time.time()\nwhile time.time() < t + 120: pass"], stdout=file
        )
    try:
        watcher = Watcher(folder, HOST)
        (job,) = watcher.look(time.time()).running
        deadline = time.monotonic() + 90
        while not (job.cpu and job.rss and job.rss > 1_000_000) and time.monotonic() < deadline:
            time.sleep(0.5)  # the child gets its turn when the machine has one
            (job,) = watcher.look(time.time()).running
    finally:
        child.kill()
        child.wait()
    assert job.cpu is not None and 0 < job.cpu < 1.5
    assert job.rss is not None and job.rss > 1_000_000


@pytest.mark.slow
def test_the_monitor_prints_json(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["monitor.py", str(study(tmp_path, os.getpid())), "--json"])
    runpy.run_path(str(ROOT / "scripts/monitor.py"), run_name="__main__")
    state = json.loads(capsys.readouterr().out)
    assert (state["done"], state["wanted"], state["status"], state["disk_used"]) == (1, 5, "running", 5000)
    assert state["failures"][0]["reason"] == "error: street.mp4: no such file"


def test_before_a_run_the_monitor_says_so_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["monitor.py", str(tmp_path), "--once"])
    with pytest.raises(SystemExit, match="start snakemake"):
        runpy.run_path(str(ROOT / "scripts/monitor.py"), run_name="__main__")


def test_a_look_costs_less_than_a_hundredth_of_the_time_between_two(tmp_path):
    folder = study(tmp_path, os.getpid())
    for number in range(3000):
        (folder / f"results/tracks/{number}.png").touch()
    watcher, console = Watcher(folder, HOST), Console(width=80, file=io.StringIO())
    console.print(render(watcher.look(time.time()), 40))
    costs = []
    for _ in range(20):
        begin = time.process_time()
        console.print(render(watcher.look(time.time()), 40))
        costs.append(time.process_time() - begin)
    assert min(costs) < 0.02  # seconds, of 2; what else the machine does costs time, too


def test_a_folder_is_counted_in_steps(tmp_path):
    for number in range(10):
        (tmp_path / str(number)).write_bytes(bytes(100))
    folder = load.Folder(tmp_path)
    assert [folder.step(4) for _ in range(5)] == [None, None, None, 1000, 1000]


def test_gpus_and_the_queue_are_read_as_their_tools_print_them():
    said = "0, NVIDIA H100 80GB HBM3, 87, 12000, 81559\n"
    assert tools.parse_gpus(said) == ("0 NVIDIA H100 80GB HBM3: 87 % busy, 12.6 of 85.5 GB",)
    assert tools.parse_gpus(None) == () and tools.parse_gpus("No devices were found") == ()
    said = (
        "RUNNING|/data/study|None\nPENDING|/data/study|Priority\nPENDING|/data/study|Priority\n"
        "PENDING|/data/study|QOSMaxJobsPerUserLimit\nRUNNING|/data/other|None\n"
    )
    waiting = {"PENDING (Priority)": 2, "PENDING (QOSMaxJobsPerUserLimit)": 1}
    assert tools.parse_queue(said, Path("/data/study")) == {"RUNNING": 1} | waiting
    assert tools.parse_queue(None, Path("/data/study")) is None


def test_a_tool_is_asked_now_and_then_and_never_waited_for(tmp_path, monkeypatch):
    asked = tmp_path / "asked"
    program = tmp_path / "squeue"
    go = tmp_path / "go"
    program.write_text(f"#!/bin/sh\necho >> {asked}\nwhile [ ! -e {go} ]; do sleep 0.05; done\necho said\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    tool = tools.Tool(("squeue",))
    assert tool.answer(0.0) is None  # or it would wait for ever: the program does not end before `go` is there
    go.touch()
    assert tool.answer(1.0, wait=60) == "said\n"
    assert tool.answer(9.0) == "said\n"
    assert asked.read_text() == "\n"
    assert tools.Tool(("no-such-tool",)).answer(0.0) is None


def test_sizes_and_bars_read_well():
    assert [format_size(value) for value in (0, 999, 1000, 123_456, 5e9, 7.25e12)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "123 kB",
        "5.0 GB",
        "7.2 TB",
    ]
    assert (draw_bar(0, 3), draw_bar(99, 100), draw_bar(3, 3)) == ("░" * 10, "█" * 9 + "░", "█" * 10)


def test_the_last_line_of_a_log_is_the_last_that_says_something(tmp_path):
    (tmp_path / "log").write_text("x" * 9000 + "\nlast\n \n")
    assert (last_line(tmp_path / "log"), last_line(tmp_path / "none"), last_line(tmp_path)) == ("last", "", "")


def test_of_a_job_of_a_bucket_the_jobs_inside_are_told(tmp_path):
    folder, now = study(tmp_path, os.getpid()), time.time()
    wildcards = {"asked": "sources", "phase": "1-work", "bucket": "0-of-4"}
    outer = {"event": "job", "time": now - 50, "id": 9, "rule": "buckets_work", "wildcards": wildcards, "log": ["none"]}
    with (folder / PLACE).open("a") as file:
        file.write(json.dumps(outer) + "\n")
    inside = study(folder / FOLDER / "0-of-4", os.getpid()) / PLACE
    watcher = Watcher(folder, HOST)
    line = next(job.line for job in watcher.look(now).running if job.job.startswith("buckets_work"))
    assert line == ""  # what is there tells of an earlier attempt
    events = [json.loads(line) for line in inside.read_text().splitlines()]
    again = inside.with_name("again")  # another file, as each run writes one
    again.write_text("".join(json.dumps(event | {"time": now - 40}) + "\n" for event in events))
    again.replace(inside)
    line = next(job.line for job in watcher.look(now + 1).running if job.job.startswith("buckets_work"))
    assert line.startswith("1 of 5 jobs; tracks_deface bridge")
