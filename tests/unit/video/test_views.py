"""Views of a frame, pictures by another decoder, records, and how a video is written, on small examples."""

import hashlib
from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
import pytest
from av.video.reformatter import Interpolation, VideoReformatter

from framewright.errors import UserError
from framewright.video import encode, window
from framewright.video.colour import Colour
from framewright.video.encode import Writer
from framewright.video.frame import Frame, Shape, read_orientation
from framewright.video.probe import Probe, ProbeColour, as_probe, read_probe


def frame_of(planes, layout="yuv444p", **shape) -> Frame:
    height, width = planes[0].shape
    picture = av.VideoFrame(width, height, layout)
    for plane, values in zip(picture.planes, planes, strict=True):
        lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size).view(values.dtype)
        lines[: plane.height, : plane.width] = values
    known = Shape((width, height), **shape)
    return Frame(Fraction(1), None, True, Fraction(1), picture, known, VideoReformatter())


def grey_of(values, **shape) -> Frame:
    return frame_of([np.array(values, np.uint8)], "gray", **shape)


STAIRS = np.arange(48, dtype=np.uint8).reshape(6, 8)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_stored_picture_is_flipped_and_then_turned_clockwise(rotation, mirrored):
    flipped = STAIRS[:, ::-1] if mirrored else STAIRS
    shape = Shape((8, 6), rotation=rotation, mirrored=mirrored)
    upright = np.rot90(flipped, -rotation // 90)
    assert np.array_equal(shape.turn(STAIRS), upright) and shape.displayed == upright.shape[::-1]
    box = (1, 2, 4, 5)
    x1, y1, x2, y2 = shape.unturn(box)
    part = Shape((x2 - x1, y2 - y1), rotation=rotation, mirrored=mirrored).turn(STAIRS[y1:y2, x1:x2])
    assert np.array_equal(part, upright[box[1] : box[3], box[0] : box[2]])


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        *((Fraction(1), (100, 50)), (Fraction(4, 3), (133, 50)), (Fraction(3, 4), (100, 67)), (Fraction(2), (200, 50))),
        *((Fraction(1, 2), (100, 100)), (Fraction(201, 200), (100, 50))),
    ],
)
def test_the_short_side_of_a_pixel_grows(aspect, size):
    assert Shape((100, 50), aspect).stretched == size
    assert Shape((100, 50), aspect, 270).displayed == Shape((100, 50), aspect, 90).displayed == size[::-1]
    assert Shape((100, 50), aspect, 180).displayed == size
    with pytest.raises(AttributeError):
        Shape((100, 50)).rotation = 90


def matrix(*numbers) -> SimpleNamespace:
    def find(name):
        if not numbers:
            raise KeyError(name)
        return np.array(numbers, np.int32).tobytes()

    return SimpleNamespace(side_data=type("Data", (), {"__getitem__": lambda self, name: find(name)})())


ONE = 1 << 16


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_what_is_noted_in_a_file_is_read_back_and_oblique_angles_go_to_the_nearest_right_one(degrees, mirrored):
    assert read_orientation(matrix(*encode._display_matrix(degrees, mirrored))) == (degrees, mirrored)
    for oblique in (-44, 44):
        angle = np.radians(degrees + oblique)
        cosine, sine, flip = ONE * np.cos(angle), ONE * np.sin(angle), -1 if mirrored else 1
        numbers = (flip * cosine, flip * sine, 0, -sine, cosine, 0, 0, 0, 1 << 30)
        assert read_orientation(matrix(*map(round, numbers))) == (degrees, mirrored)


def test_a_picture_without_a_matrix_is_upright():
    assert read_orientation(matrix()) == (0, False)
    assert encode._display_matrix(0, False) == [ONE, 0, 0, 0, ONE, 0, 0, 0, 1 << 30]


def test_small_views_average_what_is_stored_and_are_turned():
    frame = grey_of([[0, 10, 20, 30], [40, 50, 60, 70]])
    assert frame.gray(2, 1).tolist() == [[25, 45]]
    assert frame.gray().tolist() == [[0, 10, 20, 30], [40, 50, 60, 70]]
    assert frame.gray(4).tolist() == frame.gray(height=2).tolist() == frame.gray().tolist()
    turned = grey_of([[0, 10, 20, 30], [40, 50, 60, 70]], rotation=90)
    assert turned.gray().tolist() == [[40, 0], [50, 10], [60, 20], [70, 30]]
    assert turned.gray(1, 2).tolist() == [[25], [45]]
    assert frame.yuv(2, 1).tolist() == [[[25, 128, 128], [45, 128, 128]]]
    colours = frame_of([np.full((2, 4), value, np.uint8) for value in (1, 2, 3)])
    assert colours.yuv(2, 1).tolist() == [[[1, 2, 3], [1, 2, 3]]]


@pytest.mark.parametrize(("layout", "bits"), [("gray10le", 10), ("gray12le", 12), ("gray16le", 16)])
def test_deep_samples_are_divided_down_to_eight_bits_in_grey_views_alone(layout, bits):
    deep = np.full((4, 4), 200 << (bits - 8), np.uint16)
    frame = frame_of([deep], layout)
    assert frame.gray(2, 2).tolist() == [[200, 200]] * 2
    assert frame.planes[0].dtype == np.uint16 and np.array_equal(frame.planes[0], deep)


@pytest.mark.parametrize(
    ("layout", "planes", "converted"),
    [
        ("gray", 1, False),
        ("yuv420p", 3, False),
        ("yuva420p", 3, False),
        ("rgb24", 3, True),
        ("nv12", 3, True),
        ("gray10be", 3, True),
    ],
)
def test_planes_are_those_of_the_file_unless_it_stores_none(layout, planes, converted):
    picture = av.VideoFrame(32, 16, layout)
    for plane in picture.planes:
        plane.update(bytes(plane.buffer_size))
    frame = Frame(Fraction(0), None, True, Fraction(0), picture, Shape((32, 16)), VideoReformatter())
    assert len(frame.planes) == planes
    assert frame.planes[0].shape == (16, 32) and frame.planes[0].dtype == np.uint8
    assert (frame.planes[-1].shape == (16, 32)) is (converted or planes == 1)


def test_white_fills_the_scale_in_eight_and_in_sixteen_bits():
    white = [np.full((16, 32), value, np.uint16) for value in (235 << 2, 512, 512)]
    frame = frame_of(white, "yuv444p10le")
    assert frame.rgb.shape == (16, 32, 3) and frame.rgb.min() == 255
    assert frame.rgb48.dtype == np.uint16 and frame.rgb48.min() >= 65535 - 64
    black = frame_of([np.full((16, 32), value, np.uint8) for value in (16, 128, 128)])
    assert black.rgb.max() == 0 and black.rgb48.max() == 0
    wide = frame_of([np.full((16, 32), value, np.uint8) for value in (235, 128, 128)], pixel_aspect=Fraction(2))
    assert wide.rgb.shape == (16, 64, 3) and wide.rgb_part((1, 2, 40, 9)).shape == (7, 39, 3)
    assert wide.rgb_part((1, 2, 40, 9)).min() == 255


@pytest.mark.parametrize(
    ("layout", "aspect", "exact"),
    [("yuv420p", 1, False), ("yuv420p", 2, True), ("yuv420p10le", 1, True), ("gray", 1, False)],
)
def test_only_pictures_of_eight_bits_that_are_not_resized_are_converted_the_fast_way(layout, aspect, exact):
    picture, asked = av.VideoFrame(32, 16, layout), []
    shape, plain = Shape((32, 16), Fraction(aspect)), VideoReformatter()

    def reformat(*words, **options):
        asked.append(Interpolation.FULL_CHR_H_INT in options["interpolation"])
        return plain.reformat(*words, **options)

    frame = Frame(Fraction(0), None, True, Fraction(0), picture, shape, SimpleNamespace(reformat=reformat))
    assert frame.rgb.shape == (16, 32 * aspect, 3)
    assert asked == [exact]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_part_of_a_picture_is_that_part_of_the_whole_one(rotation):
    rng = np.random.default_rng(3)
    planes = [rng.integers(16, 235, shape).astype(np.uint8) for shape in ((64, 96), (32, 48), (32, 48))]
    frame = frame_of(planes, "yuv420p", rotation=rotation)
    width, height = frame.shape.displayed
    whole = frame.rgb_part((0, 0, width, height))
    for x1, y1, x2, y2 in ((0, 0, 1, 1), (20, 17, 30, 33), (width - 9, height - 7, width, height), (31, 8, 32, 60)):
        assert np.array_equal(frame.rgb_part((x1, y1, x2, y2)), whole[y1:y2, x1:x2])


def test_a_frame_is_itself_alone_and_stands_for_another_instant_with_its_views():
    frame = grey_of(STAIRS)
    other = frame.standing_for(Fraction(7))
    assert (frame.due, other.due, other.time) == (1, 7, 1)
    assert frame != other and frame in {frame} and frame not in {other, grey_of(STAIRS)}
    planes = frame.planes
    assert frame.standing_for(Fraction(8)).planes is planes


# Another decoder


class Decoder:
    """A film from second 1 to second 5, whose pictures show when they were asked for."""

    asked = None

    def __init__(self, path, **options):
        assert options == {"dimension_order": "NHWC", "num_ffmpeg_threads": 1}  # jobs are parallel, not decoders
        self.metadata = SimpleNamespace(begin_stream_seconds=1.0, end_stream_seconds=5.0)

    def get_frames_played_at(self, seconds):
        Decoder.asked = seconds
        pictures = np.zeros((len(seconds), 4, 6, 3), np.uint8)
        return SimpleNamespace(data=Array(pictures), pts_seconds=Array(np.array(seconds)))


class Array:
    def __init__(self, values):
        self.values = values

    def numpy(self):
        return self.values


def test_an_instant_outside_of_a_film_is_answered_by_its_first_or_last_picture(monkeypatch):
    monkeypatch.setattr(window, "find_decoder_class", lambda: Decoder)
    times, pictures = window.read_with_torchcodec("a.mp4", [0.0, 2.0, 5.0, 9.0])
    assert Decoder.asked == pytest.approx([1.0, 2.0 + 1e-6, 5.0 - 1e-6, 5.0 - 1e-6], abs=1e-9)
    assert len(times) == 4 and pictures.shape == (4, 4, 6, 3)
    assert window.read_with_torchcodec("a.mp4", [2.0], size=(3, 2))[1].shape == (1, 2, 3, 3)


@pytest.mark.parametrize(
    ("there", "asked", "chosen"), [(True, "auto", "torchcodec"), (True, "pyav", "pyav"), (False, "auto", "pyav")]
)
def test_the_decoder_is_the_fast_one_where_it_works(monkeypatch, there, asked, chosen):
    monkeypatch.setattr(window, "find_decoder_class", lambda: Decoder if there else None)
    assert window.choose_decoder(asked) == chosen
    if there:
        assert window.choose_decoder("torchcodec") == "torchcodec"
    else:
        with pytest.raises(UserError, match="it can't be loaded here"):
            window.choose_decoder("torchcodec")


# Records


def test_what_a_record_lacks_is_empty():
    found = as_probe({"status": "ok", "odd": 1, "rate": None})
    assert found == Probe("", "ok", "") and found.usable and not as_probe({"status": "rejected"}).usable
    assert (found.rate, found.time_base, found.pixel_aspect) == (0, 0, 1)
    assert (found.bytes, found.bit_depth, found.rotation, found.start, found.duration, found.frames) == (0,) * 6
    assert (found.use, found.coded_size, found.displayed_size, found.keyframes, found.notes) == (
        *(((0, 0),) * 3),
        (),
        (),
    )
    assert not (found.mirrored or found.rate_varies or found.interlaced)
    assert found.colour == ProbeColour() and found.colour.untagged and not found.colour.forced


def test_what_a_record_holds_has_its_type():
    record = {
        **{"video": "a", "status": "ok", "rate": "30000/1001", "pixel_aspect": "4/3", "time_base": "1/90000"},
        **{"use": [1.0, 2.0], "coded_size": [3, 4], "displayed_size": [4, 4], "notes": ["n"], "keyframes": [0.0]},
        **{"audio": {"codec": "aac"}, "colour": {"class": "PQ", "peak": 1000.0, "untagged": False}},
    }
    found = as_probe(record)
    assert (found.rate, found.pixel_aspect, found.time_base) == (
        Fraction(30000, 1001),
        Fraction(4, 3),
        Fraction(1, 90000),
    )
    assert (found.use, found.coded_size, found.displayed_size) == ((1.0, 2.0), (3, 4), (4, 4))
    assert (found.notes, found.keyframes, found.audio) == (("n",), (0.0,), "aac")
    assert found.colour == ProbeColour(kind="PQ", peak=1000.0, untagged=False)
    for value in (found, found.colour):
        with pytest.raises(AttributeError):
            value.kind = "SDR"


def test_a_record_that_is_not_there_yet_says_what_to_run(tmp_path):
    with pytest.raises(UserError, match="not there yet; run snakemake first"):
        read_probe(tmp_path / "probe.json")


# Writing


def grey(width=64, height=48):
    return np.full((height, width, 3), 100, np.uint8)


@pytest.mark.parametrize(
    ("layout", "size", "written"),
    [
        *(("yuv420p", (5, 7), (6, 8)), ("yuv422p", (5, 7), (6, 7)), ("yuv444p", (5, 7), (5, 7))),
        *(
            ("yuv411p", (5, 7), (8, 7)),
            ("yuv410p", (9, 5), (12, 8)),
            ("yuv440p", (5, 7), (5, 8)),
            ("yuv420p", (6, 8), (6, 8)),
            ("gray", (5, 7), (5, 7)),
        ),
    ],
)
def test_a_size_grows_until_chroma_covers_whole_pixels(layout, size, written):
    assert encode._whole_chroma(size, av.VideoFormat(layout)) == written


def test_times_ascend_and_either_they_or_a_rate_is_given(tmp_path):
    with (
        pytest.raises(ValueError, match="frame 1 at 0 s is not after the one before"),
        Writer(tmp_path / "a", (64, 48)) as file,
    ):
        file.add(grey(), Fraction(0))
        file.add(grey(), Fraction(0))
    with pytest.raises(ValueError, match="give either a rate"), Writer(tmp_path / "a", (64, 48), rate=30) as file:
        file.add(grey(), Fraction(0))
    with pytest.raises(ValueError, match="give either a rate"), Writer(tmp_path / "a", (64, 48)) as file:
        file.add(grey())
    with (
        pytest.raises(ValueError, match="a picture of 64x50 for a video of 64x48"),
        Writer(tmp_path / "a", (64, 48)) as file,
    ):
        file.add(grey(height=50), Fraction(0))


def options_of(path):
    """What an encoder was told, as x264 writes it into its first frame."""
    content = path.read_bytes()
    at = content.index(b"options: ")
    return content[at : content.index(b"\0", at)].decode().split()


def test_the_encoder_is_told_what_was_asked_for_and_nothing_more(tmp_path):
    for name, options in (("usual", {}), ("own", {"crf": 23.5, "gop": 7, "b_frames": 1, "threads": 2})):
        with Writer(tmp_path / name, (320, 240), rate=Fraction(30), **options) as file:
            for _ in range(3):
                file.add(grey(320, 240))
        assert file.frames == len(file.sizes) == 3 and sum(file.sizes) < (tmp_path / name).stat().st_size
    usual, own = options_of(tmp_path / "usual"), options_of(tmp_path / "own")
    assert {"crf=18.0", "keyint=250", "bframes=3", "threads=1"} <= {*usual}
    assert {"crf=23.5", "keyint=7", "bframes=1", "threads=2"} <= {*own}


def test_the_file_begins_with_its_description_and_names_no_version(tmp_path):
    with Writer(
        tmp_path / "a", (64, 48), rate=30, pixel_aspect=Fraction(4, 3), colour=Colour("bt709", "bt709", "bt709", "pc")
    ) as file:
        file.add(grey())
    content = (tmp_path / "a").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat") and b"Lavf" not in content and b"Lavc" not in content
    with av.open(str(tmp_path / "a")) as read:
        stream = read.streams.video[0]
        assert (stream.sample_aspect_ratio, stream.codec_context.color_range) == (Fraction(4, 3), 2)
        assert (
            stream.codec_context.color_primaries,
            stream.codec_context.color_trc,
            stream.codec_context.colorspace,
        ) == (1, 1, 1)


def test_a_frame_asked_for_as_key_is_one(tmp_path):
    with Writer(tmp_path / "a", (64, 48), rate=30, gop=100, b_frames=0, options={"forced-idr": "1"}) as file:
        for number in range(8):
            planes = [np.full(shape, 60 + number, np.uint8) for shape in ((48, 64), (24, 32), (24, 32))]
            file.add_planes(tuple(planes), **({"key": True} if number == 5 else {}))
        with pytest.raises(ValueError, match="argument"):
            file.add_planes(tuple(planes[:2]))
    with av.open(str(tmp_path / "a")) as read:
        keys = [
            packet.pts * packet.time_base * 30 for packet in read.demux(video=0) if packet.size and packet.is_keyframe
        ]
    assert keys == [0, 5]


def test_the_same_pictures_give_the_same_bytes_in_one_process(tmp_path):
    digests = set()
    for name in "ab":
        with Writer(tmp_path / name, (64, 48), rate=30) as file:
            file.add(grey())
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1
