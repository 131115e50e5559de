"""What a study of any size costs before its first job: one job that asks for its own rows, and the head that plans all.

Run by `make bench-scale`; `--rows 1 1000` limits the sizes. Goals are those of the design, and CPU seconds are counted,
so that a busy machine may run it. Everything is planned, nothing is made.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from house import rules, word_of

from framewright.study.bucket_jobs.mode import VARIABLE
from framewright.study.bucket_jobs.run import TARGET, Phase, compose_environment, prepare_folder
from framewright.study.buckets import bucket_of, in_bucket

ONE_FILE = {1: (3.0, 250), 1000: (3.0, 250), 4000: (3.0, 250), 64000: (3.0, 250)}  # CPU s, MB
HEAD = {1000: (None, None), 4000: (95.0, 1350)}
JOB_MS, JOBS_A_VIDEO = 2.3, 10  # metrics are the tenth
BUCKETS = {64000: (20.0, 400)}  # a head that plans whole buckets, 1,024 of them
BUCKET = (5.0, 400)  # the Snakemake in the job of one bucket


@dataclass(frozen=True)
class Cost:
    """What a command cost: CPU seconds, its greatest resident memory in MB, what it printed, its exit status."""

    seconds: float
    megabytes: float
    text: str
    status: int


def cost_of(folder: Path, *arguments: str, environment: Mapping[str, str] = os.environ) -> Cost:
    """Run Snakemake in `folder`, alone in a process, and count."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder)]
    command += ["--profile", "none", "--workflow-profile", str(ROOT / "profiles/default"), "--cores", "1", *arguments]
    printed = folder / "printed"
    with printed.open("wb") as file:
        child = os.posix_spawn(
            sys.executable,
            command,
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, file.fileno(), 1), (os.POSIX_SPAWN_DUP2, file.fileno(), 2)],
        )
        _, status, usage = os.wait4(child, 0)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed.read_text(), status)


def study_of(folder: Path, rows: int, buckets: int = 1) -> Path:
    """A study whose table has so many videos, which nobody fetches."""
    folder.mkdir(parents=True)
    lines = [f"v{number}\thttps://example.org/{number}.mp4\ttracks\t\tCC0-1.0" for number in range(rows)]
    (folder / "videos.tsv").write_text("\n".join(["video\tsource\tpipelines\tcategories\tlicence", *lines]) + "\n")
    (folder / "config").mkdir()
    (folder / "weights.onnx").touch()  # named, never opened
    choices = "videos: videos.tsv\npipelines: [tracks]\ntracks: {detector: {weights: weights.onnx}}\n"
    (folder / "config/config.yaml").write_text(f"{choices}buckets: {buckets}\n")
    return folder


def jobs_in(text: str) -> int:
    """The number of jobs that a plan has."""
    found = re.search(r"^total +(\d+)$", text, re.M)
    return int(found[1]) if found else 0


def row(*cells: object) -> bool:
    """Print a row of the table; whether its last cell is no "missed"."""
    print("\t".join(str(cell) for cell in cells), flush=True)
    return cells[-1] != "missed"


def verdict(measured: Cost, goal: tuple[float | None, float | None]) -> str:
    """Whether CPU seconds and memory are within the goal, if there is one."""
    seconds, megabytes = goal
    if measured.status:
        return "missed"
    if seconds is None or megabytes is None:
        return ""
    return "ok" if measured.seconds <= seconds and measured.megabytes <= megabytes else "missed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=sorted(ONE_FILE))
    parser.add_argument("--head", type=int, nargs="*", default=sorted(HEAD))
    parser.add_argument("--buckets", type=int, nargs="*", default=sorted(BUCKETS), help="videos, in 1,024 buckets")
    options = parser.parse_args()
    good = row("what", "rows", "CPU s", "MB", "jobs", "ms a job", "goal", "verdict")
    with tempfile.TemporaryDirectory() as place:
        for rows in options.rows:
            study, goal = study_of(Path(place, f"one-{rows}"), rows), ONE_FILE.get(rows, (3.0, 250.0))
            for what, arguments in (("one file", ()), ("a nested job", nested("sources_download"))):
                found = cost_of(
                    study, "-n", *arguments, "--", *([] if arguments else ["results/sources/v0/source.json"])
                )
                if found.status:
                    print(found.text[-2000:], file=sys.stderr)
                words = f"<= {goal[0]} s, {goal[1]} MB"
                good &= row(
                    what, rows, f"{found.seconds:.1f}", f"{found.megabytes:.0f}", "", "", words, verdict(found, goal)
                )
        for rows in options.head:
            study, limit = study_of(Path(place, f"head-{rows}"), rows), HEAD.get(rows, (None, None))
            found = cost_of(study, "-n", "-q", "all", "--", "tracks")
            jobs = jobs_in(found.text) or 1
            each = 1000 * found.seconds / jobs
            words = f"<= {limit[0]} s, {limit[1]} MB, {JOB_MS} ms, {JOBS_A_VIDEO} jobs a video" if limit[0] else ""
            told = verdict(found, limit)
            if told == "ok" and (each > JOB_MS or jobs > JOBS_A_VIDEO * rows + 50):
                told = "missed"
            cells = (f"{found.seconds:.1f}", f"{found.megabytes:.0f}", jobs, f"{each:.2f}", words, told)
            good &= row("the head plans tracks", rows, *cells)
        for rows in options.buckets:  # of a first run
            study = study_of(Path(place, f"buckets-{rows}"), rows, 1024)
            found = cost_of(study, "-n", "-q", "all", environment={**os.environ, VARIABLE: "yes"})
            good &= tell("the head plans buckets", rows, found, BUCKETS.get(rows, (None, None)))
            found = cost_of_bucket(study, rows)
            good &= tell("one of the buckets plans", rows, found, BUCKET)
    sys.exit(0 if good else 1)


def tell(what: str, rows: int, found: Cost, goal: tuple[float | None, float | None]) -> bool:
    """Print what a plan cost beside its goal."""
    if found.status:
        print(found.text[-2000:], file=sys.stderr)
    jobs = jobs_in(found.text)
    each = f"{1000 * found.seconds / jobs:.2f}" if jobs else ""
    words = f"<= {goal[0]} s, {goal[1]} MB" if goal[0] else ""
    cells = (f"{found.seconds:.1f}", f"{found.megabytes:.0f}", jobs, each, words, verdict(found, goal))
    return row(what, rows, *cells)


def cost_of_bucket(study: Path, rows: int) -> Cost:
    """What the Snakemake in a bucket's job costs before its first job, where all videos are fetched."""
    bucket = bucket_of("v0", 1024)
    for video in in_bucket((f"v{number}" for number in range(rows)), bucket):
        place = study / "results/sources" / video
        place.mkdir(parents=True)
        (place / "video").touch()
        (place / "source.json").touch()
    (study / "results/workflow/prompts").mkdir(parents=True)
    (study / "results/workflow/prompts/lvis.txt").touch()
    folder = prepare_folder(study, bucket)
    phase = Phase(bucket, "1-work", "sources+tracks+cards", [], list_rules(), "", [])
    environment = compose_environment(os.environ, phase, study, [])
    return cost_of(
        folder, "-n", "-q", "all", "--allowed-rules", TARGET, *phase.rules, "--", TARGET, environment=environment
    )


def list_rules() -> list[str]:
    """The rules of videos and buckets that a job of the first phase may run."""
    each = [rule for rule in rules(ROOT) if re.search(r"{+(video|bucket)}", rule.directives.get("output", ""))]
    words = ("sources", "tracks", "cards")
    return [
        rule.name
        for rule in each
        if word_of(rule.name) in words and "downloads=" not in rule.directives.get("resources", "")
    ]


def nested(rule: str) -> tuple[str, ...]:
    """The arguments with which a cluster's job asks for its one file."""
    return ("--mode", "remote", "--target-jobs", f"{rule}:video=v0", "--allowed-rules", rule, "--force")


if __name__ == "__main__":
    main()
