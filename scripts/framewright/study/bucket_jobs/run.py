"""One phase of a bucket in one job: Snakemake runs on the job's cores, with bookkeeping of the bucket's own.

The bucket's folder holds links to all that lies in the study's, and a .snakemake. So paths are those of the study, and
buckets that run at once share nothing but folders.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framewright.errors import PassingError, UserError
from framewright.study import certain, job
from framewright.study.bucket_jobs import lease
from framewright.study.bucket_jobs.pack import pack_logs
from framewright.study.bucket_jobs.stamps import Crash, Stamp, add_crash, join_stamps
from framewright.study.buckets import FOLDER
from framewright.study.cluster.needs import count_frames
from framewright.study.cluster.site import to_minutes
from framewright.study.messages import read_tail
from framewright.study.monitor.events import PLACE
from framewright.study.monitor.run import EventReader
from framewright.study.record import write_record

CRASHES, PACKED = ".framewright/crashes", "logs/packed"  # below the study's
CONFIG = "framewright.json"  # in a bucket's folder, the complete configuration
TARGET = "buckets_videos"  # the rule that collects what a phase makes
SHARED = ("results", "logs", "benchmarks")  # that all buckets write into
GO_ON = 75  # exit status: the time is nearly over, the next attempt goes on
PLACES = 4  # jobs that share a GPU: one alone starves it while it decodes
MARGIN, SHARE = 900.0, 0.25  # seconds before the limit at which no job is begun any more, and the most of the whole
# How the Snakemake inside knows what it is for. Whoever plans a study knows none of these.
BUCKET, PHASE, ASKED, WITHOUT = (f"FRAMEWRIGHT_{name}" for name in ("BUCKET", "PHASE", "ASKED", "WITHOUT"))


@dataclass(frozen=True)
class Phase:
    """What a job is to do: a phase of a bucket, for pipelines that `+` joins, of these videos, by these rules."""

    bucket: str
    phase: str
    asked: str
    videos: Sequence[str]
    rules: Sequence[str]
    probe: str  # the pattern of the videos' probes
    outside: Sequence[str]  # sources that begin with ../

    @property
    def name(self) -> str:
        """Its path below the folder of crashes."""
        return f"{self.asked}/{self.phase}/{self.bucket}"


@dataclass(frozen=True)
class Means:
    """What a job has: cores, megabytes, its attempt of so many, and how to call Snakemake."""

    cores: int
    megabytes: int
    attempt: int
    attempts: int
    python: str
    snakefile: Path
    options: tuple[str, ...] = ()
    retries: int = 0


def run_phase(
    phase: Phase, means: Means, before: Iterable[str | Path], config: Mapping[str, Any], log: logging.Logger
) -> Stamp:
    """Run a phase of a bucket to its end, and say which videos crashed; `before` are the stamps of earlier phases.

    Exits with GO_ON where the job's time is nearly over. A PassingError where something failed that may pass, and
    there is another attempt; what crashed in the last one is left out, and the rest is completed without it.
    """
    study = Path.cwd()
    folder = prepare_folder(study, phase.bucket, phase.outside)
    holder = lease.describe_this(os.environ)
    lease.take_lease(folder, holder, lease.is_living)
    try:
        crashed = dict(join_stamps(before).crashed)
        with job.whole(folder / CONFIG) as path:
            write_record(path, config)
        stop = Stop(read_time_left(os.environ, time.monotonic()))
        while (new := _run_once(folder, study, phase, means, sorted(crashed), stop, log)) is not None:
            crashed |= new
        succeeded = [video for video in phase.videos if video not in crashed]
        pack_logs(study, study / PACKED / phase.phase / f"{phase.bucket}.tar.gz", phase.rules, succeeded)
    finally:
        lease.give_back(folder, holder)
    if crashed:
        add_crash(study / CRASHES, phase.name)
    counted = (count_frames(phase.probe.format(video=video)) for video in phase.videos)
    return Stamp(crashed, sum(frames or 0 for frames in counted))


def prepare_folder(study: Path, bucket: str, outside: Iterable[str] = ()) -> Path:
    """The bucket's folder, with a link to each entry of the study's folder that is not hidden, and to what sources
    outside of it begin with."""
    folder = study / FOLDER / bucket
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHARED:
        (study / name).mkdir(exist_ok=True)
    wanted = {entry.name for entry in study.iterdir() if not entry.name.startswith(".")}
    for entry in folder.iterdir():
        if entry.is_symlink() and entry.name not in wanted:
            entry.unlink()
    for name in sorted(wanted):
        _link(folder / name, f"../../../{name}")
    for source in outside:
        parts = Path(source).parts
        up = next(place for place, part in enumerate(parts) if part != "..")
        if up > 2:
            raise UserError(f"{source}: too far outside of the study for jobs of buckets; give an absolute path")
        above = folder.parents[up - 1]
        _link(above / parts[up], os.path.relpath(study.joinpath(*parts[: up + 1]), above))
    return folder


def compose_command(phase: Phase, means: Means, environment: Mapping[str, str]) -> list[str]:
    """The call of Snakemake inside a bucket's folder."""
    profile = means.snakefile.parent / "profiles/default"
    gpus = len(list(filter(None, environment.get("CUDA_VISIBLE_DEVICES", "").split(","))))
    places = min(means.cores, PLACES * max(1, gpus))
    return [
        *(means.python, "-m", "snakemake", "--snakefile", str(means.snakefile), "--configfile", CONFIG),
        *("--profile", "none", "--workflow-profile", str(profile), "--executor", "local"),
        *("--cores", str(means.cores), "--retries", str(means.retries), "--nolock", "--keep-going"),
        *("--resources", f"mem_mb={means.megabytes}", f"gpu={places}", "downloads=1", *means.options),
        *("--allowed-rules", TARGET, *phase.rules, "--", TARGET),
    ]


def compose_environment(
    environment: Mapping[str, str], phase: Phase, study: Path, without: Sequence[str]
) -> dict[str, str]:
    """The environment of the Snakemake inside: clean of what its caller says of itself."""
    kept = {name: value for name, value in environment.items() if name not in (job.RUN, "SNAKEMAKE_PROFILE")}
    known = {BUCKET: phase.bucket, PHASE: phase.phase, ASKED: phase.asked, job.STUDY: str(study)}
    return kept | known | {WITHOUT: json.dumps(list(without))}


def read_time_left(environment: Mapping[str, str], now: float) -> float | None:
    """When (of the monotonic clock) no job may be begun any more; None where a job may take what it takes."""
    if not (number := environment.get("SLURM_JOB_ID")):
        return None
    asked = ("squeue", "--noheader", "--jobs", number, "--format=%L")
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return None
    left = to_seconds(said)
    return None if left is None else now + left - min(MARGIN, SHARE * left)


def to_seconds(left: str) -> float | None:
    """Seconds of what Slurm writes as `1-02:03:04`, `2:03:04` or `3:04`; None of what is no time."""
    if (minutes := to_minutes(left)) is None:
        return None
    return 60.0 * minutes + int(left.rpartition(":")[2])


class Stop:
    """Ends a Snakemake gently, at a time or when this process is asked to end: what runs is finished, nothing begun."""

    def __init__(self, at: float | None = None) -> None:
        self.at, self.asked = at, False
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, self._ask)

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for a process; its exit status."""
        told = False
        while True:
            try:
                return process.wait(1.0)
            except subprocess.TimeoutExpired:
                self.asked = self.asked or (self.at is not None and time.monotonic() >= self.at)
            if self.asked and not told:
                process.send_signal(signal.SIGTERM)
                told = True

    def _ask(self, number: int, frame: Any) -> None:
        self.asked = True


def _run_once(
    folder: Path, study: Path, phase: Phase, means: Means, without: list[str], stop: Stop, log: logging.Logger
) -> dict[str, Crash] | None:
    """Run Snakemake in a bucket's folder; None where all is made, else what crashed for good."""
    command = compose_command(phase, means, os.environ)
    environment = compose_environment(os.environ, phase, study, without)
    process = subprocess.Popen(command, cwd=folder, env=environment)
    status = stop.wait(process)
    if status == 0:
        return None
    if stop.asked:
        log.info("the time of this job is nearly over: the next attempt goes on")
        sys.exit(GO_ON)
    run = EventReader(folder / PLACE).read()
    failed = run.failures() if run is not None and run.pid == process.pid else []
    crashes = {
        failure.wildcards["video"]: Crash(
            failure.rule, "".join(read_tail(folder / failure.log)[-1:]).removeprefix("error: ")
        )
        for failure in failed
        if "video" in failure.wildcards
    }
    apart = [failure.name for failure in failed if "video" not in failure.wildcards]
    if apart or not crashes:
        raise PassingError(f"bucket {phase.bucket}: {', '.join(apart) or 'Snakemake'} failed; its log is above")
    begin = os.environ.get(job.BEGIN, "")
    passing = [failure.name for failure in failed if certain.recall(failure.log, begin, folder) is None]
    named = "; ".join(f"{video}: {crash.rule}: {crash.message}" for video, crash in sorted(crashes.items()))
    log.info("crashed: %s", named)
    if passing and means.attempt < means.attempts:
        raise PassingError(f"bucket {phase.bucket}: {', '.join(passing)} failed; the next attempt tries again")
    return crashes


def _link(place: Path, target: str) -> None:
    if place.is_symlink() and str(place.readlink()) == target:
        return
    if place.is_symlink():
        place.unlink()
    if os.path.lexists(place):
        return  # something of the bucket's own, such as what a person put there
    place.symlink_to(target)
