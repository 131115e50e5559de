"""Where cameras see the scene: exact places of hand-made points."""

import numpy as np
import pytest

from framewright.persistence.base import describe_base_clip
from framewright.persistence.camera import SMALLEST, Camera, is_whole, make_ring
from framewright.persistence.specs import BaseSpec

FRONT, PINHOLE = Camera(), Camera("pinhole")


@pytest.mark.parametrize(
    ("camera", "point", "seen"),
    [
        pytest.param(FRONT, (0, 0, 0), (32, 32, 6.4), id="the middle"),
        pytest.param(FRONT, (0.5, -0.25, 0), (48, 24, 6.4), id="right and up"),
        pytest.param(FRONT, (0.5, 0, -1), (48, 32, 9.6), id="near ones are half as large again and not elsewhere"),
        pytest.param(FRONT, (0.5, 0, 1), (48, 32, 3.2), id="far ones are half as large"),
        pytest.param(PINHOLE, (0.5, -0.25, 0), (48, 24, 6.4), id="a pinhole shows the same at the origin"),
        pytest.param(PINHOLE, (0.5, 0, -1), (52, 32, 8), id="and what is nearer larger and further out"),
        pytest.param(PINHOLE, (0.5, 0, 5), (40, 32, 3.2), id="twice as far is half as large"),
        pytest.param(PINHOLE, (0, 0, -6), (32, 32, 640), id="nothing is nearer than a hundredth of the way"),
    ],
)
def test_a_sphere_appears_where_its_projection_says(camera, point, seen):
    np.testing.assert_allclose(camera.project(np.array(point, float), 0.1, 64), seen, atol=1e-9)


def test_a_sphere_is_never_drawn_smaller_than_two_pixels():
    assert FRONT.project(np.zeros(3), 0.01, 64)[2] == SMALLEST == 2


def test_points_are_seen_to_the_right_down_and_away():
    point = np.array([0.1, 0.2, 0.3])
    np.testing.assert_allclose(FRONT.seen(point), point, atol=1e-12)
    np.testing.assert_allclose(Camera(position=(5.0, 0.0, 0.0)).seen(point), [0.3, 0.2, -0.1], atol=1e-12)
    np.testing.assert_allclose(Camera(position=(0.0, 0.0, 5.0)).seen(point), [-0.1, 0.2, -0.3], atol=1e-12)


def test_a_camera_above_looks_down_at_the_middle():
    camera = Camera(position=(0.0, -3.0, -4.0))
    axes = camera.seen(np.eye(3))
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(axes, [[1, 0, 0], [0, 0.8, 0.6], [0, -0.6, 0.8]], atol=1e-12)
    assert camera.depth(np.array([0.0, -3.0, -4.0])) == pytest.approx(-5) and camera.depth(np.zeros(3)) == 0


def test_cameras_stand_at_even_angles_and_the_first_one_in_front():
    ring = make_ring(4, 5.0, 2.0, "pinhole")
    places = [(0, -2, -5), (5, -2, 0), (0, -2, 5), (-5, -2, 0)]
    np.testing.assert_allclose([camera.position for camera in ring], places, atol=1e-9)
    assert {camera.projection for camera in ring} == {"pinhole"}
    assert make_ring(1, 5.0, 0.0, "orthographic")[0].position == Camera().position


@pytest.mark.parametrize(
    ("x", "y", "radius", "whole"),
    [
        (3, 30, 3, True),
        (2.9, 30, 3, False),
        (30, 2.9, 3, False),
        (60.9, 30, 3, True),
        (61, 30, 3, False),
        (30, 61, 3, False),
        (3, 3, 2.1, True),
        (2.9, 3, 2.1, False),
    ],
)
def test_a_disc_is_whole_up_to_its_last_pixel(x, y, radius, whole):
    assert bool(is_whole(np.array([x, y, radius]), 64)) is whole


def test_numbers_of_a_clip_have_six_decimals():
    numbers = describe_base_clip(BaseSpec(projection="pinhole"), 0, 0)
    for key in ("pixels", "positions"):
        assert np.array_equal(np.round(numbers[key], 6), numbers[key])
