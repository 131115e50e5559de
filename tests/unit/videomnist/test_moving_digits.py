"""Motions, drawing and measuring: what every frame of every video must be like."""

import cv2
import numpy as np
import pytest

from framewright.videomnist.clip_spec import ClipSpec
from framewright.videomnist.digits import load_embedded
from framewright.videomnist.measure import measure, take_worst
from framewright.videomnist.motion import MOTIONS, UNIFORMS, Room
from framewright.videomnist.render import INK, MARGIN, _draw_uniforms, assign_motions, draw, overlay, prepare_glyphs
from framewright.videomnist.shard import choose_picture, group_by_digit

LOW, HIGH = np.array([14.0, 20.0]), np.array([49.0, 43.0])
EVERY_MOTION = pytest.mark.parametrize("motion", MOTIONS)


def spec(**changes) -> ClipSpec:
    usual = {"frames": 17, "size": 64, "motions": tuple(MOTIONS), "speed": (2, 5), "rotation": 10, "growth": 0.1}
    usual |= {"max_enlargement": 2.5}
    return ClipSpec(**(usual | changes))


@pytest.fixture(scope="module")
def digits():
    return load_embedded()["train"]


def list_videos(digits, style, indices, seed=0, split="train"):
    """Glyphs, and the videos that show them."""
    rows = group_by_digit(digits)
    own = prepare_glyphs(digits.images[[choose_picture(index, rows) for index in indices]], style)
    return own, draw(own, style, seed, split, indices)


def measured(own, videos):
    return measure(videos.pixels, videos.trajectories, own.ink)


def paths(motion, count=200, low=LOW, high=HIGH, speed=4.0, frames=17):
    """(count,) speeds and (count, frames, 2) positions."""
    uniforms = np.random.default_rng(7).random((UNIFORMS, count, 1))
    room = Room(*(np.tile(corner[:, None, None], (1, count, 1)) for corner in (low, high)))
    stated = MOTIONS[motion].limit(uniforms, room, np.full((count, 1), speed))
    return stated[:, 0], MOTIONS[motion].path(uniforms, room, stated, frames).transpose(1, 2, 0)


@EVERY_MOTION
def test_a_path_stays_in_its_room_and_keeps_its_speed(motion):
    for speed, path in zip(*paths(motion), strict=True):
        assert path.shape == (17, 2)
        assert (path >= LOW - 1e-9).all() and (path <= HIGH + 1e-9).all()
        assert np.hypot(*np.diff(path, axis=0).T).max() <= speed + 0.02


@EVERY_MOTION
@pytest.mark.parametrize("speed", [1.0, 2.5, 4.0])
def test_a_motion_keeps_the_stated_speed_and_goes_somewhere(motion, speed):
    """The origin's straight line moved at .54 of its speed on average; one video in 43 stayed within 6 pixels."""
    stated, found = paths(motion, speed=speed, count=400)
    steps = np.hypot(*np.moveaxis(np.diff(found, axis=1), -1, 0))
    assert abs(steps.mean() / stated.mean() - 1) < 0.05 and stated.mean() > 0.85 * speed
    assert np.ptp(found, axis=1).max(axis=1).min() > min(6, 0.3 * speed * 16)


@EVERY_MOTION
def test_no_two_paths_of_a_motion_are_alike_and_they_go_both_ways(motion):
    _, found = paths(motion)
    assert len({path.tobytes() for path in found}) == len(found)
    rightwards = np.mean([path[-1, 0] > path[0, 0] for path in found])
    assert 0.3 < rightwards < 0.7


@EVERY_MOTION
def test_a_digit_without_room_stays_where_it_is(motion):
    point = np.array([31.5, 30.0])
    for path in paths(motion, count=3, low=point, high=point)[1]:
        assert path == pytest.approx(np.tile(point, (17, 1)))


def test_a_bounce_is_a_true_reflection():
    """Between walls it goes straight at its full speed; at a wall one part of its velocity turns its sign."""
    for path in paths("bounce", speed=3.0)[1]:
        steps = np.diff(path, axis=0)
        assert np.hypot(*steps.T) == pytest.approx(3.0)
        assert np.ptp(np.abs(steps), axis=0) == pytest.approx([0, 0], abs=1e-6)


def test_a_circle_is_round_and_a_spiral_grows_or_shrinks():
    for path in paths("circular")[1]:
        assert np.ptp(np.hypot(*(path - _centre(path)).T)) == pytest.approx(0, abs=1e-6)
    outwards = [np.ptp(path[:4], axis=0).max() < np.ptp(path[-4:], axis=0).max() for path in paths("spiral")[1]]
    assert 0.3 < np.mean(outwards) < 0.7


def _centre(path):
    """The centre of the circle through the first frames."""
    return np.linalg.solve(2 * (path[1:3] - path[0]), (path[1:3] ** 2).sum(axis=1) - (path[0] ** 2).sum())


@pytest.mark.parametrize("size", [32, 64, 100, 128])
def test_every_frame_shows_the_whole_digit_where_it_is_said_to_be(digits, size):
    style = spec(size=size)
    own, videos = list_videos(digits, style, range(120))
    found = measured(own, videos)
    assert own.good.all() and videos.pixels.shape == (120, 17, size, size)
    assert found.margin.min() >= np.floor(MARGIN * size / 64)
    assert found.pixels.min() >= INK * (size / 64) ** 2
    assert found.ink.min() > 0.97 and found.ink.max() < 1.02
    assert found.offset.max() < 0.5
    assert (found.step - videos.speeds).max() < 0.2


def test_thin_digits_are_drawn_larger_until_enough_of_them_is_seen():
    upright, slanted = np.zeros((2, 28, 28), np.uint8)
    upright[5:23, 13:16] = 255  # 54 pixels, as few as digits of MNIST have
    cv2.line(slanted, (12, 4), (16, 23), 255, 1, cv2.LINE_AA)
    style = spec()
    own = prepare_glyphs(np.stack([upright, slanted] * 60), style)
    assert own.good.all() and own.base.min() > 1.2
    videos = draw(own, style, 0, "train", range(120))
    found = measured(own, videos)
    # Enlarged only as it was drawn, a thin 1 of MNIST made a step 0.37 pixels longer than its speed.
    assert found.offset.max() < 0.2 and (found.step - videos.speeds).max() < 0.2
    assert found.pixels.min() >= INK and found.margin.min() >= MARGIN


@pytest.mark.parametrize("ink", [[], [(14, 14)], [(y, 14) for y in range(1, 27)]], ids=["none", "a dot", "a hair"])
def test_what_can_never_be_seen_well_is_refused(ink):
    picture = np.zeros((28, 28), np.uint8)
    for place in ink:
        picture[place] = 255
    assert not prepare_glyphs(picture[None], spec()).good[0]


def test_rotation_and_growth_are_smooth_and_about_the_centre(digits):
    """The origin turned about the corner, on single frames: its digit jumped by 21 pixels from one to the next."""
    own, videos = list_videos(digits, spec(rotation=45, growth=0.3, speed=(0.01, 0.02)), range(100))
    assert measured(own, videos).step.max() < 0.35
    angles, scales = np.abs(np.diff(videos.trajectories[:, :, 2:], axis=1)).max(axis=1).T
    assert angles.max() <= 45 * 0.5 + 1e-3
    assert (scales <= videos.trajectories[:, :, 3].max(axis=1) * 0.3 * 0.5 / 0.7 + 1e-3).all()


def test_a_video_depends_on_seed_split_and_index_alone(digits):
    style = spec()
    _, many = list_videos(digits, style, range(200))
    for first, stop in ((17, 18), (0, 7), (100, 193)):
        _, some = list_videos(digits, style, range(first, stop))
        for name in ("pixels", "trajectories", "motions", "speeds"):
            assert np.array_equal(getattr(many, name)[first:stop], getattr(some, name)), name
    own = prepare_glyphs(digits.images[:1], style)
    variants = [(0, "train", 0), (1, "train", 0), (0, "test", 0), (0, "train", 10)]
    shown = {draw(own, style, seed, split, range(at, at + 1)).pixels.tobytes() for seed, split, at in variants}
    assert len(shown) == 4


def test_digits_that_share_a_video_have_paths_of_their_own(digits):
    style, rows = spec(digits=2), group_by_digit(digits)
    own = prepare_glyphs(
        digits.images[[choose_picture(index, rows, place) for index in range(90) for place in (0, 1)]], style
    )
    videos = draw(own, style, 0, "train", range(90))
    assert np.array_equal(videos.motions[::2], videos.motions[1::2])
    assert np.array_equal(videos.speeds[::2], videos.speeds[1::2])
    assert len(np.unique(videos.trajectories[:, 0, :2], axis=0)) == 180
    each = measured(own, videos)
    found, shown = take_worst(each, 2), overlay(videos.pixels, 2)
    assert shown.shape == (90, 17, 64, 64)
    seen = measure(shown, videos.trajectories[::2], own.ink[::2])
    assert np.array_equal(found.margin, seen.margin) and (found.pixels <= seen.pixels).all()
    assert found.margin.min() >= MARGIN and found.pixels.min() >= INK and found.offset.max() < 0.5
    assert np.array_equal(found.step, np.maximum(each.step[::2], each.step[1::2]))
    again = draw(prepare_glyphs(own.pictures[60:70], style), style, 0, "train", range(30, 35))
    assert np.array_equal(again.pixels, videos.pixels[60:70])


def test_two_digits_differ_and_all_pairs_appear(digits):
    rows = group_by_digit(digits)
    pairs = {tuple(digits.labels[choose_picture(index, rows, place)] for place in (0, 1)) for index in range(90)}
    assert len(pairs) == 90 and all(one != other for one, other in pairs)


def test_no_lot_is_drawn_for_two_videos():
    """What one video takes of its split's random numbers ends where the next one's begins."""
    uniforms = _draw_uniforms(0, "train", range(300))
    assert len(uniforms) == 7 + UNIFORMS and len(np.unique(uniforms)) == uniforms.size
    assert np.array_equal(_draw_uniforms(0, "train", range(40, 41))[:, 0], uniforms[:, 40])


def test_a_video_is_as_long_as_asked(digits):
    own = prepare_glyphs(digits.images[:1], spec())
    for frames in (3, 4, 33):
        assert draw(own, spec(frames=frames), 0, "train", range(1)).pixels.shape == (1, frames, 64, 64)


def test_motions_take_turns_within_each_digit():
    for digit in range(10):
        assert np.bincount(assign_motions(np.arange(digit, 600, 10), 3)).tolist() == [20, 20, 20]


def test_measuring_finds_what_is_wrong():
    video = np.zeros((1, 3, 64, 64), np.uint8)
    video[0, :, 20:30, 20:30] = 100
    still = np.tile(np.array([24.5, 24.5, 0, 1], np.float32), (1, 3, 1))
    good = measure(video, still, np.array([10_000.0]))
    assert (good.margin[0], good.pixels[0], good.ink[0], good.offset[0], good.step[0]) == (20, 100, 1, 0, 0)
    video[0, 1] = np.roll(video[0, 1], -18, axis=1)
    video[0, 2, 20:25] = 0
    bad = measure(video, still, np.array([10_000.0]))
    assert (bad.margin[0], bad.pixels[0], bad.ink[0]) == (2, 50, 0.5)
    assert bad.offset[0] == pytest.approx(18) and bad.step[0] == pytest.approx(np.hypot(18, 2.5))
