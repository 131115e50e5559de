"""The monitor counts what is there: finished parts, those being cut, and what a kill left behind."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from framewright.patches.attempts import Attempt, write_attempts
from framewright.patches.progress import (
    IDLE,
    PartProgress,
    Wanted,
    measure_progress,
    read_lost,
    read_parts,
    read_wanted,
    write_wanted,
)

ROOT = Path(__file__).parents[3]
WANTED = [
    Wanted("one", "general", "G/Learn", 10),
    Wanted("one", "toon", "T/Learn", 10),
    Wanted("two", "general", "G/Learn", 20),
]
NOW = 10_000.0
DONE = PartProgress("one", True, {"general": (NOW - 100, NOW - 50)}, 2_000, NOW - 50, {"general": 3}, {"general": 8})
HALF = PartProgress("two", False, {"general": (NOW - 20,)}, 1_000, NOW - 20)
DEAD = PartProgress("two", False, {"general": (NOW - IDLE - 1,) * 5}, 5_000, NOW - IDLE - 1)


def test_what_is_done_wanted_kept_and_running_is_counted():
    state = measure_progress(WANTED, {("one", "toon"): 10}, [DONE, HALF, DEAD], NOW)
    one, toon, two = state.films
    assert (one.done, one.target, one.left, one.success) == (2, 10, 7, 0.25)
    assert (toon.done, toon.left, toon.success, toon.seconds_left) == (0, 0, None, 0.0)
    assert (two.done, two.left, two.running) == (1, 19, 1)
    general, _ = state.categories
    assert (general.done, general.target, general.left) == (3, 30, 26)
    assert (state.total.done, state.total.target, state.total.running) == (3, 40, 1)
    assert state.bytes == 8_000


def test_rate_and_time_left_follow_the_last_minutes():
    state = measure_progress(WANTED, {}, [DONE, HALF], NOW)
    assert state.total.images_a_minute == pytest.approx(3 * 3 / 100 * 60)
    assert state.total.seconds_left == pytest.approx(state.total.left / (3 / 100))
    assert measure_progress(WANTED, {}, [DONE, HALF], NOW + 3600).total.seconds_left is None
    assert measure_progress(WANTED, {}, [], NOW).total.images_a_minute == 0


def test_disk_to_come_is_told_by_what_is_there():
    state = measure_progress(WANTED, {}, [DONE, HALF], NOW)
    assert state.bytes_expected == pytest.approx(1_000 * (3 + state.total.left))
    assert measure_progress(WANTED, {}, [], NOW).bytes_expected is None


def study(folder: Path) -> Path:
    """A run of one film: a part that is finished, one that is being cut, and the rest to come."""
    root = folder / "results/patches"
    for part, names in {"000": ("0", "1"), ".001.77.partial": ("2",)}.items():
        for kind in ("GT", "LR_5frames", "LR_7frames"):
            (root / "parts/one" / part / "G/Learn/Patches" / kind).mkdir(parents=True)
            for name in names:
                (root / "parts/one" / part / "G/Learn/Patches" / kind / f"{name}.png").write_bytes(bytes(100))
    (root / "parts/one/000/rejects").mkdir()
    (root / "parts/one/000/rejects/cut-0.png").write_bytes(bytes(100))
    tried = [Attempt("general", 0, 0, "1", "cut"), Attempt("general", 0, 1, "2", ""), Attempt("general", 1, 0, "3", "")]
    write_attempts(root / "parts/one/000/attempts.tsv", tried)
    (root / "plans/two").mkdir(parents=True)
    plan = {"video": "two", "film": None, "counts": {"general": 20}, "lost": []}
    (root / "plans/two/plan.json").write_text(json.dumps(plan))
    write_wanted(root / "wanted.tsv", WANTED)
    return folder


def test_files_are_read_as_a_run_leaves_them(tmp_path):
    root = study(tmp_path) / "results/patches"
    wanted = read_wanted(root / "wanted.tsv")
    assert wanted == WANTED
    known = {}
    half, done = read_parts(root / "parts", {"G/Learn": "general", "T/Learn": "toon"}, known)
    assert (half.finished, len(half.written["general"]), half.bytes) == (False, 1, 300)
    assert (done.finished, len(done.written["general"]), done.bytes) == (True, 2, 600)
    assert (done.settled, done.tried) == ({"general": 2}, {"general": 3})
    assert list(known) == [root / "parts/one/000"]
    assert read_lost(root.glob("plans/*/plan.json")) == {("two", "general"): 20}


def test_the_monitor_prints_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "argv", ["monitor.py", str(study(tmp_path) / "results"), "--once"])
    runpy.run_path(str(ROOT / "scripts/monitor.py"), run_name="__main__")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1][:5] == ["one", "general", "3", "10", "███░░░░░░░"]
    assert "67" in lines[1] and lines[3][:4] == ["two", "general", "0", "20"]
    assert lines[3][-3:] == ["done,", "20", "lost"]
    assert any(line[:5] == ["all", "films", "all", "3", "40"] for line in lines)
    assert any(line[:1] == ["disk:"] for line in lines)


def test_before_a_run_the_monitor_says_so_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["monitor.py", str(tmp_path), "--once"])
    with pytest.raises(SystemExit, match="start snakemake"):
        runpy.run_path(str(ROOT / "scripts/monitor.py"), run_name="__main__")
