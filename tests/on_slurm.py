"""The workflow as users call it on a cluster, for the tests that have a Slurm."""

import json
import subprocess
import sys
from pathlib import Path

from house import ROOT

from framewright.study.monitor.events import PLACE

SNAKEMAKE = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
SLURM = [
    *("--workflow-profile", str(ROOT / "profiles/default"), "--profile", str(ROOT / "profiles/slurm")),
    *("--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "5"),
]


def run(folder: Path, *arguments: str) -> str:
    """What Snakemake says, called in a study's folder; it must end well."""
    done = subprocess.run([*SNAKEMAKE, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout + done.stderr


def read_finished(folder: Path) -> set[tuple[str, str]]:
    """The rule and the video of each job that the Snakemake which works in a folder has seen finish."""
    if not (folder / PLACE).exists():
        return set()
    lines = (folder / PLACE).read_text().rpartition("\n")[0].splitlines()  # the last one may be on its way
    events = [json.loads(line) for line in lines]
    jobs = {event["id"]: event for event in events if event["event"] == "job"}
    done = [jobs[event["id"]] for event in events if event["event"] == "done"]
    return {(job["rule"], job["wildcards"]["video"]) for job in done if "video" in job["wildcards"]}
