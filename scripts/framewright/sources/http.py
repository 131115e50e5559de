"""Files behind http and https: resumed, bounded, checked."""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests
import urllib3

from framewright.errors import PassingError
from framewright.sources.outcome import Dead, Fetched, Passing, check_file, without_password
from framewright.study.progress import MEGABYTE, Progress, count_megabytes, report_nothing
from framewright.study.record import read_record, write_record

GONE = {404, 410}
FORBIDDEN = {401, 402, 403}
BUSY = {408, 425, 429, 503}
PACKED = {"gzip", "deflate", "br", "zstd"}
REDIRECTS = 10
LONGEST_PAUSE = 60.0  # seconds
SLOWEST = 1000  # bytes per second, over the time of a timeout
PIECE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Seconds to wait for a server, bytes to take at most, and how many tries in a row may bring nothing."""

    timeout: float = 30.0
    max_bytes: int = 50 * 10**9
    tries: int = 5


class _Interrupted(Passing):
    """Worth another try within this call, after `pause` seconds when the server named them."""

    def __init__(self, reason: str, detail: str, pause: float | None = None) -> None:
        super().__init__(reason, detail)
        self.pause = pause


def download(
    url: str,
    target: Path,
    unfinished: Path,
    *,
    limits: Limits,
    log: logging.Logger,
    sha256: str | None = None,
    progress: Progress = report_nothing,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Get the file at `url` to `target`, through the folder `unfinished`, where an interrupted one waits.

    Raises Dead for what will not change (gone, forbidden, geo, not-video, too-large, checksum, ...; the partial file is
    removed) and Passing for what may (network, busy, truncated, ...; the partial file stays). Resumes only what the
    server vouches for as the same file, by its ETag or Last-Modified.
    """
    data = unfinished / "data"
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        with requests.Session() as session:
            session.headers.update({"User-Agent": "framewright", "Accept": "*/*", "Accept-Encoding": "identity"})
            session.max_redirects = REDIRECTS
            session.hooks["response"].append(_skip_body_of_redirect)
            _download_whole(session, url, unfinished, limits, log, progress, sleep)
        fetched = Fetched(data.stat().st_size, check_file(data, sha256), url=without_password(url))
        data.replace(target)
    except Dead:
        shutil.rmtree(unfinished)
        raise
    except OSError as error:
        raise PassingError(
            f"{target}: cannot be written ({error.strerror}); mend that and run again to resume"
        ) from error
    shutil.rmtree(unfinished)
    return fetched


def _download_whole(
    session: requests.Session,
    url: str,
    unfinished: Path,
    limits: Limits,
    log: logging.Logger,
    progress: Progress,
    sleep: Callable[[float], None],
) -> None:
    fruitless, pause = 0, 1.0
    while True:
        before = _size(unfinished / "data")
        try:
            return _download_rest(session, url, unfinished, limits, progress)
        except _Interrupted as error:
            fruitless = 0 if _size(unfinished / "data") - before >= PIECE else fruitless + 1
            if fruitless >= limits.tries:
                raise
            pause = min(2 * pause, LONGEST_PAUSE) if fruitless > 1 else 1.0
            wait = pause if error.pause is None else min(error.pause, LONGEST_PAUSE)
            log.warning("%s; trying again in %g s", error, wait)
            sleep(wait)


def _download_rest(session: requests.Session, url: str, unfinished: Path, limits: Limits, progress: Progress) -> None:
    """One request: from where the partial file ends if the server vouches for it, else from the start."""
    data, state = unfinished / "data", unfinished / "state.json"
    validator = _validator_of(state, url)
    have = _size(data) if validator else 0
    rest = {"Range": f"bytes={have}-", "If-Range": validator} if have and validator else {}
    with _ask(session, url, rest, limits) as response:
        start, total = _span(response)
        if have and response.status_code == 416 and total == have:
            return
        if response.status_code in (206, 416) and (start != have or not have):
            state.unlink(missing_ok=True)
            raise _Interrupted("network", "the server sent another part of the file than was asked for")
        _raise_for_status(response)
        if total is not None and total > limits.max_bytes:
            raise Dead("too-large", f"the file has {total:,} bytes; at most {limits.max_bytes:,} are allowed")
        if response.status_code != 206:
            have = 0
            data.write_bytes(b"")  # before the state: a kill in between must not pair old bytes with a new validator
            write_record(state, {"url": url, "validator": _validator(response)})
        with data.open("ab") as file:
            rest_of_it = None if total is None else (total - have) / MEGABYTE
            for piece in progress(_pieces(response, limits.timeout), rest_of_it, "MB", count_megabytes):
                have += len(piece)
                if have > limits.max_bytes:
                    raise Dead("too-large", f"the file goes on after {limits.max_bytes:,} bytes, the most allowed")
                file.write(piece)
    if total is not None and have < total:
        raise _Interrupted("truncated", f"the connection ended after {have:,} of {total:,} bytes")
    if have == 0:
        raise Dead("empty", "the server sent a file without a single byte")


def _ask(session: requests.Session, url: str, headers: dict[str, str], limits: Limits) -> requests.Response:
    try:
        return session.get(url, headers=headers, stream=True, timeout=limits.timeout)
    except requests.TooManyRedirects as error:
        raise Dead("redirect", f"the server redirects more than {REDIRECTS} times") from error
    except requests.exceptions.InvalidSchema as error:
        raise Dead("address", "the address, or what it redirects to, is neither http nor https") from error
    except (ValueError, urllib3.exceptions.LocationParseError) as error:
        raise Dead("address", "the address, or what it redirects to, is not a valid one") from error
    except requests.exceptions.SSLError as error:
        raise _Interrupted("tls", "no trusted encrypted connection to the server; check its certificate") from error
    except requests.Timeout as error:
        raise _Interrupted("network", f"no answer within {limits.timeout:g} s") from error
    except requests.RequestException as error:
        causes = repr(error)
        detail = "the host's name is not known" if "NameResolution" in causes else "no connection to the server"
        raise _Interrupted("network", detail) from error


def _pieces(response: requests.Response, timeout: float) -> Iterator[bytes]:
    since, got = time.monotonic(), 0
    try:
        while piece := response.raw.read1(PIECE, decode_content=False):
            yield piece
            got += len(piece)
            if (passed := time.monotonic() - since) >= timeout:
                if got < SLOWEST * passed:
                    raise _Interrupted("network", f"the server sends less than {SLOWEST:,} bytes per second")
                since, got = time.monotonic(), 0
    except urllib3.exceptions.ReadTimeoutError as error:
        raise _Interrupted("network", f"the server sent nothing for {timeout:g} s") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise _Interrupted("truncated", "the connection was cut") from error


def _raise_for_status(response: requests.Response) -> None:
    status = response.status_code
    if status in GONE:
        raise Dead("gone", f"the server has no such file (status {status})")
    if status in FORBIDDEN:
        raise Dead("forbidden", f"the server refuses to hand the file out (status {status})")
    if status == 451:
        raise Dead("geo", "the file is withheld for legal reasons, perhaps only here (status 451)")
    if status in BUSY:
        raise _Interrupted("busy", f"the server is busy (status {status})", _pause(response))
    if status == 407 or status >= 500:
        raise _Interrupted("network", f"the server or a proxy failed (status {status})", _pause(response))
    if status not in (200, 206):
        raise Dead("refused", f"the server answered with status {status} instead of a file")
    if response.headers.get("Content-Type", "").split(";")[0].strip().lower() in ("text/html", "application/xhtml+xml"):
        raise Dead("not-video", "the address leads to a web page, not to a file")
    if (packing := response.headers.get("Content-Encoding", "").lower()) in PACKED:
        raise Dead("not-video", f"the server sends the file packed with {packing}, though it was asked not to")


def _span(response: requests.Response) -> tuple[int | None, int | None]:
    """Where the body starts in the whole file, and the whole file's size; None where the server does not say."""
    headers = response.headers
    if response.status_code in (206, 416):
        place, _, total = headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
        return _whole_number(place.partition("-")[0]), _whole_number(total)
    if "chunked" in headers.get("Transfer-Encoding", "").lower():
        return 0, None
    return 0, _whole_number(headers.get("Content-Length", ""))


def _validator(response: requests.Response) -> str | None:
    """What If-Range may name: a strong ETag, or the time of the last change."""
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else response.headers.get("Last-Modified")


def _validator_of(state: Path, url: str) -> str | None:
    """The validator of the partial file, if it is of this address and its record survived whole."""
    try:
        known = read_record(state)
    except (OSError, ValueError):
        return None
    return known["validator"] if known["url"] == url else None


def _pause(response: requests.Response) -> float | None:
    """Seconds that Retry-After asks for, as a number or as a date set against the server's clock."""
    after = response.headers.get("Retry-After", "").strip()
    if after.isdecimal():
        return float(after)
    try:
        gap = parsedate_to_datetime(after) - parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError, TypeError):
        return None
    return max(0.0, gap.total_seconds())


def _skip_body_of_redirect(response: requests.Response, *_: object, **__: object) -> None:
    # requests would read it whole into memory, however long it is
    if response.is_redirect:
        response.close()


def _whole_number(text: str) -> int | None:
    return int(text) if text.strip().isdecimal() else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
