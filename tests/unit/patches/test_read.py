"""Windows are read whole, from the right place, and with as little decoding as possible."""

from fractions import Fraction

import numpy as np
import pytest
from make_video import make_video, number_in

from framewright.patches.reading import read_windows
from framewright.patches.record import select_frames
from framewright.video.stream import open_video
from framewright.video.timeline import read_timeline


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_frames_of_varying_rate_are_neighbours_by_time(tmp_path, suffix):
    times = [Fraction(number * number + 9 * number, 900) + 1 for number in range(40)]
    path = make_video(tmp_path / f"film{suffix}", range(40), times=times)
    frames = select_frames(read_timeline(path), (0.0, 100.0))
    with open_video(path) as video:
        windows = list(read_windows(video, frames, [0, 5, 13, 30]))
    seen = [[number_in(frame.rgb) for frame in own] for own in windows]
    assert seen == [list(range(first, first + 7)) for first in (0, 5, 13, 30)]


@pytest.mark.slow
def test_key_frames_save_decoding(tmp_path):
    path = make_video(tmp_path / "film.mp4", range(300), gop=10)
    frames = select_frames(read_timeline(path), (0.0, 100.0))
    with open_video(path) as video:
        decoded = []
        original = video.frames

        def counting(**options):
            for frame in original(**options):
                decoded.append(frame.time)
                yield frame

        video.frames = counting
        for own in read_windows(video, frames, [11, 15, 150, 291]):
            assert len(own) == 7
    assert len(decoded) < 60


CODECS = {
    "H.264 whose B frames refer to each other": ("libx264", {"b-pyramid": "normal"}, True),
    "H.264 without B frames": ("libx264", {"bf": "0"}, False),
    "HEVC": ("libx265", {"x265-params": "log-level=none:keyint=50:b-adapt=0"}, True),
    "HEVC in layers": ("libx265", {"x265-params": "log-level=none:keyint=50:b-adapt=0:temporal-layers=3"}, False),
    "MPEG-4": ("mpeg4", {}, False),
}


@pytest.mark.slow
@pytest.mark.parametrize(("codec", "options", "saves"), CODECS.values(), ids=CODECS)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_leaving_out_what_nothing_refers_to_changes_no_pixel(tmp_path, codec, options, saves, suffix):
    path = make_video(tmp_path / f"film{suffix}", range(100), gop=50, b_frames=3, codec=codec, options=options)
    with open_video(path) as video:
        whole = [(frame.time, frame.rgb.copy()) for frame in video.frames()]
    wanted = [time for time, _ in whole[30:37] + whole[71:78]]
    with open_video(path) as video:
        some = {frame.time: frame.rgb for frame in video.frames(wanted=wanted)}
    assert set(wanted) <= set(some)
    assert all(np.array_equal(some[time], picture) for time, picture in whole if time in some)
    assert max(some) < whole[90][0]
    assert (len(some) < 60) == saves


@pytest.mark.slow
def test_an_interlaced_film_and_one_without_times_lose_nothing(tmp_path):
    fields = make_video(tmp_path / "fields.mkv", range(60), options={"flags": "+ildct+ilme", "x264-params": "tff=1"})
    with open_video(fields) as video:
        wanted = [frame.time for frame in video.frames()][10:17]
        assert video.interlaced and len(list(video.frames(wanted=wanted))) == 60
    for path in (fields, make_video(tmp_path / "film.avi", range(60), codec="mpeg4")):
        frames = select_frames(read_timeline(path), (0.0, 100.0))
        with open_video(path) as video:
            assert [len(own) for own in read_windows(video, frames, [3, 11, 40])] == [7, 7, 7]
