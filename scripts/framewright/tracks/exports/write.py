"""The exports of tracks by their formats: webdataset of clips, coco and yolo of sampled frames, mot of tracks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framewright.exports import shards
from framewright.exports.detections import Picture, find_coco_faults, find_yolo_faults, write_coco, write_yolo
from framewright.exports.features import name_classes
from framewright.exports.mot import MotTrack, find_mot_faults, write_mot
from framewright.exports.mot import Sequence as MotSequence
from framewright.study.contract import Finding, make_finding
from framewright.study.rows import read_rows
from framewright.tracks.exports.clips import list_samples, list_wanted
from framewright.tracks.exports.frames import list_classes, read_pictures
from framewright.tracks.meta import read_tracks

ENDING = "-meta.jsonl.gzip"


@dataclass(frozen=True)
class Sources:
    """What exports are made of: rows, the split of each video, and by video its sampled frames and its tracks."""

    rows: Sequence[str | Path]
    splits: Mapping[str, str]
    frames: Sequence[str | Path]
    metas: Sequence[str | Path]
    results: Path  # the folder results/tracks
    rate: float  # instants per second at which objects were looked for


def write_export(format: str, folder: Path, sources: Sources) -> None:
    """Make `folder` with the export of that format."""
    if format == "webdataset":
        shards.write_shards(folder, list_samples(sources.rows, sources.splits, sources.results))
    elif format == "mot":
        write_mot(folder, list_sequences(sources), _name_tracks(sources))
    else:
        write = {"coco": write_coco, "yolo": write_yolo}[format]
        write(folder, list_pictures(sources), name_classes(list_classes(sources.frames)))


def check_export(format: str, folder: Path, sources: Sources) -> Finding:
    """The promise of an export: what is served is in it, nothing else, and each file has the bytes of its source."""
    if format == "webdataset":
        wanted = list_wanted(sources.rows, sources.splits)
        faults = shards.find_faults(folder, wanted)
        holds = f"{sum(map(len, wanted.values())):,} clips in {len(list(folder.glob('*.tar'))):,} shards"
    elif format == "mot":
        sequences = list_sequences(sources)
        faults = find_mot_faults(folder, sequences, _name_tracks(sources))
        holds = f"{sum(len(one.tracks) for one in sequences):,} tracks of {len(sequences):,} videos"
    else:
        pictures, names = list_pictures(sources), name_classes(list_classes(sources.frames))
        faults = {"coco": find_coco_faults, "yolo": find_yolo_faults}[format](folder, pictures, names)
        holds = f"{len(pictures):,} pictures, {sum(len(one.boxes) for one in pictures):,} boxes"
    return make_finding(f"the export {format} holds what is served, in order, byte by byte", faults, holds)


def list_pictures(sources: Sources) -> list[Picture]:
    """The sampled frames of all videos, each in its video's split."""
    found = [(Path(folder).name, folder) for folder in sources.frames]
    return [one for video, folder in found for one in read_pictures(folder, sources.splits.get(video) or "train")]


def list_sequences(sources: Sources) -> list[MotSequence]:
    """The tracks of all videos, by video and then by track."""
    made = []
    for path in sorted(map(Path, sources.metas)):
        video = path.name.removesuffix(ENDING)
        tracks = sorted((track for track in read_tracks(path) if track.labels), key=lambda track: track.tid)
        width, height = tracks[0].size if tracks else (0, 0)
        rows = tuple(
            MotTrack(track.labels[0], np.rint(track.times * sources.rate).astype(np.int64), track.boxes)
            for track in tracks
        )
        made.append(MotSequence(sources.splits.get(video) or "train", video, sources.rate, width, height, rows))
    return made


def _name_tracks(sources: Sources) -> list[str]:
    table = read_rows(sources.rows, ["label", "name"], kept=False)
    return name_classes(zip(table["label"].to_pylist(), table["name"].to_pylist(), strict=True))
