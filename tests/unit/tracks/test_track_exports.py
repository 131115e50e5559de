"""Exports of tracks hold the clips that are served, and frames with their objects, of defaced videos alone."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from documented import write_clips
from make_video import make_video

from framewright.exports.reader import ShardedSamples
from framewright.exports.shards import iterate_shard
from framewright.study.rows import read_rows, write_rows
from framewright.tracks.exports.clips import list_samples, list_wanted
from framewright.tracks.exports.frames import choose_instants, list_boxes, list_classes, read_pictures, write_frames
from framewright.tracks.exports.write import Sources, check_export, list_pictures, list_sequences, write_export
from framewright.tracks.meta import new_track, write_tracks
from framewright.tracks.row_columns import COLUMNS

SIZE = (96, 64)


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
    sources = Sources(rows, {"walk": "val"}, [results / "sampled/walk"], metas, results, 16.0)
    return folder, tracks, count, sources


def test_instants_are_those_at_which_something_was_seen():
    tracks = [make_track(0.5, 30, 2, 10), make_track(10.0, 5, 0, 50)]
    instants = choose_instants(tracks, 1.0)
    assert instants == [0.5, 1.5, 10.0] and choose_instants([], 1.0) == []
    assert [box["name"] for box in list_boxes(tracks, 10.0)] == ["cat"] and list_boxes(tracks, 5.0) == []


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
    assert write_frames(tmp_path / "none", "short", film, [], 1.0) == 0
    assert list_classes([tmp_path / "frames", tmp_path / "none"]) == [(1, "dog")]
    assert [len(one.boxes) for one in read_pictures(tmp_path / "frames", "train")] == [1, 1]


@pytest.mark.parametrize("format", ["webdataset", "coco", "yolo", "mot"])
def test_an_export_keeps_its_promise_and_its_bytes(made, tmp_path, format):
    *_, sources = made
    for name in ("one", "two"):
        write_export(format, tmp_path / name, sources)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert files and all(
        (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes() for path in files
    )
    finding = check_export(format, tmp_path / "one", sources)
    assert finding.ok and finding.detail, finding
    other = Sources(sources.rows, {"walk": "test"}, sources.frames, sources.metas, sources.results, 16.0)
    assert not check_export(format, tmp_path / "one", other).ok


def test_a_sample_is_the_clip_and_what_is_known_of_it(made, tmp_path):
    *_, sources = made
    write_export("webdataset", tmp_path / "shards", sources)
    (row,) = read_rows(sources.rows).to_pylist()
    (sample,) = (ShardedSamples(tmp_path / "shards", "val")[0],)
    assert sample["mp4"] == (sources.results / row["path"]).read_bytes() and sample["cls"] == row["label"]
    assert sample["json"]["boxes"] == row["boxes"] and sample["json"]["name"] == "person"
    assert sample["__key__"] == row["item"] == next(iterate_shard(tmp_path / "shards/val-000000.tar"))[0]
    assert list_wanted(sources.rows, {"walk": "val"}) == {"val": {row["item"]: ["", "", row["sha256"]]}}


def test_what_may_not_be_trained_with_is_in_no_sample(made, tmp_path):
    from framewright.study.declared import Declared

    *_, sources = made
    rows = read_rows(sources.rows).to_pylist()
    write_rows(tmp_path / "rows.parquet", COLUMNS, rows, {"walk": Declared("walk", training=False)})
    assert list(list_samples([tmp_path / "rows.parquet"], {}, Path())) == []


def test_pictures_and_sequences_have_the_split_of_their_video(made):
    *_, tracks, _, sources = made
    assert {picture.split for picture in list_pictures(sources)} == {"val"}
    (sequence,) = list_sequences(sources)
    assert (sequence.split, sequence.width, len(sequence.tracks)) == ("val", 96, len(tracks))
