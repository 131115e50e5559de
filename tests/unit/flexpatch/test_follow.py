"""Objects are followed to a fraction of a pixel, keep their size, and are given up when they are gone."""

import numpy as np
import pytest
from make_motion import SIZE, box_at, picture, texture

from framewright.boxes import compute_iou
from framewright.flexpatch.follow.crops import Pyramid, correlate, extract_crops
from framewright.flexpatch.follow.features import FEATURES, feature_matrix
from framewright.flexpatch.follow.flow import measure_displacements
from framewright.flexpatch.follow.follower import Follower


@pytest.fixture(scope="module")
def ground():
    return texture(np.random.default_rng(0), *SIZE)


@pytest.fixture(scope="module")
def thing():
    return texture(np.random.default_rng(1), 40, 50)


def begin(grey, *boxes, **options):
    follower = Follower(SIZE, **options)
    follower.start(grey, np.array(boxes), np.full(len(boxes), 0.9), np.arange(len(boxes)))
    return follower


def overlap(box, other):
    return compute_iou(box, other)[0, 0]


@pytest.mark.parametrize(
    ("dx", "dy"),
    [
        pytest.param(0.4, 0.0, id="0.4 pixels a frame, which whole pixels would lose"),
        pytest.param(-0.3, 0.45, id="a fraction of a pixel to the lower left"),
        pytest.param(3.0, -1.5, id="fast"),
    ],
)
def test_an_object_is_followed_to_a_fraction_of_a_pixel(ground, thing, dx, dy):
    follower = begin(picture(ground, (thing, 120, 90)), box_at(thing, 120, 90))
    for k in range(1, 41):
        follower.move(picture(ground, (thing, 120 + dx * k, 90 + dy * k)))
    (track,) = follower.tracks
    assert np.abs(track.box - box_at(thing, 120 + dx * 40, 90 + dy * 40)).max() < 1.0
    assert track.ncc > 0.9


def test_boxes_are_corners_not_sizes(ground, thing):
    """Read as x, y, width, height the box would be mostly ground, and stay where it is."""
    follower = begin(picture(ground, (thing, 200, 150)), box_at(thing, 200, 150))
    follower.move(picture(ground, (thing, 198, 149)))
    (track,) = follower.tracks
    assert track.box == pytest.approx(box_at(thing, 198, 149), abs=0.1)
    assert (track.points >= track.box[:2]).all() and (track.points <= track.box[2:]).all()
    assert track.flow_std < 0.2


def test_a_box_that_leaves_the_frame_in_part_has_its_size_when_it_is_back(ground, thing):
    way = np.concatenate([np.arange(60, -28, -2.0), np.arange(-28, 62, 2.0)])
    follower = begin(picture(ground, (thing, way[0], 90)), box_at(thing, way[0], 90))
    for x in way[1:]:
        follower.move(picture(ground, (thing, x, 90)))
        assert overlap(follower.tracks[0].box, box_at(thing, x, 90)) > 0.9
    assert follower.tracks[0].box == pytest.approx(box_at(thing, way[-1], 90), abs=1.0)


def test_an_object_that_is_gone_is_given_up_though_the_ground_behind_it_can_be_followed(ground, thing):
    """Any good point keeps the origin's track alive for ever; no detector looks here at all."""
    follower = begin(picture(ground, (thing, 120, 90)), box_at(thing, 120, 90), max_age=10)
    for k in range(1, 6):
        follower.move(picture(ground, (thing, 120 + k, 90)))
    assert follower.tracks[0].age == 0
    ages = []
    for _ in range(10):
        follower.move(ground)
        ages += [track.age for track in follower.tracks]
        # what can be followed there now is not the object
        assert all(track.min_eig == 0 and np.isnan(track.flow_std) for track in follower.tracks)
    assert ages == list(range(1, 10)) and not follower.tracks


def test_an_object_that_is_hidden_for_a_moment_goes_on_at_its_speed_and_is_found_again(ground, thing):
    curtain = texture(np.random.default_rng(2), *SIZE)
    follower = begin(picture(ground, (thing, 60, 90)), box_at(thing, 60, 90))
    for k in range(1, 31):
        hidden = 10 <= k < 13
        follower.move(curtain if hidden else picture(ground, (thing, 60 + 2 * k, 90)))
        assert follower.tracks[0].is_lost == hidden
    (track,) = follower.tracks
    assert track.ncc > 0.6 and overlap(track.box, box_at(thing, 120, 90)) > 0.8


def test_few_wrong_points_do_not_pull_a_box():
    points = np.zeros((9, 2), np.float32)
    ends = points + np.array([2, 1], np.float32)
    ends[7:] += [50, -80]
    moves, _, _, kept = measure_displacements(points, ends, np.ones(9, bool), [9])
    assert moves.tolist() == [[2, 1]] and kept.tolist() == [9]


@pytest.mark.parametrize("move", [(1, 0), (-30, 12), (7, 7), (0, -3)], ids=str)
def test_a_pure_translation_has_no_spread_whatever_its_size_and_direction(move):
    points = np.random.default_rng(0).uniform(0, 100, (12, 2))
    _, spreads, _, _ = measure_displacements(points, points + move, np.ones(12, bool), [5, 7])
    assert spreads == pytest.approx([0, 0], abs=1e-9)


def test_the_spread_is_that_of_vectors():
    points, moves = np.zeros((4, 2)), np.array([[3, 0], [-3, 0], [0, 4], [0, -4]], float)
    _, spreads, _, kept = measure_displacements(points, moves, np.array([True] * 4), [4])
    assert spreads == pytest.approx([np.sqrt((9 + 9 + 16 + 16) / 4)]) and kept == [4]


def test_points_that_do_not_agree_count_for_nothing():
    points, moves = np.zeros((3, 2)), np.array([[1, 1], [1, 1], [9, 9]], float)
    found, spreads, _, kept = measure_displacements(points, moves, np.array([True, True, False]), [3, 0])
    assert found.tolist() == [[1, 1], [0, 0]] and spreads.tolist() == [0, 0] and kept.tolist() == [2, 0]


def test_there_is_no_acceleration_before_two_velocities(ground, thing):
    follower = begin(picture(ground, (thing, 100, 90)), box_at(thing, 100, 90))
    follower.move(picture(ground, (thing, 105, 90)))
    assert np.isnan(follower.tracks[0].accel)
    assert feature_matrix(follower.tracks)[0, FEATURES.index("accel")] == 0
    follower.move(picture(ground, (thing, 107, 94)))
    assert follower.tracks[0].accel == pytest.approx(5.0, abs=0.3)  # from (5, 0) to (2, 4)


def test_correlation_does_not_see_a_change_of_light(ground, thing):
    lighter = np.clip(thing * 0.5 + 90, 0, 255).astype(np.uint8)
    follower = begin(picture(ground, (thing, 100, 90)), box_at(thing, 100, 90))
    follower.move(picture(ground, (lighter, 100, 90)))
    assert follower.tracks[0].ncc > 0.97


def test_correlation_of_unlike_pictures_is_near_nothing():
    """Without subtracting means it would be near 1 for any two pictures in daylight."""
    rng = np.random.default_rng(3)
    one, other = (extract_crops(Pyramid(texture(rng, 80, 80) // 4 + 150), [[0, 0, 80, 80]]) for _ in range(2))
    assert abs(correlate(one, other)[0]) < 0.25
    assert correlate(one, one)[0] == pytest.approx(1)
    assert correlate(one, np.full_like(one, 200))[0] == 0


def test_correlation_is_with_the_last_detection_and_not_with_the_frame_before(ground, thing):
    other = texture(np.random.default_rng(4), 40, 50)
    follower = begin(picture(ground, (thing, 100, 90)), box_at(thing, 100, 90), max_age=99)
    for share in np.linspace(0, 1, 21)[1:]:
        mixed = (thing * (1 - share) + other * share).astype(np.uint8)
        follower.move(picture(ground, (mixed, 100, 90)))
    assert follower.tracks[0].ncc < 0.3


def test_the_eigenvalue_is_that_at_the_points(ground):
    """Averaged over all of the box it would be a fraction: most of it is flat."""
    cv2 = pytest.importorskip("cv2")
    flat = np.full((60, 60), 128, np.uint8)
    flat[26:34, 26:34] = texture(np.random.default_rng(5), 8, 8)
    grey = picture(np.full_like(ground, 128), (flat, 100, 90))
    follower = begin(grey, box_at(flat, 100, 90))
    follower.move(grey)
    mean = cv2.cornerMinEigenVal(grey[90:150, 100:160], 7).mean()
    assert follower.tracks[0].min_eig > 5 * mean


def test_what_shows_nothing_has_no_eigenvalue_and_no_spread():
    grey = np.full(SIZE[::-1], 90, np.uint8)
    follower = begin(grey, [50, 50, 90, 90])
    follower.move(grey)
    (track,) = follower.tracks
    assert track.min_eig == 0 and np.isnan(track.flow_std) and track.is_lost
    assert feature_matrix([track]).tolist() == [pytest.approx([0, 0, 0, 0, 0.9])]


def test_two_detections_never_take_one_track(ground):
    follower = begin(ground, [50, 50, 100, 100])
    follower.move(ground)
    boxes = np.array([[52, 50, 102, 100], [49, 50, 99, 100]])
    numbers = follower.refresh(ground, boxes, np.array([0.8, 0.7]), np.zeros(2))
    assert sorted(numbers.tolist()) == [0, 1] and numbers[1] == 0  # the nearer one goes on
    assert [track.box.tolist() for track in follower.tracks] == [boxes[1].tolist(), boxes[0].tolist()]


def test_a_detection_rather_continues_a_track_of_its_class_and_the_class_is_kept(ground):
    follower = begin(ground, [50, 50, 100, 100], [52, 50, 102, 100])  # of the classes 0 and 1
    follower.move(ground)
    numbers = follower.refresh(ground, np.array([[50, 50, 100, 100]]), np.array([0.6]), np.array([1]))
    assert numbers.tolist() == [1]
    assert [track.label for track in follower.tracks] == [0, 1]
    assert [track.confidence for track in follower.tracks] == [0.9, 0.6]


NOTHING = np.zeros((0, 4)), np.zeros(0), np.zeros(0)


def test_a_track_ages_where_somebody_looked_in_vain_and_nowhere_else(ground):
    follower = begin(ground, [50, 50, 100, 100], [200, 100, 250, 200], max_age=10)
    for _ in range(3):
        follower.move(ground)
    follower.refresh(ground, *NOTHING, examined=np.array([[40, 40, 110, 110], [200, 100, 225, 200]]))
    assert [(track.age, track.unexamined) for track in follower.tracks] == [(3, 0), (0, 3)]


def test_a_track_that_nobody_finds_dies_and_one_miss_is_forgiven(ground):
    follower = begin(ground, [50, 50, 100, 100], max_age=10)
    for _ in range(40):
        follower.move(ground)
    follower.refresh(ground, *NOTHING)
    assert [track.age for track in follower.tracks] == [5]
    for _ in range(5):
        follower.move(ground)
    follower.refresh(ground, *NOTHING)
    assert not follower.tracks


def test_a_track_that_is_found_is_as_good_as_new(ground):
    follower = begin(ground, [50, 50, 100, 100], max_age=10)
    follower.move(ground)
    follower.refresh(ground, *NOTHING)
    follower.move(ground)
    follower.refresh(ground, np.array([[60, 50, 110, 100]]), np.array([0.5]), np.array([0]))
    (track,) = follower.tracks
    assert (track.number, track.age, track.score, track.box.tolist()) == (0, 0, 0.5, [60, 50, 110, 100])


def test_no_track_and_no_detection_are_no_trouble(ground):
    follower = begin(ground)
    follower.move(ground)
    follower.refresh(ground, *NOTHING)
    assert follower.tracks == [] and feature_matrix([]).shape == (0, 5)


@pytest.mark.parametrize(("size", "shrink"), [((640, 360), 1), ((1280, 720), 2), ((1920, 1080), 2), ((3840, 2160), 4)])
def test_large_frames_are_followed_at_a_part_of_their_size(size, shrink):
    assert Follower(size).size == (size[0] // shrink, size[1] // shrink)


def test_at_half_size_lengths_are_those_of_the_full_frame(thing):
    rng = np.random.default_rng(7)
    ground, own = texture(rng, 1280, 720, 4), texture(rng, 120, 160, 4)
    follower = Follower((1280, 720))
    follower.start(picture(ground, (own, 400, 300)), np.array([box_at(own, 400, 300)]), np.ones(1), np.zeros(1))
    for x in (404, 412):
        follower.move(picture(ground, (own, x, 300)))
    assert follower.tracks[0].box == pytest.approx(box_at(own, 412, 300), abs=0.5)
    assert follower.tracks[0].accel == pytest.approx(4, abs=0.4)


@pytest.mark.parametrize("growth", [1.01, 0.99], ids=["comes nearer", "goes away"])
def test_the_size_is_followed_as_well_as_the_place(ground, growth):
    cv2 = pytest.importorskip("cv2")
    big = texture(np.random.default_rng(8), 160, 200, 4)

    def sized(frame):
        side = round(60 * growth**frame), round(75 * growth**frame)
        return cv2.resize(big, side, interpolation=cv2.INTER_AREA)

    follower = begin(picture(ground, (sized(0), 100, 80)), box_at(sized(0), 100, 80))
    for k in range(1, 26):
        follower.move(picture(ground, (sized(k), 100 + k / 2, 80)))
    width = follower.tracks[0].box[2] - follower.tracks[0].box[0]
    assert width == pytest.approx(60 * growth**25, rel=0.06)
    assert overlap(follower.tracks[0].box, box_at(sized(25), 112.5, 80)) > 0.85


def test_an_object_of_constant_size_keeps_it(ground, thing):
    follower = begin(picture(ground, (thing, 60, 90)), box_at(thing, 60, 90))
    for k in range(1, 61):
        follower.move(picture(ground, (thing, 60 + 1.7 * k, 90 + 0.3 * k)))
    sides = follower.tracks[0].box[2:] - follower.tracks[0].box[:2]
    assert sides == pytest.approx([40, 50], rel=0.03)


def test_a_box_that_was_detected_at_the_border_ends_there_while_more_of_its_object_comes_into_view(ground):
    large = texture(np.random.default_rng(9), 80, 60)
    follower = begin(picture(ground, (large, -40, 90)), [0, 90, 40, 150])
    for k in range(1, 16):
        follower.move(picture(ground, (large, -40 + 2 * k, 90)))
    assert follower.tracks[0].box == pytest.approx([0, 90, 70, 150], abs=2)


def test_a_track_that_was_examined_twice_in_vain_is_no_ghost(ground):
    follower = begin(ground, [50, 50, 100, 100], max_age=10)
    for _ in range(2):
        follower.move(ground)
        follower.refresh(ground, *NOTHING, examined=np.array([[0, 0, 200, 200]]))
    assert not follower.tracks
