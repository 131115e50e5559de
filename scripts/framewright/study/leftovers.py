"""What a study has on disk and asks for no more: of videos that left the table, or of an earlier configuration.

Only what Snakemake has on record as made here is ever removed: never a film, a table, a configuration or a picture that
a person put there.
"""

import os
import shutil
import subprocess
import tempfile
from base64 import urlsafe_b64decode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from framewright.errors import UserError
from framewright.study.bucket_jobs.mode import plan_videos
from framewright.study.buckets import list_folders
from framewright.study.manifest import OURS_TO_SKIP
from framewright.study.record import read_record, write_record

ON_DEMAND = {"tracks_npy", "tracks_detector", "flexpatch_pretrain"}  # rules whose results no target asks for
SHARED = ("sources", "overview", "cards")  # targets beside those of the pipelines


@dataclass(frozen=True)
class Made:
    """A file or folder that a job of this study made, with its rule and its logs, as Snakemake has it on record."""

    path: str
    rule: str
    logs: tuple[str, ...] = ()


def list_outputs(python: str, snakefile: str, options: Sequence[str], targets: Sequence[str]) -> dict[str, str]:
    """The rule of each file and folder that the study in the current folder asks for by these targets.

    `python` is an interpreter that has Snakemake. Nothing is made or read but the records of what was made.
    """
    command = [python, "-m", "snakemake", "--snakefile", snakefile, "--cores", "1", "--nolock", "--quiet", "all"]
    command += ["--summary", *options, "--", *targets]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=plan_videos(os.environ))
    header, *lines = done.stdout.splitlines() or [""]
    if done.returncode or not header.startswith("output_file\t"):
        raise UserError(f"{snakefile}: Snakemake can't tell what belongs to it: {done.stderr[-2000:]}{header}")
    cells = (line.split("\t") for line in lines)
    return {row[0]: row[2] for row in cells if len(row) > 2}


def list_study_outputs(python: str, snakefile: str, config: Mapping[str, Any]) -> dict[str, str]:
    """The rule of each file and folder that the study in the current folder asks for under a complete configuration."""
    pipelines = sorted(path.parent.name for path in Path(__file__).parents[1].glob("*/settings.py"))
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        write_record(file.name, config)
        return list_outputs(python, snakefile, ["--configfile", file.name], list_targets("results", pipelines))


def list_targets(results: str | Path, pipelines: Iterable[str]) -> list[str]:
    """The targets to ask for: the shared ones, and of each pipeline that has made anything its own."""
    return [*SHARED, *(word for word in pipelines if Path(results, word).is_dir())]


def read_made(snakemake: str | Path) -> Iterator[Made]:
    """What is on record in the folder .snakemake of a study, and in those of its buckets."""
    for folder in (Path(study, Path(snakemake).name) for study in list_folders(Path(snakemake).parent)):
        yield from _read_made(folder / "metadata")


def _read_made(folder: Path) -> Iterator[Made]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            code = "".join(part.removeprefix("@") for part in path.relative_to(folder).parts)
            known = read_record(path)
            yield Made(urlsafe_b64decode(code).decode(), known.get("rule") or "", tuple(known.get("log") or ()))
        except ValueError:
            continue  # not a record, or one of an interrupted run


def find_leftovers(
    made: Iterable[Made], outputs: Mapping[str, str], on_demand: Collection[str] = ON_DEMAND
) -> list[Made]:
    """Of what was made that which is still there and belongs to nothing; `outputs` are asked for.

    What a rule made on demand belongs to its video as long as its pipeline works on that one. A log that also tells of
    something asked for belongs to that.
    """
    made = list(made)
    living = {log for one in made if one.path in outputs for log in one.logs}
    words = {(*Path(path).parts[1:2], part) for path in outputs for part in _words_of(path)}
    found = []
    for one in made:
        if one.path in outputs or not os.path.lexists(one.path) or Path(one.path).is_absolute():
            continue
        if one.rule in on_demand and _has_its_video(one, words):
            continue
        found.append(replace(one, logs=tuple(log for log in one.logs if log not in living)))
    return sorted(found, key=lambda one: one.path)


def find_strangers(
    folders: Iterable[str | Path], outputs: Collection[str], made: Collection[str], kept: Collection[str] = ()
) -> list[str]:
    """The files in these folders that nobody asks for and no job here has made; none of those in the folders `kept`."""
    owned = {*outputs, *made, *kept}
    found = []
    for folder in folders:
        for place, names, files in os.walk(folder):
            names[:] = sorted(name for name in names if Path(place, name).as_posix() not in owned)
            paths = (Path(place, name).as_posix() for name in sorted(files) if not OURS_TO_SKIP.fullmatch(name))
            found += [path for path in paths if path not in owned]
    return found


def remove_leftovers(leftovers: Iterable[Made]) -> int:
    """Remove leftovers with their logs and benchmarks, and folders that are empty then; how many files that were.

    Of a link the link is removed, never what it leads to.
    """
    count = 0
    for one in leftovers:
        for path in (one.path, *_notes_of(one)):
            count += _remove(Path(path))
    return count


def count_files(made: Made) -> tuple[int, int]:
    """How many files a leftover holds, and their bytes on disk; a link counts for itself alone."""
    path = Path(made.path)
    if path.is_dir() and not path.is_symlink():
        sizes = [(Path(place) / name).lstat().st_size for place, _, names in os.walk(path) for name in names]
        return len(sizes), sum(sizes)
    return 1, path.lstat().st_size


def _words_of(path: str) -> set[str]:
    """What may be the name of a video in a path: each of its parts, also without ending."""
    parts = Path(path).parts[2:]
    return {*parts, *(part.split(".")[0] for part in parts)}


def _has_its_video(one: Made, words: Collection[tuple[str, ...]]) -> bool:
    parts = Path(one.path).parts
    return len(parts) < 4 or parts[2] not in ("npy",) or (parts[1], parts[3]) in words


def _notes_of(one: Made) -> list[str]:
    logs = [log for log in one.logs if not Path(log).is_absolute()]
    return [*logs, *(f"benchmarks{log.removeprefix('logs').removesuffix('.log')}.tsv" for log in logs)]


def _remove(path: Path) -> int:
    if path.is_dir() and not path.is_symlink():
        count = sum(len(names) for _, _, names in os.walk(path))
        shutil.rmtree(path)
    elif os.path.lexists(path):
        count = 1
        path.unlink()
    else:
        return 0
    for folder in path.parents:
        if len(folder.parts) < 2 or not folder.is_dir() or any(folder.iterdir()):
            break
        folder.rmdir()
    return count
