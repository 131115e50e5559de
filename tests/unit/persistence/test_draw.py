"""Spheres as pixels: which of them belong to a disc, and how bright they are."""

import numpy as np
import pytest

from framewright.persistence.draw import AMBIENT, LIGHT, add_noise, find_stains, paint

DISC = {(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1), (2, 0), (-2, 0), (0, 2), (0, -2)}


def painted(spheres, shading, size=16, colour=(255, 255, 255), times=None, ground=0):
    """Pictures of spheres, each of one or more (x, y, radius)."""
    seen = np.array(spheres, float)
    times = np.arange(len(seen)) if times is None else np.array(times)
    video = np.full((times.max() + 1, 3, size, size), ground, np.uint8)
    paint(video, times, find_stains(seen, shading, size), list(colour))
    return video


def places(picture):
    return {(int(x), int(y)) for y, x in np.argwhere(picture)}


@pytest.mark.parametrize(("x", "y"), [(8, 8), (2, 2), (13, 13), (0, 5), (15, 5), (5, 0), (5, 15), (1, 14)])
def test_a_flat_disc_has_all_pixels_within_its_radius_that_the_picture_has(x, y):
    [picture] = painted([[(x, y, 2)]], "flat")
    inside = {(x + right, y + down) for right, down in DISC}
    assert places(picture[0]) == {(a, b) for a, b in inside if 0 <= a < 16 and 0 <= b < 16}


def test_each_sphere_is_in_its_frame_and_the_last_one_is_foremost():
    video = painted([[(5, 5, 2)], [(10, 9, 2)], [(11, 9, 2)]], "flat", times=[0, 1, 1])
    assert len(places(video[0, 0])) == 13 and len(places(video[1, 0])) == 18


def test_a_blurred_flat_disc_is_as_bright_as_it_is_long_there():
    [picture] = painted([[(5, 8, 2), (6, 8, 2)]], "flat", colour=(200, 100, 50))
    assert picture[:, 8, 4].tolist() == picture[:, 8, 7].tolist() == [200, 100, 50]
    assert picture[:, 8, 3].tolist() == picture[:, 8, 8].tolist() == [100, 50, 25] and not picture[:, 8, 9].any()


def test_half_a_cover_lets_half_of_the_ground_through():
    [picture] = painted([[(5, 8, 2), (6, 8, 2)]], "flat", ground=101)
    assert picture[0, 8, 3] == 178 and picture[0, 8, 5] == 255 and picture[0, 8, 12] == 101


def test_a_lit_sphere_is_brightest_towards_the_light_and_never_darker_than_the_ambient():
    [picture] = painted([[(32, 32, 20)]], "lambert", 64)
    assert np.linalg.norm(LIGHT) == pytest.approx(1, abs=1e-6) and LIGHT[0] < 0 and LIGHT[1] < 0 and LIGHT[2] < 0
    grey = picture[0].astype(float)
    y, x = np.unravel_index(grey.argmax(), grey.shape)
    assert grey.max() == 255 and abs(x + 0.5 - 24) <= 1.5 and abs(y + 0.5 - 20) <= 1.5  # 20 times (-.4, -.6)
    assert grey[45, 44] == pytest.approx(255 * AMBIENT, abs=1)
    middle = AMBIENT + (1 - AMBIENT) * -LIGHT[2]
    assert grey[31:33, 31:33].mean() == pytest.approx(255 * middle, abs=1)
    assert grey[32, 20] == pytest.approx(255 * (AMBIENT + 0.75 * (0.575 * 0.4 + 0.818 * 0.6928 - 0.025 * 0.6)), abs=1)


def test_the_edge_of_a_lit_sphere_is_a_pixel_wide():
    [picture] = painted([[(32, 32, 20.5)]], "lambert", 64, ground=0)
    row = picture[0, 32].astype(float)
    assert not row[:11].any() and 0 < row[11] < 0.7 * row[12] and row[52] > 0 and not row[53:].any()


def test_a_blurred_lit_sphere_is_the_mean_of_its_exposures():
    one, other = (painted([[(x, 8, 3)]], "lambert")[0].astype(float) for x in (7, 9))
    both = painted([[(7, 8, 3), (9, 8, 3)]], "lambert")[0]
    assert np.abs(both - (one + other) / 2).max() <= 1


def test_noise_ends_at_black_and_white_and_is_none_of_no_strength():
    video = np.array([0, 128, 255], np.uint8).repeat(300).reshape(1, 3, 15, 20)
    noisy = add_noise(video, 4.0, [1]).astype(int) - video
    assert noisy[0, 0].min() == 0 and noisy[0, 2].max() == 0 and abs(noisy[0, 1].mean()) < 1
    np.testing.assert_array_equal(add_noise(video, 0.0, [1]), video)
