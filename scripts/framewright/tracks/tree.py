"""The trees and files that TrackVerse documents, made of what the videos' jobs wrote: nothing is copied.

`tracks_meta/<dataset>/<xx>/<code>-meta.jsonl.gzip` and `tracks_mp4/<dataset>/<xx>/<code>-<class>-<tid>.mp4`: `code` is
the video's 11 characters (see `meta.video_code`), `xx` the first two of them. TrackVerse's readers glob
`tracks_meta/<dataset>/*/*.gzip`, so that nothing else there may end so; they know a video by characters 3 to 13 of
`fn`.
"""

import gzip
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from framewright.study.contract import Finding, make_finding
from framewright.study.rows import read_rows
from framewright.tracks.meta import CODE, KEYS, read_tracks, to_frames_record, to_release_record, video_code

ENDING = "-meta.jsonl.gzip"
METADATA = pa.schema(
    [
        ("file_name", pa.string()),  # relative to the folder
        ("video", pa.string()),  # its name in all results
        ("code", pa.string()),  # its 11 characters in file names
        ("tid", pa.string()),
        ("label", pa.int32()),
        ("name", pa.string()),
        ("score", pa.float64()),
        ("start", pa.float64()),  # seconds in the video
        ("end", pa.float64()),
    ]
)


def link_meta(metas: Iterable[str | Path], target: Path) -> int:
    """Make the folder `target` of the videos' files of tracks; how many videos."""
    target.mkdir(parents=True)
    paths = [Path(path) for path in metas]
    for path in paths:
        code = video_code(path.name.removesuffix(ENDING))
        _link(path, target / code[:2] / f"{code}{ENDING}")
    return len(paths)


def link_clips(rows: Sequence[str | Path], folder_of: str, target: Path) -> int:
    """Make the folder `target` of the clips in these rows, with metadata.parquet, a row for each clip; how many clips.

    `folder_of` is where a video's own clips lie, with {video} in it.
    """
    target.mkdir(parents=True)
    table = read_rows(rows, ["path", "video", "item", "label", "name", "score", "start", "end"])
    known = []
    for row in table.to_pylist():
        file = Path(row["path"]).relative_to(*Path(row["path"]).parts[:2])
        _link(Path(folder_of.format(video=row["video"]), file.name), target / file)
        place = {"file_name": file.as_posix(), "code": video_code(row["video"]), "tid": row["item"]}
        known.append(place | {name: row[name] for name in ("video", "label", "name", "score", "start", "end")})
    pq.write_table(pa.Table.from_pylist(known, METADATA), target / "metadata.parquet")
    return len(known)


def write_schemas(metas: Iterable[str | Path], frames: Path, release: Path) -> None:
    """Write all tracks under the keys of June 2024, with figures for each frame, and of the release of 2025."""
    with _packed(frames) as first, _packed(release) as second:
        for number, track in enumerate(chain.from_iterable(map(read_tracks, metas))):
            first.write(_line(to_frames_record(track, number)))
            second.write(_line(to_release_record(track)))


def read_tree(folder: str | Path) -> Iterator[dict[str, Any]]:
    """The lines of a tree of tracks, read as TrackVerse's curator reads it: `*/*.gzip`, in order."""
    for path in sorted(Path(folder).glob("*/*.gzip")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def check_tree(meta: str | Path, clips: str | Path, tids: Iterable[str], files: Iterable[str]) -> list[Finding]:
    """The promises of both trees: TrackVerse's readers find each of the tracks `tids` once, and the clips `files`."""
    lines = list(read_tree(meta))
    return [
        make_finding(
            "TrackVerse's readers find every track once in tracks_meta",
            _reading_faults(lines, sorted(tids)),
            f"{len(lines):,} lines",
        ),
        make_finding(
            "tracks_mp4 has the clips of the rows and of its metadata.parquet, and no others",
            _clip_faults(Path(clips), set(files)),
        ),
    ]


def _reading_faults(lines: Sequence[dict[str, Any]], tids: list[str]) -> Iterator[str]:
    if sorted(line["tid"] for line in lines) != tids:
        yield f"{len(lines)} lines for {len(tids)} tracks"
    for line in lines:
        if line["fn"][3 : 3 + CODE] != video_code(line["yid"]) or line["fn"][2] != "/":
            yield f"{line['fn']}: characters 3 to 13 are not the video's"
        elif line["top10_wcls"][0] != line["top10_wlogit_mu"] or set(line) != set(KEYS):
            yield f"{line['fn']}: its keys are not those that its readers know"


def _clip_faults(folder: Path, files: set[str]) -> Iterator[str]:
    described = set(pq.read_table(folder / "metadata.parquet", columns=["file_name"])["file_name"].to_pylist())
    there = {path.relative_to(folder).as_posix() for path in folder.glob("*/*.mp4")}
    yield from (f"{name} is in metadata.parquet or in the rows alone" for name in sorted(described ^ files))
    yield from (f"{name} is missing" for name in sorted(described - there))
    yield from (f"{name} is not in metadata.parquet" for name in sorted(there - described))


def _link(source: Path, target: Path) -> None:
    """Give a file a second name; copy it where the disk can't do that. A name that is taken is a fault."""
    target.parent.mkdir(exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def _packed(path: Path) -> Iterator[gzip.GzipFile]:
    """A gzip file without its time and name, which differ from run to run."""
    with path.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        yield packed


def _line(record: dict[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False) + "\n").encode()
