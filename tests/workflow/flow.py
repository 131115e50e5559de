"""Run the workflow as a user does, in a folder of its own, and say which jobs it ran."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from house import ROOT

CODE = ("Snakefile", "rules", "scripts", "config", "envs", "profiles")


@dataclass(frozen=True)
class Run:
    """How a run of Snakemake ended: exit status, everything it printed, and the jobs that it ran or would run."""

    status: int
    text: str

    @property
    def jobs(self) -> dict[str, int]:
        """Number of jobs by rule, as the table of job stats says; empty when there was nothing to do."""
        table = re.search(r"^job +count\n-+ +-+\n(.*?)^total ", self.text, re.M | re.S)
        return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table[1], re.M)} if table else {}

    @property
    def rules(self) -> set[str]:
        """The rules that made something: without those that only collect."""
        return {rule for rule in self.jobs if "_" in rule}


def snakemake(folder: Path, *arguments: str, house: Path = ROOT, cores: int = 2, timeout: int = 240) -> Run:
    """Run the workflow of `house` in the working directory `folder`."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(house / "Snakefile"), "--directory", str(folder)]
    done = subprocess.run(
        [*command, "--cores", str(cores), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=timeout,
        check=False,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    return Run(done.returncode, done.stdout)


def copy_house(target: Path, root: Path = ROOT) -> Path:
    """Copy the code of the workflow, so that a test can edit it."""
    for name in CODE:
        if (root / name).is_dir():
            shutil.copytree(root / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)
    return target


def write_table(folder: Path, *rows: str, columns: str = "video source pipelines categories licence") -> Path:
    """Write videos.tsv and a config that names it; `rows` separate their columns by blanks, `-` leaves one empty."""
    lines = ["\t".join(columns.split()), *("\t".join("" if f == "-" else f for f in row.split()) for row in rows)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "videos.tsv").write_text("\n".join(lines) + "\n")
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "config.yaml").write_text("videos: videos.tsv\n")
    return folder / "videos.tsv"
