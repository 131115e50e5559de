"""What tests want a person to see: a table that a test records as its property `table` is printed at the end.

What the workflow caches in the user's folder is cached in one that all processes of this run share, and gone with it.
"""

import os
import tempfile

import pytest


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        folder = tempfile.TemporaryDirectory(prefix="framewright-cache-", ignore_cleanup_errors=True)
        config.stash[CACHE] = folder
        os.environ["XDG_CACHE_HOME"] = folder.name
        os.environ.update(HF_HOME=f"{folder.name}/hub", HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1")


def pytest_unconfigure(config):
    if folder := config.stash.get(CACHE, None):
        folder.cleanup()


CACHE = pytest.StashKey[tempfile.TemporaryDirectory]()


def pytest_terminal_summary(terminalreporter):
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, text in getattr(report, "user_properties", ()):
                if name == "table" and report.when == "call":
                    terminalreporter.section(report.nodeid.rpartition("::")[2])
                    terminalreporter.write_line(text)
