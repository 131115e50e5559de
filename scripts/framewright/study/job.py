"""How every script begins, and how every file appears: whole or not at all."""

import ctypes
import errno
import gc
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import threadpoolctl

from framewright.errors import PassingError, UserError
from framewright.study import certain, usage
from framewright.study.progress import Reporter

_TERMINAL: list[TextIO] = []  # the one that was standard output before a script sent its output to a log
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}  # nothing more can be written, whatever it is
# Environment variables: the process id of the Snakemake that starts the jobs, and what tells one run from another.
RUN, BEGIN = "FRAMEWRIGHT_RUN", "FRAMEWRIGHT_BEGIN"
STUDY = "FRAMEWRIGHT_STUDY"  # the study's folder, where a job works in that of a bucket


def start(snakemake: Any) -> logging.Logger:
    """Begin a Snakemake script: output goes to the log, a killed parent ends it, numbers ignore the cores.

    Everything printed from here on, by Python or by a native library, lands in the log; `terminal` speaks to the
    person in front of it. A `UserError` that leaves the script is logged as its one line; any other error keeps its
    traceback. Every ten seconds the log says how far the work has come: see `start_progress`. A job that has failed in
    this run of what is certain to recur fails again at once.
    """
    die_with_parent()
    job = str(snakemake.log[0]) if snakemake.log else ""
    if job:
        _send_output_to(Path(job))
    if (message := certain.recall(job, os.environ.get(BEGIN, ""))) is not None:
        sys.exit(f"error: {message} (not tried again in this run)")
    compute_on_one_thread()
    gc.freeze()  # what was imported stays: to look through all of it for garbage takes longer than many a video
    sys.excepthook = partial(_explain, job)
    usage.measure(snakemake, usage.FOLDER)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr, force=True)
    start_progress()
    return logging.getLogger("framewright")


@cache
def start_progress() -> Reporter:
    """What this script's long loops pass through, so that its log says every ten seconds how far they are."""
    reporter = Reporter(time.monotonic)
    reporter.report(logging.getLogger("framewright"))
    return reporter


def find_study() -> Path:
    """The folder of the study: the working directory, but for jobs that work in the folder of a bucket."""
    return Path(os.environ.get(STUDY) or Path.cwd())


def open_terminal() -> TextIO:
    """Where a person who waits for this script reads along: what was standard output before `start`.

    For the few answers that are asked for in person. What makes files speaks to its log alone.
    """
    return _TERMINAL[-1] if _TERMINAL else sys.stdout


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`, for a file or a folder; it takes the final name when the block succeeds.

    The temporary name keeps the suffix, because writers choose a format by it. What a killed run left behind under
    such a name is removed first; what this run leaves behind is removed when the block fails. A full disk or a closed
    folder is a `UserError`.
    """
    path = Path(path)
    partial = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for stale in path.parent.glob(f".{_escaped(path.stem)}.*.partial{_escaped(path.suffix)}"):
            _remove(stale)
        yield partial
        partial.replace(path)
    except OSError as error:
        about_it = str(partial) in (str(error.filename), str(error.filename2)) or not path.parent.is_dir()
        if error.errno not in FULL and not about_it:
            raise
        remedy = "make room, or mend what is wrong there, and run again"
        raise PassingError(f"{path}: cannot be written ({error.strerror}); {remedy}") from error
    finally:
        _remove(partial)


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends, so that a killed run writes nothing afterwards."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    # a parent that ended before the request was made sends nothing any more
    if os.getppid() != parent or not _is_alive(int(os.environ.get(RUN, parent))):
        os.kill(os.getpid(), signal.SIGKILL)


def compute_on_one_thread() -> None:
    """Let every numeric library of this process, loaded or yet to come, compute on one thread, and the same each time.

    Where a sum is cut into parts decides its last bit, and libraries cut by the number of threads: Snakemake gives
    them as many as the machine has cores to spare. What shall be faster is cut into jobs. What PyTorch can't do the
    same each time on a GPU it says in the log.
    """
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    os.environ.update(dict.fromkeys(names, "1"), CUBLAS_WORKSPACE_CONFIG=":4096:8")
    threadpoolctl.threadpool_limits(1)
    if cv2 := sys.modules.get("cv2"):
        cv2.setNumThreads(1)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
        torch.set_deterministic_debug_mode("warn")  # as use_deterministic_algorithms, which imports the compiler
        torch.backends.cudnn.benchmark = False


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's: alive
        return True
    return True


def _send_output_to(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    _TERMINAL.append(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def _explain(job: str, kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    certain.record(job, os.environ.get(BEGIN, ""), error)
    if issubclass(kind, UserError):
        print(f"error: {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()


def _escaped(text: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)
