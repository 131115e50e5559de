"""Go on with a study whose run was killed: what `make resume` and, with --cancel, `make slurm-resume` run.

The lock that the killed run left is removed, unless a process that lives holds it; then Snakemake is called as it was
called before, or with the arguments that are given. Jobs that the killed run left in a cluster's queue are cancelled
first where --cancel says so: they write where the next run writes.
"""

import argparse
import os
import shlex
import socket
import sys
from pathlib import Path

from framewright.errors import UserError
from framewright.study import lock
from framewright.study.cluster import queue, site
from framewright.study.monitor import tools

HOUSE = Path(__file__).parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cancel", action="store_true", help="cancel what is in Slurm's queue of a killed run")
    parser.add_argument("folder", type=Path, help="where the study is")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="of snakemake (default: as before)")
    options = parser.parse_args()
    try:
        if options.cancel:
            cancel(options.folder.resolve())
        command, place = resume(options.folder, options.arguments)
    except UserError as error:
        sys.exit(f"make {'slurm-' if options.cancel else ''}resume: {error}")
    print(f"going on: snakemake {shlex.join(command)}", file=sys.stderr, flush=True)
    os.chdir(place)
    os.execv(sys.executable, [sys.executable, "-m", "snakemake", "--snakefile", str(HOUSE / "Snakefile"), *command])


def cancel(folder: Path) -> None:
    """Cancel the study's jobs in Slurm's queue, unless a run is at work that waits for them."""
    host = socket.gethostname()
    if (holder := lock.head_of(folder, host)) is not None:
        where = "here" if holder.host == host else f"on {holder.host}, as far as this machine knows"
        raise UserError(
            f"{folder}: process {holder.pid} is at work {where}; end it with Ctrl+C, and it cancels its jobs"
        )
    if count := queue.cancel_jobs(site.name_of(folder), queue.call_slurm):
        print(f"cancelled {count:,} Slurm jobs of a run that was killed", file=sys.stderr)


def resume(folder: Path, arguments: list[str]) -> tuple[list[str], Path]:
    """Remove the lock that a killed run left in the folder; the arguments to call Snakemake with, and where."""
    queued = tools.parse_queue(tools.Tool(tools.QUEUE).answer(0.0, wait=20), folder.resolve())
    if queued:
        raise UserError(
            f"{folder}: {sum(queued.values())} of its jobs are in the cluster's queue; "
            "`make slurm-resume` cancels them, and goes on"
        )
    if lock.unlock(folder, socket.gethostname()):
        print("removed the lock of a run that was killed", file=sys.stderr)
    run = lock.last_run(folder)
    if arguments or run is None:
        return arguments or ["--cores", "all"], folder
    ours = ["--snakefile", str(HOUSE / "Snakefile")]  # of a run that was resumed before
    return run.command[2:] if run.command[:2] == ours else run.command, Path(run.cwd)


if __name__ == "__main__":
    main()
