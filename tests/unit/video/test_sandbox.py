"""Whatever a function does in the sandbox, one sentence comes of it, and nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from framewright.video.sandbox import Outcome, call

BAD_MANNERS = """
import ctypes, json, os, signal, subprocess, sys, time
from framewright.errors import UserError

def add(a, b):
    print("chatter on stdout")
    return {"sum": a + b}

def raise_user_error():
    raise UserError("film.mp4: the file is empty (0 bytes)")

def raise_error():
    raise ValueError("no such thing")

def crash():
    print("decoder: reference picture missing", file=sys.stderr, flush=True)
    ctypes.string_at(0)

def abort():
    os.abort()

def hang():
    time.sleep(60)

def spin():
    while True:
        pass

def blow_up():
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))

def leave():
    os._exit(3)

def not_json():
    return object()

def chatter():
    os.system("yes decoder: error | head -c 3000000")
    return os.path.getsize("/proc/self/fd/2")

def limits():
    import resource
    return resource.getrlimit(resource.RLIMIT_CORE)[0]

def hang_with_child(note):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    with open(note, "w") as file:
        json.dump([os.getpid(), child.pid], file)
    time.sleep(60)
"""


@pytest.fixture
def manners(tmp_path, monkeypatch):
    (tmp_path / "bad_manners.py").write_text(BAD_MANNERS)
    monkeypatch.syspath_prepend(str(tmp_path))


def outcome(function, seconds=60.0, mebibytes=1024, **arguments):
    return call(f"bad_manners:{function}", arguments, seconds=seconds, mebibytes=mebibytes)


def test_a_result_comes_back(manners):
    result = outcome("add", a=2, b=3)
    assert (result.ok, result.value, result.reason) == (True, {"sum": 5}, None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        pytest.param("raise_user_error", "film.mp4: the file is empty (0 bytes)", id="a user error keeps its words"),
        pytest.param("raise_error", "failed: ValueError: no such thing", id="any other error is named"),
        pytest.param("crash", "crashed (SIGSEGV): decoder: reference picture missing", id="a crash, with last words"),
        pytest.param("abort", "crashed (SIGABRT)", id="an abort"),
        pytest.param("leave", "ended without a result (exit status 3)", id="an exit without a word"),
        pytest.param(
            "missing", "failed: AttributeError: module 'bad_manners' has no attribute 'missing'", id="no such function"
        ),
        pytest.param("not_json", "ended without a result (exit status 1)", id="a result that is no JSON"),
    ],
)
def test_failures_become_a_sentence(manners, function, sentence):
    result = outcome(function)
    assert not result.ok
    assert result.reason.startswith(sentence)
    assert "\n" not in result.reason


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_memory_is_limited(manners):
    assert outcome("blow_up", mebibytes=400) == Outcome(False, reason="needed more than 400 MiB of memory")


@pytest.mark.slow
def test_time_is_limited(manners):
    began = time.monotonic()
    assert outcome("hang", seconds=1.5) == Outcome(False, reason="took longer than 1.5 s")
    assert time.monotonic() - began < 45  # the function would take 60; a busy machine needs seconds to start one


@pytest.mark.slow
def test_processor_time_is_limited(manners):
    """The wall clock alone would let several spinning threads burn many times the limit."""
    assert outcome("spin", seconds=1).reason in (
        "took longer than 1 s",
        "took more than 1 s of processor time",
    )


def test_a_file_in_the_working_directory_is_not_imported(manners, tmp_path, monkeypatch):
    (tmp_path / "films").mkdir()
    (tmp_path / "films/json.py").write_text("raise SystemExit('not what was meant')\n")
    monkeypatch.chdir(tmp_path / "films")
    assert outcome("add", a=2, b=3).value == {"sum": 5}


@pytest.mark.skipif(sys.platform != "linux", reason="looks at its own noise in /proc")
def test_what_it_prints_is_neither_its_result_nor_without_bound(manners):
    assert outcome("chatter").value == 1 << 20


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_does_not_speak_against_what_was_read(manners, monkeypatch):
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(open, "/dev/full", "r+b", buffering=0))
    assert outcome("limits").ok


def test_no_core_dumps(manners):
    assert outcome("limits").value == 0


@pytest.mark.slow
def test_nothing_is_left_running_after_a_timeout(manners, tmp_path):
    note = tmp_path / "note"
    for seconds in (2, 8, 32):  # a busy machine may need longer than the limit until the child has a child
        assert not outcome("hang_with_child", seconds=seconds, note=str(note)).ok
        if note.exists():
            break
    for process in json.loads(note.read_text()):
        wait_until(
            lambda process=process: not is_running(process)
        )  # the kernel ends what it was told to, a moment later


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_child_dies_with_its_parent(manners, tmp_path):
    note = tmp_path / "note"
    task = f"'bad_manners:hang_with_child', {{'note': {str(note)!r}}}, seconds=50, mebibytes=1024"
    code = f"from framewright.video.sandbox import call; call({task})"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    parent = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        wait_until(lambda: note.exists() and note.read_text().endswith("]"))
        child, grandchild = json.loads(note.read_text())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        wait_until(lambda: not is_running(child))
    finally:
        parent.kill()
        os.kill(grandchild, signal.SIGKILL)  # the function's own children are not promised to die with it


def is_running(process: int) -> bool:
    """Whether a process exists and is not merely waiting to be collected."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition, seconds: float = 15) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it never came to that"
        time.sleep(0.05)
