"""How every script begins, and how every file appears: whole or not at all."""

import ctypes
import logging
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from framewright.errors import UserError


def start(snakemake) -> logging.Logger:
    """Begin a Snakemake script: output goes to the log, a killed parent ends it, numbers ignore the cores.

    Everything printed from here on, by Python or by a native library, lands in the log. A `UserError` that
    leaves the script is logged as its one line; any other error keeps its traceback.
    """
    die_with_parent()
    if snakemake.log:
        _send_output_to(Path(snakemake.log[0]))
    if "cv2" in sys.modules:
        sys.modules["cv2"].setNumThreads(1)
    sys.excepthook = _explain
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr, force=True)
    return logging.getLogger("framewright")


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`, for a file or a folder; it takes the final name when the block succeeds.

    The temporary name keeps the suffix, because writers choose a format by it. What a killed run left behind under
    such a name is removed first; what this run leaves behind is removed when the block fails.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for stale in path.parent.glob(f".{_escaped(path.stem)}.*.partial{_escaped(path.suffix)}"):
        _remove(stale)
    partial = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        _remove(partial)


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends, so that a killed run writes nothing afterwards."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the request was made
        os.kill(os.getpid(), signal.SIGKILL)


def _send_output_to(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def _explain(kind: type[BaseException], error: BaseException, traceback) -> None:
    if issubclass(kind, UserError):
        print(f"error: {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _escaped(text: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)
