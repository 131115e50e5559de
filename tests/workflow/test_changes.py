"""What each change reruns, over sources, tracks, patches and the samples of flexpatch: a table, through real runs."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flow import Run, copy_house, snakemake, write_table
from make_film import make_film, texture
from make_weights import columns, make_weights

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]

COLUMNS = "video source pipelines categories licence split training group start end"
NAMES = ("one", "two")
BOX = (160, 160, 120, 100, 0.1, 0.7, 0.3)
TARGETS = ("sources", "tracks", "patches", "results/flexpatch/flexpatch_model.json")
CONFIG = """\
videos: videos.tsv
seed: 0
buckets: 1
tracks:
  dataset: Own
  detector: {weights: w.onnx, confidence: 0.25}
  keep: {min_seconds: 1}
  tracker: {lost_seconds: 1}
  clips: {crf: 20}
  deface: {audit: {threshold: 0.5}}
  segments: {min_seconds: 1, filters: {max_black: null, max_frozen: null, min_sharpness: null, min_picture: null}}
  subsets: [{name: few, max_per_class: 1}]
flexpatch: {detector: {weights: w.onnx}}
patches:
  {base_frame_limit: 4, windows_per_part: 2, min_file_size: 100, kernel: bicubic,
   checks: {still: 0, blurred: 0, flat: 0}}
"""
# Jobs that decode, detect or train; all others collect and describe.
DEAR = (
    *("sources_link", "sources_probe", "tracks_segment", "tracks_deface", "tracks_audit", "tracks_detect"),
    *("tracks_follow", "tracks_extract", "tracks_metrics", "patches_plan", "patches_cut"),
    *("flexpatch_truth", "flexpatch_samples", "flexpatch_train"),
)
HEAD = {"sources_link": 1, "sources_probe": 1}
FOLLOWED = {"tracks_follow": 1, "tracks_extract": 1, "tracks_metrics": 1}
TRACKED = {"tracks_segment": 1, "tracks_deface": 1, "tracks_audit": 1, "tracks_detect": 1} | FOLLOWED
CUT = {"patches_plan": 1, "patches_cut": 1}  # two windows are one part
SAMPLED = {"flexpatch_truth": 1, "flexpatch_samples": 1}
TRAINED = {"flexpatch_train": 1}
FILM = HEAD | TRACKED | CUT | SAMPLED | TRAINED


def twice(jobs: dict[str, int]) -> dict[str, int]:
    """The same for both films; a tree is trained once."""
    return {rule: count if rule == "flexpatch_train" else 2 * count for rule, count in jobs.items()}


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A finished study: `house` with the code, and a working directory `study` with its films."""
    place = tmp_path_factory.mktemp("changes") / "now"
    place.mkdir()
    copy_house(place / "house")
    study = place / "study"
    write_table(
        study,
        *(f"{name} {name}.mp4 tracks,patches,flexpatch general=0.5 CC0-1.0 - - - - -" for name in NAMES),
        columns=COLUMNS,
    )
    (study / "config/config.yaml").write_text(CONFIG)
    for number, name in enumerate((*NAMES, "three")):
        make_film(study / f"{name}.mp4", [texture(number, 860, 660)], 60, (720, 540))
    make_weights(study / "w.onnx", columns(BOX))
    first = run(place, timeout=1800)
    assert first.status == 0, first.text
    shutil.copytree(place, place.with_name("saved"), symlinks=True)
    return place


@pytest.fixture
def study(finished) -> Path:
    """The finished study as it was, file times included; a test may change anything in it."""
    shutil.rmtree(finished)
    shutil.copytree(finished.with_name("saved"), finished, symlinks=True)
    return finished


def run(place: Path, *arguments: str, timeout: int = 600) -> Run:
    return snakemake(place / "study", *arguments, "--", *TARGETS, house=place / "house", timeout=timeout)


def config(old: str, new: str) -> Callable[[Path], None]:
    """A change of the configuration."""
    return lambda place: replace(place / "study/config/config.yaml", old, new)


def cell(column: str, text: str, video: str = "one") -> Callable[[Path], None]:
    """A change of a cell of the table."""

    def change(place: Path) -> None:
        path = place / "study/videos.tsv"
        header, *rows = (line.split("\t") for line in path.read_text().splitlines())
        for row in rows:
            if row[0] == video:
                row[header.index(column)] = text
        path.write_text("\n".join("\t".join(row) for row in (header, *rows)) + "\n")

    return change


def code(module: str, text: str) -> Callable[[Path], None]:
    """A line at the end of a module of the library."""
    return lambda place: append(place / "house/scripts/framewright" / module, text)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1))


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def nothing(place: Path) -> None:
    """Leave everything as it is."""


def touch_films(place: Path) -> None:
    for path in (place / "study").glob("*.mp4"):
        os.utime(path)


def change_bytes(place: Path) -> None:
    make_film(place / "study/one.mp4", [texture(9, 860, 660)], 60, (720, 540))


def move(place: Path) -> None:
    (place / "study").rename(place / "elsewhere")
    (place / "study").symlink_to("elsewhere")


def copy(place: Path) -> None:
    subprocess.run(["cp", "-a", place / "study", place / "copy"], check=True)
    shutil.rmtree(place / "study")
    (place / "copy").rename(place / "study")


def synchronise(place: Path) -> None:
    subprocess.run(["rsync", "-a", f"{place}/study/", f"{place}/copy"], check=True)
    shutil.rmtree(place / "study")
    (place / "copy").rename(place / "study")


def add_row(place: Path) -> None:
    append(place / "study/videos.tsv", "three\tthree.mp4\ttracks,patches,flexpatch\tgeneral=0.5\tCC0-1.0\t\t\t\t\t\n")


def remove_row(place: Path) -> None:
    path = place / "study/videos.tsv"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("two\t")))


def reorder(place: Path) -> None:
    path = place / "study/videos.tsv"
    header, one, two = path.read_text().splitlines(True)
    path.write_text(header + two + one)


def leave_patches(place: Path) -> None:
    cell("pipelines", "tracks,flexpatch")(place)
    cell("categories", "")(place)


def other_weights(place: Path) -> None:
    make_weights(place / "study/w.onnx", columns((*BOX[:4], 0.1, 0.8, 0.2)))


CASES = [
    pytest.param(nothing, {}, id="nothing happened"),
    pytest.param(touch_films, {}, id="films were touched"),
    pytest.param(move, {}, id="the study was moved"),
    pytest.param(copy, {}, id="the study was copied with cp -a"),
    pytest.param(
        synchronise, {}, id="with rsync -a", marks=pytest.mark.skipif(not shutil.which("rsync"), reason="no rsync")
    ),
    pytest.param(reorder, {}, id="rows of the table in another order"),
    pytest.param(code("patches/cut.py", "\n# a thought\n"), {}, id="a comment in the library"),
    pytest.param(cell("licence", "CC-BY-4.0"), {}, id="a licence"),
    pytest.param(cell("training", "no"), TRAINED, id="not for training"),
    pytest.param(cell("group", "series"), {}, id="a group of editions"),
    pytest.param(cell("split", "val"), CUT | TRAINED, id="a split: held-out patches have one format"),
    pytest.param(cell("categories", "general=0.25,toon=0.25"), CUT, id="categories of a film"),
    pytest.param(cell("end", "2"), FILM | {"sources_link": 0}, id="the part of a film to use"),
    pytest.param(change_bytes, FILM, id="bytes of a film"),
    pytest.param(other_weights, twice({"tracks_detect": 1} | FOLLOWED | SAMPLED | TRAINED), id="weights"),
    pytest.param(add_row, FILM, id="a row added"),
    pytest.param(remove_row, TRAINED, id="a row removed"),
    pytest.param(cell("video", "uno"), FILM, id="a video renamed"),
    pytest.param(leave_patches, {}, id="a video taken out of patches"),
    pytest.param(config("min_seconds: 1}\n  tracker", "min_seconds: 2}\n  tracker"), twice(FOLLOWED), id="keep"),
    pytest.param(config("lost_seconds: 1", "lost_seconds: 2"), twice(FOLLOWED), id="tracker"),
    pytest.param(config("confidence: 0.25", "confidence: 0.3"), twice({"tracks_detect": 1} | FOLLOWED), id="detector"),
    pytest.param(config("dataset: Own", "dataset: Other"), twice({"tracks_metrics": 1}), id="the dataset's name"),
    pytest.param(
        config("crf: 20", "crf: 24"), twice({"tracks_extract": 1, "tracks_metrics": 1}), id="quality of clips"
    ),
    pytest.param(
        config("segments: {min_seconds: 1", "segments: {min_seconds: 2"),
        twice({"tracks_segment": 1, "tracks_detect": 1} | FOLLOWED),
        id="length of segments",
    ),
    pytest.param(config("threshold: 0.5", "threshold: 0.6"), twice({"tracks_audit": 1}), id="the audit of faces"),
    pytest.param(config("max_per_class: 1", "max_per_class: 2"), {}, id="a subset"),
    pytest.param(
        config("base_frame_limit: 4", "base_frame_limit: 2"), {"patches_plan": 2, "patches_cut": 2}, id="patches"
    ),
    pytest.param(config("kernel: bicubic", "kernel: lanczos"), twice({"patches_cut": 1}), id="kernel"),
    pytest.param(config("seed: 0", "seed: 1"), twice(CUT), id="the seed"),
    pytest.param(code("patches/cut.py", "\nUNUSED = 1\n"), twice(CUT), id="code of one stage, whose types plans use"),
    pytest.param(code("tracks/rows.py", "\nUNUSED = 1\n"), {}, id="code that collects"),
]


@pytest.mark.parametrize(("change", "dear"), CASES)
def test_a_change_reruns_what_it_must_and_nothing_else(study, change: Callable[[Path], None], dear: dict[str, int]):
    change(study)
    planned = run(study, "-n")
    assert planned.status == 0, planned.text
    wanted = {rule: count for rule, count in dear.items() if count}
    assert {rule: count for rule, count in planned.jobs.items() if rule in DEAR} == wanted


def test_the_number_of_buckets_is_fixed_and_the_way_out_is_said(study):
    config("buckets: 1", "buckets: 4")(study)
    refused = run(study, "-n")
    assert refused.status != 0 and "this study was made with 1, which is fixed; set buckets: 1" in refused.text


def test_a_row_that_is_back_computes_nothing_anew(study):
    table = (study / "study/videos.tsv").read_text()
    remove_row(study)
    assert run(study, timeout=1200).status == 0
    assert run(study, "-n").rules == set()
    (study / "study/videos.tsv").write_text(table)
    planned = run(study, "-n")
    assert {rule for rule in planned.jobs if rule in DEAR} == {"flexpatch_train"}


def test_a_licence_reaches_rows_and_what_is_derived_from_them(study):
    cell("licence", "CC-BY-4.0")(study)
    result = run(study, timeout=1200)
    assert result.status == 0, result.text
    assert not set(result.jobs) & set(DEAR) and {"tracks_rows", "patches_rows"} <= set(result.jobs)
    assert "CC-BY-4.0" in (study / "study/results/tracks/card/README.md").read_text()
    assert run(study, "-n").rules == set()


@pytest.mark.skipif(not Path("/proc/thread-self/io").exists(), reason="only Linux counts what a process reads")
def test_the_head_reads_of_a_film_its_fingerprint_and_no_more(study):
    """A film of 60 MB more is no more to read, whether a run takes it in, finds it touched or has nothing to do."""
    film, read = study / "study/one.mp4", []
    for size in (1, 60_000_000):
        with film.open("ab") as file:  # a box that players skip; another one, so that the film is another one
            file.write(size.to_bytes(4, "big") if size > 1 else (9).to_bytes(4, "big"))
            file.write(b"free" + bytes(max(1, size - 8)))
        taken_in = run(study, timeout=1200)
        assert taken_in.status == 0 and taken_in.jobs["sources_probe"] == 1, taken_in.text
        nothing = run(study, "-n")
        os.utime(film)
        touched = run(study, "-n")
        assert nothing.jobs == touched.jobs == {}
        read.append([taken_in.bytes_read, nothing.bytes_read, touched.bytes_read])
    more = [large - small for small, large in zip(*read, strict=True)]
    assert max(more) < 1_100_000, more
