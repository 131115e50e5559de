"""Many hostile films through tracks, patches and flexpatch, and a table of what became of each: `make hostile`.

    python tests/campaign.py --films 150 --seed 0 --folder /somewhere/new

The films of tests/hostile.py come first, then as many damaged by chance as are wanted; a smaller number is a sample. A
film is wrong when its run fails, when a log of it ends in a traceback, or when it is not on record with a reason.
"""

import argparse
import csv
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

import numpy as np
from flow import Run, snakemake
from hostile import Film, films, mutant
from make_weights import columns, make_weights

from framewright.sources.fates import read_summary

PIPELINES = ("tracks", "patches", "flexpatch")
CONFIG = """\
videos: videos.tsv
pipelines: [tracks, patches, flexpatch]
sources: {probe: {seconds: 60, mebibytes: 1024}}
tracks: {dataset: Hostile, detector: {weights: w.onnx}, keep: {min_seconds: 0.2}}
flexpatch: {truth: detector, detector: {weights: w.onnx}, frames: 30, model: {compare: false}}
patches:
  base_frame_limit: 4
  min_file_size: 100
  max_retry_attempts: 2
  formats:
    tiny: {width: 24, height: 24, folder: Tiny}
    small: {width: 48, height: 36, folder: Small, suffix: _s}
  categories: {general: {path: G, formats: {tiny: 0.5, small: 0.5}}}
"""
GROWING = "growing"  # needs somebody who writes it


@dataclass(frozen=True)
class Outcome:
    """What became of a film: its status as a source, what each pipeline says of it, and what is wrong, if anything."""

    film: str
    status: str
    said: str
    wrong: str


def choose(count: int, seed: int) -> dict[str, Film]:
    """A campaign of `count` films: all of tests/hostile.py and films damaged by chance, or a sample of the former and
    as many of the latter."""
    known = {name: film for name, film in films(port=0).items() if name != GROWING}
    rng = np.random.default_rng(seed)
    names = list(known)
    if count < 2 * len(names):
        half = min(len(names), count if count > len(names) else -(-count * 2 // 3))
        names = [names[place] for place in sorted(rng.permutation(len(names))[:half])]
    chosen = {name: known[name] for name in names}
    if any("plain.mp4" in film.file or film.file == "link.mp4" for film in chosen.values()):
        chosen = {"plain": known["plain"]} | chosen
    for number in range(count - len(chosen)):
        film = mutant(seed, number)
        chosen[film.file.split(".")[0]] = film
    return chosen


def lay_out(study: Path, chosen: Mapping[str, Film]) -> None:
    """Make the films, their table and a configuration in a new folder."""
    (study / "config").mkdir(parents=True)
    (study / "config/config.yaml").write_text(CONFIG)
    make_weights(study / "w.onnx", columns((160, 120, 120, 90, 0.1, 0.9, 0.1)))
    rows = ["video\tsource\tpipelines\tcategories\tlicence"]
    for name, film in chosen.items():
        film.make(study / film.file)
        rows.append(f"{name}\t{film.file}\t{','.join(PIPELINES)}\tgeneral=1\tCC0-1.0")
    (study / "videos.tsv").write_text("\n".join(rows) + "\n")


def run(study: Path, cores: int, seconds: int, targets: tuple[str, ...] = PIPELINES) -> Run:
    """Run the pipelines; a film that fails does not stop the others."""
    return snakemake(study, "-q", "all", "--keep-going", "--", *targets, cores=cores, timeout=seconds)


def judge(study: Path, chosen: Mapping[str, Film], targets: tuple[str, ...] = PIPELINES) -> list[Outcome]:
    """What became of each film, from the records and logs of the study."""
    summary = study / "results/sources/summary.tsv"
    rows = read_summary(summary) if summary.is_file() else {}
    said: dict[str, dict[str, str]] = {name: {} for name in chosen}
    for pipeline in targets:
        path = study / f"results/{pipeline}/outcomes.tsv"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["video"] in said:
                said[row["video"]].setdefault(pipeline, row["reason"] or "ok")
    return [
        Outcome(
            name,
            rows.get(name, {}).get("status", "missing"),
            " ".join(f"{pipeline}={reason}" for pipeline, reason in said[name].items()),
            _find_wrong(study, name, film, rows.get(name, {}), said[name], targets),
        )
        for name, film in chosen.items()
    ]


def _find_wrong(
    study: Path,
    name: str,
    film: Film,
    row: Mapping[str, str],
    said: Mapping[str, str],
    targets: tuple[str, ...],
) -> str:
    for log in sorted((study / "logs").glob(f"*/{name}*")):
        files = [log] if log.is_file() else sorted(path for path in log.rglob("*") if path.is_file())
        if log.name.split(".")[0] == name and any("Traceback" in file.read_text(errors="replace") for file in files):
            return f"a traceback in logs/{log.relative_to(study / 'logs')}"
    if not row:
        return "not in the summary of sources"
    if film.status and row["status"] != film.status:
        return f"{row['status']} ({row['reason']}), not {film.status}"
    if film.words not in f"{row['reason']} {row['notes']}":
        return f"{row['reason'] or row['notes']!r} does not say {film.words!r}"
    if (row["status"] != "ok") != bool(row["reason"]):
        return f"{row['status']} with the reason {row['reason']!r}"
    lacking = [pipeline for pipeline in targets if pipeline not in said]
    return f"no outcome in {', '.join(lacking)}" if lacking else ""


def describe(outcomes: list[Outcome]) -> str:
    """The table for people, and its sum."""
    lines = [f"{own.film:<34} {own.status:<9} {own.said:<60.60} {own.wrong}".rstrip() for own in outcomes]
    wrong = sum(bool(own.wrong) for own in outcomes)
    kinds = ", ".join(f"{count} {status}" for status, count in Counter(own.status for own in outcomes).items())
    return "\n".join([*lines, f"{len(outcomes)} tried ({kinds}), {len(outcomes) - wrong} survived, {wrong} wrong"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=180, help="how many (default: 180)")
    parser.add_argument("--seed", type=int, default=0, help="of those damaged by chance, and of a sample (default: 0)")
    parser.add_argument("--cores", type=int, default=2, help="of the run (default: 2)")
    parser.add_argument("--seconds", type=int, default=7200, help="that the run may take (default: 7200)")
    parser.add_argument("--pipelines", nargs="+", default=list(PIPELINES), help="to run (default: all three)")
    parser.add_argument("--folder", type=Path, help="work in this new folder and leave it there")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="framewright-hostile-"))
    chosen = choose(options.films, options.seed)
    try:
        lay_out(folder, chosen)
        result = run(folder, options.cores, options.seconds, tuple(options.pipelines))
        outcomes = judge(folder, chosen, tuple(options.pipelines))
        print(describe(outcomes))
        print("the run ended well" if result.status == 0 else f"the run failed:\n{result.text[-3000:]}")
        sys.exit(result.status != 0 or any(own.wrong for own in outcomes))
    finally:
        if not options.folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
