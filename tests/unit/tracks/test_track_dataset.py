"""Clips as training reads them."""

import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from make_video import damage, make_video, number_in
from torch.utils.data import DataLoader

from framewright.errors import UserError
from framewright.study.declared import Declared
from framewright.study.rows import write_rows
from framewright.tracks.clips.extract import extract
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.dataset import TrackClips, clip_seconds, crop_part, read_window, split_planes
from framewright.tracks.meta import new_track
from framewright.tracks.row_columns import COLUMNS
from framewright.tracks.rows import make_row

pytestmark = pytest.mark.slow  # what they look at takes seconds to make

RATE = 25


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Two films with three tracks each, of which one begins past the end; one film more is not for training."""
    place = tmp_path_factory.mktemp("tracks")
    rows = []
    for video in ("one", "two", "hidden"):
        path = make_video(place / f"{video}.mp4", range(150), size=(96, 64), rate=RATE)
        tracks = []
        for label, (start, seconds) in enumerate([(0, 5.9), (1, 3), (50, 3)]):
            times = start + np.arange(int(seconds * 16) + 1) / 16
            scores = np.full((4, 1), 0.5)
            boxes = np.tile([0.0, 0, 96 - label, 64 - label], (len(times), 1))
            tracks.append(new_track(video, (96, 64), times, boxes, [label], [f"class {label}"], scores))
        tracks[1] = new_track(
            video, (96, 64), tracks[1].times, tracks[1].boxes - [0, 0, 30, 0], [1], ["class 1"], scores
        )
        folder = place / "tracks_mp4/Own" / Path(tracks[0].fn).parent
        folder.mkdir(parents=True)
        clips = extract(path, tracks, folder, ClipSettings(crf=4))
        rows += [make_row(*pair, {}, "Own") for pair in zip(tracks, [b""] * 3, clips, strict=True)]
    (place / "rows").mkdir()
    write_rows(place / "rows/0-of-1.parquet", COLUMNS, rows, {"hidden": Declared("hidden", training=False)})
    return place


@pytest.mark.slow
def test_a_loader_with_two_workers_gives_each_clip_once(results):
    clips = TrackClips(results, frames=8, size=(48, 32), seed=1)
    assert len(clips) == 4 and clips.missing == 5  # two past the end, three not for training
    batches = list(DataLoader(clips, batch_size=2, num_workers=2))
    assert [tuple(batch["video"].shape) for batch in batches] == [(2, 8, 3, 32, 48)] * 2
    assert sorted(tid for batch in batches for tid in batch["tid"]) == sorted(row.tid for row in clips.rows)
    assert {(name, int(k)) for b in batches for name, k in zip(b["name"], b["label"], strict=True)} == {
        ("class 0", 0),
        ("class 1", 1),
    }
    alone = [clips[k]["video"] for k in range(4)]
    assert all((own == batches[k // 2]["video"][k % 2]).all() for k, own in enumerate(alone))


def test_a_window_has_its_pictures_at_its_times(results):
    clips = TrackClips(results, frames=5, step=0.4)
    clips.rows.sort(key=lambda row: row.label)
    item = clips[0]
    assert clip_seconds(clips.rows[0].path) == pytest.approx(147 / RATE)
    numbers = [number_in(picture.permute(1, 2, 0).numpy()) for picture in item["video"]]
    assert numbers == [round(float(time) * RATE) for time in item["times"]]
    middle = (clip_seconds(clips.rows[0].path) - 5 * 0.4) / 2
    assert np.abs(item["times"].numpy() - (middle + 0.4 * np.arange(5))).max() <= 1 / RATE


def test_windows_differ_between_epochs_and_not_between_runs(results):
    first, again = (TrackClips(results, frames=4, seed=3) for _ in range(2))
    starts = [[float(first[k]["times"][0]) for k in range(4)]]
    assert starts[0] == [float(again[k]["times"][0]) for k in range(4)]
    first.set_epoch(1)
    assert starts[0] != [float(first[k]["times"][0]) for k in range(4)]


def test_a_clip_that_is_too_short_repeats_its_last_picture(results):
    clips = TrackClips(results, frames=40, step=0.25)
    item = clips[0]
    assert item["video"].shape[0] == 40 and (item["video"][-1] == item["video"][-2]).all()


def test_classes_can_be_chosen_and_pictures_transformed(results):
    clips = TrackClips(results, frames=2, classes=[1], transform=lambda video: video.float() / 255)
    assert len(clips) == 2 and {clips[k]["label"] for k in range(2)} == {1}
    assert float(clips[0]["video"].min()) >= 0 and float(clips[0]["video"].max()) <= 1


def test_a_window_is_read_from_the_key_frame_before_it(results, tmp_path):
    """What is just more than half a second before it is destroyed: nobody misses it."""
    clips = TrackClips(results)
    whole = next(row.path for row in clips.rows if row.label == 0)
    for start in (1.3, 3.77, 5.5):
        path = Path(shutil.copy(whole, tmp_path / "a.mp4"))
        for k in range(int(start * RATE) - RATE // 2)[-6:]:
            damage(path, k)
        times, pictures = read_window(path, [start])
        assert number_in(pictures[0]) == np.floor(start * RATE + 1e-6) and times[0] <= start + 1e-6


def test_a_window_of_a_clip_of_varying_rate(tmp_path):
    times = [Fraction(0), Fraction(1, 10), Fraction(1), Fraction(11, 10), Fraction(3)]
    path = make_video(tmp_path / "a.mp4", range(5), times=times, b_frames=0)
    shown, pictures = read_window(path, [0, 0.05, 0.9, 1.0, 2.9, 3.5])
    assert [number_in(picture) for picture in pictures] == [0, 0, 1, 2, 3, 4]
    assert shown.tolist() == pytest.approx([0, 0, 0.1, 1.0, 1.1, 3.0])


def test_a_folder_without_rows_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"no rows/\*.parquet"):
        TrackClips(tmp_path)


def test_what_is_in_no_row_is_not_served(results):
    """Clips of a video that left the table may lie in the folder still, and so may those of another dataset."""
    assert len(list(results.glob("tracks_mp4/Own/*/*.mp4"))) == 6
    assert {row.video for row in TrackClips(results).rows} == {"one", "two"}


def test_pixels_come_in_the_range_asked_for(results):
    plain, scaled = TrackClips(results, frames=2), TrackClips(results, frames=2, range=(-0.5, 0.5))
    assert str(plain[0]["video"].dtype) == "torch.uint8" and str(scaled[0]["video"].dtype) == "torch.float32"
    assert np.allclose(scaled[0]["video"].numpy(), plain[0]["video"].numpy() / 255 - 0.5, atol=1e-6)


def test_crops_are_seeded_parts_of_the_pictures(results):
    """The middle without a seed; with one, a part that differs between epochs and not between runs."""
    whole = TrackClips(results, frames=4, size=(64, 48))[0]["video"]
    middle = TrackClips(results, frames=4, size=(64, 48), crop=(32, 16))[0]["video"]
    assert (middle == whole[:, :, 16:32, 16:48]).all()
    seeded = [TrackClips(results, frames=4, size=(64, 48), crop=(32, 16), seed=1) for _ in range(2)]
    drawn = []
    for epoch in range(6):
        for clips in seeded:
            clips.set_epoch(epoch)
        one, other = (clips[0]["video"] for clips in seeded)
        assert one.shape == (4, 3, 16, 32) and (one == other).all()
        drawn.append(one.numpy().tobytes())
    assert len(set(drawn)) > 1
    assert TrackClips(results, frames=4, size=(64, 48), crop=(99, 16))[0]["video"].shape == (4, 3, 16, 64)


@pytest.mark.parametrize("size", [(40, 30), (7, 5)], ids=["whole", "a part that is cut out"])
def test_planes_of_colours_come_before_rows(size):
    pictures = np.random.default_rng(0).integers(0, 256, (3, 30, 40, 3), np.uint8)
    part = crop_part(pictures, size, (0.4, 0.6))
    planes = split_planes(part)
    assert planes.flags.c_contiguous and np.array_equal(planes, part.transpose(0, 3, 1, 2))
