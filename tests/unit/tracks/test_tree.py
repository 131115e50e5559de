"""The trees that TrackVerse documents: its readers' rules hold, nothing is copied, and broken ones are found."""

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from loading import load

from framewright.study.rows import write_rows
from framewright.tracks.clips.record import Clip
from framewright.tracks.meta import new_track, read_tracks, video_code, write_tracks
from framewright.tracks.row_columns import COLUMNS
from framewright.tracks.rows import make_row
from framewright.tracks.tree import (
    METADATA,
    check_tree,
    link_clips,
    link_meta,
    read_tree,
    write_metadata,
    write_schemas,
)

VIDEOS = ("street", "dQw4w9WgXcQ", "none")
SPLITS = {"street": "train", "dQw4w9WgXcQ": "val"}


@pytest.fixture
def made(tmp_path):
    """Three videos, one of them without tracks: (files of tracks, folders of clips, rows)."""
    metas, folders, rows = [], [], []
    for number, video in enumerate(VIDEOS):
        times, scores = np.arange(20) / 16, np.array([[0.9, 0.1], [0.1, 0.1], [0.7, 0.0], [0.1, 0.0]])
        boxes = np.tile([[1.0, 2.0, 60.0, 50.0]], (20, 1))
        starts = () if video == "none" else (0, 5)
        tracks = [new_track(video, (100, 80), times + start, boxes, (3, 1), ("dog", "cat"), scores) for start in starts]
        tracks.sort(key=lambda track: track.tid)
        metas.append(tmp_path / f"{video}-meta.jsonl.gzip")
        write_tracks(metas[-1], tracks)
        folders.append(tmp_path / "clips" / video)
        folders[-1].mkdir(parents=True)
        clips = [Clip(track.tid, track.fn, "" if k == 0 else "duplicate") for k, track in enumerate(tracks)]
        for clip in clips[:1]:
            (folders[-1] / clip.fn.split("/")[1]).write_bytes(bytes([number]))
        rows += [make_row(track, b"", clip, {}, "Own") for track, clip in zip(tracks, clips, strict=True)]
    write_rows(tmp_path / "rows.parquet", COLUMNS, rows, {})
    return metas, folders, tmp_path / "rows.parquet"


@pytest.fixture
def trees(made, tmp_path):
    metas, _, rows = made
    assert link_meta(metas, tmp_path / "tracks_meta") == 3
    assert link_clips([rows], SPLITS, str(tmp_path / "clips/{video}"), "Own", tmp_path / "tracks_mp4") == 2
    return (
        tmp_path / "tracks_meta",
        tmp_path / "tracks_mp4",
        [track.tid for meta in metas for track in read_tracks(meta)],
    )


def clips_in(folder):
    return [path.relative_to(folder).as_posix() for path in folder.glob("*/*.mp4")]


def test_the_origins_way_of_reading_finds_every_track(trees):
    """Its curator globs two levels, knows a video by characters 3 to 13 of `fn`, and ranks by `top10_wcls`."""
    meta, clips, tids = trees
    lines = list(read_tree(meta))
    assert sorted(line["tid"] for line in lines) == sorted(tids)
    assert {line["fn"][3:14] for line in lines} == {"dQw4w9WgXcQ", video_code("street")}
    assert all(line["top10_wcls"][0][0] == 0.7 for line in lines)
    assert sum((clips / line["fn"]).is_file() for line in lines) == 2


def test_nothing_is_copied_and_labels_stand_in_metadata(made, trees):
    metas, folders, _ = made
    meta, clips, _ = trees
    code = video_code("street")
    assert (meta / code[:2] / f"{code}-meta.jsonl.gzip").samefile(metas[0])
    rows = pq.read_table(clips / "metadata.parquet").to_pylist()
    assert [row["video_id"] for row in rows] == ["dQw4w9WgXcQ", "street"] and {row["name"] for row in rows} == {"dog"}
    assert all(
        (clips / row["file_name"]).samefile(next(folder.iterdir()))
        for row, folder in zip(rows, folders[1::-1], strict=True)
    )


def test_datasets_opens_the_clips_with_labels_and_splits(trees, tmp_path):
    """`datasets.load_dataset(folder)`, and the way of those that do not read the README."""
    import datasets

    _, clips, _ = trees
    opened = load(clips, tmp_path / "cache")
    assert {split: rows.with_format("arrow")["tid"].to_pylist() for split, rows in opened.items()} == {
        SPLITS[row["video_id"]]: [row["tid"]] for row in pq.read_table(clips / "metadata.parquet").to_pylist()
    }
    labels = opened["train"].features["label"]
    assert labels.names[3] == "dog" and labels.int2str(opened["train"].with_format("arrow")["label"].to_pylist()) == [
        "dog"
    ]
    plain = opened["val"].cast_column("video", datasets.Video(decode=False))
    assert Path(plain[0]["video"]["path"]).read_bytes() == bytes([1])  # as it was written
    whole = load("videofolder", tmp_path / "cache", data_dir=str(clips))
    assert len(whole["train"]) == 2 and set(whole["train"]["split"]) == {"train", "val"}


@pytest.mark.parametrize("number", [1, 2])
def test_clips_of_one_split_open_as_that_split(tmp_path, number):
    rows = [
        {"file_name": f"ab/{k}.mp4", "video_id": "street", "split": "val", "label": 0, "name": "dog"}
        for k in range(number)
    ]
    (tmp_path / "Own/ab").mkdir(parents=True)
    for row in rows:
        (tmp_path / "Own" / row["file_name"]).write_bytes(b"film")
    write_metadata(tmp_path / "Own", pa.Table.from_pylist(rows, METADATA), "Own")
    opened = load(tmp_path / "Own", tmp_path / "cache")
    assert {split: len(of) for split, of in opened.items()} == {"val": number}
    assert all(
        own.ok for own in check_tree(tmp_path / "none", tmp_path / "Own", [], [row["file_name"] for row in rows])
    )


def test_all_three_schemas_say_the_same(made, tmp_path):
    metas, _, _ = made
    write_schemas(metas, tmp_path / "frames-meta.jsonl.gzip", tmp_path / "release-meta.jsonl.gzip")
    own = [track for meta in metas for track in read_tracks(meta)]
    for name in ("frames", "release"):
        others = list(read_tracks(tmp_path / f"{name}-meta.jsonl.gzip"))
        assert [track.tid for track in others] == [track.tid for track in own]
        assert all(
            (one.boxes == other.boxes).all() and one.labels == other.labels
            for one, other in zip(own, others, strict=True)
        )
    with gzip.open(tmp_path / "frames-meta.jsonl.gzip", "rt") as lines:
        assert [json.loads(line)["track_id"] for line in lines] == [0, 1, 2, 3]


def test_both_trees_keep_their_promises_and_broken_ones_are_found(trees):
    meta, clips, tids = trees
    files = clips_in(clips)
    assert all(own.ok for own in check_tree(meta, clips, tids, files))
    assert [own.ok for own in check_tree(meta, clips, tids[:-1], files)] == [False, True, True]
    assert [own.ok for own in check_tree(meta, clips, tids, files[1:])] == [True, False, True]
    (clips / "metadata+val.parquet").rename(clips / "gone")
    assert [own.ok for own in check_tree(meta, clips, tids, files)] == [True, True, False]
    (clips / "gone").rename(clips / "metadata+val.parquet")
    next(clips.glob("*/*.mp4")).unlink()
    assert [own.ok for own in check_tree(meta, clips, tids, files)] == [True, False, True]
    file = next(path for path in meta.glob("*/*.gzip") if path.stat().st_size > 50)
    content = gzip.decompress(file.read_bytes()).replace(b"top10_wcls", b"top10_xcls")
    file.unlink()
    file.write_bytes(gzip.compress(content))
    with pytest.raises(KeyError):
        check_tree(meta, clips, tids, files)


def test_the_schemas_have_the_same_bytes_under_any_name(tmp_path):
    for name in ("one", "other"):
        write_schemas([], tmp_path / f"{name}-frames.gz", tmp_path / f"{name}-release.gz")
    for kind in ("frames", "release"):
        assert (tmp_path / f"one-{kind}.gz").read_bytes() == (tmp_path / f"other-{kind}.gz").read_bytes()
