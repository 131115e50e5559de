"""What is written reads back the same, and the same pictures give the same bytes in any surroundings."""

import hashlib
import os
import subprocess
import sys
from fractions import Fraction
from functools import partial

import av
import numpy as np
import pytest
from make_video import is_upright, make_video, number_in, picture

from framewright.errors import UserError
from framewright.video.colour import Colour
from framewright.video.encode import BT709, Writer, container_for_sound
from framewright.video.stream import open_video

PQ = Colour("bt2020", "smpte2084", "bt2020nc", "tv")
BT601 = Colour("smpte170m", "smpte170m", "smpte170m", "tv")
FULL = Colour("bt709", "bt709", "bt709", "pc")


def write(path, pictures, size=(64, 48), **options):
    with Writer(path, size, **{"rate": 30} | options) as writer:
        for rgb in pictures:
            writer.add(rgb)
    return path


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="as it comes"),
        pytest.param({"rate": Fraction(30000, 1001)}, id="29.97 per second"),
        pytest.param({"rotation": 90, "size": (48, 64)}, id="with a rotation noted"),
        pytest.param({"pixel_format": "yuv444p", "crf": 5}, id="4:4:4"),
        pytest.param({"codec": "libx265"}, id="HEVC"),
        pytest.param({"codec": "libx265", "pixel_format": "yuv420p10le", "colour": PQ}, id="10-bit PQ"),
        pytest.param({"codec": "libsvtav1", "preset": "10", "size": (64, 64)}, id="AV1"),
        pytest.param({"codec": "ffv1", "crf": None, "preset": None, "container": "matroska"}, id="FFV1"),
        pytest.param({"gop": 8, "b_frames": 0, "preset": "veryfast"}, id="short GOPs"),
    ],
)
def test_frames_read_back_at_their_times(tmp_path, options):
    rate, size = Fraction(options.get("rate", 30)), options.pop("size", (64, 48))
    shown = size[::-1] if "rotation" in options else size
    turn = options.get("rotation", 0) // 90
    pictures = [np.ascontiguousarray(np.rot90(picture(number, shown), turn)) for number in range(20)]
    with open_video(write(tmp_path / "a", pictures, size, **options)) as video:
        frames = list(video.frames())
        assert [number_in(frame.rgb) for frame in frames] == list(range(20))
        assert all(is_upright(frame.rgb) for frame in frames)
        assert video.size == shown
        assert video.colour == options.get("colour", BT709)
        tolerance = Fraction(1, 1000) if options.get("container") == "matroska" else 0
        assert all(abs(frame.time - k / rate) <= tolerance for k, frame in enumerate(frames))
        if "gop" in options:
            assert [k for k, frame in enumerate(frames) if frame.key] == [0, 8, 16]


def test_frames_may_have_times_of_their_own(tmp_path):
    times = [Fraction(1, 2), Fraction(3, 5), Fraction(2), Fraction(9001, 4500)]
    with Writer(tmp_path / "a.mp4", (64, 48)) as writer:
        for number, time in enumerate(times):
            writer.add(picture(number), time)
    with open_video(tmp_path / "a.mp4") as video:
        assert [(number_in(frame.rgb), frame.time) for frame in video.frames()] == list(enumerate(times))


@pytest.mark.parametrize("colour", [BT709, BT601, FULL, PQ], ids=["bt709", "bt601", "full range", "pq"])
def test_colours_are_converted_as_they_are_tagged(tmp_path, colour):
    """Flat pictures of known colour come back within the rounding of 8 bits."""
    colours = [(255, 255, 255), (0, 0, 0), (128, 128, 128), (200, 40, 60), (30, 180, 90), (20, 60, 220)]
    flat = [np.full((48, 64, 3), value, np.uint8) for value in colours]
    with open_video(write(tmp_path / "a.mp4", flat, crf=1, colour=colour)) as video:
        assert video.colour == colour
        for value, frame in zip(colours, video.frames(), strict=True):
            assert np.abs(frame.rgb.reshape(-1, 3).mean(0) - value).max() <= 3


def test_sixteen_bits_go_in_and_ten_come_out(tmp_path):
    """White is code 940 and mid grey 502 of 10 bits: not what FFmpeg's scaler makes of full scale by itself."""
    pictures = [np.full((48, 64, 3), value, np.uint16) for value in (65535, 32768, 0)]
    options = {"codec": "libx265", "pixel_format": "yuv420p10le", "colour": PQ, "crf": 0}
    with open_video(write(tmp_path / "a.mp4", pictures, **options)) as video:
        frames = list(video.frames())
        assert (
            np.abs([frame.planes[0].mean() - code for frame, code in zip(frames, (940, 502, 64), strict=True)]).max()
            < 2
        )
        assert np.abs(frames[0].rgb48.astype(int) - 65535).max() < 150


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le", "yuv444p"])
def test_planes_are_stored_as_they_are(tmp_path, pixel_format):
    layout = av.VideoFormat(pixel_format)
    dtype, top = (np.uint16, 940) if "10" in pixel_format else (np.uint8, 235)
    sizes = [(64, 48)] + [(layout.chroma_width(64), layout.chroma_height(48))] * 2
    values = np.random.default_rng(1)
    planes = tuple(values.integers(16, top, (height, width)).astype(dtype) for width, height in sizes)
    options = {"codec": "ffv1", "crf": None, "preset": None, "container": "matroska"}
    with Writer(tmp_path / "a", (64, 48), 25, pixel_format=pixel_format, **options) as writer:
        writer.add_planes(planes)
    with open_video(tmp_path / "a") as video:
        stored = next(video.frames()).planes
        assert all((ours == theirs).all() for ours, theirs in zip(planes, stored, strict=True))


@pytest.mark.parametrize(
    ("size", "pixel_format", "written"),
    [((51, 37), "yuv420p", (52, 38)), ((51, 37), "yuv422p", (52, 37)), ((51, 37), "yuv444p", (51, 37))],
)
def test_an_odd_side_grows_by_its_last_line(tmp_path, size, pixel_format, written):
    path = write(tmp_path / "a.mp4", [picture(9, size)], size, pixel_format=pixel_format, crf=1)
    with open_video(path) as video:
        rgb = next(video.frames()).rgb
        assert rgb.shape[1::-1] == written
        assert np.abs(rgb[-1].astype(int) - rgb[size[1] - 1]).max() <= 8
        assert number_in(rgb[: size[1], : size[0]]) == 9


def test_sound_is_copied_between_two_times(tmp_path):
    source = make_video(tmp_path / "source.mp4", range(90), audio=True)
    path = write(tmp_path / "a.mp4", [picture(k) for k in range(30)], audio=(source, Fraction(1), Fraction(2)))
    with av.open(str(source)) as file:
        theirs = [
            bytes(packet) for packet in file.demux(audio=0) if packet.pts and 1 <= packet.pts * packet.time_base < 2
        ]
    with av.open(str(path)) as file:
        packets = [packet for packet in file.demux(audio=0) if packet.size]
        assert [bytes(packet) for packet in packets] == theirs
        assert 0 <= packets[0].pts * packets[0].time_base < Fraction(1024, 44_100)
    with open_video(path) as video:
        assert [number_in(frame.rgb) for frame in video.frames()] == list(range(30))


def test_no_sound_to_copy_is_no_error(tmp_path):
    source = make_video(tmp_path / "source.mp4")
    path = write(tmp_path / "a.mp4", [picture(k) for k in range(5)], audio=(source, Fraction(0), None))
    with av.open(str(path)) as file:
        assert not file.streams.audio


WRITE = """
import sys, numpy as np
from fractions import Fraction
from framewright.video.encode import Writer
y, x = np.mgrid[0:102, 0:152]
with Writer(sys.argv[1], (152, 102), Fraction(25), codec=sys.argv[2], preset=sys.argv[3], gop=15) as writer:
    for k in range(30):
        writer.add(np.stack([(x + k) % 256, (2 * y + k) % 256, (x + y) % 256], -1).astype(np.uint8))
"""
SURROUNDINGS = [
    {},  # another process
    {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    {"MALLOC_PERTURB_": "77"},  # other bytes in fresh memory
    {"TZ": "Asia/Tokyo", "LC_ALL": "C"},
]


@pytest.mark.slow
@pytest.mark.parametrize(("codec", "preset"), [("libx264", "medium"), ("libx265", "ultrafast"), ("libsvtav1", "12")])
def test_same_pictures_same_bytes(tmp_path, codec, preset):
    """x264 on AVX-512 machines wrote other bytes in every run, because it reads memory that nobody has written."""
    digests = set()
    for cores in (None, {0}):
        pin = None if cores is None or not hasattr(os, "sched_setaffinity") else partial(os.sched_setaffinity, 0, cores)
        for extra in SURROUNDINGS if cores is None else SURROUNDINGS[:1]:
            environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | extra
            command = [sys.executable, "-c", WRITE, str(tmp_path / "a.mp4"), codec, preset]
            subprocess.run(command, env=environment, preexec_fn=pin, check=True, capture_output=True)
            digests.add(hashlib.sha256((tmp_path / "a.mp4").read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"codec": "no-such-codec"}, id="unknown codec"),
        pytest.param({"container": "no-such-container"}, id="unknown container"),
        pytest.param({"preset": "no-such-preset"}, id="unknown preset"),
        pytest.param({"pixel_format": "gbrp"}, id="a pixel format that the encoder cannot take"),
    ],
)
def test_impossible_settings_are_one_line(tmp_path, options):
    with pytest.raises(UserError) as error:
        write(tmp_path / "a.mp4", [picture(0)], **options)
    assert "\n" not in str(error.value) and str(tmp_path) in str(error.value)


def test_no_frames_is_an_error(tmp_path):
    with pytest.raises(UserError, match="there is no frame to write"):
        write(tmp_path / "a.mp4", [])


def test_mistakes_of_the_caller_are_named(tmp_path):
    with pytest.raises(ValueError, match="for a video of 64x48"):
        write(tmp_path / "a.mp4", [picture(0, (32, 32))])
    with pytest.raises(ValueError, match="is not after the one before"), Writer(tmp_path / "b.mp4", (64, 48)) as writer:
        writer.add(picture(0), Fraction(1))
        writer.add(picture(1), Fraction(1))


@pytest.mark.parametrize("mirrored", [False, True], ids=["turned", "mirrored and turned"])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_how_to_turn_it_is_noted(tmp_path, rotation, mirrored):
    stored = np.rot90(picture(5), rotation // 90)
    stored = np.ascontiguousarray(stored[:, ::-1] if mirrored else stored)
    path = write(tmp_path / "a.mp4", [stored], stored.shape[1::-1], rotation=rotation, mirrored=mirrored)
    with open_video(path) as video:
        assert (video.shape.rotation, video.shape.mirrored) == (rotation, mirrored)
        assert is_upright(next(video.frames()).rgb)


@pytest.mark.parametrize("tick", [Fraction(1, 24_000), Fraction(1, 1000), Fraction(1, 12_800), Fraction(1, 1_000_000)])
def test_times_are_kept_to_the_tick(tmp_path, tick):
    times = [7 * tick + Fraction(k) / 24 // tick * tick for k in range(9)]
    with Writer(tmp_path / "a.mp4", (64, 48), tick=tick) as writer:
        for number, time in enumerate(times):
            writer.add(picture(number), time)
    with open_video(tmp_path / "a.mp4") as video:
        assert [frame.time for frame in video.frames()] == times


def test_all_sound_is_copied_at_its_times(tmp_path):
    source = make_video(tmp_path / "source.mp4", range(60), audio=True)
    path = write(tmp_path / "a.mp4", [picture(k) for k in range(60)], audio=(source, None, None))
    theirs, ours = ([(p.pts * p.time_base, bytes(p)) for p in sounds(file)] for file in (source, path))
    assert len(theirs) > 80
    assert ours == theirs


def sounds(path):
    with av.open(str(path)) as file:
        return [packet for packet in file.demux(audio=0) if packet.size]


@pytest.mark.parametrize(
    ("codec", "form", "samples", "container"),
    [
        pytest.param("aac", "fltp", 1024, "mp4", id="AAC into mp4"),
        pytest.param("libopus", "flt", 960, "mp4", id="Opus into mp4"),
        pytest.param("pcm_u8", "u8", 960, "mov", id="8-bit PCM into mov"),
    ],
)
def test_containers_take_what_they_can(tmp_path, codec, form, samples, container):
    with av.open(str(tmp_path / "a.nut"), "w") as file:
        stream = file.add_stream(codec, rate=48_000, layout="stereo")
        for start in range(0, 5 * samples, samples):
            silence = av.AudioFrame(form, "stereo", samples)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.sample_rate, silence.pts, silence.time_base = 48_000, start, Fraction(1, 48_000)
            file.mux(stream.encode(silence))
        file.mux(stream.encode(None))
    assert container_for_sound(tmp_path / "a.nut") == container
    assert container_for_sound(make_video(tmp_path / "mute.mp4")) is None
