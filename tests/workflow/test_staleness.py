"""Only what is stale is made again, shown through real runs of Snakemake on three small local films."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flow import Run, copy_house, snakemake, write_table
from make_video import make_video

pytestmark = pytest.mark.slow

PROBE = "scripts/framewright/video/examine.py"
NAMES = ("one", "two", "big")
needs_rsync = pytest.mark.skipif(not shutil.which("rsync"), reason="no rsync here")
OLD = time.time() - 10 * 365 * 86400


@pytest.fixture(scope="module")
def baseline(tmp_path_factory) -> Path:
    """A finished study: `house` with the code, `films`, and a working directory `study` where all was made."""
    place = tmp_path_factory.mktemp("staleness") / "now"
    place.mkdir()
    copy_house(place / "house")
    (place / "films").mkdir()
    for name in NAMES:
        make_video(place / "films" / f"{name}.mp4", range(12))
    with (place / "films" / "big.mp4").open("ab") as film:  # a trailing box of 2 MB that every reader skips
        size = 2_000_000
        film.write((size + 8).to_bytes(4, "big") + b"free" + bytes(size))
    rows = [
        f"{name} {place}/films/{name}.mp4 tracks - CC0-1.0 - {end}"
        for name, end in zip(NAMES, ("-", "0.2", "-"), strict=True)
    ]
    write_table(place / "study", *rows, columns="video source pipelines categories licence start end")
    first = run(place)
    assert first.status == 0, first.text
    assert first.jobs["sources_probe"] == 3
    shutil.copytree(place, place.with_name("saved"), symlinks=True)
    return place


@pytest.fixture
def study(baseline) -> Path:
    """The finished study as it was, file times included; a test may change anything in it."""
    shutil.rmtree(baseline)
    shutil.copytree(baseline.with_name("saved"), baseline, symlinks=True)
    return baseline


def run(place: Path, *arguments: str) -> Run:
    return snakemake(place / "study", *arguments, house=place / "house")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1))


def touch(*paths: Path) -> None:
    for path in paths:
        os.utime(path)


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def nothing(place: Path) -> None:
    """Leave everything as it is."""


def touch_all_code(place: Path) -> None:
    touch(*(path for path in (place / "house").rglob("*") if path.is_file()))


def check_out_again(place: Path) -> None:
    """Put the same code there anew: every file younger than the results."""
    shutil.rmtree(place / "house")
    copy_house(place / "house")
    touch_all_code(place)


def comment_library_and_script(place: Path) -> None:
    append(place / "house" / PROBE, "\n# a thought\n")
    append(place / "house/scripts/sources_probe.py", "\n# another\n")


def document_library(place: Path) -> None:
    edit(place / "house" / PROBE, '"""', '"""In other words: ')


def touch_films(place: Path) -> None:
    touch(*(place / "films").glob("*.mp4"))


def mention_unrelated_config(place: Path) -> None:
    append(place / "study/config/config.yaml", "# a note\n")


def move(place: Path) -> None:
    """The study goes elsewhere; its films, which the table names by absolute paths, stay."""
    (place / "study").rename(place / "moved")
    (place / "moved").rename(place / "deeper")
    (place / "study").symlink_to("deeper")


def copy_as_it_is(place: Path) -> None:
    subprocess.run(["cp", "-a", place / "study", place / "copy"], check=True)
    shutil.rmtree(place / "study")
    (place / "copy").rename(place / "study")


def synchronise(place: Path) -> None:
    subprocess.run(["rsync", "-a", f"{place}/study/", f"{place}/copy"], check=True)
    shutil.rmtree(place / "study")
    (place / "copy").rename(place / "study")


def move_the_workflow(place: Path) -> None:
    (place / "house").rename(place / "elsewhere")
    (place / "house").symlink_to("elsewhere")


NO_RERUN = [
    pytest.param(nothing, id="nothing happened"),
    pytest.param(touch_all_code, id="every file of the code was touched"),
    pytest.param(check_out_again, id="the code was checked out anew"),
    pytest.param(comment_library_and_script, id="a comment in library and script"),
    pytest.param(document_library, id="a docstring"),
    pytest.param(touch_films, id="films were touched, one of them larger than 2 MB"),
    pytest.param(mention_unrelated_config, id="a comment in the config"),
    pytest.param(move, id="the study was moved"),
    pytest.param(copy_as_it_is, id="the study was copied with cp -a"),
    pytest.param(synchronise, id="the study was copied with rsync -a", marks=needs_rsync),
    pytest.param(move_the_workflow, id="the workflow was moved"),
]


@pytest.mark.parametrize("change", NO_RERUN)
def test_what_changes_nothing_reruns_nothing(study, change: Callable[[Path], None]):
    change(study)
    result = run(study, "-n")
    assert (result.status, result.rules) == (0, set()), result.text


def edit_library(place: Path) -> None:
    append(place / "house" / PROBE, "\nUNUSED = 1\n")


def edit_library_of_old(place: Path) -> None:
    edit_library(place)
    os.utime(place / "house" / PROBE, (OLD, OLD))


def edit_script(place: Path) -> None:
    append(place / "house/scripts/sources_probe.py", "\nlog.info('done')\n")


def change_limit(place: Path) -> None:
    append(place / "study/config/config.yaml", "sources:\n  probe:\n    seconds: 200\n")


def change_licence(place: Path) -> None:
    edit(place / "study/videos.tsv", "CC0-1.0", "CC-BY-4.0")


def swap_start_and_end(place: Path) -> None:
    """Snakemake compares parameters without their names: (None, 0.2) and (0.2, None) are the same to it."""
    edit(place / "study/videos.tsv", "CC0-1.0\t\t0.2", "CC0-1.0\t0.2\t")


def change_film(place: Path) -> None:
    make_video(place / "films/one.mp4", range(13))


def change_film_keeping_its_time(place: Path) -> None:
    """As `cp -p` and `rsync -t` do."""
    make_video(place / "films/one.mp4", range(14))
    os.utime(place / "films/one.mp4", (OLD, OLD))


def change_a_block_of_the_large_film(place: Path) -> None:
    """One byte at the end, nothing else: size and time stay."""
    path = place / "films/big.mp4"
    about = path.stat()
    with path.open("r+b") as film:
        film.seek(-1, os.SEEK_END)
        film.write(b"x")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    # what is remembered of a film is remembered by its time: only a new time makes the head look again
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns + 1))


def delete_a_probe(place: Path) -> None:
    (place / "study/results/sources/two/probe.json").unlink()


def add_a_video(place: Path) -> None:
    make_video(place / "films/three.mp4", range(5))
    append(place / "study/videos.tsv", f"three\t{place}/films/three.mp4\ttracks\t\tCC0-1.0\n")


def remove_a_video(place: Path) -> None:
    rows = (place / "study/videos.tsv").read_text().splitlines(keepends=True)
    (place / "study/videos.tsv").write_text("".join(rows[:-1]))


DECLARED = {"sources_declared": 1}
SUMMARIES = {"sources_rows": 1, "sources_summary": 1, "sources_contract": 1, "sources_card": 1}
ONE_FILM = {"sources_link": 1, "sources_probe": 1} | SUMMARIES
RERUN = [
    pytest.param(edit_library, {"sources_probe": 3} | SUMMARIES, id="a module of the library"),
    pytest.param(edit_library_of_old, {"sources_probe": 3} | SUMMARIES, id="a module, with an old time"),
    pytest.param(edit_script, {"sources_probe": 3} | SUMMARIES, id="a script"),
    pytest.param(change_limit, {"sources_probe": 3} | SUMMARIES, id="a key of the config"),
    pytest.param(change_licence, DECLARED | SUMMARIES, id="a licence"),
    pytest.param(swap_start_and_end, {"sources_probe": 1} | SUMMARIES, id="two values of a row were swapped"),
    pytest.param(change_film, ONE_FILM, id="a film"),
    pytest.param(change_film_keeping_its_time, ONE_FILM, id="a film, with an old time"),
    pytest.param(change_a_block_of_the_large_film, ONE_FILM, id="a byte of a film larger than 2 MB"),
    pytest.param(delete_a_probe, {"sources_probe": 1} | SUMMARIES, id="a result was deleted"),
    pytest.param(add_a_video, ONE_FILM | DECLARED, id="a video was added"),
    pytest.param(remove_a_video, DECLARED | SUMMARIES, id="a video was removed"),
]


@pytest.mark.parametrize(("change", "jobs"), RERUN)
def test_what_is_stale_is_made_again_and_nothing_else(study, change: Callable[[Path], None], jobs: dict[str, int]):
    change(study)
    planned = {rule: count for rule, count in run(study, "-n").jobs.items() if rule.startswith("sources_")}
    assert planned == jobs


def test_after_the_rerun_there_is_nothing_to_do(study):
    edit_library(study)
    assert run(study).rules >= {"sources_probe", "sources_summary"}
    assert run(study, "-n").rules == set()


def test_an_edit_that_changes_no_bytes_stops_at_its_users(study):
    """Made first and alone, the users come out the same, and nothing behind them is stale any more."""
    edit_library(study)
    assert run(study, "--until", "sources_probe").rules == {"sources_probe"}
    assert "sources_summary" not in run(study, "-n").rules


def test_a_harmless_edit_can_be_accepted(study):
    edit_library(study)
    assert run(study, "--touch").status == 0
    assert run(study, "-n").rules == set()


def test_an_environment_makes_its_rules_stale_where_environments_are_used(study, tmp_path, monkeypatch):
    """With a `conda` that only pretends, because what counts here is what Snakemake does with its answer."""
    monkeypatch.setenv("PATH", f"{pretend_conda(tmp_path)}:{os.environ['PATH']}")
    assert run(study, "--sdm", "conda").status == 0
    assert run(study, "-n", "--sdm", "conda").rules == set()
    edit(study / "house/envs/video.yaml", "numpy=", "numpy=1")
    assert "sources_probe" in run(study, "-n", "--sdm", "conda").rules


def pretend_conda(folder: Path) -> Path:
    """A folder with a `conda` that answers what Snakemake asks and makes empty environments."""
    binaries = folder / "conda" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "activate").write_text("")
    conda = binaries / "conda"
    conda.write_text(
        f"""#!/bin/sh
case "$1 $2" in
  "info --json") echo '{{"conda_prefix": "{folder}/conda", "platform": "linux-64", "channels": []}}' ;;
  "config --get") echo '{{"get": {{"channel_priority": "strict"}}}}' ;;
  "env create") while [ $# -gt 0 ]; do [ "$1" = --prefix ] && mkdir -p "$2/conda-meta"; shift; done ;;
  *) echo "conda 26.1.0" ;;
esac
"""
    )
    conda.chmod(0o755)
    return binaries
