"""Files that are here already: linked, never copied."""

import os
import stat
from pathlib import Path

from framewright.sources.outcome import Dead, Fetched, check_file


def link(source: str | Path, target: Path, *, study: Path | None = None, sha256: str | None = None) -> Fetched:
    """Make `target` a link to `source`; its bytes are read only to check a sha256.

    The link is relative where `source` lies in the folder of the study (default: the working directory), so that films
    move with their study.

    Raises Dead when there is no such file, when it is no plain file, holds nothing, or may not be read.
    """
    study = study or Path.cwd()
    source = study / source
    try:
        if not stat.S_ISREG(source.stat().st_mode):  # opening a pipe would wait for somebody to write
            raise Dead("not-video", f"{source} is a folder, a pipe or a device; give a file")
        with source.open("rb") as file:
            empty = not file.read(1)
        if empty:
            raise Dead("empty", f"{source} has 0 bytes")
        digest = check_file(source, sha256) if sha256 else None
    except FileNotFoundError as error:
        raise Dead("gone", f"{source} does not exist") from error
    except OSError as error:
        raise Dead("forbidden", f"{source} cannot be read ({error.strerror})") from error
    inside = all(Path(os.path.normpath(study / path)).is_relative_to(study) for path in (source, target))
    target.symlink_to(os.path.relpath(source, (study / target).parent) if inside else source)
    return Fetched(source.stat().st_size, digest)
