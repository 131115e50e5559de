"""The rows of a bucket's index, from the files of its videos."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from framewright.tracks.clips.record import read_clips
from framewright.tracks.curation.index import track_row
from framewright.tracks.curation.scan import read_lines
from framewright.tracks.meta import as_track
from framewright.tracks.metrics.store import read_rows

Paths = Sequence[str | Path]


def bucket_rows(
    metas: Paths, clips: Paths, motions: Paths, embeddings: Paths, qualities: Paths
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
            rows.append((track_row(track, line, made[track.tid], measured.get(track.tid, {}), ""), line))
        yield from sorted(rows, key=lambda row: row[0]["track"])
