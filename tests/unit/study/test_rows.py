"""Rows are sorted, complete and the same in every run; what the table keeps out is in no dataset."""

from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from house import ROOT

from framewright.errors import UserError
from framewright.patches.settings import define_patches
from framewright.study.buckets import bucket_names, bucket_of, change_of_buckets, group_videos, in_bucket
from framewright.study.config import complete
from framewright.study.declared import Declared, read_declared, write_declared
from framewright.study.definition import compute_definition
from framewright.study.funnel import Item, merge_outcomes, write_outcomes
from framewright.study.rows import (
    COMMON,
    Column,
    find_rows,
    iterate_rows,
    list_served,
    merge_rows,
    read_rows,
    rows_in,
    write_rows,
)
from framewright.tracks.settings import read_settings

SCHEMAS = ROOT / "config/schemas"

COLUMNS = {
    "times": Column("numbers", "Seconds."),
    "boxes": Column("boxes", "Pixels."),
    "score": Column("number", "0-1."),
}
DECLARED = {
    "a": Declared("a", licence="CC0-1.0", split="val", group="film"),
    "b": Declared("b", training=False),
}
ROWS = [
    {"video": "b", "item": "1", "state": "kept", "score": 0.5},
    {"video": "a", "item": "2", "state": "short", "times": [0.0]},
    {"video": "a", "item": "1", "state": "kept", "path": "clips/a/1.mp4", "boxes": [[0, 1, 2, 3]], "split": "train"},
]


def test_rows_of_different_definitions_are_not_read_as_one_table(tmp_path):
    """A bucket that was made with another seed, or other settings, breaks whatever reads all buckets."""
    paths = [tmp_path / f"{name}.parquet" for name in "abc"]
    for path, video, seed in zip(paths, "abc", (0, 0, 1), strict=True):
        write_rows(path, {}, [{"video": video, "item": "1", "state": "kept"}], {}, compute_definition({"seed": seed}))
    assert len(read_rows(paths[:2])) == len(list(merge_rows(paths[:2]))) == len(list(iterate_rows(paths[:2]))) == 2
    assert len(read_rows(paths[2:])) == 1
    for read in (read_rows, merge_rows, lambda paths: list(iterate_rows(paths))):
        with pytest.raises(UserError, match=r"c\.parquet: its rows were made by other settings or another seed"):
            read(paths)


def test_the_definitions_of_tracks_and_patches_follow_from_what_decides():
    section, seeds = complete({}, SCHEMAS)[0], (0, 1)
    assert len({define_patches(section["patches"], seed) for seed in seeds}) == 2
    other = section["patches"] | {"kernel": "lanczos"}
    assert define_patches(other, 0) != define_patches(section["patches"], 0)
    tracks = read_settings(section["tracks"])
    longer = replace(tracks, keep=replace(tracks.keep, min_seconds=tracks.keep.min_seconds + 1))
    assert tracks.define_tracks() != longer.define_tracks()
    assert tracks.define_tracks() == replace(tracks, subsets=[]).define_tracks()  # chosen from rows: no new rows


def test_rows_come_back_sorted_with_what_the_table_declares(tmp_path):
    assert write_rows(tmp_path / "0.parquet", COLUMNS, ROWS, DECLARED) == 1
    one, two, three = read_rows([tmp_path / "0.parquet"], kept=False).to_pylist()
    assert [(row["video"], row["item"]) for row in (one, two, three)] == [("a", "1"), ("a", "2"), ("b", "1")]
    assert list(one) == [*COMMON, *COLUMNS]
    assert (one["licence"], one["group"], one["split"], two["split"]) == ("CC0-1.0", "film", "train", "val")
    assert one["boxes"] == [[0, 1, 2, 3]] and two["times"] == [0.0] and one["times"] is None


def test_what_the_table_keeps_out_of_training_is_not_kept(tmp_path):
    write_rows(tmp_path / "0.parquet", COLUMNS, ROWS, DECLARED)
    states = {row["video"]: row["state"] for row in iterate_rows([tmp_path / "0.parquet"], kept=False)}
    assert states["b"] == "not-for-training"
    assert [row["video"] for row in iterate_rows([tmp_path / "0.parquet"])] == ["a"]
    assert list(iterate_rows([tmp_path / "0.parquet"], columns=["video"])) == [{"video": "a", "state": "kept"}]
    assert read_rows([tmp_path / "0.parquet"], ["video", "path"]).to_pylist() == [
        {"video": "a", "path": "clips/a/1.mp4"}
    ]


def test_the_order_of_the_rows_changes_no_byte(tmp_path):
    for name, rows in (("one", ROWS), ("two", ROWS[::-1])):
        write_rows(tmp_path / name, COLUMNS, rows, DECLARED)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_every_column_has_its_sentence_in_the_file(tmp_path):
    write_rows(tmp_path / "0.parquet", COLUMNS, [], DECLARED)
    schema = pq.read_schema(tmp_path / "0.parquet")
    assert schema.field("times").metadata[b"description"] == b"Seconds."
    assert len(read_rows([tmp_path / "0.parquet"])) == 0


def test_a_name_that_is_there_twice_is_refused(tmp_path):
    with pytest.raises(UserError, match="a 1 is there twice"):
        write_rows(tmp_path / "0.parquet", COLUMNS, [*ROWS, ROWS[2]], DECLARED)


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_text("x")])
def test_what_is_no_table_of_rows_is_said_to_be_none(tmp_path, make):
    make(tmp_path / "0.parquet")
    with pytest.raises(UserError, match="run snakemake"):
        read_rows([tmp_path / "0.parquet"])
    with pytest.raises(UserError, match=r"no rows/\*\.parquet"):
        rows_in(tmp_path)


def test_no_rows_are_none_that_are_kept(tmp_path):
    assert write_rows(tmp_path / "0.parquet", COLUMNS, [], DECLARED) == 0
    assert write_rows(tmp_path / "0.parquet", COLUMNS, ROWS[1:2], DECLARED) == 0
    assert read_rows([tmp_path / "0.parquet"]).to_pylist() == list(iterate_rows([tmp_path / "0.parquet"])) == []
    with pytest.raises(UserError, match="no files of rows were given"):
        read_rows([])


@pytest.mark.parametrize("at", [0, 3])
def test_the_first_name_that_is_there_twice_is_told(tmp_path, at):
    rows = [{"video": "a", "item": str(number), "state": "kept"} for number in range(5)]
    with pytest.raises(UserError, match=rf"0\.parquet: a {at} is there twice; its name must be unique"):
        write_rows(tmp_path / "0.parquet", {}, [*rows, rows[at]], {})
    write_rows(tmp_path / "0.parquet", {}, [*rows, rows[at] | {"video": "b"}], {})
    with pytest.raises(UserError, match="parquet: a is there twice"):
        write_rows(tmp_path / "0.parquet", {}, [{"video": "a", "item": "", "state": "x"}] * 2, {})


def test_rows_are_found_from_eight_folders_below_and_no_deeper(tmp_path):
    (tmp_path / "rows").mkdir()
    write_rows(tmp_path / "rows/0-of-1.parquet", {}, [], {})
    found = find_rows(tmp_path / "1/2/3/4/5/6/7/file")
    assert found == (tmp_path, [tmp_path / "rows/0-of-1.parquet"])
    assert find_rows(tmp_path / "1/2/3/4/5/6/7/8/file") is None


def test_files_of_one_definition_are_read_and_one_alone_whatever_it_is(tmp_path):
    for name, definition in (("a", "x"), ("b", "x"), ("c", ""), ("d", "y")):
        write_rows(tmp_path / name, {}, [{"video": name, "item": "1", "state": "kept"}], {}, definition)
    assert len(read_rows([tmp_path / "a", tmp_path / "b"])) == 2 and len(read_rows([tmp_path / "d"])) == 1
    for other, said in (("c", "unknown"), ("d", "y")):
        with pytest.raises(UserError, match=rf"{other}: its rows were made by other .* \({said}\) than .*a \(x\)"):
            list(iterate_rows([tmp_path / "a", tmp_path / "b", tmp_path / other]))


def test_only_kept_rows_are_merged_unless_all_are_asked_for(tmp_path):
    write_rows(tmp_path / "0", COLUMNS, ROWS, DECLARED)
    assert [(row["video"], row["item"]) for row in merge_rows([tmp_path / "0"])] == [("a", "1")]
    every = [("a", "1"), ("a", "2"), ("b", "1")]
    assert [(row["video"], row["item"]) for row in merge_rows([tmp_path / "0"], kept=False)] == every


# ---- buckets --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("buckets", [1, 2, 4, 64])
def test_every_video_is_in_one_bucket_and_buckets_are_about_equal(buckets):
    videos = [f"video-{number}" for number in range(6400)]
    parts = [in_bucket(videos, name) for name in bucket_names(buckets)]
    assert sorted(video for part in parts for video in part) == sorted(videos)
    assert min(map(len, parts)) > 0.6 * len(videos) / buckets


def test_a_bucket_splits_into_two_when_their_number_doubles():
    for video in ("street", "cuts", "film", "x" * 64):
        small, large = (int(bucket_of(video, count).split("-")[0]) for count in (8, 16))
        assert large // 2 == small


def test_another_number_of_buckets_is_refused_with_the_way_out(tmp_path):
    assert change_of_buckets(tmp_path, 4) == ""
    (tmp_path / "tracks/rows").mkdir(parents=True)
    (tmp_path / "tracks/rows/1-of-2.parquet").touch()
    assert change_of_buckets(tmp_path, 2) == ""
    assert change_of_buckets(tmp_path, 4) == (
        "config: buckets = 4: this study was made with 2, which is fixed; set buckets: 2, or make another study "
        "with --directory"
    )


@pytest.mark.parametrize("buckets", [1, 4])
def test_merged_rows_and_outcomes_do_not_depend_on_the_number_of_buckets(tmp_path, buckets):
    videos = [f"v{number}" for number in range(12)]
    for name, members in group_videos(videos, buckets).items():
        rows = [{"video": video, "item": item, "state": "kept"} for video in members for item in "ba"]
        write_rows(tmp_path / f"{name}.parquet", {}, rows, {})
        items = [Item(stage, video, f"{video} {k}") for stage in ("film", "cut") for video in members for k in "ba"]
        write_outcomes(tmp_path / f"{name}.tsv", items)
    rows = [(row["video"], row["item"]) for row in merge_rows(sorted(tmp_path.glob("*.parquet")))]
    assert rows == [(video, item) for video in sorted(videos) for item in "ab"]
    items = list(merge_outcomes(sorted(tmp_path.glob("*.tsv")), ("film", "cut")))
    assert items == [
        Item(stage, video, f"{video} {k}") for stage in ("film", "cut") for video in sorted(videos) for k in "ba"
    ]


def test_what_a_folder_serves_stands_in_the_rows_above_it(tmp_path):
    write = [{"video": "a", "item": str(k), "state": "kept", "path": f"clips/{k}/x.mp4"} for k in range(2)]
    (tmp_path / "rows").mkdir()
    write_rows(tmp_path / "rows/0-of-1.parquet", {}, write, {})
    assert [row["item"] for row in list_served(tmp_path / "clips/1")] == ["1"]
    assert [row["item"] for row in list_served(tmp_path / "clips/1/x.mp4")] == ["1"]
    assert list_served(tmp_path / "clips/10") == [] and len(list_served(tmp_path / "clips")) == 2
    assert list_served(tmp_path.parent / "elsewhere/clips") is None


def test_what_the_table_declares_is_read_as_it_was_written(tmp_path):
    told = [
        Declared("a", ("tracks", "patches"), "CC0-1.0", "val", "film"),
        Declared("b", ("tracks",), training=False),
    ]
    write_declared(tmp_path / "declared.tsv", told)
    assert read_declared([tmp_path / "declared.tsv"]) == {row.video: row for row in told}
