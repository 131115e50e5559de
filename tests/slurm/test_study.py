"""A study on a cluster: the same bytes as on one machine, and after the end of its head no work twice."""

import json
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

from framewright.study.cluster import queue, site
from framewright.study.usage import FOLDER, read_usage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def read_manifest(folder: Path) -> list[str]:
    return (folder / "results/MANIFEST.tsv").read_text().splitlines()


@pytest.mark.parametrize("buckets", [1, 4])
def test_a_cluster_makes_the_bytes_of_one_machine(slurm, tmp_path, buckets):
    folders = [tmp_path / "study", tmp_path / "other/study"]
    for folder in folders:
        write_table(folder, "short short.mp4 tracks - CC0-1.0", "broken demo:broken tracks - CC0-1.0")
        make_video(folder / "short.mp4", range(24))
        weights = ROOT / "config/detector/demo.onnx"
        chosen = f"videos: videos.tsv\npipelines: [tracks]\nbuckets: {buckets}\nbucket_cores: 2\n"
        chosen += f"tracks: {{detector: {{weights: {weights}}}}}\n"
        (folder / "config/config.yaml").write_text(chosen)
    run(folders[0], "--cores", "2")
    run(folders[1], *SLURM)
    assert read_manifest(folders[0]) == read_manifest(folders[1])
    used = [usage for usage in read_usage(folders[1] / FOLDER) if usage.slurm]
    assert {"tracks_deface", "tracks_detect", "sources_probe"} <= {usage.rule for usage in used}
    if buckets == 1:  # short rules that follow each other are one Slurm job
        numbers = {usage.rule: usage.slurm for usage in used if usage.item == "short"}
        assert numbers["sources_probe"] == numbers["tracks_segment"]
        assert numbers["tracks_follow"] == numbers["tracks_extract"] == numbers["tracks_metrics"]
        assert len(set(numbers.values())) <= len(numbers) - 3
    asked = used if buckets == 1 else [usage for usage in used if usage.rule == "buckets_work"]
    assert asked and all(usage.mem_mb and usage.runtime for usage in asked)
    assert "Nothing to be done" in run(folders[1], "--cores", "2", "-n")


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_after_the_end_of_its_head_no_work_is_done_twice(slurm, tmp_path, ended_by):
    write_table(tmp_path, *(f"{scene} demo:{scene} tracks - CC0-1.0" for scene in ("cuts", "broken", "street")))
    with (tmp_path / "printed").open("wb") as printed:
        head = subprocess.Popen(
            [*SNAKEMAKE, *SLURM, "--", "sources"], cwd=tmp_path, stdout=printed, stderr=printed, start_new_session=True
        )
    end = time.monotonic() + 300
    while not (finished := read_finished(tmp_path)) and time.monotonic() < end:
        assert head.poll() is None, (tmp_path / "printed").read_text()
        time.sleep(0.2)
    os.kill(head.pid, ended_by)
    head.wait(240)
    name = site.name_of(tmp_path)
    end = time.monotonic() + 60
    while left := queue.parse_jobs(queue.call_slurm(queue.LIST), name):
        if ended_by == signal.SIGKILL or time.monotonic() > end:
            break
        time.sleep(1)
    assert bool(left) == (ended_by == signal.SIGKILL), left
    command = [sys.executable, str(ROOT / "scripts/resume.py"), "--cancel", str(tmp_path)]
    went_on = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert went_on.returncode == 0, went_on.stderr[-4000:]
    assert ("removed the lock" in went_on.stderr) == (ended_by == signal.SIGKILL)
    assert not queue.parse_jobs(queue.call_slurm(queue.LIST), name)
    times = Counter((usage.rule, usage.item) for usage in read_usage(tmp_path / FOLDER) if usage.slurm)
    assert finished and {times[job] for job in finished} == {1}, (finished, times)
    assert max(times.values()) <= 2
    probes = tmp_path.glob("results/sources/*/probe.json")
    assert {json.loads(probe.read_text())["status"] for probe in probes} == {"ok", "rejected"}
