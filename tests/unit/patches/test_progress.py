"""Patches are counted as they are: in finished parts, in those being cut, and never twice."""

import json
import os
import shutil
from pathlib import Path

import pytest

from framewright.patches.attempts import Attempt, write_attempts
from framewright.patches.progress import IDLE, PatchCounts, Wanted, read_wanted, write_wanted

WANTED = [
    Wanted("one", "general", "G/Learn", 10),
    Wanted("one", "toon", "T/Learn", 10),
    Wanted("two", "general", "G/Learn", 20),
]
NOW = 10_000.0


def patches(folder: Path, times: list[float], attempts: list[Attempt] | None = None) -> Path:
    """A part of a film with a patch at each of these times; finished where it has attempts."""
    for kind in ("GT", "LR_5frames"):
        (folder / "G/Learn/Patches" / kind).mkdir(parents=True)
        for number, time in enumerate(times):
            path = folder / "G/Learn/Patches" / kind / f"{number}.png"
            path.touch()
            os.utime(path, (time, time))
    if attempts is not None:
        write_attempts(folder / "attempts.tsv", attempts)
        os.utime(folder / "attempts.tsv", (max(times, default=NOW),) * 2)
    os.utime(folder, (max(times, default=NOW),) * 2)
    return folder


def kept(count: int, cut: int = 0) -> list[Attempt]:
    """Attempts of so many windows that became patches, after some places that did not."""
    return [Attempt("general", 0, number, "1", "cut") for number in range(cut)] + [
        Attempt("general", number, cut, "2", "") for number in range(count)
    ]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "plans/two").mkdir(parents=True)
    plan = {"video": "two", "film": None, "counts": {"general": 20}, "lost": []}
    (tmp_path / "plans/two/plan.json").write_text(json.dumps(plan))
    write_wanted(tmp_path / "wanted.tsv", WANTED)
    return tmp_path


def rows(counts: PatchCounts, now: float = NOW) -> dict[str, dict]:
    return {row["category"]: row for row in counts.rows(now)}


def test_finished_parts_and_those_being_cut_are_counted(root):
    patches(root / "parts/one/000", [NOW - 100, NOW - 50], kept(2, cut=2))
    patches(root / "parts/one/.001.77.partial", [NOW - 20])
    patches(root / "parts/one/.002.78.partial", [NOW - IDLE - 1] * 5)  # left behind by a killed run
    general = rows(PatchCounts(root))["general"]
    assert (general["done"], general["wanted"], general["kept"], general["lost"]) == (3, 30, "50 %", 20)
    assert general["images/min"] == pytest.approx(3 * 3 / 100 * 60)
    assert general["min left"] == pytest.approx(7 / (3 / 100) / 60)
    assert rows(PatchCounts(root))["all"]["wanted"] == 40
    assert rows(PatchCounts(root))["toon"] == {
        **{
            "category": "toon",
            "done": 0,
            "wanted": 10,
            "images/min": None,
            "kept": None,
            "lost": None,
            "min left": None,
        }
    }


def test_a_part_that_was_made_again_counts_as_it_is_now(root):
    counts = PatchCounts(root)
    patches(root / "parts/one/000", [NOW] * 10, kept(10))
    assert rows(counts)["general"]["done"] == 10
    shutil.rmtree(root / "parts/one/000")
    assert rows(counts)["general"]["done"] == 0
    patches(root / "parts/one/000", [NOW + 5] * 4, kept(4))
    again = rows(counts, NOW + 9)["general"]
    assert (again["done"], again["lost"]) == (4, 20)


def test_what_has_not_changed_is_not_read_again(root, monkeypatch):
    counts = PatchCounts(root)
    patches(root / "parts/one/000", [NOW - 5000], kept(1))
    first = rows(counts)
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("read again"))
    assert rows(counts) == first


def test_before_a_run_there_is_nothing_to_count(tmp_path):
    assert PatchCounts(tmp_path).rows(NOW) == []


def test_what_is_wanted_is_read_as_it_was_written(root):
    assert read_wanted(root / "wanted.tsv") == WANTED
