"""The contract of clips: it holds for what the library cuts, and each way of breaking it is found."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from make_video import damage, make_video

from framewright.study.contract import join_parts
from framewright.study.funnel import count
from framewright.tracks.clips.contract import ClipFile, VideoClips, check_clip_files, check_clips
from framewright.tracks.clips.extract import extract
from framewright.tracks.clips.preview import draw_clip_sheet, draw_histograms, draw_overlay
from framewright.tracks.clips.record import list_clip_outcomes, read_clips, write_clips
from framewright.tracks.meta import new_track

SIZE = (96, 64)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two clips of three tracks, and their folder; one begins past the end."""
    place = tmp_path_factory.mktemp("cut")
    path = make_video(place / "v.mp4", range(150), size=SIZE, rate=25)
    times = np.arange(49) / 16
    places = [(0.0, [0, 0, 60, 60]), (2.0, [30, 4, 90, 60]), (30.0, [0, 0, 50, 50])]
    tracks = [
        new_track("v", SIZE, start + times, np.tile(np.array(box, float), (49, 1)), [k], [f"class {k}"])
        for k, (start, box) in enumerate(places)
    ]
    tracks.sort(key=lambda track: track.tid)
    (place / "clips").mkdir()
    clips = extract(path, tracks, place / "clips")
    return VideoClips("v", tracks, clips, [(0.0, 4.0), (1.9, 6.0), (30, 40)]), place / "clips"


@pytest.fixture(scope="module")
def cut(made):
    return made[0]


@pytest.fixture(scope="module")
def folder(made):
    return made[1]


def broken(cut: VideoClips) -> list[str]:
    return [own.name for own in check_clips([cut], 180) if not own.ok]


def files_of(cut: VideoClips, folder: Path) -> list[ClipFile]:
    made = [clip for clip in cut.clips if not clip.reason]
    return [ClipFile(folder / Path(clip.fn).name, clip.size, clip.frames) for clip in made]


@pytest.mark.slow
def test_what_the_library_cuts_holds(cut, folder):
    findings = check_clips([cut], 180)
    assert [own.detail for own in findings if not own.ok] == []
    assert findings[0].detail == "2 clips of 3 tracks, 6 s"
    assert check_clip_files(files_of(cut, folder), 0.5).detail == "2 opened"


def test_the_promises_of_two_buckets_are_those_of_one(cut):
    one, other, both = (check_clips(cuts, 180) for cuts in ([cut], [cut], [cut, cut]))
    assert join_parts([one, other]) == join_parts([both])


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        pytest.param(lambda c: {"clips": c.clips[1:]}, "a reason why not", id="a track forgotten"),
        pytest.param(lambda c: {"tracks": c.tracks[::-1], "clips": c.clips[::-1]}, "is there once", id="not sorted"),
        pytest.param(lambda c: {"segments": [(0, 2.5), (2.5, 6), (30, 40)]}, "crosses a cut", id="across a cut"),
    ],
)
def test_each_broken_promise_of_tracks_is_found(cut, change, promise):
    assert any(promise in name for name in broken(replace(cut, **change(cut))))


@pytest.mark.parametrize(
    ("values", "promise"),
    [
        pytest.param({"windows": ((0.0, 0.0, 97.0, 60.0),) * 76}, "inside the frame", id="beyond the frame"),
        pytest.param({"windows": ((0.0, 0.0, 40.0, 60.0),) * 9}, "inside the frame", id="windows missing"),
        pytest.param(
            {"windows": ((0.0, 0.0, 40.0, 60.0),) * 75 + ((0.0, 0.0, 60.0, 60.0),)}, "one shape", id="another shape"
        ),
        pytest.param({"end": 9.0}, "within their tracks", id="longer than its track"),
    ],
)
def test_each_broken_promise_of_a_clip_is_found(cut, values, promise):
    first = next(k for k, clip in enumerate(cut.clips) if not clip.reason)
    clips = [replace(clip, **values) if k == first else clip for k, clip in enumerate(cut.clips)]
    assert any(promise in name for name in broken(replace(cut, clips=clips)))


def test_damaged_missing_and_too_short_files_are_found(cut, folder, tmp_path):
    copied = Path(shutil.copytree(folder, tmp_path / "clips"))
    files = files_of(cut, copied)
    assert not check_clip_files([replace(files[0], frames=75)], 0.5).ok
    damage(files[0].path, 10)
    assert not check_clip_files(files, 0.5).ok
    files[0].path.unlink()
    assert not check_clip_files(files, 0.5).ok


def test_what_became_of_tracks_is_read_back_and_counted(cut, tmp_path):
    write_clips(tmp_path / "a", cut.clips)
    assert list(read_clips(tmp_path / "a")) == list(cut.clips)
    write_clips(tmp_path / "b", cut.clips)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    (stage,) = count(list_clip_outcomes(("v", clip) for clip in cut.clips))
    assert (stage.name, stage.entered, stage.kept) == ("clip", 3, 2)
    assert stage.reasons[0].word == "past-the-end"


@pytest.mark.slow
def test_sheets_show_frames_clips_and_counts(cut, folder, tmp_path):
    path = make_video(tmp_path / "v.mp4", range(150), size=SIZE, rate=25)
    frames = draw_overlay(path, cut.tracks[:2])
    assert frames.shape[1:] == (1920, 3) and frames.shape[0] > 300
    sheet = draw_clip_sheet(folder, cut.clips)
    assert sheet.shape[2] == 3 and len(np.unique(sheet.reshape(-1, 3), axis=0)) > 50
    picture = draw_histograms((track.seconds, track.names[0]) for track in cut.tracks)
    assert "3 tracks, 3 classes" in picture and "3 to 4 s" in picture and "class 2" in picture


def test_where_there_is_nothing_to_show_there_is_no_sheet(tmp_path):
    assert draw_overlay(tmp_path / "missing", []) is None and draw_clip_sheet(tmp_path, []) is None
    assert "0 tracks" in draw_histograms([])
