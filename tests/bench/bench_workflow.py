"""What the workflow itself costs: parsing beyond a bare Snakemake, and a dry run for 1,000 to 16,000 videos."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARSE_SECONDS, LINEAR = 1.0, 1.3


def cost(folder: Path, snakefile: Path, *arguments: str) -> tuple[float, float]:
    """CPU seconds and peak MB of one Snakemake process, measured from outside."""
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--snakefile",
        str(snakefile),
        "--directory",
        str(folder),
        "--cores",
        "1",
    ]
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"snakemake failed: {said[-2000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def table_of(folder: Path, count: int) -> None:
    """A study of `count` local videos that are all there; nothing is read in a dry run."""
    films = folder / "films"
    films.mkdir(parents=True)
    (films / "film.mp4").write_bytes(bytes(1000))
    rows = ["video\tsource\tpipelines\tcategories\tlicence"]
    for i in range(count):
        (films / f"{i}.mp4").symlink_to("film.mp4")
        rows.append(f"film-{i:05d}\tfilms/{i}.mp4\ttracks\t\tCC0-1.0")
    (folder / "videos.tsv").write_text("\n".join(rows) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, nargs="+", default=[1000, 4000, 16000])
    counts = parser.parse_args().videos
    missed = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Bare").write_text("rule all:\n    output: 'x'\n    shell: 'touch x'\n")
        bare = sorted(cost(folder, folder / "Bare", "--dry-run")[0] for _ in range(5))[2]
        ours = sorted(cost(folder, ROOT / "Snakefile", "--list-rules")[0] for _ in range(5))[2]
        print(f"parsing: bare Snakemake {bare:.2f} CPU-s, ours {ours:.2f}")
        print(f"beyond it: {ours - bare:.2f} CPU-s (target <= {PARSE_SECONDS})")
        if ours - bare > PARSE_SECONDS:
            missed.append("parsing")
        print(f"{'videos':>8} {'CPU-s':>8} {'MB':>7} {'ms/video':>9} {'KB/video':>9}")
        rates = []
        _, empty = cost(folder, ROOT / "Snakefile", "--list-rules")
        for count in counts:
            study = folder / str(count)
            table_of(study, count)
            seconds, megabytes = cost(
                study, ROOT / "Snakefile", "--dry-run", "--quiet", "--config", "videos=videos.tsv"
            )
            rates.append((seconds - ours) / count)
            each = 1024 * (megabytes - empty) / count
            print(f"{count:>8} {seconds:>8.1f} {megabytes:>7.0f} {1000 * rates[-1]:>9.2f} {each:>9.1f}")
        growth = rates[-1] / rates[0]
        print(f"seconds per video, {counts[-1]} against {counts[0]}: {growth:.2f} times (target <= {LINEAR}, linear)")
        if growth > LINEAR:
            missed.append("linear growth")
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
