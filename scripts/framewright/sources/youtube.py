"""Videos behind a YouTube id, through yt-dlp as a library."""

import io
import logging
import re
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yt_dlp
import yt_dlp.globals
from yt_dlp.utils import GeoRestrictedError, UnavailableVideoError, YoutubeDLError

from framewright.errors import PassingError, UserError
from framewright.sources.outcome import Dead, Fetched, Passing, SourceError, check_file
from framewright.study.progress import MEGABYTE, Progress, report_nothing

LONGEST_PAUSE = 60.0  # seconds

# The first row that matches names the cause: reason, whether it may pass, what the message says, and a remedy.
CAUSES: tuple[tuple[str, type[SourceError], str, str], ...] = (
    ("private", Dead, r"private video|video is private|registered users", "set sources.youtube.cookies"),
    ("age", Dead, r"confirm your age|age.restricted|inappropriate for some", "set sources.youtube.cookies"),
    (
        "members",
        Dead,
        r"members.only|channel.s members|premium members|join this channel|payment|\bpaid|purchase|\brent",
        "",
    ),
    ("bot-check", Passing, r"not a bot|captcha|please sign in", "set sources.youtube.cookies, or ask less often"),
    ("geo", Dead, r"(your|this) (country|region|location)|geo.?restrict", ""),
    (
        "busy",
        Passing,
        r"rate.limited|try again later|too many requests|error 429",
        "raise sources.youtube.sleep_seconds",
    ),
    (
        "live",
        Passing,
        r"premieres|will begin|live event|is upcoming|\bis live|offline|processing this video",
        "wait for it",
    ),
    ("drm", Dead, r"\bdrm\b", ""),
    ("format", Passing, r"format is not available|only images|on this app|no video formats", "a newer yt-dlp may help"),
    ("address", Dead, r"looks truncated|not a valid url|unsupported url|no connection adapters", "check the address"),
    ("redirect", Dead, r"redirect loop", ""),
    ("gone", Dead, r"error (404|410)", ""),
    ("forbidden", Passing, r"error (401|403)", "a newer yt-dlp or sources.youtube.cookies may help"),
    ("network", Passing, r"timed out|name resolution|getaddrinfo|connection|reset by|proxy|\bssl|certificate", ""),
    ("network", Passing, r"error 5\d\d|unable to download (webpage|api page|video data)|fragment", ""),
    ("truncated", Passing, r"too short|more expected|incomplete ?read|any data blocks", ""),
    ("gone", Dead, r"unavailable|not available|isn.t available|no longer|been removed|terminated|does not exist", ""),
)


@dataclass(frozen=True)
class Settings:
    """How to ask: wanted height in pixels, whether sound is needed, a cookies file in Netscape's format, bytes per
    second at most, seconds between requests, seconds to wait for an answer, tries, and bytes to take at most."""

    height: int = 720
    audio: bool = False
    cookies: str | Path | None = None
    rate_limit: int | None = None
    sleep_seconds: float = 1.0
    timeout: float = 30.0
    tries: int = 5
    max_bytes: int = 50 * 10**9


def compose_address(source: str) -> str:
    """The address behind `youtube:<id>`, or `source` itself when it is one; Dead when the id can be none."""
    kind, _, identity = source.partition(":")
    if kind != "youtube":
        return source
    if not re.fullmatch(r"[A-Za-z0-9_-]{11}", identity):
        raise Dead("address", f"{identity!r} is no YouTube id: those have 11 letters, digits, - and _")
    return f"https://www.youtube.com/watch?v={identity}"


def compose_options(
    settings: Settings, cookies: str | None, folder: Path, log: logging.Logger, progress: Progress = report_nothing
) -> dict[str, Any]:
    """What yt-dlp is told: `cookies` is the text of a cookies file, `folder` takes the video, `progress` counts it.

    One file, never merged: picture only, or with `audio` the best one that has both. Of the heights on offer the wanted
    one, else the next lower ones, else the next higher (720, 480, 360, 1080); of its variants the one at the rate it
    was uploaded with, H.264 first. Nothing of the user's yt-dlp configuration, cache or plugins.
    """

    def pause(n: int) -> float:
        return min(2.0**n, LONGEST_PAUSE)

    return {
        "format": "b" if settings.audio else "bv/b",
        "format_sort": [f"res:{settings.height}", "fps", "vcodec:h264", "proto", "ext:mp4"],
        # the size in the name: a half of what has been encoded anew since must not be resumed
        "outtmpl": str(folder / "").replace("%", "%%") + "/%(id).64B-%(format_id)s-%(filesize|0)s.%(ext)s",
        "noplaylist": True,
        "fixup": "never",
        "updatetime": False,
        "cachedir": False,
        "cookiefile": io.StringIO(cookies) if cookies else None,  # yt-dlp would write to the user's file
        "geo_bypass": False,
        "ratelimit": settings.rate_limit,
        "sleep_interval_requests": settings.sleep_seconds,
        "socket_timeout": settings.timeout,
        "retries": settings.tries,
        "fragment_retries": settings.tries,
        "extractor_retries": settings.tries,
        "retry_sleep_functions": {"http": pause, "fragment": pause, "extractor": pause},
        "skip_unavailable_fragments": False,
        "js_runtimes": {"deno": {}, "node": {}, "bun": {}, "quickjs": {}},
        "match_filter": _refuse_live,
        "progress_hooks": [lambda state: _refuse_large(state, settings.max_bytes), _count_bytes(progress)],
        "quiet": True,
        "noprogress": True,
        "color": "never",
        "logger": log,
    }


def download(
    source: str,
    target: Path,
    unfinished: Path,
    *,
    settings: Settings,
    log: logging.Logger,
    sha256: str | None = None,
    progress: Progress = report_nothing,
) -> Fetched:
    """Get the video of `source` to `target`, through the folder `unfinished`, where an interrupted download waits.

    Raises Dead for what will not change and Passing for what may, with the reasons of CAUSES.
    """
    yt_dlp.globals.plugin_dirs.value = []
    url, cookies = compose_address(source), _cookies(settings.cookies)
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        info = _extract(url, compose_options(settings, cookies, unfinished, log, progress))
        data = Path(info["requested_downloads"][0]["filepath"])
        fetched = Fetched(data.stat().st_size, check_file(data, sha256), url, _format(info))
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


def _extract(url: str, options: dict[str, Any]) -> dict[str, Any]:
    try:
        with yt_dlp.YoutubeDL(options) as downloader:
            info = downloader.extract_info(url)
    except YoutubeDLError as error:
        raise explain_failure(error) from error
    if not info or not info.get("requested_downloads"):
        raise Dead("address", "the address leads to a list or a page, not to one video")
    return info


def _cookies(path: str | Path | None) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8") if path else None
    except (OSError, ValueError) as error:
        raise UserError(f"sources.youtube.cookies: {path} cannot be read ({error})") from error


def explain_failure(error: YoutubeDLError) -> UserError:
    """What yt-dlp's error means for us: Dead, Passing, or a plain UserError where our disk is the cause."""
    origin = (getattr(error, "exc_info", None) or (None, None))[1]
    message = _sentence(str(error))
    if re.search(r"Netscape format|load cookies", message):
        return UserError(f"sources.youtube.cookies: not a cookies file in Netscape's format ({message})")
    if isinstance(error, UnavailableVideoError) or re.search(r"unable to (open for writing|write data)", message):
        return UserError(f"the download cannot be written: {message}")
    if isinstance(origin, GeoRestrictedError):
        return Dead("geo", message)
    for reason, kind, pattern, remedy in CAUSES:
        if re.search(pattern, message, re.IGNORECASE):
            return kind(reason, f"{message} ({remedy})" if remedy else message)
    return Passing("unknown", f"{message} (a newer yt-dlp may know more)")


def _sentence(message: str) -> str:
    """The message in one line without yt-dlp's prefix, hints and object addresses."""
    message = " ".join(message.split())
    message = re.sub(r"^(ERROR: )?(\[[^\]]*\] (\S+: )?)?(Got error: )?", "", message)
    message = re.split(r" \(caused by|; please report|\.+ (Use --|Giving up|See +https?:|For more info)", message)[0]
    message = re.sub(r"<[^<>]*\bat 0x[0-9a-f]+>:? *", "", message)
    return message.rstrip(".")[:300]


def _refuse_live(info: dict[str, Any], *, incomplete: bool = False) -> None:
    if info.get("live_status") in ("is_live", "is_upcoming") or info.get("is_live"):
        raise Passing("live", "the video is still being broadcast, or not yet (wait for it)")


def _count_bytes(progress: Progress) -> Callable[[dict[str, Any]], None]:
    """A hook through which what yt-dlp has downloaded is counted: it calls, where others iterate."""
    loop: Iterator[float] | None = None
    pieces: deque[float] = deque()  # megabytes
    before = 0

    def count(state: dict[str, Any]) -> None:
        nonlocal loop, before
        have = state.get("downloaded_bytes") or 0
        if loop is None:
            total = state.get("total_bytes") or state.get("total_bytes_estimate")
            rest = (total - have) / MEGABYTE if total else None
            loop, before = progress(iter(pieces.popleft, None), rest, "MB", lambda piece: piece), have
        pieces.append(max(0, have - before) / MEGABYTE)
        before = have
        next(loop)

    return count


def _refuse_large(state: dict[str, Any], max_bytes: int) -> None:
    size = max(state.get("total_bytes") or 0, state.get("downloaded_bytes") or 0)
    if size > max_bytes:
        raise Dead("too-large", f"the file has {size:,} bytes or more; at most {max_bytes:,} are allowed")


def _format(info: dict[str, Any]) -> str:
    """The chosen variant, such as "136 1280x720 30 fps avc1.4d401f", as far as it is known."""
    size = f"{info['width']}x{info['height']}" if info.get("width") and info.get("height") else None
    rate = f"{info['fps']:g} fps" if info.get("fps") else None
    return " ".join(part for part in (info.get("format_id"), size, rate, info.get("vcodec")) if part)
