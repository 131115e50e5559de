"""The workflow as users call it on a cluster, for the tests that have a Slurm."""

import subprocess
import sys
from pathlib import Path

from house import ROOT

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
