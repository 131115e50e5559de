"""Prove that a study comes out the same each time: what `make verify` runs.

The study that is configured here is made in fresh folders, once with each number of cores, and once more while
Snakemake and its jobs are killed at random moments and the run is resumed. All must end with the same artifacts.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from framewright.errors import UserError
from framewright.study.manifest import OURS_TO_SKIP, VOLATILE, read_manifest
from framewright.study.volatile import drop_volatile

HOUSE = Path(__file__).parents[1]
MANIFEST = "results/MANIFEST.tsv"
MADE = ("results", "logs", "benchmarks", ".snakemake")
ALL, ALONE, A_JOB = KINDS = ("Snakemake and its jobs", "Snakemake alone", "a job")  # what is killed, in turn
LONGEST_DEATH = (
    60.0  # seconds in which all below a killed Snakemake must have ended; imports are slow on a busy machine
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2], help="a run for each of these (default: 1 2)")
    parser.add_argument("--kills", type=int, default=10, help="how many (default: 10)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments to kill at (default: 0)")
    parser.add_argument("--keep", type=Path, help="work in this new folder and leave it there")
    options = parser.parse_args()
    root = options.keep or Path(tempfile.mkdtemp(prefix="framewright-verify-"))
    try:
        verify(Path.cwd(), root, options.cores, options.kills, options.seed)
    except UserError as error:
        sys.exit(f"verify: {error}")
    finally:
        if not options.keep:
            shutil.rmtree(root)


def verify(study: Path, root: Path, cores: list[int], kills: int, seed: int) -> None:
    """Make the study in folders below `root`; a UserError says in what two of them differ, or what a kill left."""
    seconds, first = 0.0, (root / f"cores-{cores[0]}").resolve()
    for count in cores:
        folder = lay_out(study, root / f"cores-{count}")
        seconds = make(folder, count)
        print(f"made with {count} core{'s' * (count > 1)} in {seconds:.0f} s", flush=True)
        require_same(first, folder)
    rows = read_manifest(first / MANIFEST)
    what = f"{len(rows):,} artifacts, {sum(row.bytes or 0 for row in rows):,} bytes"
    print(f"identical: {what}", flush=True)
    if kills:
        folder = lay_out(study, root / "killed")
        for line in kill_and_resume(folder, cores[-1], kills, random.Random(seed), 1 + 2 * seconds / kills):
            print(line, flush=True)
        require_same(first, folder)
        print(f"identical after {kills} kills: {what}", flush=True)


def lay_out(study: Path, folder: Path) -> Path:
    """A folder to make the study in: everything of it that is not a result is there, as a link."""
    folder = folder.resolve()
    if folder.exists():
        raise UserError(f"{folder}: exists already; name a new folder")
    folder.mkdir(parents=True)
    for entry in study.iterdir():
        if entry.name not in MADE and not entry.name.startswith("."):
            (folder / entry.name).symlink_to(entry.absolute())
    return folder


def make(folder: Path, cores: int) -> float:
    """Run the workflow to its end and return the seconds that it took; a UserError shows how it failed."""
    begin = time.monotonic()
    process = start(folder, cores)
    try:
        finish(process, folder)
    finally:
        end(process)
    return time.monotonic() - begin


def start(folder: Path, cores: int, *arguments: str) -> subprocess.Popen:
    """Snakemake, as the leader of a process group of its own; a lock that a killed one left does not stop it."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", HOUSE / "Snakefile", "--cores", str(cores), "--nolock"]
    command += arguments
    with (folder / ".printed").open("ab") as printed:
        return subprocess.Popen(command, cwd=folder, stdout=printed, stderr=printed, start_new_session=True)


def finish(process: subprocess.Popen, folder: Path) -> None:
    """Wait for Snakemake to end; a UserError shows its last lines when it failed."""
    if process.wait():
        last = (folder / ".printed").read_text(errors="replace").splitlines()[-30:]
        raise UserError("\n".join([f"snakemake failed in {folder}:", *last]))


def kill_and_resume(
    folder: Path, cores: int, kills: int, chance: random.Random, longest: float, *targets: str
) -> Iterator[str]:
    """Make the study while something is killed `kills` times, each after `longest` seconds at most; a line for each.

    A UserError tells of a process that outlived its Snakemake, of a result that was written after the kill, and of
    temporary files that are there in the end. A run that ends before it could be killed is begun anew, and one that
    failed because of a killed job that is not tried again by itself is started once more.
    """
    process, done, struck = start(folder, cores, *targets), 0, False
    try:
        while done < kills:
            kind, delay = KINDS[done % len(KINDS)], chance.uniform(0, longest)
            victim = choose(process, kind, delay, chance)
            if victim is None and struck and process.wait():
                struck, process = False, start(folder, cores, *targets)
                continue
            if victim is None:
                finish(process, folder)
                forget(folder)
                process = start(folder, cores, *targets)
                continue
            strike(process, kind, victim)
            done, struck = done + 1, kind == A_JOB
            yield f"kill {done} of {kills}: {kind}, after {delay:.1f} s"
            if kind != A_JOB:
                require_silence(folder)
                process = start(folder, cores, *targets)
        if struck and process.wait():
            process = start(folder, cores, *targets)
        finish(process, folder)
    finally:
        end(process)
    if left := sorted(leftovers(folder)):
        raise UserError(f"{len(left)} temporary files are left, such as {left[0]}")


def strike(process: subprocess.Popen, kind: str, victim: psutil.Process) -> None:
    """Kill what is to be killed, and wait for its end."""
    if kind == ALL:
        end(process)
    else:
        with suppress(psutil.NoSuchProcess):
            victim.kill()
            victim.wait()


def end(process: subprocess.Popen) -> None:
    """Kill Snakemake and what belongs to its process group, where it has not ended."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def choose(process: subprocess.Popen, kind: str, delay: float, chance: random.Random) -> psutil.Process | None:
    """The process to kill after `delay` seconds, or None where the run ends before.

    Snakemake alone is killed while a job of it works: that job must notice.
    """
    begin = time.monotonic()
    while process.poll() is None:
        time.sleep(0.02)
        if time.monotonic() - begin < delay:
            continue
        with suppress(psutil.NoSuchProcess):
            snakemake = psutil.Process(process.pid)
            working = jobs(snakemake)
            if kind == ALL or working:
                return chance.choice(working) if kind == A_JOB else snakemake
    return None


def jobs(snakemake: psutil.Process) -> list[psutil.Process]:
    """The scripts that a Snakemake runs at this moment, by their process ids."""
    found = []
    for child in snakemake.children(recursive=True):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            found += [child] * any("/.snakemake/scripts/" in word for word in child.cmdline())
    return sorted(found, key=lambda child: child.pid)


def require_silence(folder: Path) -> None:
    """After a kill: what ran below Snakemake ends by itself, and the results stay as they are."""
    time.sleep(0.2)  # a signal arrives
    before, deadline = state(folder), time.monotonic() + LONGEST_DEATH
    while alive := [process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == str(folder)]:
        if time.monotonic() > deadline:
            raise UserError(
                f"process {alive[0].pid} ({' '.join(alive[0].cmdline())}) outlives the Snakemake that started it"
            )
        time.sleep(0.05)
    if written := before ^ state(folder):
        raise UserError(f"{min(written)[0]} was written after Snakemake was killed")


def state(folder: Path) -> set[tuple[str, int, int]]:
    """(path, size, time in ns) of each result's file. Temporary ones don't count: a dying job may still touch them."""
    paths = (path for path in (folder / "results").rglob("*") if not path.is_dir() and not is_temporary(path))
    files = ((path, path.lstat()) for path in paths)
    return {(str(path.relative_to(folder)), about.st_size, about.st_mtime_ns) for path, about in files}


def leftovers(folder: Path) -> Iterator[str]:
    """The temporary files among the results."""
    for path in (folder / "results").rglob("*"):
        if is_temporary(path) and not (path.is_dir() and ".unfinished" in path.parts):
            yield str(path.relative_to(folder))


def is_temporary(path: Path) -> bool:
    """Whether a file or folder is unfinished, and so no result."""
    kept = path.name == ".snakemake_timestamp"
    return ".unfinished" in path.parts or any(not kept and OURS_TO_SKIP.fullmatch(part) for part in path.parts)


def forget(folder: Path) -> None:
    for name in MADE:
        shutil.rmtree(folder / name, ignore_errors=True)


def require_same(one: Path, other: Path) -> None:
    """A UserError names the artifacts that two folders do not have in common, byte for byte where not volatile."""
    if differing := differences(one, other):
        shown = "".join(f"\n  {line}" for line in differing[:20])
        more = f"\n  and {len(differing) - 20} more" if len(differing) > 20 else ""
        raise UserError(f"{one} and {other} differ:{shown}{more}")


def differences(one: Path, other: Path) -> list[str]:
    """A line for each artifact that is only in one of two studies, or not the same in both."""
    ours, theirs = ({row.path: row for row in read_manifest(folder / MANIFEST)} for folder in (one, other))
    lines = []
    for path in sorted(ours.keys() | theirs.keys()):
        if path not in ours or path not in theirs:
            lines.append(f"{path}: only in {one if path in ours else other}")
        elif ours[path] != theirs[path]:
            lines.append(f"{path}: {ours[path].bytes} and {theirs[path].bytes} bytes, made by {ours[path].made_by}")
        elif (
            ours[path].sha256 == VOLATILE
            and len({drop_volatile(path, (f / path).read_bytes()) for f in (one, other)}) > 1
        ):
            lines.append(f"{path}: more differs than what is declared volatile")
    return lines


if __name__ == "__main__":
    main()
