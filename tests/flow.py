"""Run the workflow as a user does, in a folder of its own, and say which jobs it ran."""

import multiprocessing
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from house import ROOT

CODE = (
    *("Snakefile", "rules", "scripts", "config", "envs", "profiles"),
    *("requirements.txt", "pyproject.toml", "CITATION.cff"),
)


@dataclass(frozen=True)
class Run:
    """How a run of Snakemake ended: exit status, everything it printed, and the jobs that it ran or would run.

    `bytes_read` counts what the head's main thread read, which plans and keeps records; not its jobs (Linux; else 0).
    """

    status: int
    text: str
    bytes_read: int = 0

    @property
    def jobs(self) -> dict[str, int]:
        """Number of jobs by rule, as the table of job stats says; empty when there was nothing to do."""
        table = re.search(r"^job +count\n-+ +-+\n(.*?)^total ", self.text, re.M | re.S)
        return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table[1], re.M)} if table else {}

    @property
    def rules(self) -> set[str]:
        """The rules that made something: without those that only collect."""
        return {rule for rule in self.jobs if "_" in rule}


def snakemake(folder: Path, *arguments: str, house: Path = ROOT, cores: int = 2, timeout: int = 1100) -> Run:
    """Run the workflow of `house` in the working directory `folder`, as the command line does.

    Snakemake is imported once and forked for each run: that saves three seconds each time, and there are many.
    """
    import snakemake.cli  # noqa: F401 (imported here so that the child need not)

    command = ["--snakefile", str(house / "Snakefile"), "--directory", str(folder), "--cores", str(cores), *arguments]
    printed, read = folder / ".printed", folder / ".read"
    child = multiprocessing.get_context("fork").Process(target=_child, args=(command, folder, printed, read))
    child.start()
    child.join(timeout)
    if child.is_alive():
        child.kill()
        raise TimeoutError(f"after {timeout} s: {printed.read_text()}")
    return Run(child.exitcode, printed.read_text(), int(read.read_text()))


def _child(command: list[str], folder: Path, printed: Path, read: Path) -> None:
    from snakemake import shell
    from snakemake.cli import main

    with printed.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    sys.modules[shell.__module__].STDOUT = sys.stdout  # what its jobs print on, as it was when pytest had it
    sys.argv[:] = ["snakemake", *command]  # as the workflow sees it
    os.chdir(folder)
    # the workflow finds its own library: the copy of a house must not meet the one that the tests imported
    for name in [name for name in sys.modules if name.split(".")[0] == "framewright"]:
        del sys.modules[name]
    sys.path[:] = [path for path in sys.path if Path(path) not in (ROOT / "scripts", ROOT / "tests")]
    before = _count_bytes_read()
    try:
        main(command)
    finally:
        read.write_text(str(_count_bytes_read() - before))


def _count_bytes_read() -> int:
    """The bytes that this thread has read by now (Linux; else 0); a whole process counts those of its children, too."""
    counts = Path("/proc/thread-self/io")
    return int(re.search(r"^rchar: (\d+)$", counts.read_text(), re.M)[1]) if counts.exists() else 0


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
