"""A study's files of tracks, clips and metrics, generated without a video, and all of its curation, for tests."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from house import ROOT

from framewright.study.buckets import bucket_names, in_bucket
from framewright.study.contract import Finding
from framewright.study.declared import Declared
from framewright.study.rows import write_rows
from framewright.tracks.clips.record import Clip, write_clips
from framewright.tracks.curation.contract import SubsetFiles, check_subsets, read_subset_files
from framewright.tracks.curation.evaluation import evaluation_videos
from framewright.tracks.curation.files import write_full, write_subset
from framewright.tracks.curation.options import Likeness, read_subset
from framewright.tracks.curation.relaxation import count_fills, write_fills
from framewright.tracks.curation.splits import split_study
from framewright.tracks.curation.study import (
    LeftOut,
    Pair,
    find_pairs,
    make_subsets,
    open_study,
    read_id_lists,
    subset_table,
    write_table,
)
from framewright.tracks.meta import Track, new_track, write_tracks
from framewright.tracks.metrics.measure import ClipMetrics
from framewright.tracks.metrics.quality import Quality
from framewright.tracks.metrics.store import write_embeddings, write_motion, write_quality
from framewright.tracks.row_columns import COLUMNS
from framewright.tracks.rows import list_rows, write_lines

DATASET, NAMES = "Own", ("bus", "car", "cat", "dog")
RELAX = [0.8, 0.5, 0]
LIST: list[dict[str, Any]] = [
    {"name": "CB1", "max_per_class": 1},
    {"name": "CB2", "max_per_class": 2},
    {"name": "CB4", "max_per_class": 4},
    {"name": "CB2-Tinf", "max_per_class": 2, "temperature": "inf"},
    {"name": "CB4-T0.1", "max_per_class": 4, "temperature": 0.1},
    {"name": "some", "strategy": "random", "max_tracks": 10},
    {"name": "more", "strategy": "random", "max_tracks": 20},
    {"name": "moving", "max_per_class": 12, "min_motion": 3.0, "relax": RELAX},
    {"name": "most", "strategy": "max_motion", "max_per_class": 2},
    {"name": "apart", "max_per_class": 3, "min_distance": 0.8, "max_overlap": 0.6, "min_quality": 0.2, "relax": RELAX},
    {"name": "spread", "strategy": "min_redundancy", "max_per_class": 3},
    {"name": "diverse", "strategy": "diverse", "max_per_class": 3},
]


@dataclass(frozen=True)
class VideoFiles:
    """What the jobs of one video wrote."""

    video: str
    meta: Path
    clips: Path
    motion: Path
    embeddings: Path
    quality: Path


@dataclass(frozen=True)
class Curated:
    """A study's curation, and where its files lie."""

    metas: list[Path]
    index: list[Path]
    pieces: list[Path]
    rows: Mapping[str, Path]
    folder: Path  # of the documented files
    files: list[Path]  # of the subsets, as listed
    tracks: int  # in the index
    pairs: list[Pair]
    splits: Mapping[str, str]
    left_out: list[LeftOut]
    made: list[SubsetFiles]
    findings: list[Finding]


def subset_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item of `tracks.subsets` with the schema's defaults."""
    schema = yaml.safe_load((ROOT / "config/schemas/tracks.schema.yaml").read_text())
    properties = schema["properties"]["subsets"]["items"]["properties"]
    return {key: value.get("default") for key, value in properties.items()} | dict(item)


def make_study(folder: Path, videos: int = 12, tracks: int = 8) -> list[VideoFiles]:
    """Files of videos v00, v01 ...; the first tracks of v02 are those of v01, encoded again."""
    folder.mkdir(exist_ok=True)
    shown: dict[str, list[ClipMetrics]] = {}
    made = []
    for number in range(videos):
        video = f"v{number:02d}"
        rng = np.random.default_rng(number)
        own = [_track(video, rng) for _ in range(tracks)]
        own.sort(key=lambda track: track.tid)
        clips = [Clip(track.tid, track.fn, size=(64, 48), frames=48, start=float(track.times[0])) for track in own]
        clips[0] = Clip(own[0].tid, "", "duplicate", "shows what another one shows")
        metrics = [_metrics(track, rng) for track in own[1:-1]]  # the last one was not measured
        if number == 2:
            metrics[:3] = [_again(copy, track, rng) for copy, track in zip(shown["v01"], own[1:4], strict=False)]
        shown[video] = metrics
        paths = [folder / f"{video}-{kind}.npz" for kind in ("motion", "embeddings", "quality")]
        write_motion(paths[0], metrics)
        write_embeddings(paths[1], metrics, "hog_lab", "")
        write_quality(paths[2], metrics)
        meta, record = folder / f"{video}-meta.jsonl.gzip", folder / f"{video}-clips.jsonl.gzip"
        write_tracks(meta, own)
        write_clips(record, clips)
        made.append(VideoFiles(video, meta, record, *paths))
    return made


def curate(videos: Sequence[VideoFiles], buckets: int, items: Sequence[Mapping[str, Any]] = LIST) -> Curated:
    """All of a study's curation, as its scripts do it. Evaluation video is v03; v04 is not for training."""
    place = videos[0].meta.parent if videos else Path(f"/tmp/{hashlib.md5(str(items).encode()).hexdigest()}")
    out = place / "out"
    out.mkdir(parents=True, exist_ok=True)
    by_name = {own.video: own for own in videos}
    declared = {name: Declared(name, ("tracks",), training=name != "v04") for name in by_name}
    index, pieces = [], []
    for bucket in bucket_names(buckets):
        own = [by_name[name] for name in in_bucket(by_name, bucket)]
        kinds = ("meta", "clips", "motion", "embeddings", "quality")
        index.append(out / f"{bucket}.parquet")
        pieces.append(out / f"{bucket}.pieces")
        found = list_rows(*([getattr(one, kind) for one in own] for kind in kinds), DATASET)
        with pieces[-1].open("wb") as lines:
            write_rows(index[-1], COLUMNS, write_lines(lines, found), declared)
    subsets = [read_subset(subset_item(item), 0) for item in items]
    pairs = find_pairs(index, Likeness())
    together = [(pair.video, pair.of_video) for pair in pairs]
    splits, _ = split_study(declared, together, {"train": 0.6, "test": 0.4}, 0)
    table, tracks, without = open_study(index, subsets, declared, ["v03"], pairs)
    folder = out / "tracks_subsets"
    folder.mkdir(exist_ok=True)
    full = write_full(folder, DATASET, index, pieces, {"v04"})
    rows, made, files = {}, {}, {}
    for subset, choice in make_subsets(tracks, subsets, read_id_lists(subsets)):
        rows[subset.name], relaxation = out / f"{subset.name}.parquet", out / f"{subset.name}.tsv"
        write_table(rows[subset.name], subset_table(table, subset, choice, splits))
        write_fills(relaxation, count_fills(subset, choice, tracks.classes[choice.places], tracks.names))
        files[subset.name] = write_subset(folder, DATASET, subset, rows[subset.name], index, pieces)
        made[subset.name] = read_subset_files(subset, rows[subset.name], relaxation)
    listed = [made[subset.name] for subset in subsets]
    evaluation = evaluation_videos(["v03"], set(by_name))
    return Curated(
        metas=[own.meta for own in videos if own.video != "v04"],
        index=index,
        pieces=pieces,
        rows=rows,
        folder=folder,
        files=[files[subset.name] for subset in subsets],
        tracks=int(full.name.split("-")[2].split(".")[0]),
        pairs=pairs,
        splits=splits,
        left_out=without,
        made=listed,
        findings=check_subsets(listed, folder, DATASET, without, evaluation, pairs, splits),
    )


def _track(video: str, rng: np.random.Generator) -> Track:
    times = np.arange(40) / 16 + rng.uniform(0, 20)
    left, top = rng.uniform(0, 200), rng.uniform(0, 100)
    box = np.array([left, top, left + rng.uniform(80, 300), top + rng.uniform(60, 200)])
    scores = np.round(np.sort(rng.random((4, 4)), axis=1)[:, ::-1], 2)
    order = rng.permutation(4)
    return new_track(video, (640, 360), times, np.tile(box, (40, 1)), order.tolist(), [NAMES[k] for k in order], scores)


def _metrics(track: Track, rng: np.random.Generator) -> ClipMetrics:
    motion = np.sort(rng.gamma(1.5, 1.0, (2, 7)), axis=1).astype(np.float32) + np.float32(0.01)
    vector = rng.standard_normal(32)
    quality = Quality(rng.uniform(20, 60), rng.uniform(0.1, 0.9), rng.uniform(0.05, 0.3), 0.5, 0.2)
    signature = int(rng.integers(0, 1 << 63))
    return ClipMetrics(
        track.tid, motion, motion[0], motion[1], vector / np.linalg.norm(vector), signature, quality, b""
    )


def _again(clip: ClipMetrics, track: Track, rng: np.random.Generator) -> ClipMetrics:
    vector = clip.vector + 0.02 * rng.standard_normal(32)
    return ClipMetrics(
        track.tid,
        clip.motion,
        clip.object_motion,
        clip.camera_motion,
        vector / np.linalg.norm(vector),
        clip.signature ^ 0b1001,
        clip.quality,
        clip.poster,
    )
