"""Jobs of whole buckets on a real Slurm: they end before their limit and go on, and survive node and head."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from flow import write_table
from house import ROOT
from make_video import make_video
from on_slurm import SLURM, SNAKEMAKE, read_finished, run

from framewright.study.buckets import FOLDER as BUCKETS
from framewright.study.buckets import bucket_of
from framewright.study.cluster import queue, site
from framewright.study.usage import FOLDER, read_usage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SCRIPT = ROOT / "tests/slurm/cluster.sh"
CONFIG = """\
videos: videos.tsv
pipelines: [tracks]
buckets: 2
bucket_cores: %d
tracks: {detector: {weights: %s}}
"""
IDS = [f"v{number}" for number in range(1000) if bucket_of(f"v{number}", 2) == "0-of-2"]
LIMIT, MARGIN = 60, 15  # seconds: the shortest limit that Slurm has, and how long before it a job stops


def write_study(folder: Path, ids: list[str], cores: int) -> Path:
    """A study whose videos are small and all in one bucket."""
    write_table(folder, *(f"{video} films/{video}.mp4 tracks - CC0-1.0" for video in ids))
    (folder / "config/config.yaml").write_text(CONFIG % (cores, ROOT / "config/detector/demo.onnx"))
    (folder / "films").mkdir()
    for number, video in enumerate(ids):
        make_video(folder / f"films/{video}.mp4", range(number, number + 8))
    return folder


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Begin to make the sources, and leave the head to itself."""
    with (folder / "printed").open("wb") as printed:
        command = [*SNAKEMAKE, *SLURM, "--", "sources"]
        return subprocess.Popen(command, cwd=folder, stdout=printed, stderr=printed, start_new_session=True)


def count_done(folder: Path) -> Counter[tuple[str, str]]:
    """How often each job inside those of buckets ended well."""
    used = [one for one in read_usage(folder / FOLDER) if one.slurm and not one.rule.startswith("buckets_")]
    return Counter((one.rule, one.item) for one in used)


def count_repeated(folder: Path) -> int:
    """How many jobs inside ended well more than once: with one core, the one that ended as its Snakemake was lost."""
    counts = count_done(folder).values()
    assert max(counts) <= 2
    return sum(count > 1 for count in counts)


def count_videos(seconds: float) -> int:
    """How many videos keep one core of this machine busy so long at least: each has two jobs, which start a Python."""
    command = [sys.executable, "-c", "import framewright.study.job, framewright.video.probe"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    subprocess.run(command, check=True, env=environment)  # reads what is cold
    begin = time.monotonic()
    subprocess.run(command, check=True, env=environment)
    return math.ceil(seconds / (2 * (time.monotonic() - begin)))


def wait_for(folder: Path, head: subprocess.Popen[bytes], count: int) -> None:
    """Wait until so many jobs inside have ended well."""
    end = time.monotonic() + 300
    while count_done(folder).total() < count and time.monotonic() < end:
        assert head.poll() is None, (folder / "printed").read_text()[-3000:]
        time.sleep(0.5)


def find_node(folder: Path) -> str:
    """The node on which a job of the bucket with the videos runs."""
    number = next(used.slurm for used in read_usage(folder / FOLDER) if used.slurm and used.item in IDS)
    return queue.call_slurm(("squeue", "--noheader", "--jobs", number, "--format=%N")).strip()


def read_statuses(folder: Path) -> list[str]:
    probes = sorted(folder.glob("results/sources/*/probe.json"))
    return [json.loads(path.read_text())["status"] for path in probes]


def test_a_job_ends_before_its_limit_and_the_next_attempt_goes_on(slurm, tmp_path):
    ids = IDS[: count_videos(LIMIT)]
    folder = write_study(tmp_path / "study", ids, 1)
    limits = "buckets_work:runtime=1 + 30 * (attempt - 1)"
    said = run(folder, *SLURM, "--set-resources", limits, "--", "sources")
    assert "the next attempt goes on" in said, said[-3000:]
    assert read_statuses(folder) == ["ok"] * len(ids)
    done = count_done(folder)
    assert {done["sources_probe", video] for video in ids} == {1}
    assert set(done.values()) == {1}, done.most_common(5)


def test_a_lost_node_costs_what_ran_on_it(slurm, tmp_path):
    folder = write_study(tmp_path / "study", IDS[:8], 1)
    head = start(folder)
    wait_for(folder, head, 4)
    node, finished = find_node(folder), read_finished(folder / BUCKETS / "0-of-2")
    subprocess.run([SCRIPT, "down", slurm, node], check=True, timeout=60)
    try:
        assert head.wait(600) == 0, (folder / "printed").read_text()[-3000:]
    finally:
        subprocess.run([SCRIPT, "up", slurm, node], check=False, timeout=60)
    assert read_statuses(folder) == ["ok"] * 8
    assert finished and {count_done(folder)[one] for one in finished} == {1}
    assert count_repeated(folder) <= 1


def test_a_killed_head_loses_no_job_that_had_ended(slurm, tmp_path):
    folder = write_study(tmp_path / "study", IDS[:8], 1)
    head = start(folder)
    wait_for(folder, head, 4)
    finished = read_finished(folder / BUCKETS / "0-of-2")
    os.kill(head.pid, signal.SIGKILL)
    head.wait(60)
    assert queue.parse_jobs(queue.call_slurm(queue.LIST), site.name_of(folder))
    command = [sys.executable, str(ROOT / "scripts/resume.py"), "--cancel", str(folder)]
    went_on = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert went_on.returncode == 0, (went_on.stdout + went_on.stderr)[-4000:]
    assert read_statuses(folder) == ["ok"] * 8
    assert finished and {count_done(folder)[one] for one in finished} == {1}
    assert count_repeated(folder) <= 1
