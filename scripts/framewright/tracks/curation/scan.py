"""An index of JSON lines read without a JSON parser: only what choosing needs, of any of the three published kinds.

A key in quotation marks can't stand inside a JSON text, where quotation marks are escaped; so it is found by its bytes.
"""

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from isal import igzip

from framewright.errors import UserError
from framewright.tracks.curation.candidates import Candidates
from framewright.tracks.curation.order import id_numbers
from framewright.tracks.meta import as_track, clean_name

LEVEL = 2
KEY = rb'"%s"\s*:\s*'
TEXT = rb'"((?:[^"\\]|\\.)*)"'
NUMBER = rb"\[*\s*(-?[0-9][0-9.eE+-]*)"
NAME = re.compile(KEY % rb"(?:top10_desc|top10_label_names)" + rb"\[\s*" + TEXT)
SCORE = re.compile(KEY % rb"(?:top10_wlogit_mu|top10_wcls)" + NUMBER)
VIDEO, TID = re.compile(KEY % rb"yid" + TEXT), re.compile(KEY % rb"tid" + TEXT)
CLIP = re.compile(KEY % rb"(?:fn|track_mp4_filename)" + rb'"[^"]*?([0-9a-f]{32})\.mp4"')
NUMBERED = re.compile(KEY % rb"track_id" + rb'"?([^",}]+)')


class Line(NamedTuple):
    """What choosing needs of a track."""

    video: str
    tid: str
    name: str
    score: float  # not-a-number where the line has none


def read_lines(path: str | Path) -> Iterator[bytes]:
    """The lines of a gzip file of tracks, each with its end; a UserError where it is none."""
    try:
        with igzip.open(path, "rb") as lines:
            yield from (line for line in lines if line.strip())
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: not a gzip file of tracks ({error}); make it again") from error


def scan(line: bytes, video: str = "") -> Line:
    """What a line says; `video` names its video where the line does not. What is not found is asked of a parser."""
    tail = line.rfind(b'"top10_')  # lists of scores lie behind the long lists of boxes
    start = max(0, line.find(b'"top10_', max(0, tail - 4000)))
    name, score = NAME.search(line, start) or NAME.search(line), SCORE.search(line, start) or SCORE.search(line)
    tid, owner = TID.search(line), VIDEO.search(line)
    found = tid or CLIP.search(line) or NUMBERED.search(line)
    if not (name and found and (owner or video)) or (not score and b'"top10_w' in line):
        track = as_track(json.loads(line), video)
        return Line(track.video, track.tid, (track.names or ("unknown",))[0], (track.score or (float("nan"),))[0])
    return Line(
        _text(owner[1]) if owner else video,
        _text(found[1]).strip(),
        clean_name(_text(name[1])),
        float(score[1]) if score else float("nan"),
    )


def candidates_of(path: str | Path) -> tuple[Candidates, pa.Table]:
    """The tracks of an index of JSON lines as candidates without metrics, and a table of their videos, ids and names.

    A track that stands there twice counts once.
    """
    named = Path(path).name.split("-meta.jsonl")[0]
    lines = [scan(line, named) for line in read_lines(path)]
    table = pa.table(
        {
            "video": pa.array([line.video for line in lines], pa.string()),
            "track": pa.array([line.tid for line in lines], pa.string()),
            "name": pa.array([line.name for line in lines], pa.string()),
            "score": pa.array([line.score for line in lines], pa.float64()),
        }
    )
    names, classes = encode_texts(table["name"])
    _, videos = encode_texts(table["video"])
    return make_bare_candidates(id_numbers(table["track"]), videos, classes, names, table["score"].to_numpy()), table


def make_bare_candidates(
    numbers: np.ndarray, videos: np.ndarray, classes: np.ndarray, names: tuple[str, ...], score: np.ndarray
) -> Candidates:
    """Candidates of which nothing was measured."""
    nothing = np.full(len(numbers), np.nan, np.float32)
    return Candidates(
        numbers,
        videos,
        classes,
        names,
        score,
        motion=nothing,
        quality=nothing,
        middles=nothing.astype(np.float64),
        boxes=np.full((len(numbers), 4), np.nan, np.float32),
        vectors=np.zeros((len(numbers), 0), np.int8),
        embedded=np.zeros(len(numbers), bool),
    )


def encode_texts(column: pa.ChunkedArray) -> tuple[tuple[str, ...], np.ndarray]:
    """The different texts of a column, sorted, and the place of each row's among them, (N,) int32."""
    encoded = column.combine_chunks().dictionary_encode()
    encoded = pa.concat_arrays(encoded.chunks) if isinstance(encoded, pa.ChunkedArray) else encoded
    texts = np.array(encoded.dictionary.to_pylist(), object)
    order = np.argsort(texts)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order))
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    return tuple(texts[order]), place[indices] if len(order) else np.zeros(0, np.int32)


def copy_lines(index: str | Path, path: str | Path, places: np.ndarray) -> None:
    """Write the lines at these places (K,), verbatim and in the index's order, as one gzip member without a time."""
    wanted = np.sort(places)
    with Path(path).open("wb") as file, igzip.GzipFile("", "wb", LEVEL, fileobj=file, mtime=0) as packed:
        packed.writelines(_at(read_lines(index), wanted.tolist()))


def _at(lines: Iterable[bytes], places: list[int]) -> Iterator[bytes]:
    following = iter(places)
    next_place = next(following, -1)
    for place, line in enumerate(lines):
        if place == next_place:
            yield line
            next_place = next(following, -1)


def _text(raw: bytes) -> str:
    return json.loads(b'"' + raw + b'"') if b"\\" in raw else raw.decode()
