"""Keeping the system's scheduling of this process as it was, whatever a library asks for.

SVT-AV1 gives real-time priority to all its threads and to the one that calls it, where it has the right to: for root,
as in many containers. Such a process starves all others on the machine, and what it starts inherits that.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

THREADS = Path("/proc/self/task")


@contextmanager
def keep_priority() -> Iterator[None]:
    """Afterwards no thread of this process has a real-time priority that its caller did not have (Linux)."""
    if not hasattr(os, "sched_getscheduler") or not THREADS.is_dir():
        yield
        return
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        for thread in (int(entry.name) for entry in THREADS.iterdir()):
            with suppress(ProcessLookupError):
                if os.sched_getscheduler(thread) != policy:
                    os.sched_setscheduler(thread, policy, parameters)
