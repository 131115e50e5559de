"""The fingerprint of a source: what tells that other bytes lie there, without reading all of them.

It is computed by the process that plans, of every film in the table. A film of any size costs 1 MB of reading once, and
nothing while its size, its time and its place on disk stay the same. An edit that keeps the size and lies outside the
blocks is not seen; the table's `sha256`, `snakemake check` and `make verify-sources` see it.
"""

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

BLOCKS, BLOCK = 16, 1 << 16  # evenly spaced, the first and the last included


def take_fingerprint(place: str | Path, notes: str | Path | None = None) -> str:
    """The size of a file and a digest of some blocks of it; of a folder, of its files' names, sizes and some of them.

    What was found is remembered in the file `notes`, by path, size, time (ns) and inode. Empty where nothing is there.
    """
    place = Path(place)
    if place.is_dir():
        return _of_folder(place, notes)
    try:
        about = place.stat()
    except OSError:
        return ""
    mark = f"{place.absolute()}\t{about.st_size}\t{about.st_mtime_ns}\t{about.st_ino}"
    known = _known(notes) if notes else {}
    if mark not in known:
        known[mark] = _of_file(place, about.st_size)
        if notes:
            _remember(Path(notes), mark, known[mark])
    return known[mark]


def _of_file(path: Path, size: int) -> str:
    if not path.is_file():  # to open a pipe would wait for somebody to write
        return ""
    digest = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as file:
            for start in _starts(size):
                file.seek(start)
                digest.update(file.read(BLOCK))
    except OSError as error:  # which the job that takes it in will report
        return f"{size}-{error.errno}"
    return f"{size}-{digest.hexdigest()[:32]}"


def _starts(size: int) -> list[int]:
    if size <= BLOCKS * BLOCK:
        return list(range(0, size, BLOCK))
    return [(size - BLOCK) * place // (BLOCKS - 1) for place in range(BLOCKS)]


def _of_folder(folder: Path, notes: str | Path | None) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(folder).as_posix()}={path.stat().st_size}\n".encode())
    texts = [path for path in files if path.suffix in (".txt", ".ini")]
    pictures = [path for path in files if path not in set(texts)]
    step = max(1, len(pictures) // BLOCKS)
    for path in [*texts, *pictures[::step][:BLOCKS], *pictures[-1:]]:
        digest.update(take_fingerprint(path, notes).encode())
    return f"{len(files)}-{digest.hexdigest()[:32]}"


@cache
def _known(notes: str | Path) -> dict[str, str]:
    """What was found before, by path, size, time and inode; the latest line counts."""
    try:
        lines = Path(notes).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return dict(line.rsplit("\t", 1) for line in lines if line.count("\t") == 4)


def _remember(notes: Path, mark: str, found: str) -> None:
    """Add a line; whoever can't write asks the file again next time."""
    with suppress(OSError):
        notes.parent.mkdir(parents=True, exist_ok=True)
        with notes.open("ab") as file:
            file.write(f"{mark}\t{found}\n".encode(errors="surrogateescape"))
