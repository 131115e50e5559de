"""What videos a folder holds or a list names, as rows of a video table."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from framewright.sources.outcome import without_password
from framewright.study.table_faults import WILDCARD
from framewright.video.file_type import LONG_ENOUGH, is_text, is_video

VIDEO_NAME = re.compile(
    r".+\.(mp4|m4v|mov|qt|mkv|webm|avi|ts|mts|m2ts|mpe?g|m2v|vob|wmv|asf|flv|f4v|ogv|3gp|3g2|mxf|dv|y4m|ivf|26[45]|h26[45]"
    r"|hevc|obu|nut|divx)",
    re.IGNORECASE | re.DOTALL,
)
OTHER_NAME = re.compile(  # unfinished or passing files, sound and pictures: some begin as a video does
    r".+(~|\.(part|partial|crdownload|download|te?mp|ytdl|aria2|bak|swp|m4[ab]|mka|mp3|aac|og[ga]|opus|wma|wav|flac"
    r"|hei[cf]|avif|jpe?g|png|gif|webp))",
    re.IGNORECASE | re.DOTALL,
)
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
YOUTUBE_ID = r"[A-Za-z0-9_-]{11}"
YOUTUBE_HOST = r"(?:(?:www|m|music)\.)?(?:youtube\.com|youtube-nocookie\.com|youtu\.be)"
ID = r"[A-Za-z0-9_-]{1,64}"  # as the table wants it


@dataclass(frozen=True)
class Row:
    """A video: its id in the table, and its source there."""

    video: str
    source: str


@dataclass(frozen=True)
class Found:
    """What was found, in order, and a line for each odd entry: what it is and what was done with it."""

    rows: tuple[Row, ...]
    odd: tuple[str, ...]


def from_folder(folder: Path, base: Path, known: Mapping[str, str] | None = None) -> Found:
    """The videos below `folder`, and the sequences of numbered pictures (img1/) as `mot:`.

    Sources are relative to `base` where they lie below it. An id comes from the path below `folder` alone, whatever
    else lies there, unless two would get the same; `known` (source -> id) keeps the ids of an earlier table.
    """
    known = known or {}
    odd: list[str] = []
    taken = []
    for path in _walk(folder, set(), odd):
        take, remark = _judge(path)
        if remark:
            odd.append(f"{path}: {remark}")
        if take:
            taken.append(path)
    taken.sort(key=lambda path: _source(path, base) not in known)  # of two copies the one known before stays
    top = folder.parent if taken == [folder] else folder
    places = [path.relative_to(top).as_posix() for path in sorted(_without_copies(taken, odd))]
    return name_videos([(_source(top / place, base), place, place) for place in places], known, odd)


def from_list(text: str, known: Mapping[str, str] | None = None) -> Found:
    """The videos that a text names, one in each line: an address, a YouTube address, or a YouTube id.

    What follows # is a comment. YouTube ids are the ids in the table, too, as far as no two differ by case alone.
    """
    lines: dict[str, int] = {}
    entries, odd = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        entry = re.split(r"(?:^|\s)#", line)[0].strip()
        if not entry:
            continue
        source, name = _link(entry)
        where = f"line {number}: {without_password(entry)}"
        if not source:
            odd.append(f"{where}: {name}; left out")
        elif source in lines:
            odd.append(f"{where}: the same video as in line {lines[source]}; left out")
        else:
            lines[source] = number
            entries.append((source, name, source))
    return name_videos(entries, known or {}, odd)


def _walk(folder: Path, seen: set[tuple[int, int]], odd: list[str]) -> Iterator[Path]:
    """Files and folders of sequences, in order of name. Links to folders are followed, each folder once."""
    try:
        here = folder.stat()
        if (here.st_dev, here.st_ino) in seen:
            return
        seen.add((here.st_dev, here.st_ino))
        entries = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "~")))
        folders = {path for path in entries if path.is_dir()}
        sequence = folder / "img1" in folders and _pictures(folder)
    except OSError as error:
        odd.append(f"{folder}: cannot be read ({error.strerror}); left out")
        return
    if sequence:
        yield folder
        return
    for path in entries:
        if path in folders:
            yield from _walk(path, seen, odd)
        else:
            yield path


def _judge(path: Path) -> tuple[bool, str]:
    """Whether to take a file or a sequence, and what is odd about it."""
    if OTHER_NAME.fullmatch(path.name):
        return False, ""
    named = VIDEO_NAME.fullmatch(path.name) is not None
    try:
        if path.is_file():
            with path.open("rb") as file:
                head = file.read(LONG_ENOUGH)
        elif path.is_dir():
            head = b""
        elif path.is_symlink() and not path.exists():
            return False, "a link to nothing; left out" if named else ""
        else:
            return False, ""  # a pipe, a socket, a device
    except OSError as error:
        return False, f"cannot be read ({error.strerror}); left out"
    video = path.is_dir() or is_video(head)
    if not video and not named:
        return False, ""
    if re.search(r"[\x00-\x1f\x7f\udc80-\udcff]|\s$", str(path)):
        return False, "a table cannot hold this name; rename it (left out)"
    if WILDCARD.search(str(path)):
        return False, "Snakemake would replace the word in braces; rename it (left out)"
    if not video and not head:
        return False, "0 bytes; left out"
    if not video and is_text(head):
        return False, "a text, not a video; left out"
    return True, "" if video else "does not begin as a video does; kept, the run will tell"


def _without_copies(paths: list[Path], odd: list[str]) -> Iterator[Path]:
    sizes = {path: _pictures(path) if path.is_dir() else path.stat().st_size for path in paths}
    shared = Counter(sizes.values())
    first: dict[object, Path] = {}
    for path, size in sizes.items():
        content = _digest(path) if shared[size] > 1 and path.is_file() else None
        twin = first.setdefault((size, content), path)
        if twin is path:
            yield path
        else:
            odd.append(f"{path}: the same {'file' if path.samefile(twin) else 'content'} as {twin}; left out")


def _pictures(folder: Path) -> tuple[tuple[str, int], ...]:
    """(name, bytes) of each numbered picture of a sequence: hundreds of sizes agree by no chance."""
    files = (path for path in (folder / "img1").iterdir() if path.suffix.lower() in PICTURES)
    return tuple(sorted((path.name, path.stat().st_size) for path in files if re.search(r"\d$", path.stem)))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _source(path: Path, base: Path) -> str:
    """How the table names a path; ./ keeps it from being read as something else."""
    place = path.absolute()
    name = str(place.relative_to(base)) if place.is_relative_to(base) else str(place)
    if path.is_dir():
        return f"mot:{name}"
    return f"./{name}" if re.match(r"[\s~]|[^/]*:", name) else name


def _link(entry: str) -> tuple[str, str]:
    """The source that an entry of a list stands for, and what to name it after; without a source, what is wrong."""
    if match := re.fullmatch(rf"(?:youtube:)?({YOUTUBE_ID})", entry):
        return f"youtube:{match[1]}", match[1]
    if re.match(rf"{YOUTUBE_HOST}/", entry):
        entry = f"https://{entry}"
    try:
        parts = urlsplit(entry)
        host = parts.hostname or ""
    except ValueError:
        return "", "not a valid address"
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", entry):
        return "", "neither an address (http, https) nor a YouTube id"
    if re.fullmatch(YOUTUBE_HOST, host):
        inside = re.fullmatch(r"/(?:shorts/|embed/|live/|v/|e/)?([^/]+)/?", parts.path)
        identity = (parse_qs(parts.query).get("v") or [inside[1] if inside else ""])[0]
        if re.fullmatch(YOUTUBE_ID, identity):
            return f"youtube:{identity}", identity
        return "", "a page of YouTube, but not that of one video"
    return parts._replace(fragment="").geturl(), Path(unquote(parts.path)).name or host


def name_videos(entries: list[tuple[str, str, str]], known: Mapping[str, str], odd: list[str]) -> Found:
    """Rows for entries of (source, name, what tells it from all others), with ids that differ by more than case."""
    slugs = {source: _slug(name, whole) for source, name, whole in entries}
    wholes = {source: whole for source, _, whole in entries}
    kept = {source: known[source] for source in slugs if re.fullmatch(ID, known.get(source, ""))}
    ids = Counter(identity.lower() for identity in kept.values())
    ids += Counter(slug.lower() for source, slug in slugs.items() if source not in kept)
    rows = []
    for source, slug in slugs.items():
        identity = kept.get(source, slug)
        if source not in kept and ids[slug.lower()] > 1:
            identity = _marked(slug, wholes[source])
            odd.append(f"{without_password(source)}: named {identity}, since another one would be {slug}, too")
        rows.append(Row(identity, source))
    return Found(tuple(rows), tuple("".join(c if c.isprintable() else "?" for c in line) for line in odd))


def _slug(name: str, whole: str) -> str:
    """The name with nothing but what an id may hold; marked where that loses letters."""
    name = name.rpartition(".")[0] if VIDEO_NAME.fullmatch(name) else name
    if re.fullmatch(ID, name):
        return name
    letters = [c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)]
    slug = re.sub(r"[^A-Za-z0-9_-]+", "_", "".join(letters)).strip("_")
    lost = any(c.isalnum() and not c.isascii() for c in letters)
    return _marked(slug or "video", whole) if lost or not re.fullmatch(ID, slug) else slug


def _marked(slug: str, whole: str) -> str:
    """The slug with eight digits that come from the whole name or address."""
    return f"{slug[:55]}-{hashlib.sha256(whole.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
