"""Formulas of motion, of light on the ground and of what hides what, on small examples whose result is known."""

from itertools import pairwise

import numpy as np
import pytest

from framewright.scenes import backdrop, cuts, figures, hdr, motion, photos, street
from framewright.scenes.paint import Cover, Sprite
from framewright.truth import Transition


def drawn(seed: int):
    return np.random.default_rng(seed)


# ---- motion ---------------------------------------------------------------------------------------------------------


def test_whoever_walks_from_place_to_place_has_the_pace_that_takes():
    path = motion.walk([(0.0, 0.0, 5.0), (10.0, 20.0, 5.0)], 251, 25)
    inside = slice(30, 220)
    assert path.speed[inside] == pytest.approx(2.0) and path.heading == pytest.approx(0)
    assert path.x[inside] == pytest.approx(np.arange(251)[inside] * 0.08)
    assert np.diff(path.walked)[inside] == pytest.approx(0.08)
    assert path.x[0] + path.x[-1] == pytest.approx(20) and path.x[0] == pytest.approx(0.3, abs=0.15)
    assert len(path.x) == len(path.z) == len(path.heading) == len(path.walked) == len(path.speed) == 251


def test_a_corner_is_rounded_off_over_the_time_that_is_asked():
    stops = [(0.0, 0.0, 5.0), (4.0, 4.0, 5.0), (8.0, 4.0, 9.0)]
    for ease, half in ((0.5, 25), (1.0, 50), (0.01, 2)):
        path = motion.walk(stops, 200, 25, ease)
        still = np.flatnonzero(np.abs(path.z - 5) > 1e-9)
        assert still[0] == pytest.approx(100 - half + 1, abs=1)
        assert path.x[100] + path.z[100] == pytest.approx(9, abs=1e-9)
    assert path.heading[-1] == pytest.approx(np.pi / 2) and path.heading[40] == pytest.approx(0)


def test_whoever_stands_keeps_looking_where_they_went_or_will_go():
    path = motion.walk([(0.0, 0.0, 5.0), (2.0, 0.0, 3.0), (5.0, 0.0, 3.0), (7.0, -3.0, 3.0)], 250, 25)
    assert path.speed[90] == pytest.approx(0) and path.heading[90] == pytest.approx(-np.pi / 2, abs=0.01)
    assert np.cos(path.heading[-1]) == pytest.approx(-1, abs=0.01)
    waits = motion.walk([(3.0, 1.0, 5.0), (5.0, 1.0, 9.0)], 150, 25)
    assert waits.heading[:60] == pytest.approx(np.pi / 2) and waits.speed[:40] == pytest.approx(0)
    never = motion.walk([(0.0, 1.0, 5.0), (5.0, 1.0, 5.0)], 20, 25)
    assert never.heading == pytest.approx(0) and never.walked == pytest.approx(0)


def test_nobody_turns_while_they_creep():
    """Slower than a quarter of a metre a second, nobody's heading follows."""
    for pace, turned in ((0.2, 0.0), (0.3, np.pi / 2)):
        path = motion.walk([(0.0, 0.0, 5.0), (4.0, 8.0, 5.0), (8.0, 8.0, 5.0), (28.0, 8.0, 5 + 20 * pace)], 400, 25)
        assert path.heading[300] == pytest.approx(turned, abs=0.01)


def test_a_free_vehicle_keeps_its_speed_and_begins_where_it_stands():
    fronts = motion.drive([4.0, 5.0, 6.0], [8.0] * 3, [30.0, 500.0], 1e4, (-1, -1), 100, 25)
    assert fronts[:, 0].tolist() == [0, -34, -539]
    assert np.diff(fronts[[0, 2]]) == pytest.approx(8 / 25, rel=0.01)


def test_vehicles_wait_a_metre_before_the_line_and_behind_each_other():
    fronts = motion.drive([4.0, 5.0, 4.0], [8.0] * 3, [8.0, 8.0], 60.0, (0.0, 60.0), 1250, 25)
    first, second, third = fronts[:, -1]
    assert first == pytest.approx(59, abs=0.1)
    assert second == pytest.approx(first - 4 - 1, abs=0.2) and third == pytest.approx(second - 5 - 1, abs=0.4)


def test_vehicles_follow_each_other_at_the_distance_of_the_model():
    """One metre and eight tenths of a second at the speed of the slow one ahead."""
    fronts = motion.drive([4.0, 4.0], [5.0, 10.0], [20.0], 1e9, (-1, -1), 2000, 25)
    gap = fronts[0, -1] - 4 - fronts[1, -1]
    assert (fronts[1, -1] - fronts[1, -2]) * 25 == pytest.approx(5, rel=0.01)
    assert gap == pytest.approx((1 + 0.8 * 5) / np.sqrt(1 - (5 / 10) ** 4), rel=0.02)


@pytest.mark.parametrize(("line", "waits"), [(20.2, False), (20.4, True)])
def test_who_cannot_brake_any_more_drives_on(line, waits):
    """At 10 m/s that takes 20.3 metres."""
    front = motion.drive([4.0], [10.0], [], line, (0.0, 8.0), 190, 25)[0]
    assert (front[-1] < line) == waits
    speeds = np.diff(front) * 25
    assert speeds.min() >= -1e-9 and np.diff(speeds).min() * 25 > -6.1
    if not waits:
        assert speeds == pytest.approx(10, rel=0.01)


def test_a_light_is_red_from_its_first_moment_to_before_its_last():
    front = motion.drive([4.0], [5.0], [], 10.0, (0.0, 6.0), 400, 25)[0]
    speeds = np.diff(front) * 25
    assert speeds[5] < 5 and speeds[140:149].max() < 0.1 and speeds[152] > 0.1
    assert np.diff(speeds)[150:152].max() * 25 == pytest.approx(1.8, rel=0.05)  # it sets off at 1.8 m/s²
    late = motion.drive([4.0], [5.0], [], 10.0, (0.6, 6.0), 100, 25)[0]
    assert np.diff(late)[:15] * 25 == pytest.approx(5, rel=0.01) and np.diff(late)[16] * 25 < 4.98


def test_a_lane_leads_its_vehicle_at_constant_depth():
    path = motion.follow_lane(np.array([1.0, 2.0, 4.0]), 3.0, -1.0, 7.0, 10)
    assert path.x.tolist() == [0.5, -0.5, -2.5] and path.z.tolist() == [7, 7, 7]
    assert path.walked.tolist() == [0, 1, 3] and path.speed.tolist() == [10, 10, 20]


def test_a_hand_sways_slowly_and_far_and_shivers_fast_and_little():
    shake = motion.shake_camera(drawn(3), 25_000, 25, 0.9)
    power = np.abs(np.fft.rfft(shake, axis=0)) / 12_500
    hertz = np.fft.rfftfreq(25_000, 1 / 25)
    for middle, share in ((0.4, 1.0), (0.9, 0.6), (1.7, 0.35), (3.1, 0.2), (5.3, 0.1)):
        band = (hertz > 0.84 * middle) & (hertz < 1.16 * middle)
        assert np.sqrt((power[band] ** 2).sum(0)) == pytest.approx(share, rel=0.12)
    assert (motion.shake_camera(drawn(3), 100, 25, 1.8) / shake[:100]) == pytest.approx(2)
    assert motion.shake_camera(drawn(3), 50, 50, 0.9)[::2] == pytest.approx(shake[:25])
    phases = motion.shake_camera(drawn(1), 1, 25, 1)
    assert phases.shape == (1, 2) and phases[0, 0] != phases[0, 1]


def test_easing_is_the_smooth_step():
    x = np.linspace(0, 1, 11)
    assert motion.ease(x) == pytest.approx(3 * x**2 - 2 * x**3) and motion.ease(-1.0) == 0 and motion.ease(2.0) == 1


def test_softening_keeps_what_is_even_and_spreads_a_step_to_both_sides():
    step = np.repeat([0.0, 1.0], 20)
    soft = motion._soften(step, 3)
    assert len(soft) == 40 and soft + soft[::-1] == pytest.approx(1) and soft[16] == 0 < soft[17] < soft[18] < soft[19]
    assert motion._soften(np.full(9, 4.0), 2) == pytest.approx(4) and soft[23] == pytest.approx(1)


# ---- figures --------------------------------------------------------------------------------------------------------


def test_a_limb_swings_about_its_joint():
    assert figures._swing((1.0, 2.0, 3.0), 0.0, 0.5) == pytest.approx((1, 2, 2.5))
    assert figures._swing((1.0, 2.0, 3.0), np.pi / 2, 0.5) == pytest.approx((1.5, 2, 3))
    assert figures._swing((1.0, 2.0, 3.0), np.pi / 6, 0.5) == pytest.approx((1.25, 2, 3 - 0.5 * np.cos(np.pi / 6)))


def test_a_bent_limb_keeps_the_lengths_of_its_parts():
    assert figures._bend((0, 0), (5, 0), 3, 4) == pytest.approx((1.8, 2.4))
    assert figures._bend((0, 0), (5, 0), -3, -4) == pytest.approx((1.8, -2.4))
    assert figures._bend((1, 1), (1, 6), 3, 4) == pytest.approx((1 - 2.4, 2.8))
    assert figures._bend((0, 0), (10, 0), 3, 4) == pytest.approx((3, 0))  # out of reach: stretched
    assert figures._bend((0, 0), (1, 0), 3, 1) == pytest.approx((3, 0))
    assert figures._bend((2, 2), (2, 2), 1, 1) == pytest.approx((2, 2), abs=1.1)


def test_a_leg_has_its_bones_and_stands_upright_at_rest():
    for phase in np.linspace(0, 6, 13):
        thigh, knee, ankle, toe = np.array(figures._leg(1, phase, 0.44, 0.9, 1.7))
        assert np.hypot(*(knee - thigh)[[0, 2]]) == pytest.approx(0.245 * 1.7)
        assert np.hypot(*(ankle - knee)[[0, 2]]) == pytest.approx(0.235 * 1.7)
        assert (thigh[1], knee[1], ankle[1], toe[1]) == pytest.approx((0.085,) * 4)
        assert 0.02 < toe[0] - ankle[0] < 0.15
    thigh, knee, ankle, toe = np.array(figures._leg(-1, 1.0, 0.0, 0.9, 1.7))
    assert thigh.tolist() == [0, -0.085, 0.9] and abs(ankle[0]) < 0.03
    assert toe - ankle == pytest.approx([0.085 * 1.7, 0, -0.008 * 1.7])
    ahead, behind = (figures._leg(1, phase, 0.44, 0.9, 1.7)[1] for phase in (np.pi / 2, -np.pi / 2))
    assert ahead[0] == pytest.approx(0.245 * 1.7 * np.sin(0.48)) and behind[0] == pytest.approx(
        -0.245 * 1.7 * np.sin(0.4)
    )
    lifted, swung = figures._leg(1, 0.0, 0.44, 0.9, 1.7)[2], figures._leg(1, np.pi, 0.44, 0.9, 1.7)[2]
    assert lifted[2] - swung[2] > 0.08  # the foot that comes forward is lifted, the other stands


def test_a_turned_body_shows_its_side_and_its_depth():
    for heading, joint, seen in (
        (0.0, (1, 2, 3), (1, 2)), (np.pi / 2, (1, 2, 3), (-2, 1)), (np.pi, (1, 2, 3), (-1, -2)),
    ):  # fmt: skip
        assert figures._Body(heading)._turned(joint) == pytest.approx(seen)


def test_what_is_nearer_is_painted_last():
    def front(near: float, far: float, nearer: float = 0.0) -> int:
        body = figures._Body(0.0)
        body.limb((0, near, 1), (0, near, 1.2), 0.2, 0.2, (1, 0, 0))
        body.limb((0, far, 1), (0, far, 1.2), 0.2, 0.2, (0, 1, 0), nearer=nearer)
        sprite = body.paint(0.5, 2, 40, 0.0)
        x, y = map(int, sprite.anchor)
        return int(sprite.rgba[y - 44, x, :2].argmax())

    assert front(0, 1) == 0 and front(1, 0) == 1 and front(0, 0.1, 0.2) == 1 and front(0, 0.3, 0.2) == 0
    thick = figures._Body(0.0)
    thick.limb((0, 0, 1), (0, 0, 1), 0.1, 0.3, (1, 0, 0))
    thick.limb((0, 2, 1), (0, 4, 1), 0.1, 0.1, (1, 0, 0), nearer=0.5)
    assert [limb[0] for limb in thick.limbs] == pytest.approx([-0.2, 3 - 0.1 - 0.5])


def test_looks_are_drawn_from_their_ranges():
    people = [figures.choose_person(drawn(seed)) for seed in range(200)]
    heights = [person.height for person in people]
    assert 1.58 <= min(heights) < 1.6 and 1.86 < max(heights) <= 1.88
    for share, least, most in (
        (sum(person.long_hair for person in people), 65, 115), (sum(person.coat for person in people), 50, 90),
        (sum(person.bag is not None for person in people), 80, 120),
    ):  # fmt: skip
        assert least < share < most
    dogs = [figures.some_dog(drawn(seed)) for seed in range(200)]
    assert 0.42 <= min(dog.height for dog in dogs) < 0.43 and 0.61 < max(dog.height for dog in dogs) <= 0.62
    assert 80 < sum(dog.pointed for dog in dogs) < 120


# ---- street ---------------------------------------------------------------------------------------------------------


def cover(x: int, y: int, alpha, whole: float | None = None) -> Cover:
    alpha = np.array(alpha, np.float32)
    return Cover(x, y, alpha, float(alpha.sum()) if whole is None else whole)


def test_what_is_nearer_hides_what_is_behind_it_pixel_by_pixel():
    far, near, post = np.ones((4, 4)), np.ones((2, 4)), np.full((4, 1), 0.5)
    marks = street.find_visible(
        [(1, cover(2, 3, far)), (0, cover(2, 3, near)), (-1, cover(2, 3, post))], ["a", "b"], (20, 10)
    )
    assert [(mark.id, mark.name, mark.box) for mark in marks] == [(1, "a", (2, 3, 6, 5)), (2, "b", (2, 3, 6, 7))]
    assert [mark.visible for mark in marks] == pytest.approx([7 / 8, 7 / 16])


def test_a_box_spans_what_is_covered_by_half_at_least():
    soft = [[0.2, 0.5, 0.49], [0.3, 0.9, 0.5], [0.1, 0.2, 0.3]]
    (mark,) = street.find_visible([(0, cover(5, 1, soft, 7.0))], ["a"], (20, 10))
    assert mark.box == (6, 1, 8, 3) and mark.visible == pytest.approx(np.sum(soft) / 7)
    assert street.find_visible([(0, cover(5, 1, [[0.49]])), (1, None)], ["a", "b"], (20, 10)) == ()
    assert street.find_visible([(0, cover(5, 1, [[1.0]], 0.9))], ["a"], (20, 10))[0].visible == 1


def test_the_place_of_a_point_on_the_ground():
    eye = backdrop.make_view((640, 360))
    assert (eye.focal, eye.horizon, eye.eye) == pytest.approx((600, 129.6, 1.5))
    assert street._place(eye, (0, 0, 0), 0, 10) == pytest.approx((320, 129.6 + 90, 60))
    assert street._place(eye, (2, 5, 7), 3, 10) == pytest.approx((320 + 60 + 5, 129.6 + 90 + 7, 60))


def test_what_may_be_in_the_picture_is_drawn():
    """10 m away a metre has 60 pixels; it reaches 1 m, and its shadow a tenth of the picture to the right."""
    eye = backdrop.make_view((640, 360))
    for x, near in ((-7.45, False), (-7.35, True), (6.3, True), (6.4, False)):
        assert street._near(eye, (0, 0, 0), x, 10, 1.0) == near, x


def actor(walked, speed, heading, name="person", steps=20) -> street.Actor:
    one = np.array([1.0])
    return street.Actor(
        name, motion.Path(one, one * 9, one * heading, one * walked, one * speed), None, 2.0, steps=steps
    )


@pytest.mark.parametrize(
    ("walked", "speed", "heading", "pose"),
    [
        *(
            (0.0, 0.9, 0.0, (0, 4, 0)),
            (0.55, 0.9, 0.0, (5, 4, 0)),
            (1.99, 0.9, 0.0, (19, 4, 0)),
            (2.0, 0.9, 0, (0, 4, 0)),
        ),
        *((0.55, 5.0, 0.0, (5, 4, 0)), (0.55, 0.45, 0.0, (5, 2, 0)), (0.55, 0.12, 0.0, (5, 1, 0))),
        *((0.55, 0.1, 0.0, (0, 0, 0)), (0.55, 0.9, np.pi / 2, (5, 4, 8)), (0.55, 0.9, -np.pi / 2, (5, 4, 24))),
    ],
)
def test_a_pose_follows_what_was_walked_how_fast_and_where_to(walked, speed, heading, pose):
    assert street._pose(actor(walked, speed, heading), 0) == pose


def test_only_people_and_dogs_stand_still_with_their_feet_together():
    assert street._pose(actor(0.55, 0, 0, "car"), 0) == (5, 0, 0) and street._pose(actor(0.55, 0, 0, "dog"), 0) == (
        0,
        0,
        0,
    )


def test_haze_grows_with_distance():
    mood = backdrop.MOODS["overcast"]
    sprite = Sprite(np.full((1, 1, 4), 200, np.uint8), (0, 0), 1.0)
    for z in (0.0, 30.0, 90.0):
        share = 1 - np.exp(-z / 90)
        wanted = 200 * np.array(mood.light) * (1 - share) + 200 * np.array(mood.haze) * share
        assert street._lit(sprite, mood, z).rgba[0, 0, :3] == pytest.approx(np.clip(wanted, 0, 255), abs=1)
    assert street._lit(sprite, mood, 9.0).rgba[0, 0, 3] == 200


def test_the_corners_of_the_picture_are_a_little_darker():
    light = street._vignette((101, 51))
    assert light.shape == (51, 101, 3) and light[25, 50].tolist() == [255] * 3
    assert light[0, 0].tolist() == light[-1, -1].tolist() == [227] * 3
    assert light[25, 0, 0] == light[0, 50, 0] == round(255 - 28 * 0.5**1.4)


def test_the_camera_goes_along_the_street_and_turns_within_its_margin():
    for seed in range(8):
        seen = street._camera(drawn(seed), 400, 25.0, 60)
        assert seen.along[0] == 0 and 1.3 <= seen.along[-1] <= 2.1 and np.all(np.diff(seen.along) >= 0)
        assert np.abs(seen.right).max() <= 54 and np.abs(seen.down).max() < 8
        assert np.ptp(seen.right) > 25
    assert street._camera(drawn(0), 1, 25.0, 60).along.tolist() == [0]


# ---- backdrop, textures, films --------------------------------------------------------------------------------------


def test_the_ground_is_painted_where_a_road_is_painted():
    def lit(x, z) -> np.ndarray:
        grid = np.array([x], np.float32), np.array([z], np.float32)
        return backdrop._road(drawn(0), *np.broadcast_arrays(*grid), 100.0)[0].mean() > 0.55

    assert lit(0.5, 8.1) and lit(1.6, 8.1) and not lit(1.8, 8.1) and not lit(2.9, 8.1) and lit(3.1, 8.1)
    assert lit(1, 8.15) and not lit(1, 8.18) and not lit(1, 8.02)
    assert lit(1, 5.8) and not lit(1, 5.72) and not lit(1, 5.88) and lit(1, 10.4) and not lit(1, 10.48)

    def zebra(x, z) -> bool:
        return bool(backdrop._road(drawn(0), *(np.array([v], np.float32) for v in (x, z)), 2.0)[0].mean() > 0.55)

    stripe, between = 5.5 + 0.9 + 0.66, 5.5 + 0.9 + 0.21
    assert zebra(2.0, stripe) and zebra(0.75, stripe) and zebra(3.25, stripe) and not zebra(0.65, stripe)
    assert not zebra(3.35, stripe) and not zebra(2.0, between)
    assert not zebra(0.3, 8.1) and not zebra(3.8, 8.1) and zebra(4.0, 8.1) and zebra(0.05, 8.1)


def test_stones_have_dark_joints_at_even_distances():
    z = np.full((1, 400), 6.0, np.float32)
    x = np.linspace(0, 4, 400, endpoint=False, dtype=np.float32)
    for lay, pitch, share in ((backdrop._kerb, 1.0, 0.03), (backdrop._slabs, 0.9, 0.035)):
        value = lay(drawn(0), x[None], z + (0.75 if pitch == 0.9 else 0), 0.0)[0].mean(1)
        step = value / np.median(value)
        dark = (step < 0.9) & (np.minimum(x % pitch, pitch - x % pitch) < 0.05)
        assert dark.mean() == pytest.approx(share, abs=0.015)
    across = backdrop._slabs(drawn(0), z + 0.75, x[None], 0.0)[0].mean(1)
    assert (across < 0.9 * np.median(across)).mean() == pytest.approx(0.067, abs=0.02)


def test_a_path_leads_through_the_park_and_grass_is_mown_in_stripes():
    def park(x, z):
        return backdrop._park(drawn(0), *(np.array([[v]], np.float32) for v in (x, z)), 0.0)[0, 0]

    for z, there in ((23.0, False), (23.4, True), (25.6, True), (26.0, False)):
        assert (park(0, z)[0] > park(0, z)[1]) == there
    assert park(11, 26.6)[0] > park(11, 26.6)[1] and park(-11, 22.4)[0] > park(-11, 22.4)[1]
    assert park(0, 20.0)[1] > 1.2 * park(0, 20.0)[0] and park(0, 20.0)[1] > 2 * park(0, 20.0)[2]


def test_a_moving_camera_moves_near_ground_more_than_far_ground():
    eye = backdrop.make_view((320, 180))
    still = backdrop.draw_backdrop(drawn(1), eye, backdrop.MOODS["noon"], 2.0, 20, 1.0)
    first, later, turned = still.seen(0, 0, 0), still.seen(1.0, 0, 0), still.seen(0, 7, 5)
    for z in (4.5, 7.5, 12.0):
        row, move = round(eye.horizon + 1.5 * eye.scale(z)), round(eye.scale(z))
        row = min(row, 170)
        move = round((row + 0.5 - eye.horizon) / 1.5)
        a, b = first[row, move:].astype(int), later[row, : 320 - move].astype(int)
        assert np.abs(a - b).mean() < 0.6 * np.abs(first[row, : 320 - move].astype(int) - b).mean()
    assert np.abs(first[:170, :310].astype(int) - turned[5:175, 7:317]).mean() < 2
    assert still.sky.shape == (int(eye.horizon) + 40, 360, 3)
    assert np.array_equal(first[:50], still.sky[20:70, 20:340])


def test_textures_have_the_mean_of_one_and_no_seams():
    for name in photos.TEXTURES:
        tile = photos.load_texture(name)
        assert tile.shape == (1024, 1024) and tile.mean() == pytest.approx(1, abs=1e-3)
        assert np.array_equal(tile, tile[::-1]) and np.array_equal(tile, tile[:, ::-1])
    with pytest.raises(ValueError, match="read-only"):
        tile[0, 0] = 1


def test_clouds_are_as_coarse_as_asked_and_reach_from_none_to_all():
    fine, coarse = (photos.draw_clouds(drawn(0), 200, 300, size) for size in (8, 64))
    for clouds in (fine, coarse):
        assert clouds.shape == (200, 300) and clouds.min() == 0 and clouds.max() == 1
        assert 0.005 < (clouds == 0).mean() < 0.015 and 0.005 < (clouds == 1).mean() < 0.015
    assert np.abs(np.diff(fine)).mean() > 3 * np.abs(np.diff(coarse)).mean()
    smooth = photos.draw_clouds(drawn(0), 200, 300, 64, 1)
    assert np.abs(np.diff(smooth)).max() < 0.035 < np.abs(np.diff(coarse)).max()


@pytest.mark.parametrize(("frame", "level"), [(9, 1), (10, 0.8), (14, 0), (15, 0), (16, 0.2), (19, 0.8), (20, 1)])
def test_a_fade_goes_evenly_to_black_and_back(frame, level):
    fade = Transition("fade", 10, 20, True)
    assert cuts._brightness([Transition("cut", 0, 99, True), fade], frame) == pytest.approx(level)


def test_a_flash_fades_from_frame_to_frame():
    shot = cuts.Shot("cat", 20, events=(cuts.Event("flash", 5, 3), cuts.Event("pan", 0, 4)))
    seen = [int(cuts._flashed(shot, k, np.zeros((1, 1, 3), np.uint8))[0, 0, 0]) for k in range(4, 9)]
    assert seen == [0, *(pytest.approx(255 * share, abs=1) for share in (0.85, 0.67, 0.49)), 0]


def test_random_plans_have_the_shares_and_lengths_that_are_meant():
    plan = cuts.some_shots(drawn(2), 1500)
    assert len(plan) == 1500 and plan[0].join == "cut"
    joins = {join: sum(shot.join == join for shot in plan) / 1500 for join in cuts.JOINS}
    assert joins == pytest.approx({"cut": 0.59, "dissolve": 0.255, "fade": 0.155}, abs=0.04)
    brief = [shot for shot in plan if shot.frames < 15]
    assert {shot.frames for shot in brief} == {*range(5, 13)} and len(brief) / 1500 == pytest.approx(0.106, abs=0.03)
    assert all(shot.join == "cut" and not shot.over and not shot.events for shot in brief)
    assert all(later.join == "cut" for shot, later in pairwise(plan) if shot.frames < 15)
    overs = [shot.over for shot in plan if shot.join != "cut"]
    assert {*overs} == {*range(8, 31)} and not any(shot.over for shot in plan if shot.join == "cut")
    long = [shot.frames - 2 * shot.over for shot in plan if shot.frames >= 15]
    assert (min(long), max(long)) == (40, 109)
    pairs = [*pairwise(plan)]
    assert sum(a.source == b.source for a, b in pairs) / 1500 == pytest.approx(0.27, abs=0.03)
    same = [a.grade == b.grade for a, b in pairs if a.source == b.source]
    assert np.mean(same) == pytest.approx(0.5, abs=0.08)
    kinds = [shot.events[0].kind for shot in plan if shot.events]
    share = {kind: kinds.count(kind) / len(kinds) for kind in ("flash", "pan", "shake")}
    assert share["flash"] > share["pan"] > share["shake"] > 0.05
    for shot in plan:
        for event in shot.events:
            assert event.start >= shot.over + 5 and event.start + event.frames <= shot.frames - 31 - 2
    lengths = {kind: [s.events[0].frames for s in plan if s.events and s.events[0].kind == kind] for kind in share}
    assert {*lengths["flash"]} == {1, 2, 3} and {*lengths["pan"]} == {*range(7, 14)}
    assert min(lengths["shake"]) == 20 and max(lengths["shake"]) <= 44
    assert len({shot.seed for shot in plan}) > 1490


def test_a_graded_picture_has_its_white_at_the_nits_that_are_asked_and_its_highlights_at_the_peak():
    greys = np.repeat(np.array([[0, 128, 255]], np.uint8)[..., None], 3, 2)
    graded = hdr._graded(greys, 200.0)[0]
    light = (128 / 255) ** 2.4
    for place, nits in ((0, 0.0), (1, 200 * light + 800 * light**6), (2, 1000.0)):
        assert graded[place] / 65535 == pytest.approx(float(hdr.encode_pq(nits)), abs=1.5e-3)
    assert np.ptp(graded, axis=1).max() < 60  # grey stays grey
    red = hdr._graded(np.array([[[255, 0, 0]]], np.uint8), 200.0)[0, 0] / 65535
    wanted = [float(hdr.encode_pq(1000 * part)) for part in (0.6274, 0.0691, 0.0164)]
    assert red == pytest.approx(wanted, abs=2e-3)
    assert np.asarray(hdr.TO_BT2020).sum(1) == pytest.approx(1, abs=1e-3)


def test_places_on_the_card_follow_the_size_of_the_picture():
    assert hdr._scaled((120, 90, 300, 300), (960, 540)) == (slice(45, 150), slice(60, 150))


def test_a_small_card_has_its_patches_its_ramp_and_its_grey():
    card = hdr._card((480, 270))(0.5)
    for (x1, y1, x2, y2), nits in hdr.PATCHES:
        patch = card[y1 // 4 + 3 : y2 // 4 - 3, x1 // 4 + 3 : x2 // 4 - 3]
        assert (patch == round(65535 * float(hdr.encode_pq(nits)))).all()
    assert (card[5, :] == round(65535 * float(hdr.encode_pq(26)))).all() and (card[-5] == card[5]).all()
    assert [nits for _, nits in hdr.PATCHES] == [0, 1, 5, 50, 100, 203, 500, 1000]
    assert [box[0] for box, _ in hdr.PATCHES] == [120 + 212 * k for k in range(8)]
    assert all((box[2] - box[0], box[1], box[3]) == (180, 90, 300) for box, _ in hdr.PATCHES)
    ramp = card[105, 30:446, 0].astype(int)
    assert (ramp[0], ramp[-1]) == (0, round(65535 * float(hdr.encode_pq(1000)))) and np.ptp(np.diff(ramp)) <= 1
    window = card[142:245, 32:444]
    assert window.std() > 3000 and np.ptp(window, axis=2).max() > 2000
