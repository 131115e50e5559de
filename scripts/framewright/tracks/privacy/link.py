"""The checked source of a video under a name that says what it is."""

import os
from pathlib import Path


def link_file(source: str | Path, target: Path) -> None:
    """Make `target` a link to `source`, relative to the link's folder, so that the results can be moved as a whole."""
    target.symlink_to(os.path.relpath(Path(source).absolute(), target.absolute().parent))
