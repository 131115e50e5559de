"""Running a function that may crash, hang or eat all memory, so that only a sentence comes of it.

outcome = call("framewright.video.examine:probe", {"path": "unknown.mp4"}, seconds=60, mebibytes=2048)
record = outcome.value if outcome.ok else {"status": "rejected", "reason": outcome.reason}
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from framewright.errors import UserError

PR_SET_PDEATHSIG = 1  # linux/prctl.h
MOST_WRITTEN = 1 << 20  # bytes of a file: a child has nothing to write but what libraries print
OUT_OF_MEMORY = 77  # exit status of a child that ran into its limit so hard that it could not say so


@dataclass(frozen=True)
class Outcome:
    """What became of a call: its JSON result, or in a few words why there is none."""

    ok: bool
    value: Any = None
    reason: str | None = None  # goes on from "it": "took longer than 60 s"; a UserError keeps its words


def call(function: str, arguments: dict[str, Any], *, seconds: float, mebibytes: int) -> Outcome:
    """Call `module:function` with keyword arguments in a separate process; arguments and result are JSON values.

    `seconds` limits the wall clock and the processor time, `mebibytes` what the function allocates beyond its imports
    (on Linux). Whatever happens there, this returns; nothing of the child, nor of its children, is left running.
    """
    task = json.dumps({"function": function, "arguments": arguments, "seconds": seconds, "mebibytes": mebibytes})
    # numerical libraries reserve memory for each core at import, which the limit would count
    calm = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    environment = os.environ | calm | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with tempfile.TemporaryFile() as noise:
        child = subprocess.Popen(
            # -P: a module is not looked for in the working directory, where anything may lie
            [sys.executable, "-P", "-m", "framewright.video.sandbox", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,  # for the answer: a full disk must not speak against a video
            stderr=noise,
            env=environment,
            start_new_session=True,
        )
        try:
            answer, _ = child.communicate(task.encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            return Outcome(False, reason=f"took longer than {seconds:g} s")
        finally:
            _kill_group(child)
        return _outcome(child.returncode, answer, _last_line(noise), seconds, mebibytes)


def _kill_group(child: subprocess.Popen) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _outcome(status: int, answer: bytes, last_words: str, seconds: float, mebibytes: int) -> Outcome:
    """What an ended child meant: its answer, else its exit status (negative: the signal that killed it)."""
    if status == 0 and answer:
        return Outcome(**json.loads(answer))
    if status == OUT_OF_MEMORY:
        return Outcome(False, reason=f"needed more than {mebibytes} MiB of memory")
    if status == -signal.SIGXCPU:
        return Outcome(False, reason=f"took more than {seconds:g} s of processor time")
    if status == -signal.SIGKILL:
        return Outcome(False, reason="was killed, most likely because the machine ran out of memory")
    words = f": {last_words}" if last_words else ""
    if status < 0:
        return Outcome(False, reason=f"crashed ({signal.Signals(-status).name}){words}")
    return Outcome(False, reason=f"ended without a result (exit status {status}){words}")


def _last_line(noise: IO[bytes]) -> str:
    """The last line that a child printed, at most 200 characters."""
    length = noise.seek(0, os.SEEK_END)
    noise.seek(max(0, length - 4096))
    lines = noise.read(4096).decode(errors="replace").strip().splitlines()
    return lines[-1].strip()[:200] if lines else ""


def _die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent dies, however that happens (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def _limit(seconds: float, mebibytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))
    processor = max(1, round(seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    if sys.platform == "linux":  # macOS knows this limit and does not keep it
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        most = used + (mebibytes << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _answer(task: dict[str, Any]) -> dict[str, Any]:
    module, name = task["function"].split(":")
    try:
        function = getattr(import_module(module), name)
        _limit(task["seconds"], task["mebibytes"])
        return {"ok": True, "value": function(**task["arguments"])}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except UserError as error:
        return {"ok": False, "reason": str(error)}
    except Exception as error:
        return {"ok": False, "reason": f"failed: {type(error).__name__}: {error}"}


def _main(parent: int) -> None:
    _die_with(parent)
    task = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w") as file:
        os.dup2(2, 1)  # whatever is printed from here on is noise
        json.dump(_answer(task), file)
    os._exit(0)  # the answer stands, whatever a library would still do


if __name__ == "__main__":
    _main(int(sys.argv[1]))
