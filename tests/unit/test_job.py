"""Files appear whole or not at all, errors speak in one line, and a job ends with its parent."""

import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from framewright import job

SCRIPTS = Path(job.__file__).parent.parent


def run_script(tmp_path: Path, body: str) -> tuple[int, str]:
    """Run `body` as a script that has begun, in a process of its own; return its exit status and its log."""
    log = tmp_path / "logs" / "job.log"
    code = f"""
from types import SimpleNamespace
from framewright import job
log = job.start(SimpleNamespace(log=[{str(log)!r}]))
"""
    done = subprocess.run([sys.executable, "-c", code + dedent(body)], env={"PYTHONPATH": str(SCRIPTS)}, check=False)
    return done.returncode, log.read_text()


def test_a_file_appears_under_its_name_when_the_block_ends(tmp_path):
    target = tmp_path / "deep" / "clip.mp4"
    with job.whole(target) as partial:
        partial.write_text("half")
        assert not target.exists()
        assert partial.suffix == ".mp4"
        partial.write_text("all")
    assert target.read_text() == "all"
    assert [path.name for path in target.parent.iterdir()] == ["clip.mp4"]


def test_a_folder_appears_whole_and_replaces_an_empty_one(tmp_path):
    target = tmp_path / "clips"
    target.mkdir()
    with job.whole(target) as partial:
        partial.mkdir()
        (partial / "a").write_text("1")
    assert (target / "a").read_text() == "1"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "clip.mp4"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), job.whole(target) as partial:
        partial.write_text("half")
        raise ZeroDivisionError
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"clip.mp4": "old"}


def test_what_a_killed_run_left_is_removed_and_a_neighbours_file_is_not(tmp_path):
    (tmp_path / ".a[1].999999.partial.mp4").write_text("left behind")
    (tmp_path / ".b.999999.partial.mp4").write_text("a neighbour at work")
    with job.whole(tmp_path / "a[1].mp4") as partial:
        partial.write_text("all")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".b.999999.partial.mp4", "a[1].mp4"]


def test_everything_printed_is_in_the_log_even_by_native_code(tmp_path):
    status, log = run_script(
        tmp_path, "import os\nlog.info('begun')\nprint('python', flush=True)\nos.system('echo native')"
    )
    assert (status, log.split()) == (0, ["begun", "python", "native"])


def test_a_users_error_is_one_line(tmp_path):
    status, log = run_script(
        tmp_path, "from framewright.errors import UserError\nraise UserError('film.mp4: no peak; set patches.peak')"
    )
    assert (status, log) == (1, "error: film.mp4: no peak; set patches.peak\n")


def test_a_programmers_error_keeps_its_traceback(tmp_path):
    status, log = run_script(tmp_path, "1 / 0")
    assert status == 1
    assert "Traceback" in log
    assert "ZeroDivisionError" in log


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_job_writes_nothing_after_its_parent_was_killed(tmp_path):
    late = tmp_path / "late"
    child = f"""
import pathlib, time
from framewright import job
job.die_with_parent()
print('ready', flush=True)
time.sleep(1)
pathlib.Path({str(late)!r}).touch()
"""
    parent = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])"
    process = subprocess.Popen([sys.executable, "-c", parent], env={"PYTHONPATH": str(SCRIPTS)}, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    process.kill()
    process.wait()
    time.sleep(1.5)
    assert not late.exists()
