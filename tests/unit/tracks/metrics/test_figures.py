"""Figures of motion, looks and quality, by hand."""

import math

import cv2
import numpy as np
import pytest

from framewright.tracks.metrics import appearance, motion
from framewright.tracks.metrics.camera import CameraPath
from framewright.tracks.metrics.measure import seen_size
from framewright.tracks.metrics.quality import Quality, picture_quality


def flow_of(x, y):
    return motion.Flow(lambda before, after: np.full((*before.shape, 2), (x, y), np.float32))


NOISE = np.random.default_rng(0).integers(0, 255, (180, 180), np.uint8)
WINDOW = np.array([100.0, 100, 190, 190])


def test_speeds_are_in_pixels_of_360_per_sixteenth_of_a_second():
    still = motion.pair_motion(NOISE, NOISE, (1.0, 1.125), (WINDOW, WINDOW), (640, 480), flow_of(3, 4))
    assert still.time == 1.0 and still.speeds == pytest.approx(5 / 2 * 2)
    assert still.camera == pytest.approx(2.5 / 2 * 360 / 480) and still.object == pytest.approx(0, abs=1e-5)
    shifted = motion.pair_motion(
        NOISE, NOISE, (0.0, 1 / 16), (WINDOW, np.add(WINDOW, [6, 8, 6, 8])), (640, 480), flow_of(0, 0)
    )
    assert shifted.camera == pytest.approx(10 * 360 / 480) and shifted.object == pytest.approx(0, abs=1e-4)
    known = np.array([1.0, 0, 0, 0, 1, 0])
    moving = motion.pair_motion(
        NOISE, NOISE, (0.0, 1 / 16), (WINDOW, np.add(WINDOW, [6, 8, 6, 8])), (640, 480), flow_of(0, 0), known
    )
    assert moving.camera == 0 and moving.object == pytest.approx(10 * 2 * 360 / 180)
    flat = np.full_like(NOISE, 9)
    blind = motion.pair_motion(flat, flat, (0.0, 1 / 16), (WINDOW, WINDOW), (640, 480), flow_of(1, 1))
    assert math.isnan(blind.object) and math.isnan(blind.camera) and blind.speeds.shape == (180, 180)


def test_a_camera_is_a_shift_a_growth_and_a_turn():
    rng = np.random.default_rng(0)
    points = rng.uniform(-100, 100, (200, 2))
    x, y = points.T
    shifts = np.stack([3 + 0.02 * x - 0.01 * y, -2 + 0.02 * y + 0.01 * x], axis=1)
    shifts[:40] += 50
    assert motion._similarity(points, shifts) == pytest.approx([3, -2, 0.02, 0.01], abs=1e-6)
    whole = motion._around(np.array([1.02, -0.01, 5.0, 0.01, 1.02, 7.0]), np.array([100.0, 200.0]))
    assert whole == pytest.approx([1.02 * 100 - 0.01 * 200 + 5 - 100, 0.01 * 100 + 1.02 * 200 + 7 - 200, 0.02, 0.01])
    predicted = motion._predicted(np.array([3, -2, 0.02, 0.01]), np.array([[10.0, 20.0]]))
    assert predicted.tolist() == [[pytest.approx(3 + 0.2 - 0.2), pytest.approx(-2 + 0.4 + 0.1)]]
    ramp = np.tile(np.arange(60, dtype=np.uint8) * 4, (60, 1))
    assert motion._texture(ramp)[30, 30] == motion._texture(ramp.T.copy())[30, 30] == 8


def test_speeds_are_pooled_by_two_seconds_and_over_time_without_gaps():
    pairs = [
        motion.PairMotion(time, np.array([[own]], np.float32), own, own) for time, own in ((0, 1), (1.9, 3), (2, 7))
    ]
    assert motion.pool_batches(pairs)[:, [0, 3, 6]].tolist() == [[1, 2, 3], [7, 7, 7]]
    assert motion.pool_batches([]).shape == (0, 7)
    assert motion.over_time([1.0, float("nan"), 3.0])[[0, 3, 6]].tolist() == [1, 2, 3]
    assert np.isnan(motion.over_time([float("nan")])).all() and motion.over_time([]).shape == (7,)


@pytest.mark.parametrize(
    ("size", "side", "multiple", "seen"),
    [
        ((640, 360), 144, 1, (256, 144)),
        ((100, 90), 144, 1, (100, 90)),
        ((640, 360), 360, 8, (640, 360)),
        ((9, 3), 360, 8, (8, 8)),
    ],
)
def test_a_flow_sees_sides_that_it_can_take(size, side, multiple, seen):
    assert seen_size(size, motion.Flow(None, side, multiple)) == seen


@pytest.mark.parametrize(
    ("start", "end", "known"), [(0.0, 0.2, True), (-0.0005, 0.2, True), (0.0, 0.41, False), (0.6, 0.7, False)]
)
def test_the_way_between_two_instants_is_known_where_it_was_searched(start, end, known):
    path = CameraPath(np.array([0.0, 0.2, 0.39, 0.6]), np.tile([1.0, 0, 2, 0, 1, 0], (4, 1)))
    assert (path.between(start, end) is not None) is known


@pytest.mark.parametrize(
    ("sharp", "bright", "contrast", "score"),
    [
        (50, 0.5, 0.12, 1),
        (25, 0.5, 0.12, 0.5),
        (90, 0.06, 0.5, 0.5),
        (90, 0.94, 0.5, 0.5),
        (90, 0.5, 0.03, 0.25),
        (90, 0, 1, 0),
    ],
)
def test_a_quality_is_its_weakest_part(sharp, bright, contrast, score):
    own = Quality(sharp, bright, contrast, 0.1, 0.2)
    assert own.score == pytest.approx(score) and own.as_array()[[3, 4, 5]].tolist() == pytest.approx([0.1, 0.2, score])


def test_brightness_and_contrast_are_shares_of_white():
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[:, 100:] = 255
    _, bright, contrast = picture_quality(picture)
    assert bright == 0.5 and contrast == 0.5
    assert picture_quality(np.full((400, 800, 3), 51, np.uint8))[1:] == (pytest.approx(0.2), 0)


def test_colours_are_those_of_cielab():
    picture = np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8)
    found = appearance._lab(picture)
    expected = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    bright = expected[..., 0] > 12
    np.testing.assert_allclose(found[bright] / [2.55, 1, 1], expected[bright], atol=1.5)


def test_a_histogram_is_shared_by_neighbours_and_a_vector_has_length_1():
    total = appearance._soft_histogram(np.array([1.25]), np.array([2.0]))
    assert total[1 * 4 + 2] == 0.75 and total[2 * 4 + 2] == 0.25 and total.sum() == 1
    assert appearance.mean_vector(np.array([[3.0, 0], [0, 5.0]])).tolist() == pytest.approx([math.sqrt(0.5)] * 2)
    assert appearance.mean_vector(np.zeros((2, 3))).tolist() == [0, 0, 0]


def test_shapes_are_gradients_by_direction_and_lights_by_place():
    picture = np.full((64, 64, 3), 60, np.uint8)
    picture[:, 32:] = 255
    [vector] = appearance.hog_lab([picture])
    light = 0.3 * (1 - cv2.cvtColor(np.full((1, 1, 3), 60 / 255, np.float32), cv2.COLOR_RGB2Lab)[0, 0, 0] / 100)
    shapes, colours, lights = vector[:96].reshape(16, 6), vector[96:112], vector[112:].reshape(4, 4)
    assert (shapes[:, 0] > 0).tolist() == [False, True, True, False] * 4 and not shapes[:, 2:5].any()
    assert np.linalg.norm(shapes) == pytest.approx(1) and np.linalg.norm(colours) == pytest.approx(0.6)
    assert lights[0].tolist() == pytest.approx([-light, -light, light, light], abs=0.002)
    [down] = appearance.hog_lab([np.ascontiguousarray(picture.transpose(1, 0, 2))])
    assert (down[:96].reshape(16, 6)[:, 3] > 0.1).sum() == 8 and np.argmax(colours) == 5
    [blue] = appearance.hog_lab([np.full((64, 64, 3), (0, 0, 255), np.uint8)])
    assert blue[96:112].argmax() in (8, 12) and not blue[:96].any()
