"""What became of a video that was asked for: got, dead, or worth another try."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from framewright.errors import PassingError, UserError
from framewright.study.record import read_record, write_record


class SourceError(UserError):
    """A video that could not be got: `reason` is one word, such as "gone", the message a sentence for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Dead(SourceError):
    """A permanent cause: asking again gives the same answer."""


class Passing(SourceError, PassingError):
    """A cause that may be gone in a minute or a day."""


@dataclass(frozen=True)
class Fetched:
    """What was put in place: bytes, sha256 of the file as it came (None: not read), address and format if known.

    `detail` says what a person should know of it, such as a gap that was filled.
    """

    bytes: int
    sha256: str | None = None
    url: str | None = None
    format: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class Outcome:
    """The record beside each video: `status` is "ok" or "dead"; `retry` says that a dead one may live again."""

    video: str
    source: str
    kind: str
    status: str
    reason: str | None
    detail: str
    retry: bool
    bytes: int
    sha256: str | None
    url: str | None
    format: str | None
    fingerprint: str | None = None  # of what lies outside the study; another one makes all that follows stale


def settle(
    get: Callable[[Path], Fetched],
    target: Path,
    *,
    video: str,
    source: str,
    kind: str,
    attempt: int = 1,
    attempts: int = 1,
    fingerprint: str | None = None,
) -> Outcome:
    """Let `get` put a video at `target` and say what became of it.

    A permanent cause is an outcome at once. A passing one is raised, so that the job fails and is tried again, until
    attempt number `attempts` (they count from 1), where it becomes an outcome too. Behind a dead outcome `target` is an
    empty file.
    """
    try:
        fetched, error = get(target), None
    except SourceError as failure:
        if isinstance(failure, Passing) and attempt < attempts:
            raise
        fetched, error = Fetched(0, detail=str(failure)), failure
        target.unlink(missing_ok=True)
        target.touch()
    return Outcome(
        video=video,
        source=without_password(source),
        kind=kind,
        status="dead" if error else "ok",
        reason=error.reason if error else None,
        retry=isinstance(error, Passing),
        fingerprint=fingerprint,
        **asdict(fetched),
    )


def write_outcome(path: str | Path, outcome: Outcome) -> None:
    """Write the record as JSON; the same outcome gives the same bytes."""
    write_record(path, asdict(outcome))


def read_outcome(path: str | Path) -> Outcome:
    """The record written in `path`."""
    try:
        return Outcome(**read_record(path))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{path}: not the record of a source ({error}); delete it and run again") from error


def check_file(path: Path, sha256: str | None) -> str:
    """The sha256 of the file at `path`, in small hexadecimal digits; Dead when another one was expected."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 and found != sha256.lower():
        raise Dead("checksum", f"the file's sha256 is {found}, not {sha256.lower()} as it should be")
    return found


def without_password(address: str) -> str:
    """The address without `user:password@`: records and cards are made to be shared."""
    return re.sub(r"^(https?://)[^/?#]*@", r"\1", address, flags=re.IGNORECASE)
