"""A real Slurm on this machine for the tests of this folder; where none can run, they are skipped and say why."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("cluster.sh")
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol")
SITE = """\
downloads: 2
partitions:
  cpu: {max_runtime: 1440, max_threads: 4}
  gpu: {max_runtime: 1440, max_threads: 4, max_gpu: 2}
"""


@pytest.fixture(scope="session")
def slurm(tmp_path_factory) -> Iterator[Path]:
    """The folder of a Slurm that runs; the environment finds its commands, and a site file that has its partitions."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])
    lacking = [program for program in PROGRAMS if not shutil.which(program, path=path)]
    if lacking:  # a laptop need not have Slurm's daemons; .ci/run installs them
        pytest.skip(f"no Slurm here: {', '.join(lacking)} missing (Debian: munge slurmctld slurmd slurm-client)")
    folder = tmp_path_factory.mktemp("slurm")
    os.environ["PATH"] = path
    began = subprocess.run([SCRIPT, "start", folder], capture_output=True, text=True, check=False, timeout=180)
    try:
        if began.returncode:  # some containers forbid what its daemons need; where CI runs, that is a failure
            assert "CI" not in os.environ, began.stderr
            pytest.skip(f"Slurm does not run here: {began.stderr.strip()}")
        (folder / "site.yaml").write_text(SITE)
        os.environ.update(SLURM_CONF=str(folder / "slurm.conf"), PATH=f"{folder / 'bin'}{os.pathsep}{path}")
        os.environ.update(FRAMEWRIGHT_SITE=str(folder / "site.yaml"))
        yield folder
    finally:
        subprocess.run([SCRIPT, "stop", folder], check=False, timeout=180)
