"""One of MNIST's files from the web."""

import logging
from pathlib import Path

from framewright.errors import UserError
from framewright.sources.http import Limits, download
from framewright.sources.outcome import Fetched, SourceError, without_password


def fetch(
    place: str, name: str, path: Path, unfinished: Path, *, limits: Limits, log: logging.Logger, sha256: str | None
) -> Fetched:
    """Get the file `name` at the address `place`; a UserError says in one line why it can't be had."""
    address = f"{place.rstrip('/')}/{name}"
    try:
        return download(address, path, unfinished, limits=limits, log=log, sha256=sha256)
    except SourceError as error:
        remedy = "mend videomnist.digits or videomnist.sha256, or give a folder that has the file"
        raise UserError(f"{without_password(address)}: {error}; {remedy}") from error
