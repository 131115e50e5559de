"""What made the results is on record, and other packages than those are noticed by a line, cheaply."""

import importlib.metadata
import json
import logging
import platform
import subprocess
import time
from pathlib import Path

import house
import pytest

from framewright.study import machine, versions

NOW = {"av": "18.1.0", "numpy": "2.4.6", "rich": "15.0.0", "scipy": "1.17.1", "torch": "2.15.0"}


def test_the_pinned_packages_are_those_that_are_installed():
    """The quick way through the names of folders says the same as the packages' own records."""
    here = versions.read_pins(house.ROOT)
    assert here == {name: importlib.metadata.version(name) for name in here}
    assert {"snakemake", "numpy", "av", "opencv-python-headless", "snakemake-interface-common"} <= here.keys()
    assert list(here) == sorted(here)


def test_asking_costs_little():
    costs = []
    for _ in range(5):
        begin = time.process_time()
        versions.read_pins(house.ROOT)
        costs.append(time.process_time() - begin)
    assert min(costs) < 0.1


def record(packages, earlier=None):
    return {"packages": packages, "earlier": earlier or {}}


EARLIER = [
    pytest.param(None, {}, id="the first run"),
    pytest.param(record(NOW), {}, id="nothing changed"),
    pytest.param(record(NOW | {"av": "17.0.0"}), {"av": ["17.0.0"]}, id="an upgrade"),
    pytest.param(record(NOW, {"av": ["17.0.0"]}), {"av": ["17.0.0"]}, id="an upgrade before that"),
    pytest.param(record(NOW | {"av": "17.1.0"}, {"av": ["17.0.0"]}), {"av": ["17.0.0", "17.1.0"]}, id="two upgrades"),
    pytest.param(record(NOW | {"av": "17.0.0"}, {"av": ["18.1.0"]}), {"av": ["17.0.0"]}, id="there and back"),
    pytest.param(record(NOW | {"gone": "1"}), {}, id="a package that is no longer used"),
]


@pytest.mark.parametrize(("recorded", "other"), EARLIER)
def test_earlier_versions_stay_on_record(recorded, other):
    assert versions.find_changes(recorded, NOW) == other


def test_once_recorded_the_earlier_versions_are_the_same_in_each_further_run():
    first = versions.find_changes(record(NOW | {"av": "17.0.0"}), NOW)
    assert versions.find_changes(record(NOW, first), NOW) == first


def test_other_packages_are_named_in_one_line_that_says_what_to_do(tmp_path):
    here = versions.read_pins(house.ROOT)
    old = here | dict.fromkeys(["attrs", "av", "black", "certifi", "click"], "0.1")
    (tmp_path / "versions.json").write_text(json.dumps(record(old)))
    line = versions.warn_of_changes(tmp_path / "versions.json", house.ROOT)
    assert f"attrs 0.1 (now {here['attrs']}), av 0.1 (now {here['av']}), black 0.1" in line
    assert "and 2 more" in line
    assert "delete" in line and "--forceall" in line
    assert "\n" not in line


@pytest.mark.parametrize("text", [None, "", "[]", '{"packages": {}}'], ids=["none", "empty", "a list", "half"])
def test_without_a_record_there_is_nothing_to_warn_of(tmp_path, text):
    if text is not None:
        (tmp_path / "versions.json").write_text(text)
    assert versions.warn_of_changes(tmp_path / "versions.json", house.ROOT) is None


def test_the_houses_own_version_is_that_of_its_project():
    assert versions.own_version(house.ROOT) == "0.1.0"


def commit(folder, text):
    (folder / "file").write_text(text)
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["add", "file"], [*who, "commit", "-qm", text]):
        subprocess.run(["git", "-C", folder, *command], check=True)


def test_the_commit_and_whether_files_differ_from_it(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    commit(tmp_path, "first")
    clean = versions.describe_commit(tmp_path)
    assert (len(clean["commit"]), clean["dirty"]) == (40, False)
    (tmp_path / "a film beside it").touch()
    assert versions.describe_commit(tmp_path) == clean
    (tmp_path / "file").write_text("edited")
    assert versions.describe_commit(tmp_path) == {"commit": clean["commit"], "dirty": True}


def test_a_house_without_a_repository_of_its_own_has_no_commit(tmp_path):
    nothing = {"commit": None, "dirty": None}
    (tmp_path / "house").mkdir()
    assert versions.describe_commit(tmp_path / "house") == nothing
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    commit(tmp_path, "of somebody else's")
    assert versions.describe_commit(tmp_path / "house") == nothing


def test_a_digest_is_of_the_values_and_not_of_their_order():
    assert versions.digest({"a": 1, "b": [2]}) == versions.digest({"b": [2], "a": 1})
    assert versions.digest({"a": 1}) != versions.digest({"a": 2})


def test_the_machine_is_described_by_what_decides_bytes():
    kind = machine.describe_processor()
    assert kind["machine"] == platform.machine()
    assert kind["features"]
    assert kind["level"] in ((1, 2, 3, 4) if kind["machine"] in ("x86_64", "AMD64") else (None,))
    builds = machine.ffmpeg_builds()
    assert builds["pyav"]["libraries"]["libavcodec"].count(".") == 2
    assert "--enable-libx264" in builds["pyav"]["configuration"]
    assert builds["imageio-ffmpeg"]["ffmpeg"]


def test_what_cannot_be_asked_is_not_on_record_and_fails_nothing(caplog, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_version", lambda: 1 / 0)
    log = logging.getLogger("test")
    assert machine.ask(machine.ffmpeg_builds, log=log) is None
    assert caplog.messages == ["ffmpeg_builds is not on record: ZeroDivisionError: division by zero"]
    assert machine.ask(versions.describe_commit, Path(), log=log) == {"commit": None, "dirty": None}
    assert machine.ask(machine.describe_processor, log=log) == machine.describe_processor()


@pytest.mark.parametrize(("count", "more"), [(1, ""), (3, ""), (4, " and 1 more; "), (9, " and 6 more; ")])
def test_three_other_packages_are_named_and_the_others_counted(tmp_path, monkeypatch, count, more):
    now = {f"p{number}": "2" for number in range(count)}
    monkeypatch.setattr(versions, "read_pins", lambda house: now)
    (tmp_path / "v.json").write_text(json.dumps(record(dict.fromkeys(now, "1"), {"p0": ["0"]})))
    line = versions.warn_of_changes(tmp_path / "v.json", tmp_path)
    assert line.startswith("warning: results were made with other packages: p0 0 and 1 (now 2)")
    assert line.count("(now 2)") == min(3, count) and (more or "(now 2); install") in line
    (tmp_path / "v.json").write_text(json.dumps(record(now)))
    assert versions.warn_of_changes(tmp_path / "v.json", tmp_path) is None


def test_names_of_packages_are_compared_as_indexes_do(tmp_path, monkeypatch):
    (tmp_path / "requirements.txt").write_text("Some.Package==1\nother_one==2 # why\n# not==3\ngone==1\nlast>=1\n")
    for name in ("some_package-1.5", "Other.One-2", "other_one-9", "last-1"):
        (tmp_path / f"site/{name}.dist-info").mkdir(parents=True)
    monkeypatch.setattr(versions.sys, "path", [str(tmp_path / "none"), str(tmp_path / "site")])
    assert versions.read_pins(tmp_path).keys() == {"Some.Package", "other_one"}
    assert versions.read_pins(tmp_path)["Some.Package"] == "1.5"


def test_a_changed_file_makes_a_house_dirty_and_a_new_one_does_not(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    commit(tmp_path, "one")
    (tmp_path / "new").touch()
    assert versions.describe_commit(tmp_path)["dirty"] is False
    assert len(versions.file_digest(tmp_path / "new")) == 64
    assert versions.digest({"ä": 1}) == versions.digest({"ä": 1}) != versions.digest({"a": 1})


@pytest.mark.parametrize(
    ("machine_name", "features", "level"),
    [
        ("x86_64", {"X86_V2": True, "X86_V3": True, "X86_V4": False, "AVX2": True}, 3),
        ("AMD64", {"X86_V4": False, "SSE": True}, 1),
        ("aarch64", {"NEON": True, "X86_V2": False}, None),
    ],
)
def test_the_level_of_a_processor_is_the_highest_that_it_has(monkeypatch, machine_name, features, level):
    import numpy._core._multiarray_umath as umath

    monkeypatch.setattr(umath, "__cpu_features__", features)
    monkeypatch.setattr(machine.platform, "machine", lambda: machine_name)
    there = sorted(name for name, has in features.items() if has)
    assert machine.describe_processor() == {"machine": machine_name, "level": level, "features": there}
