"""What is said of all videos of a study: outcomes, promises of buckets and of the documented trees, and sheets."""

from pathlib import Path

import numpy as np
import pytest
from make_video import make_video

from framewright.study.contract import write_parts
from framewright.study.rows import write_rows
from framewright.tracks import preview
from framewright.tracks.bucket import BucketFiles, check_bucket, list_accounts, list_bucket_outcomes
from framewright.tracks.clips.extract import extract
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.clips.record import write_clips
from framewright.tracks.contract import check_tracks
from framewright.tracks.meta import new_track, write_tracks
from framewright.tracks.outcomes import STAGES, list_outcomes
from framewright.tracks.privacy.face_tracks import FaceTrack
from framewright.tracks.privacy.preview import draw_before_after
from framewright.tracks.row_columns import COLUMNS
from framewright.tracks.segments.options import Lengths
from framewright.tracks.tree import METADATA, write_metadata

NO_VIDEOS = BucketFiles([], [], [], [], [], [], [], [], [])


def test_each_object_is_an_outcome_of_its_stage():
    search = {"video": "a", "tracks": ["t1", "t2"], "dropped": {"short": 3}}
    items = list(list_outcomes([], [], [], [search], []))
    assert [item.stage for item in items] == ["track"] * 5 and {item.stage for item in items} <= {*STAGES}
    assert [item.reason for item in items] == ["", "", "short", "short", "short"]


def test_a_bucket_without_videos_breaks_no_promise_and_names_all_of_them():
    parts = check_bucket(NO_VIDEOS, Lengths(), ClipSettings())
    assert len({part.name for part in parts}) == len(parts) > 8 and not any(part.faulty for part in parts)
    assert list(list_accounts(NO_VIDEOS, {})) == list(list_bucket_outcomes(NO_VIDEOS, {})) == []


@pytest.fixture
def study(tmp_path) -> Path:
    """A study without videos: its rows, its parts, and its empty trees."""
    write_rows(tmp_path / "rows.parquet", COLUMNS, [], {})
    write_parts(tmp_path / "parts.json", check_bucket(NO_VIDEOS, Lengths(), ClipSettings()))
    for name in ("tracks_meta", "tracks_mp4"):
        (tmp_path / name / "Own").mkdir(parents=True)
    write_metadata(tmp_path / "tracks_mp4/Own", METADATA.empty_table(), "Own")
    return tmp_path


def check(study: Path) -> list[str]:
    trees = study / "tracks_meta/Own", study / "tracks_mp4/Own"
    found = check_tracks([study / "parts.json"], [study / "rows.parquet"], [], *trees, 1.0)
    return [finding.name for finding in found if not finding.ok]


def test_what_lies_in_a_tree_and_in_no_row_breaks_a_promise(study):
    assert check(study) == []
    (study / "tracks_mp4/Own/ab").mkdir()
    (study / "tracks_mp4/Own/ab/stray.mp4").write_bytes(b"-")
    assert len(check(study)) == 1


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    return make_video(tmp_path_factory.mktemp("film") / "v.mp4", range(80), size=(96, 64), rate=25)


def test_a_video_has_a_sheet_of_tracks_and_one_of_clips(film, tmp_path):
    times = np.arange(49) / 16
    tracks = [new_track("v", (96, 64), times, np.tile([0.0, 0, 60, 60], (49, 1)), [0], ["dog"])]
    (tmp_path / "clips").mkdir()
    write_tracks(tmp_path / "meta", tracks)
    write_clips(tmp_path / "record", extract(film, tracks, tmp_path / "clips"))
    sheets = preview.draw_sheets(film, tmp_path / "meta", tmp_path / "record", tmp_path / "clips")
    assert {*sheets} == {"tracks", "clips"}
    assert all(sheet.dtype == np.uint8 and sheet.shape[2] == 3 for sheet in sheets.values())
    write_tracks(tmp_path / "none", [])
    write_clips(tmp_path / "no clips", [])
    assert preview.draw_sheets(film, tmp_path / "none", tmp_path / "no clips", tmp_path / "clips") == {}


def test_before_and_after_stand_side_by_side_where_something_is_covered(film):
    times = np.arange(80) / 25
    face = FaceTrack(np.arange(10, 30), np.tile([10.0, 10, 40, 40], (20, 1)), np.full(20, 0.9))
    assert draw_before_after(film, film, ([face], times)).std() > 0
    assert draw_before_after(film, film, ([], times)) is None
