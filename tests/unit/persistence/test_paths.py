"""Paths of whole clips, seen by many draws: their shapes, how large they are, and where they lie."""

import numpy as np
import pytest

from framewright.persistence.camera import Camera, is_whole
from framewright.persistence.paths import CLASSES, ROOM, TYPES, compute_short_paths, draw_path
from framewright.persistence.specs import BaseSpec

FRAMES, MANY = 33, 600


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    return {kind: [draw_path(kind, FRAMES, rng) for _ in range(MANY)] for kind in CLASSES}


def fill(values, low, high):
    """Values lie between two limits, nearly reach both, and are about as many in each part in between."""
    values = np.asarray(values)
    edge = 0.02 * (high - low)
    assert low - 1e-4 <= values.min() <= low + edge and high - edge <= values.max() <= high + 1e-4
    shares = np.histogram(values, 4, (low, high))[0] / len(values)
    assert np.abs(shares - 0.25).max() < 0.08


def list_angles(x, y):
    return np.arctan2(y, x) / np.pi


def find_circle(path):
    """Middle, distances from it, and the normal of the plane of points on a circle."""
    around = path - path.mean(axis=0)
    found = np.linalg.lstsq(np.c_[2 * around, np.ones(len(path))], (around**2).sum(axis=1), rcond=1e-3)[0][:3]
    normal = np.linalg.svd(around)[2][2]
    return around - found, np.linalg.norm(around - found, axis=1), normal


@pytest.mark.slow
@pytest.mark.parametrize("kind", CLASSES)
def test_paths_stay_within_their_room_reach_its_borders_and_are_round_numbers(drawn, kind):
    paths = np.array(drawn[kind])
    assert paths.shape == (MANY, FRAMES, 3) and np.array_equal(paths, paths.round(6))
    assert ROOM - 0.02 < np.abs(paths).max() <= ROOM
    assert is_whole(Camera().project(paths, BaseSpec().sphere_radius, 64), 64).all()  # wherever it is drawn largest
    fill((paths.max(axis=1) + paths.min(axis=1))[:, 2] / (2 * ROOM - np.ptp(paths[:, :, 2], axis=1)), -1, 1)


def test_a_path_has_a_place_for_each_frame():
    assert draw_path("Helical", 8, np.random.default_rng(0)).shape == (8, 3)


def test_a_linear_path_has_even_steps_in_any_direction(drawn):
    ways = np.array([path[-1] - path[0] for path in drawn["Linear"]])
    for path, way in zip(drawn["Linear"], ways, strict=True):
        np.testing.assert_allclose(np.diff(path, axis=0), np.tile(way / (FRAMES - 1), (FRAMES - 1, 1)), atol=2e-6)
    lengths = np.hypot(ways[:, 0], ways[:, 1])
    fill(lengths, 0.8, 1.6)
    fill(list_angles(ways[:, 0], ways[:, 1]), -1, 1)
    fill(ways[:, 2] / lengths, -0.6, 0.6)


@pytest.mark.slow
def test_a_circular_path_is_a_flat_circle_tilted_by_up_to_an_eighth_of_a_turn(drawn):
    radii, turns, tilts, ways, senses = [], [], [], [], []
    for path in drawn["Circular"]:
        spokes, distances, normal = find_circle(path)
        np.testing.assert_allclose(distances, distances.mean(), atol=2e-5)
        steps = np.cross(spokes[:-1], spokes[1:]) @ normal / distances[1:] ** 2
        np.testing.assert_allclose(steps, steps.mean(), atol=2e-5)
        radii.append(distances.mean())
        turns.append(abs(np.arcsin(steps.mean())) * (FRAMES - 1) / (2 * np.pi))
        normal = normal * np.sign(normal[2])
        tilts.append(np.arccos(min(normal[2], 1)))
        ways.append(list_angles(normal[0], normal[1]))
        senses.append(np.cross(spokes[0], spokes[1])[2] > 0)
    fill(radii, 0.3, 0.65)
    fill(turns, 0.75, 1.5)
    fill(tilts, 0, np.pi / 4)
    fill(ways, -1, 1)
    assert 0.4 < np.mean(senses) < 0.6


@pytest.mark.slow
def test_a_helical_path_turns_twice_around_an_axis_across_the_line_of_sight(drawn):
    radii, lengths, tilts, ways, senses = [], [], [], [], []
    for path in drawn["Helical"]:
        way = path[16] - path[0]  # after one turn
        np.testing.assert_allclose(path[16:] - path[:17], np.tile(way, (17, 1)), atol=3e-6)
        axis = way / np.linalg.norm(way)
        around = path - path[:32].mean(axis=0)
        around -= np.outer(around @ axis, axis)
        distances = np.linalg.norm(around - around[:32].mean(axis=0), axis=1)
        np.testing.assert_allclose(distances, distances.mean(), atol=2e-5)
        radii.append(distances.mean())
        lengths.append(2 * np.linalg.norm(way))
        tilts.append(abs(np.arcsin(axis[2])))
        ways.append(list_angles(way[0], way[1]))
        senses.append(np.cross(around[0], around[1]) @ axis > 0)
        assert np.cross(around[0], around[4]) @ np.cross(around[0], around[1]) > 0  # a quarter of a turn at most
        assert abs(around[0] @ around[4]) < 1e-4
    fill(radii, 0.15, 0.3)
    fill(lengths, 0.9, 1.5)
    fill(ways, -1, 1)
    assert np.pi / 6 - 0.03 < max(tilts) <= np.pi / 6 + 1e-5
    assert 0.4 < np.mean(senses) < 0.6


def test_a_parabolic_path_is_a_throw_under_gravity_that_points_down(drawn):
    wide, rises, slopes, deep = [], [], [], []
    for path in drawn["Parabolic"]:
        bends = np.diff(path, 2, axis=0)
        np.testing.assert_allclose(bends[:, [0, 2]], 0, atol=3e-6)
        np.testing.assert_allclose(bends[:, 1], bends[:, 1].mean(), atol=3e-6)
        wide.append(path[-1, 0] - path[0, 0])
        rises.append(bends[:, 1].mean() * (FRAMES - 1) ** 2 / 8)
        slopes.append(path[-1, 1] - path[0, 1])
        deep.append(path[-1, 2] - path[0, 2])
    fill(np.abs(wide), 0.6, 1.5)
    assert 0.4 < np.mean(np.array(wide) > 0) < 0.6
    fill(rises, 0.5, 1.2)
    fill(slopes, -0.3, 0.3)
    fill(deep, -0.5, 0.5)


def test_a_transient_ends_at_the_borders_of_the_scene():
    start, velocity = np.array([[0.9, -0.9, 0.0]]), np.array([[0.1, -0.1, 0.0]])
    path = compute_short_paths(np.array([TYPES.index("linear")]), start, velocity, np.array([5]), np.array([4.0]))
    assert path.tolist() == [[1.0, -1.0, 0.0]]


def test_a_parabola_that_lives_for_one_frame_does_not_fall():
    start = np.array([[0.1, 0.2, 0.3]])
    path = compute_short_paths(np.array([TYPES.index("parabolic")]), start, start, np.array([1]), np.array([0.0]))
    np.testing.assert_array_equal(path, start)
