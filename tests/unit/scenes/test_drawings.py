"""What scenes are drawn from: the same for the same seed, in metres, and moving as things move."""

import numpy as np
import pytest

from framewright.scenes import backdrop, figures, motion, plants, space, square, toon, vehicles


def drawn(seed: int):
    return np.random.default_rng(seed)


@pytest.mark.slow
@pytest.mark.parametrize("make", [space.make_space, toon.make_toon])
def test_a_picture_is_a_function_of_seed_and_time(make):
    first, again, other = make(drawn(1), (160, 90)), make(drawn(1), (160, 90)), make(drawn(2), (160, 90))
    assert first(0.5).shape == (90, 160, 3) and first(0.5).dtype == np.uint8
    assert np.array_equal(first(0.5), again(0.5)) and not np.array_equal(first(0.5), other(0.5))
    assert not np.array_equal(first(0.5), first(1.0))  # it moves


def test_the_camera_sees_things_half_as_large_at_twice_the_distance():
    eye = backdrop.make_view((640, 360))
    assert eye.scale(10) == pytest.approx(2 * eye.scale(20))
    assert 0 < eye.horizon < 360


def test_a_tree_twice_as_high_is_twice_as_high_in_the_picture():
    low, high = (plants.draw_tree(drawn(0), height, (0.2, 0.5, 0.2), 20.0) for height in (3.0, 6.0))
    assert rows_of(high) == pytest.approx(2 * rows_of(low), rel=0.1)


def test_a_post_stands_on_its_anchor():
    post = plants.draw_post(30.0, (0.8, 0.1, 0.1))
    foot = np.flatnonzero(post.rgba[..., 3].max(axis=1) > 128)[-1]
    assert foot == pytest.approx(post.anchor[1], abs=3)
    assert rows_of(post) / post.scale == pytest.approx(2.5, abs=0.15)  # metres


def test_a_person_is_as_high_as_their_looks_say():
    look = figures.choose_person(drawn(3))
    assert figures.choose_person(drawn(3)) == look
    sprite = figures.draw_person(look, 0.0, 0.0, 0.0, 50.0)
    assert rows_of(sprite) / 50 == pytest.approx(look.height, rel=0.1)


def test_a_car_that_comes_from_the_right_is_the_mirror_image():
    look = vehicles.some_car(drawn(1))
    right, left = (vehicles.draw_car(look, 0.0, 0.0, heading, 30.0) for heading in (0.0, np.pi))
    covered = [sprite.rgba[..., 3] > 128 for sprite in (right, left)]
    assert covered[0].sum() == pytest.approx(covered[1].sum(), rel=0.03)
    assert (covered[0] == covered[1][:, ::-1]).mean() > 0.97


def test_a_walk_passes_its_stops_and_stands_where_it_ends():
    path = motion.walk([(0.0, 0.0, 5.0), (4.0, 8.0, 5.0)], 150, 25)
    assert path.x[50] == pytest.approx(4, abs=0.1) and path.x[-1] == pytest.approx(8, abs=0.01)
    assert np.all(np.diff(path.x) >= -1e-9) and np.allclose(path.z, 5)


def test_vehicles_in_a_queue_keep_apart_and_wait_at_a_red_light():
    fronts = motion.drive([4.0, 4.0, 4.0], [10.0, 10, 10], [8.0, 8], 60.0, (0.0, 8.0), 200, 25)
    assert np.all(fronts[:-1] - 4.0 > fronts[1:])  # nobody drives into who is ahead
    assert fronts[:, :200].max() < 60  # all wait before the line while it is red
    free = motion.drive([4.0], [10.0], [], 60.0, (-1.0, -1.0), 200, 25)
    assert free[0, -1] > 60


def test_a_vehicle_goes_the_way_of_its_lane():
    fronts = np.linspace(0, 10, 11)
    right, left = (motion.follow_lane(fronts, 4.0, way, 7.0, 10) for way in (1, -1))
    assert np.allclose(right.x, fronts - 2) and np.allclose(left.x, -right.x)
    assert np.allclose(right.speed, 10) and right.heading[0] == 0 and left.heading[0] == pytest.approx(np.pi)


def test_a_camera_in_a_hand_shakes_as_much_as_asked():
    shake = motion.shake_camera(drawn(0), 5000, 25, 2.0)
    assert shake.shape == (5000, 2) and 1 < shake.std() < 3
    assert np.abs(np.diff(shake, axis=0)).max() < 2  # from frame to frame it is smooth


def test_what_eases_starts_and_ends_softly():
    shares = motion.ease(np.linspace(-0.5, 1.5, 201))
    assert shares[0] == 0 and shares[-1] == 1 and motion.ease(0.5) == 0.5
    assert np.all(np.diff(shares) >= 0) and motion.ease(0.01) < 0.001 and motion.ease(0.99) > 0.999


def test_a_square_has_its_crowd_and_frames():
    scene = square.make_square(drawn(1), square.Crowd(number=3), 5, (160, 120))
    assert scene.frames == 5 and scene.size == (160, 120)
    first = scene.draw(2)
    assert first.picture.shape == (120, 160, 3)
    assert np.array_equal(scene.draw(2).picture, first.picture)


def rows_of(sprite) -> int:
    """How many rows of a cut-out are covered."""
    return int((sprite.rgba[..., 3].max(axis=1) > 128).sum())


def test_the_outline_of_a_wheel_is_closed_and_round():
    outline = np.array(vehicles._ellipse((3.0, 2.0), 1.5, 0.5))
    assert outline.mean(axis=0) == pytest.approx([3.0, 2.0])
    assert np.hypot(*((outline - [3, 2]) / [1.5, 0.5]).T) == pytest.approx(1)
    steps = np.diff(np.unwrap(np.arctan2(*((outline - [3, 2]) / [1.5, 0.5]).T[::-1])))
    assert steps == pytest.approx(2 * np.pi / len(outline))


def test_the_ground_has_its_texture_near_the_eye_and_none_far_away():
    """1 leaves the colour of the ground as it is; the texture goes around it by its strength."""
    x = np.linspace(0, 3, 50, dtype=np.float32)
    near, half, far = (
        backdrop._weave("gravel", x, np.full(50, z, np.float32), 2.0, strength)
        for z, strength in ((5, 1.0), (5, 0.5), (1e6, 1.0))
    )
    assert np.ptp(near) > 0.02 and far == pytest.approx(1, abs=1e-3)
    assert half - 1 == pytest.approx((near - 1) / 2, abs=1e-5)
