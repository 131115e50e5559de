"""Association, jumps, crossings, looks and the camera: exact figures of small examples."""

import math
from dataclasses import replace

import numpy as np
import pytest

from framewright.tracks.objects import crossings, jumps
from framewright.tracks.objects.appearance import _crop, _share, compare, describe_boxes
from framewright.tracks.objects.associate import (
    ERROR,
    FrameDetections,
    Tracklet,
    _ActiveTrack,
    _comes_in,
    _score_pairs,
    associate,
    find_tracklets,
    suppress_overlaps,
)
from framewright.tracks.objects.camera import STILL, CameraMotion
from framewright.tracks.objects.options import Association, Keep
from framewright.tracks.objects.overlap import measure_overlap
from framewright.tracks.objects.select import find_drop_reason

SIZE = (640, 360)


def frame(time, *boxes, scores=None, classes=None, looks=None, motion=STILL, identity=None):
    number = len(boxes)
    return FrameDetections(
        time,
        np.array(boxes, float).reshape(-1, 4),
        np.array(scores or [0.9] * number, float),
        np.array(classes or [[1.0, 0.0]] * number, float).reshape(number, 2),
        **({} if looks is None else {"appearance": np.array(looks, np.uint8)}),
        **({} if identity is None else {"identity": np.array(identity, np.float16)}),
        motion=motion,
    )


BOX = [100, 100, 200, 200]


def track(*boxes, classes=None, looks=None):
    own = _ActiveTrack(frame(0.0, boxes[0], classes=classes, looks=looks), 0)
    for number, box in enumerate(boxes[1:], 1):
        own.move(number / 10)
        own.add(frame(number / 10, box, classes=classes, looks=looks), 0)
    return own


def fit(own, box, least=0.2, weight=0.0, size=None, **more):
    return float(_score_pairs([own], frame(0.1, box, **more), np.array([0]), least, weight, size)[0, 0])


# ---- how well a track goes on with a detection


@pytest.mark.parametrize(
    ("box", "score"),
    [
        ([100, 100, 200, 200], 1.0),
        ([100, 100, 200, 150], 0.5),
        ([100, 100, 200, 120], 0.0),  # of another shape
        ([100, 100, 200, 145], 0.45),  # the logarithm of 1 / .45 is .7985
        ([100, 100, 200, 144.8], 0.0),
        ([100, 100, 222, 222], 1e4 / 122**2),
        ([180, 100, 280, 200], 0.0),
    ],
)
def test_a_detection_fits_by_its_overlap_where_its_shape_does(box, score):
    assert fit(track(BOX), box) == pytest.approx(score)


@pytest.mark.parametrize(("right", "fits"), [(140, True), (139.9, False)])
def test_an_overlap_counts_from_the_least_on(right, fits):
    assert (fit(track([100, 100, 140, 200]), [100, 100, right, 200], 1.0) > 0) is fits


@pytest.mark.parametrize(
    ("classes", "box", "score"),
    [
        ([0.5, math.sqrt(0.75)], [100, 100, 200, 149], 0.49 * 0.75),
        ([0.49, 0.8717], [100, 100, 200, 149], 0.0),
        ([0.0, 1.0], [100, 100, 200, 150], 0.25),
        ([0.0, 1.0], [100, 100, 200, 149], 0.0),
    ],
)
def test_another_class_fits_half_as_well_and_only_nearly_in_the_same_place(classes, box, score):
    assert fit(track(BOX), box, classes=[classes]) == pytest.approx(score, abs=1e-4)


def looks_like(cosine, length=128):
    looks = np.zeros(length)
    looks[0], looks[1] = 200 * cosine, 200 * math.sqrt(1 - cosine**2)
    return looks


@pytest.mark.parametrize(
    ("cosine", "box", "share"),
    [
        (0.96, [100, 100, 200, 160], 1.0),
        (0.875, [100, 100, 200, 160], 0.75),
        (0.81, [100, 100, 200, 160], 0.5 + 0.5 * 0.01 / 0.15),
        (0.79, [100, 100, 200, 160], 0.0),
        (0.79, [100, 100, 200, 175], 0.5),
        (0.79, [100, 100, 200, 174], 0.0),
    ],
)
def test_looks_count_by_their_weight_and_different_ones_not_at_all(cosine, box, share):
    own = track(BOX, looks=[looks_like(1.0)])
    overlap = (box[3] - 100) / 100
    assert fit(own, box, weight=0.5, looks=[looks_like(cosine)]) == pytest.approx(overlap * share, abs=0.012)
    assert fit(own, box, looks=[looks_like(cosine)]) == pytest.approx(overlap)


@pytest.mark.parametrize(("cosine", "share"), [(0.81, 1.0), (0.6, 0.75), (0.39, 0.0)])
def test_identities_have_limits_of_their_own(cosine, share):
    own = _ActiveTrack(frame(0.0, BOX, identity=[looks_like(1.0, 4) / 200]), 0)
    score = fit(own, [100, 100, 200, 160], weight=0.5, identity=[looks_like(cosine, 4) / 200])
    assert score == pytest.approx(0.6 * share, abs=0.01)


@pytest.mark.parametrize(
    ("last", "box", "comes"),
    [
        ((0, 100, 59, 200), (0, 100, 71, 200), True),
        ((0, 100, 60, 200), (0, 100, 73, 200), False),  # six tenths are left
        ((0, 100, 59, 200), (0, 100, 70, 200), False),
        ((6.4, 100, 60, 200), (0, 100, 90, 200), True),
        ((6.5, 100, 60, 200), (0, 100, 90, 200), False),
        ((590, 100, 633.6, 200), (560, 100, 640, 200), True),
        ((590, 100, 633.5, 200), (560, 100, 640, 200), False),
        ((300, 0, 400, 50), (300, 0, 400, 90), True),
        ((300, 320, 400, 357), (300, 270, 400, 360), True),
    ],
)
def test_what_grows_again_at_the_border_is_somebody_else(last, box, comes):
    own = track(BOX, last)
    own.largest = (100.0, 100.0)
    assert _comes_in([own], np.array([0]), np.array([box], float), SIZE).tolist() == [comes]


# ---- a track


def test_a_track_takes_the_camera_with_it():
    own = track([100, 50, 120, 90])
    own.speed_x, own.speed_y = 10.0, 4.0
    own.follow_camera(np.array([0.0, -2.0, 30.0, 2.0, 0.0, 5.0]))  # a quarter turn, twice as large
    assert (own.x, own.y) == (-2 * 70 + 30, 2 * 110 + 5) and (own.speed_x, own.speed_y) == (-8, 20)
    assert (own.width, own.height) == (40, 80)


def test_a_speed_is_learnt_from_steps_and_fades_while_nothing_is_seen():
    own = track(BOX)
    own.move(0.1)
    before = own.off
    assert before == pytest.approx(ERROR**2 + 4 * 0.01 + 0.06**2 * 0.1) and own.off_both == pytest.approx(0.4)
    assert own.off_speed == pytest.approx(4 + 0.25 * 0.1) and own.off_sides == pytest.approx(0.01 + 0.0225 * 0.1)
    own.add(frame(0.1, [110, 100, 230, 200]), 0)
    gain = before / (before + 0.01)
    assert own.x == pytest.approx(150 + 20 * gain) and own.y == 150
    assert own.speed_x == pytest.approx(20 * 0.4 / (before + 0.01)) and own.speed_y == 0
    assert own.off == pytest.approx(before * (1 - gain)) and own.off_both == pytest.approx(0.4 * (1 - gain))
    assert own.off_speed == pytest.approx(4.025 - 0.4**2 / (before + 0.01))
    sides = 0.01225 / 0.02225
    assert own.width == pytest.approx(100 + 20 * sides) and own.off_sides == pytest.approx(0.01225 * (1 - sides))
    assert own.largest == (own.width, 100)
    x, speed = own.x, own.speed_x
    own.move(0.375)
    assert own.speed_x == speed and own.x == pytest.approx(x + 0.275 * speed)
    own.move(0.875)
    assert own.speed_x == pytest.approx(speed * math.exp(-0.5))
    assert own.x == pytest.approx(x + 0.275 * speed + 0.5 * own.speed_x)


def test_a_track_learns_looks_slowly_and_keeps_the_likeliest_classes():
    own = track(BOX, looks=[[100] * 128])
    own.add(frame(0.2, BOX, looks=[[200] * 128]), 0)
    assert own.looks.tolist() == pytest.approx([115] * 128)
    many = np.zeros((1, 20))
    many[0, [3, 7]] = 0.5, 0.9
    wide = FrameDetections(0.0, np.array([BOX], float), np.array([0.5]), many, np.ones((1, 128), np.uint8))
    found = _ActiveTrack(wide, 0).finish()
    assert found.likeliest[0].shape == (1, 8) and found.likeliest[0][0, :2].tolist() == [7, 3]
    assert found.sums[:, 7].tolist() == pytest.approx([0.9, 0.81, 0.45, 0.2025])
    assert found.part(0, 1).sums[:, 7].tolist() == pytest.approx([0.9, 0.81, 0.45, 0.2025], rel=1e-6)


def test_class_scores_are_means_and_deviations():
    sums = np.array([[1.2], [0.8], [0.6], [0.3]])
    own = Tracklet(np.arange(2.0), np.zeros((2, 4)), np.ones(2), sums)
    assert own.class_scores()[:, 0].tolist() == pytest.approx([0.6, 0.2, 0.3, math.sqrt(0.15 - 0.09)])


@pytest.mark.parametrize(("score", "tracks"), [(0.5, 1), (0.49, 0)])
def test_a_track_begins_with_a_sure_detection(score, tracks):
    assert len(find_tracklets([frame(n / 10, BOX, scores=[score]) for n in range(3)])) == tracks


@pytest.mark.parametrize(("bottom", "seen"), [(150, 3), (149, 2)])
def test_an_unsure_detection_goes_on_with_a_track_that_it_overlaps_by_half(bottom, seen):
    frames = [frame(0, BOX), frame(0.1, BOX), frame(0.2, [100, 100, 200, bottom], scores=[0.3])]
    [own] = find_tracklets(frames)
    assert len(own.times) == seen


@pytest.mark.parametrize(("gap", "lengths"), [(1.5, [4]), (1.6, [2, 2])])
def test_a_track_ends_after_so_long_without_a_detection(gap, lengths):
    times = [0, 0.1, 0.1 + gap, 0.2 + gap]
    assert [len(own.times) for own in find_tracklets([frame(time, BOX) for time in times])] == lengths


def test_what_was_seen_once_alone_is_given_up_at_once():
    frames = [frame(0, BOX), frame(0.1), frame(0.2, BOX), frame(0.3, BOX)]
    assert [len(own.times) for own in associate(frames)] == [1, 2]
    assert len(find_tracklets(frames)) == 1 and len(list(associate(frames[:1]))) == 1


@pytest.mark.parametrize(("score", "number"), [(0.1, 2), (0.09, 1)])
def test_detections_below_the_least_score_are_left_out(score, number):
    frames = [frame(n / 10, BOX, [300, 100, 400, 200], scores=[0.9, score]) for n in range(3)]
    assert len(find_tracklets(frames, replace(Association(), high_score=0.05))) == number


@pytest.mark.parametrize(("right", "kept"), [(150, 2), (150.1, 1)])
def test_two_boxes_are_one_where_they_overlap_by_more_than_the_limit(right, kept):
    assert len(suppress_overlaps(frame(0, BOX, [100, 100, right, 200]), 0.5).scores) == kept


@pytest.mark.parametrize(
    ("last", "side", "count", "reason"),
    [
        (3.0, 152, 2, ""),
        (2.9999999, 152, 2, ""),
        (2.99, 152, 2, "short"),
        (3.0, 151, 2, "small"),
        (3.0, 152, 1, "unconfirmed"),
    ],
)
def test_a_tracklet_is_kept_where_it_is_long_and_large_enough(last, side, count, reason):
    times, boxes = np.array([0.0, last][:count]), np.array([[10, 10, 10 + side, 10 + side]] * count, float)
    own = Tracklet(times, boxes, np.ones(count), np.zeros((4, 1)))
    assert find_drop_reason(own, SIZE, Keep(3.0, 0.1)) == reason


def test_an_overlap_is_over_the_instants_of_the_first_track():
    from framewright.tracks.meta import new_track

    one = new_track("a", SIZE, np.array([0.0, 0.1, 0.2, 0.3]), np.array([[0, 0, 10, 10]] * 4, float))
    boxes = np.array([[0, 0, 10, 20], [5, 0, 15, 10], [90, 90, 99, 99]], float)
    other = new_track("a", SIZE, np.array([0.1, 0.24, 0.4]), boxes)
    # 0.0 and 0.1 have the first box, 0.2 and 0.3 the second one
    assert measure_overlap(one, other) == pytest.approx((100 + 100 + 50 + 50) / (200 + 200 + 150 + 150))


# ---- jumps


def tracklet(count, look_from=None, boxes=None, rate=10):
    looks = np.zeros((count, 128), np.uint8)
    looks[:, 0] = 200
    if look_from is not None:
        looks[look_from:, 0], looks[look_from:, 1] = 0, 200
    boxes = np.tile(np.array(BOX, float), (count, 1)) if boxes is None else boxes
    likeliest = np.zeros((count, 1), np.intp), np.ones((count, 1))
    return Tracklet(np.arange(count) / rate, boxes, np.ones(count), np.ones((4, 2)), looks, likeliest)


@pytest.mark.parametrize(
    ("count", "at", "lengths"), [(20, 10, [10, 10]), (20, 15, [15, 5]), (10, 5, [5, 5]), (9, 4, [9])]
)
def test_a_track_is_split_where_its_looks_jump(count, at, lengths):
    assert [len(part.times) for part in jumps.split_at_jumps(tracklet(count, at))] == lengths


def test_a_track_that_jumps_twice_is_three_and_one_without_looks_itself():
    own = tracklet(30, 10)
    own.looks[20:, 1], own.looks[20:, 2] = 0, 200
    parts = [len(part.times) for part in jumps.split_at_jumps(own)]
    assert parts == pytest.approx([10, 10, 10], abs=1) and sum(parts) == 30
    bare = replace(own, looks=own.looks[:0])
    assert jumps.split_at_jumps(bare) == [bare]


@pytest.mark.parametrize(("factor", "parts"), [(2.0, 1), (2.02, 2)])
def test_a_track_is_split_where_its_size_jumps(factor, parts):
    boxes = np.tile(np.array(BOX, float), (20, 1))
    boxes[10:] = 150 + 50 * factor * np.array([-1, -1, 1, 1])
    lengths = [len(part.times) for part in jumps.split_at_jumps(tracklet(20, boxes=boxes))]
    assert lengths == ([20] if parts == 1 else [10, 10])


@pytest.mark.parametrize(("taller", "speed", "parts"), [(1.25, 140, 2), (1.25, 105, 1), (1.2, 140, 1), (1.0, 900, 1)])
def test_a_track_is_split_where_height_and_speed_change_at_once(taller, speed, parts):
    """At 100 pixels of height, a height a second; a little more where one side is a quarter taller."""
    steps = np.arange(20)
    boxes = np.tile(np.array(BOX, float), (20, 1))
    boxes[10:, 3] = 100 + 100 * taller
    boxes[:, [0, 2]] += np.maximum(steps - 9, 0)[:, None] * speed / 10
    assert len(jumps.split_at_jumps(tracklet(20, boxes=boxes))) == parts


def test_both_sides_of_a_place_are_eight_without_the_one_beside_it():
    before, behind = jumps._sides(np.array([5, 12, 25]), 30)
    assert [part.tolist() for part in before] == [[0, 3, 16], [4, 11, 24]]
    assert [part.tolist() for part in behind] == [[6, 13, 26], [14, 21, 30]]
    first, last = jumps._sides(np.array([2, 29]), 30)
    assert [part.tolist() for part in first] == [[0, 20], [3, 28]] and [part.tolist() for part in last] == [
        [3, 27],
        [11, 30],
    ]


# ---- crossings


def walker(xs, y=0.0, height=100.0, look=0):
    boxes = np.array([[x - height / 2, y - height / 2, x + height / 2, y + height / 2] for x in xs])
    looks = np.zeros((len(xs), 128), np.uint8)
    looks[:, look] = 200
    likeliest = np.zeros((len(xs), 1), np.intp), np.ones((len(xs), 1))
    return Tracklet(np.arange(len(xs)) / 10, boxes, np.ones(len(xs)), np.ones((4, 2)), looks, likeliest)


def test_a_speed_is_that_of_the_nearest_line():
    own = walker(np.arange(6) * 20.0)
    assert crossings.fit_speed(own.times, own.boxes).tolist() == pytest.approx([200, 0])
    assert crossings.fit_speed(own.times[:1], own.boxes[:1]).tolist() == [0, 0]


@pytest.mark.parametrize(("apart", "meets"), [(60, True), (61, False)])
def test_two_meet_where_their_middles_are_near(apart, meets):
    steps = np.arange(21) * 20.0
    found = crossings.find_meeting(walker(steps), walker(400 - steps, y=apart))
    assert (found is not None) is meets and (not meets or found == pytest.approx(1.0))


def test_sides_of_a_meeting_are_seven_tenths_of_a_second_with_four_detections():
    own = walker(np.arange(21) * 20.0)
    before, behind = crossings._side(own, 1.0, -1), crossings._side(own, 1.0, 1)
    assert before.looks[0] == behind.looks[0] == 200 * (7 if before.looks[0] == 1400 else 6)
    assert before.speed.tolist() == pytest.approx([200, 0]) and before.height == 100
    assert crossings._side(own, 0.35, -1).looks[0] == 800 and crossings._side(own, 0.25, -1) is None
    assert crossings._side(own, 1.75, 1) is None and crossings._side(own, 1.65, -1).looks[0] == 1400


def test_two_sides_differ_by_speed_size_and_looks():
    def side(speed, height, look=(1.0, 0.0)):
        return crossings._Side(np.array(speed, float), height, np.array(look))

    still = side((0, 0), 100)
    assert crossings._differ(still, side((30, 40), 100)) == pytest.approx(0.5)
    assert crossings._differ(still, side((0, 0), 200)) == pytest.approx(2 * math.log(2))
    assert crossings._differ(side((0, 0), 50), side((100, 0), 200)) == pytest.approx(1 + 2 * math.log(4))
    assert crossings._differ(still, side((0, 0), 100, (0.8, 0.6))) == pytest.approx(1.6)
    bare = side((0, 0), 100, ())
    assert crossings._differ(bare, bare) == 0


def test_ends_are_exchanged_behind_the_meeting():
    one, other = walker(np.zeros(10)), walker(np.ones(10) * 50)
    first, second = crossings._exchange_ends(one, other, 0.4)
    assert ((first.boxes[:, 0] + 50).tolist(), (second.boxes[:, 0] + 50).tolist()) == (
        [0.0] * 5 + [50.0] * 5,
        [50.0] * 5 + [0.0] * 5,
    )


# ---- looks


def test_looks_are_histograms_of_colours_levels_and_edges():
    picture = np.full((60, 60, 3), 128, np.uint8)
    [looks] = describe_boxes(picture, np.array([[0.0, 0, 60, 60]]))
    third = int(255 * math.sqrt(1 / 3))
    assert looks.shape == (128,) and looks[[10, 26, 42]].tolist() == [third] * 3 and (looks[:48] > 0).sum() == 3
    assert looks[[48 + 4, 56 + 4, 64 + 4]].tolist() == [third] * 3 and not looks[72:].any()
    picture[:, 30:] = 228
    [looks] = describe_boxes(picture, np.array([[0.0, 0, 60, 60]]))
    assert looks[[48 + 4, 48 + 7]].tolist() == [int(255 * math.sqrt(1 / 6))] * 2
    assert looks[120] == 255 and (looks[120:] > 0).sum() == 1 and looks[72::8][:6].min() > 90
    [down] = describe_boxes(np.ascontiguousarray(picture.transpose(1, 0, 2)), np.array([[0.0, 0, 60, 60]]))
    assert down[122] == 255 and down[[72 + 2 * 8 + 2, 72 + 3 * 8 + 2]].min() > 150
    assert describe_boxes(picture, np.zeros((0, 4))).shape == (0, 128)


def test_the_inner_part_of_a_box_is_looked_at():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[22:58, 12:48] = 200
    assert (_crop(picture, np.array([8.0, 18, 52, 62])) == 200).all()
    assert not (_crop(picture, np.array([5.0, 15, 52, 62])) == 200).all()
    assert _crop(picture, np.array([-50.0, -50, -10, -10])).shape == (24, 24, 3)
    assert _crop(picture, np.array([150.0, 150, 190, 190])).shape == (24, 24, 3)
    assert _share(np.array([1, 3])).tolist() == pytest.approx([127.5, 255 * math.sqrt(0.75)])
    assert compare(np.array([[3.0, 4], [0, 0]]), np.array([[4.0, 3], [1, 1]])).tolist() == pytest.approx([0.96, 0])


# ---- the camera


def scene(size=(360, 640), seed=0):
    rng = np.random.default_rng(seed)
    return np.kron(rng.integers(0, 255, (size[0] // 8, size[1] // 8), np.uint8), np.ones((8, 8), np.uint8))


def as_picture(grey):
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.mark.parametrize(("dx", "dy"), [(12, 0), (0, -8), (-6, 4)])
def test_a_shifted_picture_is_a_shift_of_the_camera(dx, dy):
    camera, grey = CameraMotion(), scene()
    assert camera.add(as_picture(grey), np.zeros((0, 4))) is STILL
    motion = camera.add(as_picture(np.roll(grey, (dy, dx), axis=(0, 1))), np.zeros((0, 4)))
    assert motion == pytest.approx([1, 0, dx, 0, 1, dy], abs=0.35) and motion[[0, 4]] == pytest.approx(
        [1, 1], abs=0.002
    )


def test_what_moves_in_its_box_and_what_hardly_changes_is_no_motion_of_the_camera():
    camera, grey = CameraMotion(), scene()
    box = np.array([[160.0, 80, 480, 280]])
    camera.add(as_picture(grey), box)
    moved = grey.copy()
    moved[90:270, 170:470] = np.roll(grey, 12, axis=1)[90:270, 170:470]
    assert camera.add(as_picture(moved), box) is STILL
    assert camera.add(as_picture(moved), box) is STILL
    assert camera.add(as_picture(np.zeros_like(grey)), box) is STILL


def test_a_picture_of_another_shape_is_no_motion_of_the_camera():
    camera = CameraMotion()
    camera.add(as_picture(scene()), np.zeros((0, 4)))
    assert camera.add(as_picture(scene((400, 640))), np.zeros((0, 4))) is STILL
