"""Windows, clips, records and exports of tracks: exact figures of small examples."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from framewright.tracks.clips import crop, extract
from framewright.tracks.clips.options import ClipSettings
from framewright.tracks.clips.record import Clip
from framewright.tracks.clips.verify import _key_fault
from framewright.tracks.meta import as_track, clip_name, new_track, to_frames_record, to_record, to_release_record
from framewright.tracks.rows import make_row

SIZE = (640, 360)


def track(times, boxes, size=SIZE, **more):
    return new_track("video", size, np.array(times, float), np.array(boxes, float), **more)


# ---- windows


@pytest.mark.parametrize(
    ("box", "aspects", "window", "size"),
    [
        ((100, 100, 200, 150), (0.5, 4), (100, 100, 200, 150), (100, 50)),
        ((100, 100, 200, 150), (0.5, 1), (100, 75, 200, 175), (100, 100)),
        ((100, 100, 150, 200), (1, 2), (75, 100, 175, 200), (100, 100)),
        ((0, 100, 50, 200), (1, 2), (0, 100, 100, 200), (100, 100)),
        ((590, 260, 640, 360), (1, 2), (540, 260, 640, 360), (100, 100)),
        ((-50, 100, 50, 150), (0.5, 4), (0, 100, 50, 150), (50, 50)),
        ((0, 0, 640, 360), (1, 1), (140, 0, 500, 360), (360, 360)),
        ((100, 100, 104, 104), (1, 1), (100, 100, 104, 104), (16, 16)),
        ((100, 100, 201, 149), (0.5, 4), (100, 100, 201, 149), (100, 48)),
    ],
)
def test_a_window_grows_around_a_box_to_its_shape_inside_the_frame(box, aspects, window, size):
    own = crop.plan_windows(np.array([0.0]), np.array([box], float), SIZE, 0.66, aspects)
    assert own.boxes[0].tolist() == pytest.approx(window) and own.size == size


def test_a_shape_is_the_mean_over_time_where_gaps_are_bridged():
    boxes = np.array([[100, 100, 200, 200], [100, 100, 200, 200], [100, 100, 300, 200]])
    own = crop.plan_windows(np.array([0, 1, 3.0]), boxes, SIZE, 0.0, (0.1, 9))
    assert own.times.tolist() == [0, 1.5, 3]  # steps are as long as half of all are, at most
    assert np.ptp(own.boxes[:, ::2], axis=1).tolist() == pytest.approx([425 / 3, 425 / 3, 200])


@pytest.mark.parametrize(("smoothing", "same"), [(0.19, True), (0.2, False)])
def test_boxes_are_smoothed_by_whole_samples(smoothing, same):
    boxes = np.tile(np.array([100.0, 100, 200, 200]), (20, 1))
    boxes[10] += 50
    own = crop.plan_windows(np.arange(20) / 5, boxes, SIZE, smoothing, (0.1, 9))
    assert np.allclose(own.boxes, boxes) is same


def test_samples_are_as_far_apart_as_instants_usually_are():
    samples, step = crop._evenly(np.array([0.0, 1, 2, 3, 9]))
    assert samples.tolist() == list(range(10)) and step == 1
    assert crop._evenly(np.array([4.0]))[1] == 0


def test_what_follows_the_end_goes_on_as_it_was_moving():
    line = np.arange(12.0)[:, None] * np.array([[1.0, 2.0, 3.0, 4.0]])
    assert crop._turned(line, 3, 2)[:, 0].tolist() == pytest.approx([12, 13, 14])
    np.testing.assert_allclose(crop._smooth(line, 2), line, atol=1e-9)
    assert crop._smooth(line[:1], 2) is not None and crop._smooth(line[:1], 2).tolist() == line[:1].tolist()


@pytest.mark.parametrize(("width", "span"), [(50, (0, 11)), (49, (0, 9)), (100, (0, 11))])
def test_a_clip_ends_where_less_than_half_of_the_object_is_left(width, span):
    boxes = np.tile(np.array([300.0, 100, 400, 200]), (12, 1))
    boxes[10:] = [640 - width, 100, 640, 200]
    assert crop.find_visible_span(boxes, SIZE) == span
    top = np.tile(np.array([100.0, 100, 200, 200]), (12, 1))
    top[10:] = [100, 0, 200, width]
    assert crop.find_visible_span(top, SIZE) == span
    mirrored = boxes[::-1].copy()
    assert crop.find_visible_span(mirrored, SIZE) == (11 - span[1], 11)


@pytest.mark.parametrize(("right", "inside"), [(640 + 100, True), (640 + 101, False)])
def test_a_box_beyond_the_frame_counts_by_what_is_inside(right, inside):
    boxes = np.array([[300.0, 100, 400, 200], [right - 200, 100, right, 200]])
    shares = crop._shares_left(boxes, SIZE)
    assert bool(shares[1] >= 0.5) is inside
    assert crop._shares_left(np.array([[0.0, 100, 10, 200], [0, 100, 90, 200]]), SIZE).tolist() == [1, 1]
    near = np.array([[300.0, 100, 400, 200], [6.4, 100, 56.4, 200], [300, 100, 400, 200], [6.5, 100, 56.5, 200]])
    assert crop._shares_left(near, SIZE).tolist() == pytest.approx([1, 0.5, 1, 1])


def test_maps_follow_one_another():
    turn, shift = (0, -1, 5, 1, 0, 7), (2, 0, 1, 0, 3, 4)
    x, y = 10, 20
    first = 0 * x - y + 5, x + 7
    assert crop._after(*turn, then=shift)[2] == 2 * 5 + 1
    a, b, c, d, e, f = crop._after(*turn, then=shift)
    assert (a * x + b * y + c, d * x + e * y + f) == (2 * first[0] + 1, 3 * first[1] + 4)
    assert crop._indices((100, 60), (50, 30)) == (0.5, 0, -0.25, 0, 0.5, -0.5)
    part, moved = crop._near(np.arange(100.0).reshape(10, 10), (1, 0, 3.5, 0, 1, 4), (3, 2))
    assert part.shape == (6, 8) and part[0, 0] == 21 and moved == (1, 0, 2.5, 0, 1, 2) and part.dtype == np.float32


# ---- clips


@pytest.mark.parametrize(
    ("times", "most", "keys"),
    [
        ([0, 1, 2, 3, 4, 5], 2, "101010"),
        ([0, 1, 2, 3, 4, 5], 3, "100100"),
        ([0, 1, 2, 3, 4, 5], 5, "100000"),
        ([0, 9, 10, 11], 2, "1100"),
        ([0], 2, "1"),
    ],
)
def test_a_key_frame_is_never_longer_ago_than_asked(times, most, keys):
    assert "".join("01"[key] for key in extract.choose_key_frames([Fraction(t) for t in times], most)) == keys


def plan(name, first, last, side=10):
    return SimpleNamespace(track=SimpleNamespace(tid=name), first=first, last=last, pixels=side * side)


def test_passes_are_as_few_as_hold_all_pixels():
    plans = [plan("b", 0, 5), plan("a", 0, 5), plan("c", 6, 9), plan("d", 5, 9)]
    assert [[own.track.tid for own in group] for group in extract.group_plans(plans, 200)] == [["a", "b", "c"], ["d"]]
    assert len(extract.group_plans(plans, 300)) == 1 and len(extract.group_plans(plans, 199)) == 3
    assert extract.ClipPlan(None, (4, 6), 3, 5, None, None).frames == 3
    assert extract.ClipPlan(None, (4, 6), 3, 5, None, None).pixels == 24


class Line:
    """A film of 10 frames a second that lasts for 10 s."""

    ticks, unit, end = np.arange(100), Fraction(1, 10), Fraction(10)

    def __len__(self):
        return 100

    def rate(self):
        return Fraction(10), False


@pytest.mark.parametrize(
    ("times", "most", "frames", "detail"),
    [
        ([1.0, 2.0], 180, (10, 20), ""),
        ([1.0004, 2.0], 180, (10, 20), ""),
        ([1.002, 1.998], 180, (11, 19), ""),
        ([1.0, 8.0], 3, (10, 40), "its first 3 s"),
        ([9.0, 10.5], 180, (90, 99), "the video ends 0.500 s before it"),
    ],
)
def test_a_clip_has_the_frames_between_its_tracks_instants(times, most, frames, detail):
    found = extract.plan_clip(track(times, [[100, 100, 200, 200]] * 2), Line(), SIZE, ClipSettings(max_seconds=most))
    assert (found.first, found.last) == frames and found.detail == detail and found.rate == 10
    half = extract.plan_clip(
        track(times, [[100, 100, 200, 200]] * 2), Line(), (320, 180), ClipSettings(max_seconds=most)
    )
    assert half.windows.boxes[0].tolist() == pytest.approx([50, 50, 100, 100])


@pytest.mark.parametrize(
    ("times", "reason", "detail"),
    [
        ([10.0, 11.0], "past-the-end", "begins at 10.000 s, the video ends at 10.000 s"),
        ([1.02, 1.08], "no-frame", "between two frames"),
    ],
)
def test_a_track_without_a_frame_has_no_clip(times, reason, detail):
    found = extract.plan_clip(track(times, [[100, 100, 200, 200]] * 2), Line(), SIZE, ClipSettings())
    assert (found.reason, found.detail) == (reason, detail)


def test_what_lies_outside_for_long_is_left_out_and_said():
    boxes = [[300, 100, 400, 200]] * 3 + [[620, 100, 640, 200]] * 2
    found = extract.plan_clip(track([1, 2, 3, 4, 5], boxes), Line(), SIZE, ClipSettings())
    assert (found.first, found.last) == (10, 30)
    assert found.detail == "without 2.00 s in which more than half of it is outside"


@pytest.mark.parametrize(
    ("packets", "fault"),
    [
        ([(0, True), (0.25, False), (0.5, True), (0.75, False)], ""),
        ([(0, True), (0.25, False), (0.5, False), (0.75, True)], "no key frame for more than 0.5 s at 0.500 s"),
        ([(0, False), (0.25, True)], "no key frame for more than 0.5 s at 0.000 s"),
        ([(0, True), (2, True), (4, True)], ""),
        ([(0, True), (0.4, False), (0.50005, False)], ""),
    ],
)
def test_decoding_can_begin_every_half_second(packets, fault):
    assert _key_fault(packets, 0.5) == fault


# ---- records of tracks


def test_records_of_all_kinds_say_the_same():
    scores = np.array([[0.9, 0.1], [0.05, 0.02], [0.8, 0.05], [0.01, 0.03]])
    own = track([1.5, 2.5], [[10, 20, 40, 60]] * 2, labels=[3, 5], names=["a cat", "dog"], scores=scores)
    assert own.seconds == 1
    record, frames, release = to_record(own), to_frames_record(own, 7), to_release_record(own)
    assert record["video_size"] == frames["video_size"] == [360, 640]
    assert record["track_bbox"] == frames["frame_bboxes"] == release["frame_bboxes"] == [[10, 20, 30, 40]] * 2
    assert (record["top10_logit_mu"], record["top10_wlogit_std"]) == ([0.9, 0.1], [0.01, 0.03])
    assert record["top10_wcls"] == frames["top10_wcls"] == [[0.8, 0.05], [0.01, 0.03]]
    assert (frames["track_id"], frames["frame_obj"], frames["frame_cls"]) == (7, [0.8] * 2, [0.9] * 2)
    assert frames["frame_lbl"] == [3, 3] and frames["track_ts"] == release["track_ts"] == [1.5, 2.5]
    bare = to_frames_record(track([1.5], [[10, 20, 40, 60]]), 0)
    assert (bare["frame_lbl"], bare["frame_cls"], bare["frame_desc"]) == ([-1], [0.0], [""])
    again = as_track(record)
    assert again.tid == own.tid and again.boxes.tolist() == own.boxes.tolist() and again.size == SIZE


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"track_ts": [1.0]}, "1 times and 2 boxes"),
        ({"track_ts": [2.0, 2.0]}, "times must ascend"),
        ({"track_bbox": [[1, 2, 3, 4], [1, 2, 3, float("inf")]]}, "boxes be finite"),
    ],
)
def test_a_record_of_no_track_is_refused(change, words):
    record = to_record(track([1.5, 2.5], [[10, 20, 40, 60]] * 2))
    with pytest.raises(ValueError, match=words):
        as_track(record | change)


def test_numbers_are_kept_to_their_decimals():
    own = track([1.23456789], [[10.00049, 20.0006, 40, 60]])
    assert own.times.tolist() == [1.234568] and own.boxes[0, :2].tolist() == [10.0, 20.001]
    name = clip_name("alley", ("ü" * 80,), "0" * 32)
    assert len(name.split("-", 1)[1].rsplit("-", 1)[0].encode()) <= 80 and name.count("ü") in (39, 40)


def test_a_row_has_mean_boxes_and_the_share_of_the_frame():
    own = track([1, 2], [[-10, 0, 64, 36], [0, 0, 128, 72]], labels=[2], names=["x"], scores=np.full((4, 1), 0.5))
    row = make_row(own, b"12345", Clip(own.tid, own.fn, "duplicate", ""), {}, "d")
    assert row["area"] == round((64 * 36 + 128 * 72) / 2 / (640 * 360), 6) and row["length"] == 5
    assert [row[side] for side in ("x1", "y1", "x2", "y2")] == pytest.approx([0, 0, 0.15, 0.15])
    assert (row["label"], row["name"], row["score"], row["state"], row["path"]) == (2, "x", 0.5, "duplicate", "")
    unknown = make_row(track([1], [[0, 0, 9, 9]], (0, 0)), b"", Clip("a", "b", "duplicate", ""), {}, "d")
    assert unknown["area"] is None and unknown["x1"] is None and unknown["label"] is None
