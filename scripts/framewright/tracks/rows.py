"""The rows of the tracks: all that is known of each track and its clip, by buckets of videos.

They are what loaders, cards, the documented trees, curation and exports read; DuckDB and Polars open them. The lines of
the documented metadata lie beside them, compressed one by one; see `curation.pieces`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from framewright.boxes import clip, compute_areas
from framewright.study.rows import KEPT
from framewright.tracks.clips.record import Clip, read_clips
from framewright.tracks.curation.pieces import compress_line
from framewright.tracks.curation.scan import read_lines
from framewright.tracks.meta import Track, as_track
from framewright.tracks.metrics.store import read_rows
from framewright.tracks.row_columns import CLIPS

Paths = Sequence[str | Path]


def list_rows(
    metas: Paths, clips: Paths, motions: Paths, embeddings: Paths, qualities: Paths, dataset: str
) -> Iterator[tuple[dict[str, Any], bytes]]:
    """A row and its line for each track, sorted by video and track; each list has one file of each video.

    The lines are those of the metadata, verbatim.
    """
    found = zip(metas, clips, motions, embeddings, qualities, strict=True)
    for meta, became, *metrics in sorted(found, key=lambda files: Path(files[0]).name):
        named = Path(meta).name.split("-meta.jsonl")[0]
        measured = read_rows(*metrics)
        made = {clip.tid: clip for clip in read_clips(became)}
        rows = []
        for line in read_lines(meta):
            track = as_track(json.loads(line), named)
            rows.append((make_row(track, line, made[track.tid], measured.get(track.tid, {}), dataset), line))
        yield from sorted(rows, key=lambda row: row[0]["item"])


def make_row(track: Track, line: bytes, became: Clip, measured: Mapping[str, Any], dataset: str) -> dict[str, Any]:
    """The row of a track, but for where its line lies; `measured` holds what is known of its metrics."""
    width, height = track.size
    inside = clip(track.boxes, track.size)
    box = inside.mean(axis=0) / (width, height, width, height) if width and height else [None] * 4
    return {
        "video": track.video,
        "item": track.tid,
        "state": became.reason or KEPT,
        "path": "" if became.reason else f"{CLIPS}/{dataset}/{became.fn}",
        "sha256": became.sha256 or None,
        "start": float(track.times[0]),
        "end": float(track.times[-1]),
        "instants": len(track.times),
        "times": track.times.tolist(),
        "boxes": track.boxes.tolist(),
        "frame_width": width,
        "frame_height": height,
        "area": round(float(compute_areas(inside).mean() / (width * height)), 6) if width and height else None,
        **dict(zip(("x1", "y1", "x2", "y2"), box, strict=True)),
        "label": track.labels[0] if track.labels else None,
        "name": track.names[0] if track.names else None,
        "probability": track.probability[0] if track.probability else None,
        "score": track.score[0] if track.score else None,
        **_describe_clip(became),
        **measured,
        "length": len(line),
    }


def _describe_clip(became: Clip) -> dict[str, Any]:
    if became.reason:
        return {}
    return {
        "clip_start": became.start,
        "clip_end": became.end,
        "frames": became.frames,
        "width": became.size[0],
        "height": became.size[1],
        "windows": np.array(became.windows).reshape(-1, 4).tolist(),
    }


def write_lines(pieces: BinaryIO, rows: Iterable[tuple[dict[str, Any], bytes]]) -> Iterator[dict[str, Any]]:
    """Write the lines of these rows, compressed one by one, and yield each row with the place of its line."""
    at = 0
    for row, line in rows:
        data, check = compress_line(line)
        pieces.write(data)
        yield row | {"at": at, "packed": len(data), "check": check}
        at += len(data)
