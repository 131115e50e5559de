"""Frames come upright, square-pixel and at their exact times, whatever the file; hostile files open nothing else."""

import os
import socket
import subprocess
import threading
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import cv2
import imageio_ffmpeg
import make_video as fixture
import numpy as np
import pytest
from make_video import damage, is_upright, make_video, number_in, picture

from framewright.errors import UserError
from framewright.video.colour import Colour
from framewright.video.media import open_media
from framewright.video.stream import open_video
from framewright.video.timeline import Clock, Timeline, read_timeline

PQ = Colour("bt2020", "smpte2084", "bt2020nc", "tv")
HLG = Colour("bt2020", "arib-std-b67", "bt2020nc", "tv")
TEN_BIT = {"pixel_format": "yuv420p10le"}
QUIET = {"x265-params": "log-level=none"}
JERKY = [Fraction(k * k, 200) + Fraction(k, 30) for k in range(30)]

GALLERY = [
    pytest.param("a.mp4", {}, (64, 48), id="plain"),
    pytest.param("a.mp4", {"rotation": 90}, (64, 48), id="turned by 90"),
    pytest.param("a.mov", {"rotation": 180}, (64, 48), id="turned by 180"),
    pytest.param("a.mp4", {"rotation": 270}, (64, 48), id="turned by 270"),
    pytest.param("a.mp4", {"mirrored": True}, (64, 48), id="mirrored"),
    pytest.param("a.mp4", {"mirrored": True, "rotation": 90}, (64, 48), id="mirrored and turned"),
    pytest.param("a.mp4", {"pixel_aspect": Fraction(4, 3)}, (85, 48), id="wide pixels"),
    pytest.param("a.mp4", {"pixel_aspect": Fraction(8, 9)}, (64, 54), id="narrow pixels"),
    pytest.param("a.mp4", {"pixel_aspect": Fraction(3, 2), "rotation": 90}, (64, 72), id="wide pixels, turned"),
    pytest.param("a.mp4", {"codec": "libx265", "options": QUIET, **TEN_BIT, "colour": PQ}, (64, 48), id="10-bit PQ"),
    pytest.param("a.mkv", {**TEN_BIT, "colour": HLG}, (64, 48), id="10-bit HLG"),
    pytest.param("a.mp4", {"pixel_format": "yuv444p"}, (64, 48), id="4:4:4"),
    pytest.param("a.mov", {"codec": "prores_ks", "pixel_format": "yuv422p10le", "b_frames": 0}, (64, 48), id="ProRes"),
    pytest.param("a.mkv", {"codec": "ffv1", "pixel_format": "bgr0", "b_frames": 0}, (64, 48), id="RGB"),
    pytest.param("a.mp4", {"colour": Colour("bt709", "bt709", "bt709", "pc")}, (64, 48), id="full range"),
    pytest.param("a.mp4", {"options": {"x264-params": "tff=1"}}, (64, 48), id="interlaced"),
    pytest.param("a.mp4", {"times": JERKY}, (64, 48), id="variable rate"),
    pytest.param("a.mp4", {"times": [Fraction(3, 2) + Fraction(k, 25) for k in range(30)]}, (64, 48), id="late start"),
    pytest.param("a.ts", {"times": [Fraction(7, 5) + Fraction(k, 25) for k in range(30)]}, (64, 48), id="MPEG-TS"),
    pytest.param("a.ts", {"codec": "mpeg2video", "rate": 25}, (64, 48), id="MPEG-2 in MPEG-TS"),
    pytest.param("a.avi", {}, (64, 48), id="AVI, which keeps no presentation times, with B frames"),
    pytest.param("a.avi", {"codec": "mpeg4"}, (64, 48), id="MPEG-4 in AVI with B frames"),
    pytest.param("a.webm", {"codec": "libvpx-vp9", "b_frames": 0}, (64, 48), id="VP9"),
    pytest.param("a.mp4", {"codec": "libsvtav1", "size": (64, 64), "b_frames": 0}, (64, 64), id="AV1"),
    pytest.param("a.mp4", {"options": {"x264-params": "open-gop=1:bframes=3"}}, (64, 48), id="open GOPs"),
    pytest.param("a.mkv", {"options": {"x264-params": "b-pyramid=2:bframes=6:b-adapt=0"}}, (64, 48), id="B pyramid"),
    pytest.param("a.mp4", {"numbers": [7]}, (64, 48), id="a single frame"),
    pytest.param("a.mp4", {"size": (16, 16)}, (16, 16), id="16 x 16"),
    pytest.param("a.mp4", {"size": (51, 37), "pixel_format": "yuv444p"}, (51, 37), id="odd size"),
    pytest.param("a.mp4", {"second": {"numbers": range(100, 120), "size": (128, 96)}}, (64, 48), id="two videos"),
    pytest.param("a.mp4", {"cover": True, "audio": True}, (64, 48), id="a cover and sound"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options", "size"), GALLERY)
def test_every_frame_is_read_upright_at_its_time(tmp_path, name, options, size):
    numbers = list(options.get("numbers", range(30)))
    with open_video(make_video(tmp_path / name, **options)) as video:
        frames = list(video.frames())
        assert video.size == size
        assert [frame.rgb.shape for frame in frames] == [(size[1], size[0], 3)] * len(numbers)
        assert [number_in(frame.rgb) for frame in frames] == numbers
        assert [number_in(frame.gray()) for frame in frames] == numbers
        assert all(is_upright(frame.rgb) for frame in frames)
        assert video.errors == 0
        if "times" in options:
            assert [frame.time for frame in frames] == options["times"]
        else:
            assert [frame.time - video.start for frame in frames] == [
                Fraction(k) / options.get("rate", 30) for k in range(len(numbers))
            ] or name.endswith((".mkv", ".webm", ".ts"))  # these keep milliseconds, or 1/90000 s
        assert [video.timeline.time(index) for index in range(len(frames))] == [frame.time for frame in frames]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options", "size"), GALLERY)
def test_reading_between_two_times_gives_the_same_frames(tmp_path, name, options, size):
    with open_video(make_video(tmp_path / name, **options)) as video:
        frames = list(video.frames())
        for first in range(0, len(frames), 7):
            some = list(video.frames(frames[first].time, frames[-1].time))
            assert [frame.time for frame in some] == [frame.time for frame in frames[first:-1]]
            assert all((a.rgb == b.rgb).all() for a, b in zip(some, frames[first:], strict=False))


def test_a_seek_leaves_out_what_lies_before(tmp_path):
    """Damage at the beginning is met by who reads from there, not by who jumps behind it."""
    path = damage(make_video(tmp_path / "a.mp4", range(90), gop=10), 5)
    with open_video(path) as video:
        assert number_in(next(video.frames(Fraction(2))).rgb) == 60
        assert video.errors == 0
        assert len(list(video.frames())) == 89
        assert video.errors == 1


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_upright_means_what_ffmpeg_means(tmp_path, rotation, mirrored):
    path = make_video(tmp_path / "a.mp4", [5], rotation=rotation, mirrored=mirrored)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    theirs = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.uint8)
    with open_video(path) as video:
        assert (video.shape.rotation, video.shape.mirrored) == (rotation, mirrored)
        ours = next(video.frames()).rgb
    assert np.abs(ours.astype(int) - theirs.reshape(48, 64, 3)).max() <= 8


@pytest.mark.parametrize(
    ("size", "colour", "red"),
    [
        pytest.param((128, 96), None, "smpte170m", id="untagged and small is BT.601"),
        pytest.param((720, 720), None, "bt709", id="untagged from 720 lines on is BT.709"),
        pytest.param((64, 48), Colour("bt709", "bt709", "bt709", "tv"), "bt709", id="tagged BT.709"),
        pytest.param((64, 48), Colour("bt709", "bt709", "bt709", "pc"), "bt709", id="full range"),
        pytest.param((64, 48), Colour("smpte170m", "smpte170m", "smpte170m", "tv"), "smpte170m", id="tagged BT.601"),
        pytest.param((64, 48), Colour("bt2020", "bt2020-10", "bt2020nc", "tv"), "bt2020nc", id="tagged BT.2020"),
    ],
)
def test_colours_survive(tmp_path, size, colour, red):
    """RGB in, RGB out; and the planes are those of the matrix and range that the tags, or their absence, mean."""
    path = make_video(tmp_path / "a.mp4", [0], size=size, colour=colour, options={"crf": "1"})
    with open_video(path) as video:
        frame = next(video.frames())
        wanted = picture(0, size)
        assert np.abs(frame.rgb.astype(int) - wanted)[2:6, 2:6].max() <= 4
        weights = (
            {"bt709": 0.2126, "smpte170m": 0.299, "bt2020nc": 0.2627},
            {"bt709": 0.0722, "smpte170m": 0.114, "bt2020nc": 0.0593},
        )
        luma = (220 - 30) * weights[0][red] + 30
        code = luma if colour and colour.range == "pc" else 16 + luma * 219 / 255
        assert abs(int(frame.planes[0][4, 4]) - code) <= 2


def test_depth_is_kept(tmp_path):
    path = make_video(tmp_path / "a.mkv", [0], pixel_format="yuv420p10le", colour=PQ, options={"crf": "0"})
    with open_video(path) as video:
        frame = next(video.frames())
        assert (video.depth, frame.planes[0].dtype, frame.planes[0].shape) == (10, np.uint16, (48, 64))
        assert frame.planes[1].shape == (24, 32)
        assert frame.rgb48.dtype == np.uint16 and frame.rgb48.shape == (48, 64, 3)
        assert np.abs(frame.rgb48 / 257 - picture(0))[2:8, 2:12].max() <= 1
        assert abs(int(frame.planes[0][40, 60]) - (64 + 235 / 255 * 876)) <= 4


@pytest.mark.parametrize(
    ("pixel_format", "aspect"), [("yuv420p", 1), ("yuv420p10le", 1), ("yuv422p", Fraction(4, 3)), ("yuv444p", 1)]
)
def test_eight_and_sixteen_bits_agree(tmp_path, pixel_format, aspect):
    path = make_video(tmp_path / "a.mkv", [0xABC], size=(256, 192), pixel_format=pixel_format, pixel_aspect=aspect)
    with open_video(path) as video:
        frame = next(video.frames())
        assert np.abs(frame.rgb48 / 257 - frame.rgb).mean() < 1.5


def test_views_are_made_once_and_small_ones_average_the_stored_planes(tmp_path):
    with open_video(make_video(tmp_path / "a.mp4", [0xABC], rotation=90, size=(64, 48))) as video:
        frame = next(video.frames())
        assert frame.rgb is frame.rgb
        assert frame.planes[0].shape == (64, 48)  # as stored: not yet turned
        assert number_in(frame.gray(16, 12)) == 0xABC
        luma = cv2.rotate(np.ascontiguousarray(frame.planes[0]), cv2.ROTATE_90_CLOCKWISE)
        assert (
            np.abs(frame.gray(16, 12).astype(int) - cv2.resize(luma, (16, 12), interpolation=cv2.INTER_AREA)).max() <= 1
        )
        assert frame.yuv(16, 12).shape == (12, 16, 3)
        assert (frame.yuv(16, 12)[..., 0] == frame.gray(16, 12)).all()


def test_grey_video(tmp_path):
    path = make_video(tmp_path / "a.mkv", codec="ffv1", pixel_format="gray", b_frames=0)
    with open_video(path) as video:
        frames = list(video.frames())
        assert [number_in(frame.rgb) for frame in frames] == list(range(30))
        assert len(frames[0].planes) == 1
        assert (frames[0].yuv(8, 6)[..., 1:] == 128).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "start", "end", "expected"),
    [
        pytest.param(30, None, None, list(range(30)), id="its own rate gives every frame once"),
        pytest.param(10, None, None, list(range(0, 30, 3)), id="a third of the rate"),
        pytest.param(60, None, None, [k // 2 for k in range(60)], id="twice the rate repeats each frame"),
        pytest.param(Fraction(30000, 1001), None, None, list(range(30)), id="a slightly lower rate"),
        pytest.param(10, Fraction(1, 2), Fraction(8, 10), [15, 18, 21], id="between two times"),
        pytest.param(7, None, None, [round(30 * k / 7) for k in range(7)], id="the nearest frame"),
        pytest.param(10, Fraction(11, 20), Fraction(8, 10), [18, 21], id="instants do not move with the start"),
    ],
)
def test_resampling(tmp_path, rate, start, end, expected):
    with open_video(make_video(tmp_path / "a.mp4")) as video:
        frames = list(video.frames(start, end, rate))
        assert [number_in(frame.rgb) for frame in frames] == expected
        first = frames[0].due * rate
        assert [frame.due for frame in frames] == [(first + k) / Fraction(rate) for k in range(len(frames))]


def test_resampling_a_variable_rate_takes_the_nearest_frame(tmp_path):
    with open_video(make_video(tmp_path / "a.mp4", times=JERKY)) as video:
        for frame in video.frames(rate=12):
            nearest = min(JERKY, key=lambda time: abs(time - frame.due))
            assert abs(frame.time - frame.due) == abs(nearest - frame.due)
        assert frame.due > JERKY[-1] - Fraction(1, 6)


def test_resampling_leaves_out_a_hole(tmp_path):
    """A wrong time stamp a day later must not become two million copies of one frame."""
    times = [Fraction(k, 25) for k in range(10)] + [86_400 + Fraction(k, 25) for k in range(10)]
    with open_video(make_video(tmp_path / "a.mkv", range(20), times=times)) as video:
        numbers = [number_in(frame.rgb) for frame in video.frames(rate=25)]
        assert sorted(set(numbers)) == list(range(20))
        assert len(numbers) <= 22


def test_an_edit_list_hides_frames(tmp_path):
    source = make_video(tmp_path / "a.mp4", gop=10, audio=True)
    with open_video(fixture.trim(source, tmp_path / "b.mp4", 0.5)) as video:
        assert [number_in(frame.rgb) for frame in video.frames()] == list(range(15, 30))
        assert (len(video.timeline), video.timeline.hidden, video.start) == (15, 5, 0)
        assert [number_in(frame.rgb) for frame in video.frames(Fraction(1, 3))] == list(range(25, 30))


def test_a_stream_without_any_times_is_counted(tmp_path):
    make_video(tmp_path / "a.mp4")
    fixture.ffmpeg("-i", tmp_path / "a.mp4", "-c", "copy", "-bsf:v", "h264_mp4toannexb", tmp_path / "a.h264")
    with open_video(tmp_path / "a.h264") as video:
        frames = list(video.frames(Fraction(1, 2)))
        assert [number_in(frame.rgb) for frame in frames] == list(range(15, 30))
        assert frames[0].time == Fraction(1, 2)
        assert video.timeline.guessed == 30


def test_the_first_stream_marked_as_default_is_read(tmp_path):
    path = make_video(tmp_path / "a.mp4", second={"numbers": range(100, 120), "size": (128, 96)})
    with open_video(path) as video:
        assert (video.stream, video.why) == (0, "marked as default")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "index", "lost"),
    [
        pytest.param((160, 120), 0, 10, id="the first key frame: everything up to the next"),
        pytest.param((160, 120), 5, 1, id="a frame in the middle"),
        pytest.param((160, 120), 29, 1, id="the last"),
        pytest.param((704, 400), 29, 3, id="the last of a larger video: other threads lose what they are at"),
    ],
)
def test_damage_is_counted_and_the_rest_is_read(tmp_path, size, index, lost):
    with open_video(damage(make_video(tmp_path / "a.mp4", size=size), index)) as video:
        times = [frame.time for frame in video.frames()]
        assert len(times) == 30 - lost
        assert video.errors == lost
        assert times == sorted(set(times))


def test_a_file_that_breaks_off_is_read_as_far_as_it_goes(tmp_path):
    with open_video(fixture.cut_off(make_video(tmp_path / "a.mkv", range(60)), 0.6)) as video:
        numbers = [number_in(frame.rgb) for frame in video.frames()]
        assert 10 < len(numbers) < 60
        assert numbers[:10] == list(range(10))


def test_windows_are_the_frames_around_each_time(tmp_path):
    with open_video(make_video(tmp_path / "a.mp4", range(90), gop=10)) as video:
        times = [Fraction(0), Fraction(1, 2), Fraction(16, 30), Fraction(2), Fraction(100)]
        windows = {time: [number_in(frame.rgb) for frame in frames] for time, frames in video.windows(times, 7)}
        assert windows == {
            times[0]: list(range(7)),
            times[1]: list(range(12, 19)),
            times[2]: list(range(13, 20)),
            times[3]: list(range(57, 64)),
            times[4]: list(range(83, 90)),
        }


def test_windows_of_a_short_video_are_all_of_it(tmp_path):
    with open_video(make_video(tmp_path / "a.mp4", range(4))) as video:
        assert [len(frames) for _, frames in video.windows([Fraction(0), Fraction(1)], 7)] == [4, 4]


def test_readers_do_not_disturb_each_other(tmp_path):
    with open_video(make_video(tmp_path / "a.mp4")) as video:
        pairs = zip(video.frames(), video.frames(Fraction(1, 2)), strict=False)
        assert [(number_in(a.rgb), number_in(b.rgb)) for a, b in pairs] == [(k, k + 15) for k in range(15)]


def test_readers_left_halfway_are_closed(tmp_path):
    path = make_video(tmp_path / "a.mp4")
    with open_video(path) as video:
        reader = video.frames()
        next(reader)
        assert open_files(path) == 1
    assert open_files(path) == 0


@pytest.mark.parametrize(
    ("claimed", "ticks", "unit", "rate", "varies"),
    [
        pytest.param(
            Fraction(30000, 1001), [0, 33, 67, 100, 133, 167, 200], 1000, "30000/1001", False, id="milliseconds"
        ),
        pytest.param(None, [0, 33, 67, 100, 133, 167, 200], 1000, "30", False, id="milliseconds, nothing claimed"),
        pytest.param(Fraction(100_000), [0, 40, 80, 120], 1000, "25", False, id="an absurd claim"),
        pytest.param(None, [0, 40, 80, 200], 1000, "15", True, id="a pause"),
        pytest.param(None, [0, 1, 2, 4, 5], 30, "24", True, id="ticks too coarse to hide a missing frame"),
        pytest.param(Fraction(25), [7], 1000, "25", False, id="a single frame"),
    ],
)
def test_rate(claimed, ticks, unit, rate, varies):
    count = len(ticks)
    line = Timeline(np.array(ticks), np.zeros(count, int), np.ones(count, bool), Fraction(1, unit), 0, 0, 0)
    assert tuple(map(str, line.rate(claimed))) == (rate, str(varies))


def test_the_duration_of_a_single_frame_tells_its_rate_whatever_the_header_claims():
    line = Timeline(np.array([7]), np.array([40]), np.array([True]), Fraction(1, 1000), 0, 0, 0)
    assert line.rate(Fraction(100_000)) == (25, False)


# Hostile files


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", "the file is empty (0 bytes)", id="nothing"),
        pytest.param(b"#EXTM3U\n#EXTINF:1,\nreal.mp4\n", "this is a playlist, not a video", id="a playlist"),
        pytest.param(b"<!DOCTYPE html><html>not found</html>", "this is a web page or XML", id="an error page"),
        pytest.param(b"Dear reader,\nthis is no film.\n" * 9, "this is text, not a video", id="a letter"),
        pytest.param(b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(99), "this is a picture, not a video", id="a photo"),
        pytest.param(b"PK\3\4" + bytes(99), "this is an archive, not a video", id="films in a zip"),
        pytest.param(b"\0\0\0\x18ftypisom" + bytes(99), "it begins as a video, but", id="a film without its index"),
        pytest.param(np.random.default_rng(1).bytes(50_000), "not a media file that can be read", id="noise"),
    ],
)
def test_what_is_no_video_is_refused_in_a_sentence(tmp_path, content, sentence):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(UserError, match=f"^{path}: ") as error:
        open_video(path)
    assert sentence in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        pytest.param({"video": False, "audio": True}, "there is no video in it, only sound", id="sound"),
        pytest.param({"video": False, "cover": True, "audio": True}, "only a cover picture", id="sound with a cover"),
    ],
)
def test_a_file_without_video_is_refused(tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        open_video(make_video(tmp_path / "a.mp4", **options))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.mp4: no such file"):
        open_video(tmp_path / "nowhere.mp4")


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n"
DASH = (
    '<?xml version="1.0"?><MPD type="static" mediaPresentationDuration="PT9S"><Period>'
    '<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL>'
    "</Representation></AdaptationSet></Period></MPD>"
)
SDP = (
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        pytest.param("ffconcat version 1.0\nfile '{target}'\n", "mp4", id="ffconcat"),
        pytest.param(HLS, "mp4", id="HLS as mp4"),
        pytest.param(HLS, "m3u8", id="HLS"),
        pytest.param(DASH, "mp4", id="DASH"),
        pytest.param(SDP, "sdp", id="SDP"),
    ],
)
@pytest.mark.parametrize("target", ["file", "address"])
def test_a_text_posing_as_video_opens_nothing_else(tmp_path, listener, text, suffix, target):
    """Neither another file, though it is a fine video, nor an address at which somebody listens."""
    real = make_video(tmp_path / "real.mp4")
    address = f"http://127.0.0.1:{listener.port}/real.mp4"
    decoy = tmp_path / f"decoy.{suffix}"
    decoy.write_text(text.format(target=real if target == "file" else address, port=listener.port))
    for reader in (open_media, open_video, read_timeline):
        with pytest.raises(UserError):
            reader(decoy)
    assert listener.calls == []


@pytest.mark.parametrize("path", ["http://127.0.0.1:{port}/a.mp4", "tcp://127.0.0.1:{port}", "concat:a.mp4|b.mp4", "-"])
def test_addresses_are_no_paths(listener, path):
    with pytest.raises(UserError, match="no such file"):
        open_media(path.format(port=listener.port))
    assert listener.calls == []


class Listener(threading.Thread):
    """Accepts connections on a port of this machine and remembers them."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.calls = []

    def run(self):
        while True:
            try:
                connection, address = self.socket.accept()
            except OSError:
                return
            self.calls.append(address)
            connection.close()


@pytest.fixture
def listener():
    thread = Listener()
    thread.start()
    yield thread
    thread.socket.close()


def open_files(path: Path) -> int:
    """How often this process has `path` open."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("no list of open files on this system")
    return sum(os.path.realpath(entry) == str(path) for entry in descriptors.iterdir())


def test_a_stream_that_tells_no_rate_is_taken_for_25_frames_a_second():
    """Only what has no times of its own needs it: the next frame comes a twenty-fifth of a second later."""
    stream = SimpleNamespace(average_rate=None, guessed_rate=None, time_base=Fraction(1, 1000), start_time=None)
    clock = Clock(SimpleNamespace(format=SimpleNamespace(name="mp4")), stream)
    untimed = SimpleNamespace(pts=None, dts=None, duration=None)
    assert [clock.tick(untimed) for _ in range(3)] == [0, 40, 80]


@pytest.mark.parametrize(
    ("time", "index"), [(-1, 0), (0, 0), (1.4, 1), (1.5, 1), (1.6, 2), (3.9, 2), (4.1, 3), (99, 3)]
)
def test_the_nearest_frame_is_the_earlier_of_two_that_are_equally_near(time, index):
    """Frames at 0, 1, 2 and 6 seconds."""
    line = Timeline(np.array([0, 1, 2, 6]), np.ones(4, int), np.ones(4, bool), Fraction(1), 0, 0, 0)
    assert line.nearest(Fraction(time)) == index
