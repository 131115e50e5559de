"""The MANIFEST: each final artifact of a study with its size, its sha256 and the rule that made it."""

import hashlib
import logging
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from framewright.errors import UserError
from framewright.study.volatile import is_volatile

VOLATILE = "volatile"  # stands for the sha256 of a file whose bytes differ from run to run
OURS_TO_SKIP = re.compile(r"\.snakemake_timestamp|\..*\.\d+\.partial(\..*)?")
THREADS = 4  # that read files at once
PROGRESS = 10**9  # bytes between two lines of the log


class Artifact(NamedTuple):
    """A row of the MANIFEST; `bytes` is None and `sha256` says so where the file is volatile."""

    path: str
    bytes: int | None
    sha256: str
    made_by: str


Digests = dict[str, str]  # sha256 by `stamp`


def files_of(artifact: str) -> list[str]:
    """The files that an artifact consists of: itself, or all files in a folder and the folders in it, sorted.

    A link is listed as a file under its name, with the bytes that it leads to. What Snakemake or a killed job left
    there is not counted. Where there is nothing, the list is empty.
    """
    if not Path(artifact).is_dir():
        return [artifact] if os.path.lexists(artifact) else []
    return sorted(
        (Path(folder) / name).as_posix()
        for folder, _, names in os.walk(artifact, followlinks=True)
        for name in names
        if not OURS_TO_SKIP.fullmatch(name)
    )


def list_artifacts(
    artifacts: Iterable[str], makers: Mapping[str, Iterable[str]], known: Digests, log: logging.Logger
) -> tuple[list[Artifact], Digests]:
    """The rows of the MANIFEST, sorted by path, and the digests to know the next time.

    `makers` holds, by rule, regular expressions of what it makes; `known` the digests of the time before. Of a file
    that is as it was, in size, time and place, the digest is believed and the file not read.
    """
    rule_of = {file: find_maker(artifact, makers) for artifact in artifacts for file in files_of(artifact)}
    paths = [path for path in sorted(rule_of) if not is_volatile(path)]
    marks = {path: read_stamp(path) for path in paths}
    hashed = _hash_each_once(paths, [path for path in paths if marks[path] not in known], log)
    digests = {marks[path]: known.get(marks[path]) or hashed[_inode(path)] for path in paths}
    rows = [
        Artifact(path, _stat(path).st_size, digests[marks[path]], rule_of[path])
        if path in marks
        else Artifact(path, None, VOLATILE, rule_of[path])
        for path in sorted(rule_of)
    ]
    return rows, digests


def _hash_each_once(paths: Sequence[str], unknown: Sequence[str], log: logging.Logger) -> dict[tuple[int, int], str]:
    """The sha256 of unknown files by their place on disk. A file with several names is read once.

    Hashing releases Python's lock, so a few threads read at once.
    """
    first = {_inode(path): path for path in reversed(unknown)}
    found, done, total = {}, 0, sum(_stat(path).st_size for path in first.values())
    with ThreadPoolExecutor(THREADS) as pool:
        for place, digest in zip(first, pool.map(sha256_of, first.values()), strict=True):
            found[place] = digest
            size = _stat(first[place]).st_size
            if done // PROGRESS < (done + size) // PROGRESS:
                log.info(
                    "%s of %s files, %.1f of %.1f GB",
                    f"{len(found):,}",
                    f"{len(paths):,}",
                    (done + size) / 1e9,
                    total / 1e9,
                )
            done += size
    return found


def _inode(path: str) -> tuple[int, int]:
    about = _stat(path)
    return about.st_dev, about.st_ino


def find_maker(artifact: str, makers: Mapping[str, Iterable[str]]) -> str:
    """The rule one of whose patterns is the artifact's path; nothing where no rule makes it."""
    return next(
        (rule for rule, patterns in makers.items() if any(re.match(pattern, artifact) for pattern in patterns)), ""
    )


def sha256_of(path: str) -> str:
    """The sha256 of a file in small hexadecimal digits; the file is read in pieces."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); delete it and run again") from error


def read_stamp(path: str) -> str:
    """What changes when a file is written: its place on disk, its size and its time (ns); all its names share it."""
    about = _stat(path)
    return f"{about.st_dev}:{about.st_ino}\t{about.st_size}\t{about.st_mtime_ns}"


def write_manifest(path: str | Path, rows: Iterable[Artifact]) -> None:
    """Write the MANIFEST; the same rows give the same bytes."""
    lines = ["\t".join(Artifact._fields)]
    for row in rows:
        if not row.path.isprintable():
            raise UserError(f"{row.path!r}: a name with control characters has no place in {path}; rename or delete it")
        lines.append("\t".join("" if cell is None else str(cell) for cell in row))
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_manifest(path: str | Path) -> list[Artifact]:
    """The rows of the MANIFEST in `path`."""
    try:
        header, *rows = (line.split("\t") for line in Path(path).read_text(encoding="utf-8").split("\n")[:-1])
        if tuple(header) != Artifact._fields:
            raise ValueError(f"its columns are not {', '.join(Artifact._fields)}")
        return [Artifact(name, int(size) if size else None, sha256, rule) for name, size, sha256, rule in rows]
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is none; run snakemake first") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not a MANIFEST ({error}); delete it and run snakemake") from error


def join_parts(rows: Iterable[Artifact], parts: Iterable[str | Path]) -> list[Artifact]:
    """These rows and those of the buckets' lists, sorted by path."""
    return sorted([*rows, *(row for path in parts for row in read_manifest(path))], key=lambda row: row.path)


def read_digests(folder: str | Path) -> Digests:
    """The digests that were written in `folder`; none where there is nothing readable: they are safe to lose."""
    lines: list[str] = []
    for path in sorted(Path(folder).glob("*.tsv")):
        with suppress(OSError, ValueError):
            lines += path.read_text(encoding="utf-8").splitlines()
    pairs = (line.rpartition("\t") for line in lines)
    return {mark: digest for mark, _, digest in pairs if re.fullmatch("[0-9a-f]{64}", digest)}


def write_digests(path: str | Path, digests: Digests) -> None:
    """Write the digests, a line each."""
    Path(path).write_text("".join(f"{mark}\t{digest}\n" for mark, digest in digests.items()), encoding="utf-8")


def _stat(path: str) -> os.stat_result:
    try:
        return Path(path).stat()
    except OSError as error:
        raise UserError(f"{path}: a broken link ({error.strerror}); delete it and run again") from error
