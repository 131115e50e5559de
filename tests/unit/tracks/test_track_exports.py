"""Exports of tracks hold the clips that are served, and frames with their objects, of defaced videos alone."""

import dataclasses
import json
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from documented import write_clips
from make_video import make_video

from framewright.exports.reader import ShardedSamples
from framewright.exports.shards import find_faults, iterate_shard, write_shards
from framewright.study.rows import read_rows, write_rows
from framewright.tracks.exports import sequences
from framewright.tracks.exports.clips import count_clips, list_samples, list_wanted
from framewright.tracks.exports.frames import choose_instants, list_boxes, write_frames
from framewright.tracks.exports.pictures import count_pictures, list_classes, list_pictures, read_pictures
from framewright.tracks.meta import new_track, write_tracks
from framewright.tracks.row_columns import COLUMNS
from framewright.tracks.split_table import read_splits, write_splits

SIZE = (96, 64)
SPLITS = {"walk": "val"}


class Sources(NamedTuple):
    rows: list[Path]
    frames: list[Path]
    metas: list[Path]
    results: Path


def make_track(first: float, number: int, label: int, left: float):
    times = first + np.arange(number) / 16
    boxes = np.tile([left, 4.0, left + 30, 44.0], (number, 1))
    names = ("cat", "dog", "bird")
    return new_track("walk", SIZE, times, boxes, [label], [names[label]], np.full((4, 1), 0.5))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A study of one video: rows, clip, film, tracks and sampled frames."""
    folder = tmp_path_factory.mktemp("study")
    results = folder / "results/tracks"
    write_clips(folder, results)
    tracks = [make_track(0.5, 30, 2, 10), make_track(1.0, 16, 0, 50)]
    write_tracks(results / "walk-meta.jsonl.gzip", tracks)
    count = write_frames(results / "sampled/walk", "walk", folder / "walk.mp4", tracks, 0.5)
    rows, metas = [results / "rows/0-of-1.parquet"], [results / "walk-meta.jsonl.gzip"]
    return folder, tracks, count, Sources(rows, [results / "sampled/walk"], metas, results)


def test_instants_are_those_at_which_something_was_seen():
    tracks = [make_track(0.5, 30, 2, 10), make_track(10.0, 5, 0, 50)]
    instants = choose_instants(tracks, 1.0)
    assert instants == [0.5, 1.5, 10.0] and choose_instants([], 1.0) == []
    assert [box["name"] for box in list_boxes(tracks, 10.0)] == ["cat"] and list_boxes(tracks, 5.0) == []


@pytest.mark.slow
def test_a_frame_is_the_one_that_is_shown_at_its_instant(made):
    """The picture of an instant is the last one that appears before it, as decoding the whole film says."""
    from framewright.video.stream import open_video

    folder, _, count, sources = made
    record = json.loads((sources.frames[0] / "frames.json").read_text())
    assert len(record) == count == 4
    with open_video(folder / "walk.mp4") as video:
        frames = [(float(frame.time), frame.rgb) for frame in video.frames()]
    for one in record:
        wanted = [rgb for time, rgb in frames if time <= one["time"] + 1e-6][-1]
        picture = cv2.imread(str(sources.frames[0] / one["file"]))[..., ::-1]
        assert np.abs(picture.astype(int) - wanted).mean() < 3


def test_a_film_that_ends_early_gives_its_last_frame(tmp_path):
    film = make_video(tmp_path / "short.mp4", range(10), size=SIZE, rate=25)
    assert write_frames(tmp_path / "frames", "short", film, [make_track(0.0, 32, 1, 5)], 1.0) == 2
    (tmp_path / "dead.mp4").touch()
    assert write_frames(tmp_path / "none", "short", tmp_path / "dead.mp4", [], 1.0) == 0
    assert list_classes([tmp_path / "frames", tmp_path / "none"]) == ["class 0", "dog"]
    assert [len(one.boxes) for one in read_pictures(tmp_path / "frames", "train")] == [1, 1]


def test_a_frame_whose_tracks_have_no_class_stays_without_boxes(tmp_path):
    film = make_video(tmp_path / "walk.mp4", range(40), size=SIZE, rate=25)
    nameless = make_track(0.0, 8, 1, 5)
    nameless = dataclasses.replace(nameless, labels=[], names=[])
    assert write_frames(tmp_path / "walk", "walk", film, [nameless], 1.0) == 1
    (picture,) = list_pictures([tmp_path / "walk"], SPLITS)
    assert (picture.boxes, picture.split) == ((), "val")
    assert count_pictures([picture]) == "1 pictures, 1 of them without objects, 0 boxes"


def test_shards_of_clips_keep_their_promise_and_their_bytes(made, tmp_path):
    *_, sources = made
    for name in ("one", "two"):
        assert write_shards(tmp_path / name, list_samples(sources.rows, SPLITS, sources.results)) == 1
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").iterdir())
    assert len(files) == 2 and all(
        (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes() for path in files
    )
    wanted = list_wanted(sources.rows, SPLITS)
    assert list(find_faults(tmp_path / "one", wanted)) == []
    assert count_clips(wanted, tmp_path / "one") == "1 clips in 1 shards"
    assert list(find_faults(tmp_path / "one", list_wanted(sources.rows, {"walk": "test"}))) != []


def test_a_sample_is_the_clip_and_what_is_known_of_it(made, tmp_path):
    *_, sources = made
    write_shards(tmp_path / "shards", list_samples(sources.rows, SPLITS, sources.results))
    (row,) = read_rows(sources.rows).to_pylist()
    (sample,) = (ShardedSamples(tmp_path / "shards", "val")[0],)
    assert sample["mp4"] == (sources.results / row["path"]).read_bytes() and sample["cls"] == row["label"]
    assert sample["json"]["boxes"] == row["boxes"] and sample["json"]["name"] == "person"
    assert sample["__key__"] == row["item"] == next(iterate_shard(tmp_path / "shards/val-000000.tar"))[0]
    assert list_wanted(sources.rows, SPLITS) == {"val": {row["item"]: ["", "", row["sha256"]]}}


def test_what_may_not_be_trained_with_is_in_no_sample(made, tmp_path):
    from framewright.study.declared import Declared

    *_, sources = made
    rows = read_rows(sources.rows).to_pylist()
    write_rows(tmp_path / "rows.parquet", COLUMNS, rows, {"walk": Declared("walk", training=False)})
    assert list(list_samples([tmp_path / "rows.parquet"], {}, Path())) == []


def test_pictures_and_sequences_have_the_split_of_their_video(made):
    *_, tracks, _, sources = made
    pictures = list_pictures(sources.frames, SPLITS)
    assert {picture.split for picture in pictures} == {"val"}
    assert {picture.split for picture in list_pictures(sources.frames, {})} == {"train"}
    assert list_classes(sources.frames) == ["cat", "class 1", "bird"]
    (sequence,) = sequences.list_sequences(sources.metas, SPLITS, 16.0)
    assert (sequence.split, sequence.width, len(sequence.tracks)) == ("val", 96, len(tracks))
    first = min(tracks, key=lambda track: track.tid)
    assert sequence.tracks[0].frames.tolist() == np.rint(first.times * 16).astype(int).tolist()
    assert sequences.list_classes(sources.rows) == ["person"]
    assert sequences.count_tracks([sequence]) == "2 tracks of 1 videos"


def test_splits_are_read_as_they_were_written(tmp_path):
    write_splits(tmp_path / "splits.tsv", {"b": "val", "a": "train"})
    assert read_splits(tmp_path / "splits.tsv") == {"a": "train", "b": "val"}
    assert (tmp_path / "splits.tsv").read_text() == "video\tsplit\na\ttrain\nb\tval\n"
    write_splits(tmp_path / "none.tsv", {})
    assert read_splits(tmp_path / "none.tsv") == {}
