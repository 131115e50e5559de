"""GIFs hold the frames that were given, at the rate that was given, on average."""

import numpy as np
import pytest
from PIL import Image

from framewright.report.gif import enlarge, write_gif


@pytest.mark.parametrize(("rate", "seconds"), [(8, 3.0), (24, 1.0), (30, 0.8)])
def test_the_rate_is_kept_on_average(tmp_path, rate, seconds):
    write_gif(tmp_path / "a.gif", np.arange(24, dtype=np.uint8)[:, None, None] * np.ones((1, 8, 8), np.uint8), rate)
    with Image.open(tmp_path / "a.gif") as picture:
        durations = []
        for place in range(picture.n_frames):
            picture.seek(place)
            durations.append(picture.info["duration"])
    assert len(durations) == 24
    assert sum(durations) == pytest.approx(1000 * seconds, abs=5)


def test_few_colours_come_back_as_they_were(tmp_path):
    frames = np.zeros((2, 4, 4, 3), np.uint8)
    frames[0, :2], frames[1, 2:] = (200, 10, 30), (0, 90, 250)
    write_gif(tmp_path / "a.gif", frames, 5)
    with Image.open(tmp_path / "a.gif") as picture:
        for place, frame in enumerate(frames):
            picture.seek(place)
            assert np.array_equal(np.asarray(picture.convert("RGB")), frame)


def test_enlarging_repeats_pixels():
    assert enlarge(np.array([[1, 2]], np.uint8), 2).tolist() == [[1, 1, 2, 2]] * 2
