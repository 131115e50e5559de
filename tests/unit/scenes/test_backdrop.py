"""The still part of a street: its size for a camera that moves and turns, and which ground lies how far away."""

import numpy as np
import pytest

from framewright.scenes import backdrop, street


@pytest.mark.slow
@pytest.mark.parametrize(("size", "travel", "margin"), [((320, 180), 2.0, 20), ((160, 90), 0.0, 8)])
def test_the_panoramas_are_as_large_as_what_the_camera_may_see(size, travel, margin):
    eye = backdrop.make_view(size)
    made = backdrop.draw_backdrop(np.random.default_rng(1), eye, backdrop.MOODS["noon"], travel, margin, 1.0)
    high = eye.height - eye.horizon + margin
    assert made.sky.shape == (int(eye.horizon) + 2 * margin, size[0] + 2 * margin, 3)
    assert made.ground.shape[0] == int(high * 2) // 2
    assert made.ground.shape[1] == pytest.approx(size[0] + 2 * margin + travel * high / eye.eye, abs=2)


def test_pavement_road_and_park_lie_at_their_distances():
    eye = backdrop.make_view((320, 180))
    made = backdrop.draw_backdrop(np.random.default_rng(1), eye, backdrop.MOODS["overcast"], 0.0, 20, 99.0)
    rows = made.ground.astype(float).mean(1)

    def at(z: float) -> np.ndarray:
        return rows[round(eye.focal * eye.eye / z - 0.5)]

    assert at(4.5)[0] > 1.15 * at(4.5)[2] and at(4.5).mean() > 1.3 * at(7.0).mean()
    assert np.ptp(at(7.0)) < 20 and np.ptp(at(9.5)) < 30 and at(12.2).mean() > 1.2 * at(9.5).mean()
    assert at(18.0)[1] > at(18.0)[0] > at(18.0)[2] + 10 and at(24.5)[0] > at(18.0)[0] + 10


def test_the_sky_is_blue_above_and_pale_at_the_horizon_behind_houses():
    eye = backdrop.make_view((320, 180))
    made = backdrop.draw_backdrop(np.random.default_rng(1), eye, backdrop.MOODS["noon"], 0.0, 20, 99.0)
    sky = made.sky.astype(float)
    blueness = (sky[..., 2] - sky[..., 0]).mean(1)
    assert blueness[5:20].mean() > blueness[50:60].mean() > 5
    horizon = int(eye.horizon) + 20
    tall = 0.17 * 180
    assert np.abs(np.diff(sky[int(horizon - 0.4 * tall) : horizon, :, 0], axis=1)).mean() > 2 * (
        np.abs(np.diff(sky[: int(horizon - 1.3 * tall), :, 0], axis=1)).mean()
    )


def test_a_street_lasts_as_long_as_asked_and_has_its_rate():
    made = street.make_street(np.random.default_rng(1), 2.0, (64, 36))
    assert (made.frames, made.rate, made.size) == (50, 25, (64, 36)) and made.draw(0).picture.shape == (36, 64, 3)
