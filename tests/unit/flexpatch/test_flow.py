"""Points, crops and features, on numbers that can be checked by hand."""

import math

import numpy as np
import pytest

from framewright.errors import UserError
from framewright.flexpatch.follow.crops import SIDE, Pyramid, correlate, extract_crops
from framewright.flexpatch.follow.features import (
    COMPAT,
    FRAMEWRIGHT,
    RUNTIME_FEATURES,
    check_definition,
    definition_record,
    feature_matrix,
    read_definition,
    runtime_matrix,
)
from framewright.flexpatch.follow.flow import choose_points, follow_points, measure_displacements
from framewright.flexpatch.follow.follower import Follower, Track, _extend

FRAME = (640, 360)


def follower(*boxes, **options):
    made = Follower(FRAME, **options)
    made.tracks = [Track(number, np.array(box, float), 0.9, 0) for number, box in enumerate(boxes)]
    return made


# ---- points


def test_displacements_are_medians_and_root_mean_squares_of_each_object():
    points = np.zeros((7, 2), np.float32)
    moves = np.array([[1, 0], [3, 0], [8, 4], [0, 2], [0, 6], [9, 9], [5, 5]], np.float32)
    agrees = np.array([1, 1, 1, 1, 1, 0, 0], bool)
    found = measure_displacements(points, points + moves, agrees, [3, 3, 1, 0])
    assert found.median.tolist() == [[3, 0], [0, 4], [0, 0], [0, 0]] and found.kept.tolist() == [3, 2, 0, 0]
    assert found.spread[0] == pytest.approx(math.sqrt((26 + 32 / 3) / 3)) and found.spread[1] == 2
    assert found.spread[2:].tolist() == [0, 0] and found.scale.tolist() == [1] * 4


@pytest.mark.parametrize(("number", "radius", "scale"), [(5, 2.0, 1.5), (4, 2.0, 1.0), (5, 1.9, 1.0), (6, 4.0, 1.5)])
def test_a_change_of_size_is_told_by_five_points_and_two_pixels(number, radius, scale):
    angles = 2 * np.pi * np.arange(number) / number
    points = 100 + radius * 1.0000001 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    ends = (points - points.mean(axis=0)) * 1.5 + (107, 93)
    found = measure_displacements(points, ends, np.ones(number, bool), [number])
    assert found.scale[0] == pytest.approx(scale, abs=1e-6)
    assert found.kept.tolist() == [number]


def test_the_scale_is_the_median_of_the_points_ratios():
    points = np.array([[10, 0], [-10, 0], [0, 10], [0, -10], [20, 0], [-20, 0.0]])
    ends = points * np.array([1.2, 1.2, 1.0, 1.0, 1.4, 1.4])[:, None]
    assert measure_displacements(points, ends, np.ones(6, bool), [6]).scale[0] == pytest.approx(1.2)


def test_points_lie_in_the_inner_part_of_a_box_and_in_the_picture():
    picture = np.random.default_rng(0).integers(0, 255, (120, 160), np.uint8)
    points, strengths = choose_points(picture, np.array([50.0, 40, 90, 80]), 20)
    assert len(points) == len(strengths) == 20 and (strengths > 0).all()
    assert points[:, 0].min() >= 54 and points[:, 0].max() <= 86
    assert points[:, 1].min() >= 44 and points[:, 1].max() <= 76
    assert points.min(axis=0).max() < 64 and points.max(axis=0).min() > 70
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert apart[apart > 0].min() >= 4  # an eighth of the 32 pixels
    inside, _ = choose_points(picture, np.array([-20.0, -20, 20, 20]), 20)
    assert len(inside) and inside.min() >= 0 and inside.max() <= 16


@pytest.mark.parametrize("box", [(-50, 10, -5, 60), (10, 200, 60, 260), (158, 10, 199, 60), (10, 118, 60, 190)])
def test_outside_of_the_picture_there_are_no_points(box):
    picture = np.random.default_rng(0).integers(0, 255, (120, 160), np.uint8)
    points, strengths = choose_points(picture, np.array(box, float), 20)
    assert points.shape == (0, 2) and strengths.shape == (0,)


def test_a_tiny_box_is_looked_at_as_a_whole():
    picture = np.zeros((60, 60), np.uint8)
    picture[30:, 30:] = 255
    assert len(choose_points(picture, np.array([28.0, 28, 33, 33]), 20)[0])
    assert len(choose_points(np.zeros((60, 60), np.uint8), np.array([10.0, 10, 50, 50]), 20)[0]) == 0


def test_points_whose_way_back_ends_elsewhere_do_not_agree():
    rng = np.random.default_rng(0)
    before = np.kron(rng.integers(0, 255, (30, 40), np.uint8), np.ones((4, 4), np.uint8))
    points = np.array([[60.0, 60], [100, 60]], np.float32)
    ends, agrees = follow_points(before, np.roll(before, (1, 2), axis=(0, 1)), points)
    assert agrees.all() and np.abs(ends - points - (2, 1)).max() < 0.2
    other = np.kron(rng.integers(0, 255, (30, 40), np.uint8), np.ones((4, 4), np.uint8))
    assert not follow_points(before, other, points)[1].any()
    assert follow_points(before, other, points[:0])[1].shape == (0,)


# ---- crops


def test_a_crop_samples_its_box_evenly():
    across = np.tile(np.arange(96, dtype=np.uint8) * 2, (64, 1))
    [crop] = extract_crops(Pyramid(across), np.array([[10.0, 5, 34, 29]]))
    assert crop.shape == (SIDE, SIDE) == (24, 24)
    np.testing.assert_allclose(crop, np.tile(2.0 * np.arange(10, 34), (24, 1)), atol=0.1)
    [down] = extract_crops(Pyramid(np.ascontiguousarray(across.T)), np.array([[5.0, 10, 29, 58]]))
    np.testing.assert_allclose(down[:, 0], 2 * (10 + 2 * np.arange(24) + 0.5), atol=0.3)


def test_large_boxes_are_sampled_from_smaller_pictures_at_the_same_places():
    large = np.tile(np.linspace(0, 250, 400).astype(np.uint8), (400, 1))
    pyramid = Pyramid(large)
    assert [picture.shape for picture in pyramid.pictures] == [(400, 400), (200, 200), (100, 100), (50, 50)]
    crops = extract_crops(pyramid, np.array([[8.0, 8, 392, 392], [8, 8, 104, 104], [8, 8, 56, 56]]))
    for crop, (left, width) in zip(crops, ((8, 384), (8, 96), (8, 48)), strict=True):
        places = left + width * (np.arange(24) + 0.5) / 24 - 0.5
        np.testing.assert_allclose(crop[12], places * 250 / 399, atol=1.6)
    assert len(Pyramid(np.zeros((47, 400), np.uint8)).pictures) == 1
    assert len(Pyramid(np.zeros((48, 400), np.uint8)).pictures) == 2


def test_outside_of_the_picture_a_crop_has_nothing():
    [crop] = extract_crops(Pyramid(np.full((100, 100), 9, np.uint8)), np.array([[-12.0, 88, 12, 112]]))
    assert np.isnan(crop[:, :12]).all() and np.isnan(crop[12:]).all() and (crop[:12, 12:] == 9).all()
    [whole] = extract_crops(Pyramid(np.full((100, 100), 9, np.uint8)), np.array([[0.0, 0, 100, 100]]))
    assert (whole == 9).all()


def test_correlations_are_those_of_the_pixels_that_both_have():
    ramp = np.tile(np.arange(24.0, dtype=np.float32), (24, 1))
    steep, turned, flat = 3 * ramp + 7, 50 - ramp, np.full_like(ramp, 4)
    found = correlate(np.stack([ramp] * 3), np.stack([steep, turned, flat]))
    assert found.tolist() == pytest.approx([1, -1, 0])
    holes = steep.copy()
    holes[:12] = np.nan
    mixed = np.where(np.arange(24)[:, None] < 12, np.nan, ramp).astype(np.float32)
    strange = ramp.copy()
    strange[:12] = 200
    found = correlate(np.stack([ramp, strange, mixed]), np.stack([holes, holes, -mixed]))
    assert found.tolist() == pytest.approx([1, 1, -1])


@pytest.mark.parametrize(("shared", "found"), [(58, 1.0), (57, 0.0)])
def test_a_tenth_of_the_pixels_must_be_shared(shared, found):
    ramp = np.arange(576, dtype=np.float32).reshape(24, 24)
    other = ramp.copy().ravel()
    other[shared:] = np.nan
    assert correlate(ramp[None], other.reshape(1, 24, 24))[0] == pytest.approx(found)


# ---- features


def test_a_feature_that_is_not_there_is_that_of_a_track_just_detected():
    fresh = Track(0, np.zeros(4), 0.75, 0)
    assert feature_matrix([fresh]).tolist() == [[0, 1, 0, 0, 0.75]] and feature_matrix([]).shape == (0, 5)
    known = Track(0, np.zeros(4), 0.5, 0, min_eig=1, ncc=2, accel=3, flow_std=4)
    assert feature_matrix([known, fresh])[0].tolist() == [1, 2, 3, 4, 0.5]


def test_the_features_of_the_runtime_are_exact():
    one = Track(0, np.array([10.0, 10, 50, 30]), 0.5, 0, age=2, unexamined=3, misses=1, kept=0.25)
    one.velocity = np.array([9.0, 12.0])
    other = Track(1, np.array([30.0, 10, 70, 30]), 0.5, 0)
    outside = Track(2, np.array([620.0, 340, 660, 380]), 0.5, 0)
    rows = dict(zip(RUNTIME_FEATURES, runtime_matrix([one, other, outside], FRAME).T.tolist(), strict=True))
    assert rows["age"] == [2, 0, 0] and rows["unexamined"] == [3, 0, 0] and rows["misses"] == [1, 0, 0]
    assert rows["kept"] == [0.25, 1, 1] and rows["overlap"] == pytest.approx([1 / 3, 1 / 3, 0])
    assert rows["speed"] == [0.5, 0, 0] and rows["side"] == pytest.approx([30 / 360, 30 / 360, 40 / 360])
    assert rows["outside"] == [0, 0, 0.75] and runtime_matrix([], FRAME).shape == (0, 13)
    point = Track(3, np.array([5.0, 5, 5, 5]), 0.5, 0)
    assert np.isfinite(runtime_matrix([point], FRAME)).all()


def test_another_definition_is_refused_by_name_and_version():
    record = definition_record(FRAMEWRIGHT)
    assert (
        read_definition(record, "a") == FRAMEWRIGHT
        and str(FRAMEWRIGHT) == "framewright 2"
        and str(COMPAT) == "compat 2"
    )
    with pytest.raises(UserError, match="definition compat 2, but framewright 2 is wanted"):
        check_definition(COMPAT, FRAMEWRIGHT, "a")
    check_definition(FRAMEWRIGHT, FRAMEWRIGHT, "a")
    with pytest.raises(UserError, match="its features are ncc"):
        read_definition(record | {"features": ["ncc"]}, "a")


# ---- the follower


def test_a_box_moves_by_its_points_and_grows_around_its_middle():
    own = follower([100, 100, 200, 140], [300, 100, 340, 140])
    own._advance(np.array([[3.0, 4.0], [0, 0]]), np.array([1.1, 1.0]), np.array([False, False]))
    assert own.tracks[0].box.tolist() == pytest.approx([98, 102, 208, 146])
    assert own.tracks[1].box.tolist() == [300, 100, 340, 140] and np.isnan(own.tracks[0].accel)
    own._advance(np.array([[9.0, 12.0], [0, 2]]), np.ones(2), np.array([False, False]))
    assert [track.accel for track in own.tracks] == [10, 2]


def test_a_lost_track_goes_on_ever_slower_and_keeps_its_size():
    own = follower([100, 100, 200, 140], [300, 100, 340, 140])
    own.tracks[0].velocity = np.array([10.0, -20.0])
    own._advance(np.array([[50.0, 50.0], [7, 7]]), np.array([1.5, 1.5]), np.array([True, True]))
    assert own.tracks[0].box.tolist() == [109, 82, 209, 122] and own.tracks[0].velocity.tolist() == [9, -18]
    assert own.tracks[0].accel == pytest.approx(math.hypot(1, 2)) and own.tracks[0].is_lost
    assert own.tracks[1].box.tolist() == [300, 100, 340, 140] and np.isnan(own.tracks[1].accel)
    own._advance(np.array([[50.0, 50.0], [7, 7]]), np.ones(2), np.array([False, False]))
    assert own.tracks[0].velocity.tolist() == pytest.approx([8.1, -16.2])  # still lost


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ((100, 100, 140, 140), True),
        ((90, 100, 130, 140), True),
        ((89, 100, 129, 140), False),
        ((100, 190, 140, 230), False),
        ((100, 170, 140, 210), True),
        ((700, 100, 740, 140), False),
        ((-20, 100, 20, 140), False),
    ],
)
def test_a_track_was_examined_where_three_quarters_of_it_were(box, inside):
    own = follower(box)
    assert own._is_inside(np.array([[100.0, 100, 200, 200]])).tolist() == [inside]
    assert own._is_inside(None).tolist() == [True] and own._is_inside(np.zeros((0, 4))).tolist() == [False]


@pytest.mark.slow
@pytest.mark.parametrize(("width", "label", "paired"), [(30, 0, True), (29, 0, False), (43, 1, True), (42, 1, False)])
def test_a_detection_continues_a_track_that_it_overlaps_enough(width, label, paired):
    own = follower([100, 100, 200, 200])
    rows, columns = own._pairs(np.array([[100.0, 100, 100 + width, 200]]), np.array([label]))
    assert (rows.tolist(), columns.tolist()) == (([0], [0]) if paired else ([], []))


def test_one_miss_ages_by_half_at_most_and_what_was_not_examined_by_nothing():
    own = follower([100, 100, 140, 140], [300, 100, 340, 140], [500, 100, 540, 140], max_age=9)
    for track, waited in zip(own.tracks, (0, 3, 40), strict=True):
        track.unexamined = waited
    grey = np.zeros(FRAME[::-1], np.uint8)
    numbers = own.refresh(grey, np.zeros((0, 4)), np.zeros(0), np.zeros(0), np.array([[0.0, 0, 400, 360]]))
    assert numbers.shape == (0,)
    assert [(track.age, track.misses, track.unexamined) for track in own.tracks] == [(1, 1, 0), (3, 1, 0), (0, 0, 40)]
    own.refresh(
        grey, np.array([[300.0, 101, 340, 141]]), np.array([0.6]), np.array([0]), np.array([[450.0, 0, 640, 360]])
    )
    assert [(track.age, track.misses, track.unexamined) for track in own.tracks] == [(1, 1, 0), (0, 0, 0), (5, 1, 0)]
    assert own.tracks[1].box.tolist() == [300, 101, 340, 141] and own.tracks[1].score == 0.6
    own.refresh(grey, np.zeros((0, 4)), np.zeros(0), np.zeros(0), np.array([[0.0, 0, 200, 360]]))
    assert [track.number for track in own.tracks] == [1, 2]


def test_numbers_of_tracks_go_on_and_detections_know_theirs():
    own, grey = Follower(FRAME), np.zeros(FRAME[::-1], np.uint8)
    boxes = np.array([[100.0, 100, 140, 140], [300, 100, 340, 140]])
    own.start(grey, boxes, np.array([0.9, 0.8]), np.array([0, 1]))
    found = own.refresh(grey, np.array([[500.0, 10, 520, 30], *boxes[::-1]]), np.array([0.5] * 3), np.array([2, 1, 0]))
    assert found.tolist() == [2, 1, 0] and [track.number for track in own.tracks] == [0, 1, 2]
    assert own.tracks[2].label == 2 and own.tracks[2].confidence == 0.5


@pytest.mark.parametrize(("gap", "pinned"), [(1.5, True), (1.6, False)])
def test_a_side_at_the_border_is_remembered(gap, pinned):
    own, grey = Follower(FRAME), np.zeros(FRAME[::-1], np.uint8)
    boxes = np.array([[gap, gap, 40, 40], [600, 300, 640 - gap, 360 - gap]])
    own.start(grey, boxes, np.ones(2), np.zeros(2))
    first, second = own.tracks
    assert first.pinned is None or first.pinned.tolist() == [True, True, False, False]
    assert second.pinned is None or second.pinned.tolist() == [False, False, True, True]
    assert (first.pinned is not None) is (second.pinned is not None) is pinned
    assert first.extent.tolist() == pytest.approx([40 - gap, 40 - gap])


@pytest.mark.parametrize(
    ("box", "pinned", "extended"),
    [
        ((10, 50, 40, 80), (1, 0, 0, 0), (0, 50, 40, 80)),
        ((30, 50, 60, 80), (1, 0, 0, 0), (20, 50, 60, 80)),
        ((50, 10, 80, 40), (0, 1, 0, 0), (50, 0, 80, 40)),
        ((50, 90, 80, 110), (0, 1, 0, 0), (50, 70, 80, 110)),
        ((600, 50, 630, 80), (0, 0, 1, 0), (600, 50, 640, 80)),
        ((570, 50, 600, 80), (0, 0, 1, 0), (570, 50, 610, 80)),
        ((50, 320, 80, 350), (0, 0, 0, 1), (50, 320, 80, 360)),
        ((50, 290, 80, 320), (0, 0, 0, 1), (50, 290, 80, 330)),
        ((-5, 50, 25, 80), (1, 0, 0, 0), (-5, 50, 25, 80)),
        ((630, 340, 660, 370), (0, 0, 1, 1), (630, 340, 660, 370)),
        ((10, 10, 40, 40), (0, 0, 0, 0), (10, 10, 40, 40)),
    ],
)
def test_a_pinned_side_stays_at_the_border_up_to_twice_the_detected_size(box, pinned, extended):
    track = Track(0, np.array(box, float), 0.9, 0, pinned=np.array(pinned, bool), extent=np.array([20.0, 20.0]))
    _extend(track, FRAME)
    assert tuple(track.box.tolist()) == extended


@pytest.mark.parametrize(
    ("size", "shrink", "small"),
    [((959, 540), 1, (959, 540)), ((960, 540), 2, (480, 270)), ((540, 960), 2, (270, 480)), ((2399, 90), 2, (1200, 45)),
     ((2400, 90), 4, (600, 22)), ((3, 2400), 4, (1, 600))],
)  # fmt: skip
def test_frames_are_followed_at_a_size_by_their_longer_side(size, shrink, small):
    own = Follower(size)
    assert own.shrink == shrink and own.size == small and Follower(size, shrink=1).size == size


@pytest.mark.parametrize(("age", "misses", "left"), [(9, 0, 1), (10, 0, 0), (0, 1, 1), (0, 2, 0)])
def test_a_track_ends_at_its_age_and_at_its_second_miss(age, misses, left):
    own = follower([100, 100, 140, 140])
    own.tracks[0].age, own.tracks[0].misses = age, misses
    own._drop_old()
    assert len(own.tracks) == left
