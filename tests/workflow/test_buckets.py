"""Jobs of whole buckets on one machine: the results of a run that plans each video, with a head that plans none."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from flow import Run, snakemake, write_table
from house import ROOT
from make_film import make_film, texture
from make_sequence import make_sequence
from make_video import make_video

from framewright.study.bucket_jobs.lease import NAME
from framewright.study.bucket_jobs.mode import VARIABLE
from framewright.study.buckets import FOLDER as BUCKETS
from framewright.study.buckets import bucket_of
from framewright.study.record import read_record
from framewright.study.usage import FOLDER, read_usage

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]
CONFIG = "videos: videos.tsv\npipelines: [tracks]\nbuckets: 4\ntracks: {detector: {weights: %s}}\n"
ROWS = [
    "inside films/inside.mp4 tracks - CC0-1.0",
    "outside ../films/outside.mp4 tracks - CC0-1.0",
    "broken films/broken.mp4 tracks - CC0-1.0",
]


def write_study(folder: Path, *rows: str) -> Path:
    write_table(folder, *rows)
    (folder / "config/config.yaml").write_text(CONFIG % (ROOT / "config/detector/demo.onnx"))
    for name, place in (("inside", folder / "films"), ("outside", folder / "../films"), ("more", folder / "films")):
        place.mkdir(exist_ok=True)
        if not (place / f"{name}.mp4").exists():
            make_video(place / f"{name}.mp4", range(12))
    (folder / "films/broken.mp4").write_text("no film")
    return folder


def run_buckets(folder: Path, *arguments: str) -> Run:
    """Run with jobs of buckets, as the Slurm profile has them."""
    os.environ[VARIABLE] = "yes"
    try:
        return snakemake(folder, *arguments)
    finally:
        os.environ.pop(VARIABLE, None)


def read_manifest(folder: Path) -> list[str]:
    return (folder / "results/MANIFEST.tsv").read_text().splitlines()


def read_done(folder: Path) -> list[tuple[str, str]]:
    """The rule and the item of each time that a job ran, of rules that buckets' jobs run."""
    return [(used.rule, used.item) for used in read_usage(folder / FOLDER) if not used.rule.startswith("buckets_")]


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> Path:
    """A study in four buckets, planned video by video."""
    folder = write_study(tmp_path_factory.mktemp("local") / "study", *ROWS)
    done = snakemake(folder)
    assert done.status == 0, done.text[-3000:]
    return folder


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> tuple[Path, Run]:
    """The same study, made by jobs of buckets."""
    folder = write_study(tmp_path_factory.mktemp("buckets") / "study", *ROWS)
    return folder, run_buckets(folder)


def test_jobs_of_buckets_make_the_bytes_of_jobs_of_videos(local, first):
    folder, done = first
    assert done.status == 0, done.text[-3000:]
    assert read_manifest(folder) == read_manifest(local)
    links = [(one / "results/sources" / name / "video").readlink() for one in (local, folder) for name in ("inside",)]
    assert links[0] == links[1] == Path("../../../films/inside.mp4")


def test_the_manifest_of_a_bucket_lists_its_videos(first):
    folder, _ = first
    listed = (folder / f"results/manifest/{bucket_of('inside', 4)}.tsv").read_text()
    assert "results/tracks/videos_defaced/inside.mp4" in listed and "results/sources/inside/video" in listed


def test_a_video_leaves_at_most_forty_files(first):
    """Clips and their links are not counted. Logs of what succeeded lie in one file of the bucket."""
    folder, _ = first
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    of_video = [path for path in files if "inside" in str(path) and path.parts[0] != "films"]
    counted = [path for path in of_video if not {*path.parts} & {"clips", "tracks_mp4"}]
    assert 10 < len(counted) <= 40, counted
    assert not [path for path in counted if path.parts[0] in ("logs", "benchmarks")]


def test_the_head_plans_buckets_and_no_videos(first):
    _, done = first
    assert done.jobs["buckets_work"] == 4
    assert not {"sources_link", "tracks_deface", "tracks_rows", "cards_bucket"} & done.rules


def test_a_second_run_has_nothing_to_do_in_either_way(first):
    folder, _ = first
    assert "Nothing to be done" in run_buckets(folder, "-n").text
    assert "Nothing to be done" in snakemake(folder, "-n").text


def test_a_new_video_reruns_the_jobs_of_its_own(first):
    folder, _ = first
    before = len(read_done(folder))
    write_study(folder, *ROWS, "more films/more.mp4 tracks - CC0-1.0")
    done = run_buckets(folder)
    assert done.status == 0, done.text[-3000:]
    bucket = bucket_of("more", 4)
    assert done.jobs["buckets_work"] == 1
    new = read_done(folder)[before:]
    assert ("tracks_deface", "more") in new
    each = {item for _, item in new if item and item != "more"}
    assert each == {bucket}, new


def test_a_video_that_crashes_is_named_by_the_contract_and_stops_no_other(local, tmp_path):
    folder = write_study(tmp_path / "study", *ROWS)
    trap = folder / "results/tracks/followed/outside-record.json/trap"
    trap.mkdir(parents=True)  # no file can have this name
    done = run_buckets(folder)
    assert done.status == 1
    assert "outside: tracks_follow: " in (folder / "logs/tracks_contract.log").read_text()
    assert not (folder / "results/MANIFEST.tsv").exists()
    assert (folder / "results/tracks/clips/inside-clips.jsonl.gzip").exists()
    assert (folder / "results/tracks/card/croissant.json").exists()
    trap.rmdir()
    trap.parent.rmdir()
    ran = len([one for one in read_done(folder) if one == ("tracks_deface", "outside")])
    done = run_buckets(folder)
    assert done.status == 0, done.text[-3000:]
    assert done.jobs["buckets_work"] == 1
    assert read_manifest(folder) == read_manifest(local)
    assert len([one for one in read_done(folder) if one == ("tracks_deface", "outside")]) == ran == 1
    assert "Nothing to be done" in run_buckets(folder, "-n").text


SEVERAL = """\
videos: videos.tsv
pipelines: [patches, flexpatch]
buckets: 2
patches: {base_frame_limit: 6, windows_per_part: 2, min_file_size: 100, checks: {still: 0, blurred: 0, flat: 0}}
flexpatch: {detector: {weights: %s}, frames: 40, refresh: 5, split: {gap: 0.2}, model: {compare: false}}
"""


def write_several(folder: Path) -> Path:
    """A study of films and of a sequence with annotations, which rules over the whole study look at in between."""
    rows = "film film.mp4 patches general=0.5,toon=0.5 CC0-1.0", "walk mot:walk flexpatch - CC0-1.0"
    write_table(folder, *rows, "broken broken.mp4 patches,flexpatch general=0.5 CC0-1.0")
    make_film(folder / "film.mp4", [texture(0, 860, 660)], 70, (720, 540))
    make_sequence(folder / "walk")
    (folder / "broken.mp4").write_bytes(bytes(3000))
    (folder / "config/config.yaml").write_text(SEVERAL % (ROOT / "config/detector/demo.onnx"))
    return folder


def test_patches_and_flexpatch_are_made_in_the_same_way(tmp_path):
    folders = [write_several(tmp_path / name / "study") for name in ("local", "buckets")]
    runs = [snakemake(folders[0]), run_buckets(folders[1])]
    assert [done.status for done in runs] == [0, 0], runs[1].text[-3000:]
    assert runs[1].jobs["buckets_work"] == 4  # before and after what looks at all films, and trains on all samples
    assert read_manifest(folders[1]) == read_manifest(folders[0])
    assert "Nothing to be done" in run_buckets(folders[1], "-n").text


def test_a_job_that_is_asked_to_end_finishes_what_runs_and_the_next_attempt_goes_on(tmp_path):
    ids = [video for video in map("v{}".format, range(24)) if bucket_of(video, 4) == "0-of-4"]
    folder = write_study(tmp_path / "study", *(f"{video} films/{video}.mp4 tracks - CC0-1.0" for video in ids))
    for number, video in enumerate(ids):
        make_video(folder / f"films/{video}.mp4", range(number, number + 8))
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--cores", "1"]
    environment = os.environ | {VARIABLE: "yes"}
    with (folder / "printed").open("wb") as out:
        head = subprocess.Popen([*command, "--", "sources"], cwd=folder, stdout=out, stderr=out, env=environment)
    place, end = folder / BUCKETS / "0-of-4" / NAME, time.monotonic() + 300
    while not (place.exists() and len([one for one in read_done(folder) if one[1] in ids]) > 2):
        assert head.poll() is None and time.monotonic() < end, (folder / "printed").read_text()[-3000:]
        time.sleep(0.1)
    os.kill(read_record(place)["pid"], signal.SIGUSR1)
    assert head.wait(300) == 0, (folder / "printed").read_text()[-3000:]
    assert "the next attempt goes on" in (folder / "printed").read_text()
    times = Counter(read_done(folder))
    assert {times["sources_probe", video] for video in ids} == {1} and set(times.values()) == {1}
