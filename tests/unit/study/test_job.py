"""Files appear whole or not at all, errors speak in one line, and a job ends with its parent."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from framewright.study import job

SCRIPTS = Path(job.__file__).parents[2]


def run_script(
    tmp_path: Path, body: str, environment: dict[str, str] | None = None, folder: Path | None = None
) -> tuple[int, str]:
    """Run `body` as a script that has begun, in a process of its own; return its exit status and its log."""
    environment = environment or {"PYTHONPATH": str(SCRIPTS)}
    log = tmp_path / "logs" / "job.log"
    code = f"""
from types import SimpleNamespace
from framewright.study import job
log = job.start(SimpleNamespace(log=[{str(log)!r}]))
"""
    done = subprocess.run([sys.executable, "-c", code + dedent(body)], env=environment, cwd=folder, check=False)
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


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            "path.write_bytes(bytes(1 << 20)); raise OSError(28, 'No space left on device')", "No space", id="full"
        ),
        pytest.param("raise PermissionError(13, 'Permission denied', str(path))", "Permission denied", id="closed"),
        pytest.param("raise OSError(30, 'Read-only file system', str(path))", "Read-only", id="read only"),
    ],
)
def test_what_cannot_be_written_is_one_line_and_leaves_nothing(tmp_path, body, words):
    status, log = run_script(tmp_path, f"with job.whole({str(tmp_path / 'clip.mp4')!r}) as path:\n    {body}")
    assert status == 1
    assert log.startswith(f"error: {tmp_path}/clip.mp4: cannot be written ({words}")
    assert log.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


def test_a_file_where_a_folder_should_be_is_one_line(tmp_path):
    (tmp_path / "results").touch()
    status, log = run_script(tmp_path, f"with job.whole({str(tmp_path / 'results/clip.mp4')!r}) as path:\n    pass")
    assert (status, log.count("\n")) == (1, 1)
    assert "clip.mp4: cannot be written (File exists)" in log


def test_an_input_that_cannot_be_read_is_not_blamed_on_the_output(tmp_path):
    with pytest.raises(FileNotFoundError), job.whole(tmp_path / "clip.mp4"):
        (tmp_path / "film.mp4").read_bytes()


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


def test_an_answer_goes_to_the_terminal_and_not_to_the_log(tmp_path):
    code = f"""
from types import SimpleNamespace
from framewright.study import job
log = job.start(SimpleNamespace(log=[{str(tmp_path / "log")!r}]))
print("to the log", flush=True)
print("to the terminal", file=job.open_terminal(), flush=True)
"""
    said = subprocess.check_output([sys.executable, "-c", code], env={"PYTHONPATH": str(SCRIPTS)}, text=True)
    assert (said, (tmp_path / "log").read_text()) == ("to the terminal\n", "to the log\n")


NUMBERS = """
import hashlib, sys
import numpy as np
import torch

def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:8]

draw = np.random.default_rng(0)
left, right = (draw.standard_normal(shape, dtype=np.float32) for shape in ((700, 900), (900, 300)))
many = torch.from_numpy(draw.standard_normal(3_000_000, dtype=np.float32))
images = torch.from_numpy(draw.standard_normal((4, 8, 64, 64), dtype=np.float32))
kernel = torch.from_numpy(draw.standard_normal((16, 8, 3, 3), dtype=np.float32)).requires_grad_()
maps = torch.nn.functional.conv2d(images, kernel)
maps.pow(2).sum().backward()
singular = np.linalg.svd(left[:300, :300])[1]
values = left @ right, singular, many.sum().numpy(), maps.detach().numpy(), kernel.grad.numpy()
print(*map(digest, values))
"""


def numbers(threads: int, begin: str) -> str:
    """Digests of what numpy and PyTorch compute in a process that was given so many threads."""
    environment = {"PYTHONPATH": str(SCRIPTS), "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    body = NUMBERS.replace("\ndraw =", f"\n{begin}\ndraw =", 1)
    return subprocess.check_output([sys.executable, "-c", body], env=environment, text=True)


@pytest.mark.slow
def test_numbers_do_not_depend_on_how_many_threads_there_are():
    begin = "from types import SimpleNamespace; from framewright.study import job; job.start(SimpleNamespace(log=[]))"
    assert numbers(1, begin) == numbers(4, begin)
    if len(os.sched_getaffinity(0)) > 1:  # the test can tell: left alone, they do
        assert numbers(1, "") != numbers(4, "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_job_whose_snakemake_is_gone_already_does_not_begin(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    code = f"""
from pathlib import Path
from types import SimpleNamespace
from framewright.study import job
job.start(SimpleNamespace(log=[]))
Path({str(tmp_path / "late")!r}).touch()
"""
    environment = {"PYTHONPATH": str(SCRIPTS), job.RUN: str(gone.pid)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "late").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_job_writes_nothing_after_its_parent_was_killed(tmp_path):
    late = tmp_path / "late"
    child = f"""
import os, pathlib, time
from framewright.study import job
parent = os.getppid()
job.die_with_parent()
print('ready', flush=True)
while os.getppid() == parent:
    time.sleep(0.01)
time.sleep(1)
pathlib.Path({str(late)!r}).touch()
"""
    parent = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])"
    process = subprocess.Popen([sys.executable, "-c", parent], env={"PYTHONPATH": str(SCRIPTS)}, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    process.kill()
    process.wait()
    assert process.stdout.read() == b""  # once the child has ended, too
    assert not late.exists()


@pytest.mark.slow
def test_a_script_that_takes_long_says_how_far_it_is(tmp_path):
    status, log = run_script(
        tmp_path,
        """
        import time
        from pathlib import Path
        for film in job.start_progress()(range(3), unit="films"):
            while film == 2 and not Path("logs/job.log").stat().st_size:
                time.sleep(0.05)
        """,
        folder=tmp_path,
    )
    assert status == 0
    assert re.match(r"67 %: 2 of 3 films, \d+ s so far, about \d+ s left\n", log)


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    """Runs a script in a study, as an attempt of the run with this name."""
    (tmp_path / ".snakemake").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(body: str, run: str) -> str:
        monkeypatch.setenv("FRAMEWRIGHT_BEGIN", run)
        return run_script(
            tmp_path, f"open('tried', 'a').write('x')\n{body}", os.environ | {"PYTHONPATH": str(SCRIPTS)}
        )[1]

    return run


@pytest.mark.slow
def test_what_is_certain_to_recur_is_not_tried_again_in_the_same_run(tmp_path, attempt):
    body = "from framewright.errors import UserError; raise UserError('film.mp4: no such thing; write another')"
    first = "error: film.mp4: no such thing; write another"
    assert attempt(body, "one") == f"{first}\n"
    assert attempt(body, "one") == f"{first} (not tried again in this run)\n"
    assert (tmp_path / "tried").read_text() == "x"
    assert attempt(body, "two") == f"{first}\n"
    assert attempt("print('mended')", "three") == "mended\n"
    assert (tmp_path / "tried").read_text() == "xxx"


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        pytest.param("from framewright.errors import PassingError; raise PassingError('busy')", id="passing"),
        pytest.param("from framewright.sources.outcome import Passing; raise Passing('network', 'x')", id="network"),
        pytest.param("1 / 0", id="a fault of ours"),
        pytest.param("import signal; os.kill(os.getpid(), signal.SIGKILL)", id="killed"),
    ],
)
def test_what_may_pass_is_tried_again(tmp_path, attempt, body):
    for _ in range(3):
        attempt(f"import os\n{body}", "one")
    assert (tmp_path / "tried").read_text() == "xxx"
