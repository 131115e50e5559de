"""Films of a gallery show the frames that they were made of, enlarged pixel by pixel."""

import numpy as np

from framewright.report.gallery.films import write_film
from framewright.video.stream import open_video


def test_a_small_film_is_enlarged_and_lies_where_the_gallery_looks(tmp_path):
    (tmp_path / "gallery").mkdir()
    frames = [np.full((40, 50, 3), 40 * number, np.uint8) for number in range(6)]
    place = write_film(tmp_path / "gallery", "one", frames, rate=10)
    with open_video(tmp_path / place) as video:
        shown = [frame.rgb for frame in video.frames()]
    assert video.size == (200, 160)  # by 4: the shorter side reaches 128
    assert len(shown) == 6
    assert all(abs(int(rgb.mean()) - 40 * number) < 4 for number, rgb in enumerate(shown))
