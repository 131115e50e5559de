"""The tracks of videos as sequences of the MOT Challenge, each in the split of its video."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from framewright.exports.features import name_classes
from framewright.exports.mot import MotTrack
from framewright.exports.mot import Sequence as MotSequence
from framewright.study.rows import read_rows
from framewright.tracks.meta import read_tracks

ENDING = "-meta.jsonl.gzip"


def list_sequences(metas: Iterable[str | Path], splits: Mapping[str, str], rate: float) -> list[MotSequence]:
    """The tracks of all videos, by video and then by track; `rate` is of the instants per second that were searched."""
    made = []
    for path in sorted(map(Path, metas)):
        video = path.name.removesuffix(ENDING)
        tracks = sorted((track for track in read_tracks(path) if track.labels), key=lambda track: track.tid)
        width, height = tracks[0].size if tracks else (0, 0)
        rows = tuple(
            MotTrack(track.labels[0], np.rint(track.times * rate).astype(np.int64), track.boxes) for track in tracks
        )
        made.append(MotSequence(splits.get(video) or "train", video, rate, width, height, rows))
    return made


def list_classes(rows: Sequence[str | Path]) -> list[str]:
    """The names of the classes of all tracks, by their numbers."""
    table = read_rows(rows, ["label", "name"], kept=False)
    return name_classes(zip(table["label"].to_pylist(), table["name"].to_pylist(), strict=True))


def count_tracks(sequences: Sequence[MotSequence]) -> str:
    """How much is in them, in words."""
    return f"{sum(len(one.tracks) for one in sequences):,} tracks of {len(sequences):,} videos"
