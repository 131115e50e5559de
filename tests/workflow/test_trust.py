"""What makes a finished study trustworthy, through Snakemake: its MANIFEST, the check, the versions on record."""

import json
import os
import shutil
from pathlib import Path

import pytest
from flow import Run, copy_house, snakemake, write_table
from make_video import make_video

from framewright.study.manifest import read_manifest

pytestmark = pytest.mark.slow

RULES = '''

rule sources_clips:
    """Clips of unknown number are in a folder."""
    output:
        clips=directory("results/clips"),
    log:
        "logs/sources_clips.log",
    conda:
        "../envs/video.yaml"
    params:
        code=code_of("sources_clips"),
    script:
        "../scripts/sources_clips.py"
'''
SCRIPT = '''"""Make two clips, and a file that tells the time."""

import time

from framewright.study import job

log = job.start(snakemake)

with job.whole(snakemake.output.clips) as folder:
    folder.mkdir()
    (folder / "a.mp4").write_text("first")
    (folder / "b.mp4").write_text("second")
    (folder / "PROGRESS.txt").write_text(f"{time.time_ns()}")
'''


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A house with one rule more, which makes a folder, and a study that was made with it."""
    place = tmp_path_factory.mktemp("trust") / "now"
    place.mkdir()
    house = copy_house(place / "house")
    (house / "scripts/sources_clips.py").write_text(SCRIPT)
    sources = house / "rules/sources.smk"
    head, _, tail = sources.read_text().partition("\n\nrule sources:")
    sources.write_text(
        head + RULES + "\n\nrule sources:" + tail.replace("input:", "input:\n        rules.sources_clips.output.clips,")
    )
    volatile = house / "scripts/framewright/study/volatile.py"
    text = volatile.read_text()
    volatile.write_text(text.replace("] = {\n", '] = {\n    "results/clips/PROGRESS.txt": (),\n', 1))
    make_video(place / "film.mp4", range(12))
    write_table(place / "study", f"one {place}/film.mp4 tracks - CC0-1.0", f"gone {place}/text.mp4 tracks - -")
    (place / "text.mp4").write_text("no film")
    first = run(place)
    assert first.status == 0, first.text
    shutil.copytree(place, place.with_name("saved"), symlinks=True)
    return place


@pytest.fixture
def place(finished) -> Path:
    """The finished study as it was, file times included; a test may change anything in it."""
    shutil.rmtree(finished)
    shutil.copytree(finished.with_name("saved"), finished, symlinks=True)
    return finished


RECORDS = {"cards_versions", "cards_manifest", "overview_dag", "overview_costs", "overview_front"}


def run(place: Path, *arguments: str) -> Run:
    return snakemake(place / "study", *arguments, house=place / "house")


def test_every_final_file_is_listed_with_the_rule_that_made_it(place):
    rows = {row.path.removeprefix("results/"): row for row in read_manifest(place / "study/results/MANIFEST.tsv")}
    assert {path: row.made_by for path, row in rows.items()} == {
        **{f"sources/{video}/video": "sources_link" for video in ("one", "gone")},
        **{f"sources/{video}/probe.json": "sources_probe" for video in ("one", "gone")},
        **{f"clips/{name}": "sources_clips" for name in ("PROGRESS.txt", "a.mp4", "b.mp4")},
        **{f"sources/{name}": "sources_summary" for name in ("summary.tsv", "summary.html", "outcomes.tsv")},
        **{f"sources/rows/0-of-1-{name}": "sources_rows" for name in ("outcomes.tsv", "promises.json", "summary.tsv")},
        **{f"sources/card/{name}": "sources_card" for name in ("README.html", "README.md")},
        **{f"sources/card/{name}": "sources_card" for name in ("croissant.json", "index.parquet", "tile.json")},
        **{f"funnel.{kind}": "cards_funnel" for kind in ("html", "svg", "tsv")},
        "sources/contract.json": "sources_contract",
        "dag.svg": "overview_dag",
        **{f"dag/sources.{kind}": "overview_dag" for kind in ("html", "svg")},
        "versions.json": "cards_versions",
    }
    assert [path for path, row in rows.items() if row.sha256 == "volatile"] == ["clips/PROGRESS.txt", "versions.json"]
    assert list(rows) == sorted(rows)


def test_a_second_run_has_nothing_to_do(place):
    assert run(place, "-n").rules == set()


def test_a_manifest_that_is_made_again_is_the_same(place):
    before = (place / "study/results/MANIFEST.tsv").read_bytes()
    assert run(place, "--forcerun", "cards_manifest").rules == {"cards_manifest", "overview_costs", "overview_front"}
    assert (place / "study/results/MANIFEST.tsv").read_bytes() == before
    shutil.rmtree(place / "study/.snakemake/digests")
    assert run(place, "--forcerun", "cards_manifest").status == 0
    assert (place / "study/results/MANIFEST.tsv").read_bytes() == before


def test_the_check_answers_in_one_table_and_runs_nothing_else(place):
    checked = run(place, "check")
    assert (checked.status, checked.jobs) == (0, {"check": 1})
    assert [line.split()[:3] for line in checked.text.splitlines() if line.startswith("ok ")] == [
        *(
            ["ok", f"{part}:", "files"]
            for part in ("clips", "dag", "dag.svg", "funnel.html", "funnel.svg", "funnel.tsv")
        ),
        *(["ok", "sources:", what] for what in ("files", "contract")),
        ["ok", "versions.json:", "files"],
    ]


def flip_a_byte(results: Path) -> None:
    """As a failing disk does: neither the time nor the size tells."""
    path = results / "clips/a.mp4"
    about = path.stat()
    path.write_text("fIrst")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def delete_a_clip(results: Path) -> None:
    (results / "clips/b.mp4").unlink()


def add_a_file(results: Path) -> None:
    (results / "clips/c.mp4").touch()


def edit_a_label(results: Path) -> None:
    path = results / "sources/one/probe.json"
    path.write_text(path.read_text().replace('"ok"', '"OK"'))


def delete_a_result(results: Path) -> None:
    (results / "sources/summary.tsv").unlink()


DAMAGE = {
    flip_a_byte: "other bytes: results/clips/a.mp4",
    delete_a_clip: "missing: results/clips/b.mp4",
    add_a_file: "not in the MANIFEST: results/clips/c.mp4",
    edit_a_label: "other bytes: results/sources/one/probe.json",
    delete_a_result: "missing: results/sources/summary.tsv",
}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_damage_is_found_and_stays(place, damage):
    damage(place / "study/results")
    checked = run(place, "check")
    assert (checked.status, checked.jobs) == (1, {"check": 1}), checked.text
    failed = [line.strip() for line in checked.text.splitlines() if line.startswith("FAILED")]
    assert [line.endswith(DAMAGE[damage]) for line in failed] == [True], failed
    assert "error: 1 of 9 checks failed: " in checked.text
    assert "Traceback" not in checked.text
    assert run(place, "check").status == 1


def test_without_a_manifest_the_check_judges_what_was_made(place):
    """As after `snakemake -- sources` alone."""
    (place / "study/results/MANIFEST.tsv").unlink()
    checked = run(place, "check")
    assert checked.status == 0
    lines = checked.text.splitlines()
    assert any(line.split()[:3] == ["ok", "sources:", "contract"] for line in lines)
    assert any("no MANIFEST lists them yet: run snakemake for one" in line for line in lines)
    assert not (place / "study/results/MANIFEST.tsv").exists()
    contract = place / "study/results/sources/contract.json"
    contract.write_text(contract.read_text().replace("true", "false", 1))
    assert run(place, "check").status == 1
    shutil.rmtree(place / "study/results")
    assert "error: results: nothing is there yet; run snakemake first" in run(place, "check").text


def test_a_broken_contract_fails_the_build_and_says_why(place):
    """Here the summary says of a video what its record does not, as an error in our own code could."""
    script = place / "house/scripts/sources_summary.py"
    script.write_text(
        script.read_text().replace("path.write_text(text,", 'path.write_text(text.replace("ok", "dead"),')
    )
    broken = run(place)
    assert broken.status == 1
    assert (
        "promises broken: the summary has a row for each video, and its status: one: dead in the summary" in broken.text
    )
    assert not (place / "study/results/sources/contract.json").exists()
    assert (
        "dead in the summary, ok in its record (not tried again in this run)" in broken.text
    )  # the next attempt stops at once


def test_other_packages_are_named_until_all_was_made_anew(place):
    recorded = place / "study/results/versions.json"
    record = json.loads(recorded.read_text())
    assert record["git"] == {"commit": None, "dirty": None}
    assert record["packages"]["snakemake"] == record["snakemake"]
    record["packages"] |= {"numpy": "1.0", "av": "2.0"}
    recorded.write_text(json.dumps(record))
    line = "warning: results were made with other packages: av 2.0 (now "
    assert line in run(place, "-n").text
    assert run(place, "--forcerun", "cards_versions").status == 0
    assert json.loads(recorded.read_text())["earlier"] == {"av": ["2.0"], "numpy": ["1.0"]}
    again = run(place, "-n")
    assert line in again.text
    assert again.rules == set()
    recorded.unlink()
    assert line not in run(place).text


def test_another_configuration_is_another_record_and_reruns_nothing_else(place):
    config = place / "study/config/config.yaml"
    config.write_text(config.read_text() + "seed: 7\n")
    assert run(place, "-n").rules == RECORDS
