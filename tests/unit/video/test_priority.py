"""No encoder takes the machine for itself: real-time priority that a library took is given back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from framewright.video.priority import keep_priority

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setscheduler") or os.geteuid() != 0, reason="only root may take real-time priority"
)

WRITE = """
import os, sys
import numpy as np
from framewright.video.encode import Writer
policies = lambda: {os.sched_getscheduler(int(thread)) for thread in os.listdir("/proc/self/task")}
with Writer(sys.argv[1], (64, 64), rate=30, codec="libsvtav1", preset="12") as writer:
    for number in range(8):
        writer.add(np.full((64, 64, 3), 9 * number, np.uint8))
        assert policies() == {os.SCHED_OTHER}, policies()
assert policies() == {os.SCHED_OTHER}, policies()
"""


def test_what_was_taken_is_given_back():
    before = os.sched_getscheduler(0)
    try:
        with keep_priority():
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:  # root of a container without CAP_SYS_NICE: nothing can be taken, nothing given back
        pytest.skip("root may not take real-time priority here")
    finally:
        after = os.sched_getscheduler(0)
        os.sched_setscheduler(0, before, os.sched_param(0))
    assert after == before


def test_writing_av1_leaves_the_machine_to_others(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path / "a.mp4")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(tmp_path),
    )
    assert run.returncode == 0, run.stderr
