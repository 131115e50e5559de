"""Logs and benchmarks of what succeeded in a bucket, in one archive: else each video would leave a score of files."""

import tarfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from framewright.study import job

FOLDERS = ("logs", "benchmarks")  # below the study's


def pack_logs(study: Path, archive: Path, rules: Iterable[str], videos: Iterable[str]) -> int:
    """Move the logs and benchmarks that these rules left of these videos into an archive; how many files that were.

    What an earlier phase put there stays, but for the logs of jobs that ran again.
    """
    files = {path.relative_to(study).as_posix(): path for path in _list_files(study, list(rules), list(videos))}
    if not files:
        return 0
    with job.whole(archive) as partial, tarfile.open(partial, "w:gz") as target:
        if archive.exists():
            with tarfile.open(archive) as before:
                for member in before:
                    if member.name not in files:
                        target.addfile(member, before.extractfile(member))
        for name, path in sorted(files.items()):
            target.add(path, name)
    for path in files.values():
        path.unlink(missing_ok=True)
        with suppress(OSError):  # there are others in it
            path.parent.rmdir()
    return len(files)


def _list_files(study: Path, rules: list[str], videos: list[str]) -> Iterator[Path]:
    for folder in FOLDERS:
        for rule in rules:
            place = study / folder / rule
            for video in videos if place.is_dir() else ():
                found = [*(place / f"{video}{ending}" for ending in (".log", ".tsv")), *(place / video).glob("*")]
                yield from (path for path in found if path.is_file())
