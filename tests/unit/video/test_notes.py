"""What is noted of a video, in a sentence each: lies of its header, odd times, damage; and how bright it is."""

import struct
from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
import pytest

from framewright.video import examine
from framewright.video.timeline import Timeline

WELL = {"wanted": 15, "decoded": 15, "errors": 0}
NOTHING = {"frames": 0, "rate": None, "duration": None}


def line_of(ticks, hidden=0, guessed=0, failures=0, span=40) -> Timeline:
    count = len(ticks)
    arrays = np.array(ticks, np.int64), np.full(count, span), np.ones(count, bool)
    return Timeline(*arrays, Fraction(1, 1000), hidden, guessed, failures)


def notes(line, claims=(), sample=(), rate=Fraction(25), varies=False):
    return examine._notes(line, Fraction(rate), varies, NOTHING | dict(claims), WELL | dict(sample))


PLAIN = [40 * k for k in range(100)]  # four seconds


def test_of_a_plain_video_nothing_is_noted():
    assert notes(line_of(PLAIN)) == []
    assert notes(line_of(PLAIN), {"frames": 100, "rate": Fraction(25), "duration": Fraction(4)}) == []


def test_a_header_counts_frames_with_those_that_are_hidden():
    assert notes(line_of(PLAIN), {"frames": 99}) == ["its header claims 99 frames, it has 100"]
    assert notes(line_of(PLAIN, hidden=3), {"frames": 103}) == ["an edit list hides 3 of its frames"]
    assert notes(line_of(PLAIN, hidden=3), {"frames": 100})[0] == "its header claims 100 frames, it has 103"


@pytest.mark.parametrize(
    ("frames", "claimed", "is_noted"),
    [  # half a second, and of what is longer than ten seconds a twentieth
        *((100, 4.5, False), (100, 4.501, True), (100, 3.5, False), (100, 3.499, True)),
        *((500, 21.0, False), (500, 21.001, True), (500, 19.0, False), (500, 18.999, True)),
    ],
)
def test_a_header_may_be_off_by_half_a_second_or_a_twentieth(frames, claimed, is_noted):
    line = line_of([40 * k for k in range(frames)])
    said = notes(line, {"duration": Fraction(str(claimed))})
    expected = f"its header claims {claimed:.3f} s, its frames last {frames / 25:.3f} s"
    assert said == ([expected] if is_noted else [])


@pytest.mark.parametrize(
    ("claimed", "varies", "is_noted"),
    [
        ("25.5", False, False),
        ("25.51", False, True),
        ("24.5", False, False),
        ("24.49", False, True),
        ("50", True, False),
    ],
)
def test_a_header_may_be_off_by_a_fiftieth_of_a_steady_rate(claimed, varies, is_noted):
    said = notes(line_of(PLAIN), {"rate": Fraction(claimed)}, varies=varies)
    expected = f"its header claims {float(claimed):g} frames per second, they come at 25"
    assert said == ([expected] if is_noted else [])
    assert notes(line_of(PLAIN), {"rate": Fraction(claimed)}, rate=0) == []


def test_more_than_a_thousand_frames_a_second_can_not_be():
    assert notes(line_of(PLAIN), rate=1000) == []
    assert notes(line_of(PLAIN), rate=1001) == ["its time stamps say 1001 frames per second, which cannot be"]


def test_a_jump_of_more_than_ten_minutes_is_named_with_its_place():
    assert notes(line_of([0, 40, 600_040, 600_080])) == []
    assert notes(line_of([0, 40, 600_041, 600_081])) == ["its time stamps jump by 600 s at 0.040 s"]


def test_frames_at_the_same_time_are_counted():
    assert notes(line_of([0, 40, 40, 80, 80, 80])) == ["3 frames have the same time as another"]
    assert notes(line_of([0, 1, 2])) == []


def test_a_single_frame_is_a_picture():
    assert notes(line_of([0])) == ["it has a single frame: a picture rather than a video"]
    assert notes(line_of([0, 40])) == []


def test_what_was_guessed_and_could_not_be_read_is_counted():
    assert notes(line_of(PLAIN, guessed=7, failures=2)) == [
        "7 frames have no presentation time and are counted at the file's rate",
        "it cannot be read at 2 places",
    ]


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ({"decoded": 14}, ["of 15 sampled frames 14 decode (0 errors)"]),
        ({"errors": 1}, ["of 15 sampled frames 15 decode (1 errors)"]),
        ({"decoded": 16}, []),
    ],
)
def test_what_did_not_decode_of_the_sample_is_counted(sample, said):
    assert notes(line_of(PLAIN), sample=sample) == said


class Sampled:
    """A video whose frames are read between two times."""

    errors = 2

    def __init__(self, count, seekable=True):
        self.timeline, self.seekable, self.asked = line_of([40 * k for k in range(count)]), seekable, []

    def frames(self, start, end):
        self.asked.append((start * 25, end))
        for index in range(len(self.timeline)):
            if start <= self.timeline.time(index) < end:
                yield SimpleNamespace(time=self.timeline.time(index))


@pytest.mark.parametrize(
    ("count", "seekable", "places", "wanted"),
    [
        *((100, True, [0, 48, 95], 15), (100, False, [0], 5), (12, True, [0, 4, 7], 12), (3, True, [0], 3)),
        *((5, True, [0], 5), (6, True, [0, 1], 6), (1, True, [0], 1)),
    ],
)
def test_five_frames_are_decoded_at_the_beginning_in_the_middle_and_at_the_end(count, seekable, places, wanted):
    video = Sampled(count, seekable)
    assert examine._sample(video) == {"wanted": wanted, "decoded": wanted, "errors": 2}
    assert [place for place, _ in video.asked] == places
    assert video.asked[0][1] == Fraction(40 * (min(5, count) - 1) + 1, 1000)


def mastering(top, bottom, known):
    numbers = [0] * 22
    numbers[18:22] = [top, bottom, 1, known]
    return struct.pack("=22i", *numbers) + b"more"


@pytest.mark.parametrize(
    ("data", "light"),
    [
        ({}, (None, None, None, None)),
        ({"MASTERING_DISPLAY_METADATA": mastering(40_000_000, 10_000, 1)}, (4000, 4000, None, None)),
        ({"MASTERING_DISPLAY_METADATA": mastering(40_000_000, 10_000, 0)}, (None, None, None, None)),
        ({"MASTERING_DISPLAY_METADATA": mastering(40_000_000, 0, 1)}, (None, None, None, None)),
        ({"MASTERING_DISPLAY_METADATA": mastering(0, 10_000, 1)}, (None, None, None, None)),
        ({"MASTERING_DISPLAY_METADATA": mastering(1, 2, 1)}, (0.5, 0.5, None, None)),
        ({"CONTENT_LIGHT_LEVEL": struct.pack("=2I", 1200, 400)}, (1200, None, 1200, 400)),
        ({"CONTENT_LIGHT_LEVEL": struct.pack("=2I", 0, 400) + b"more"}, (None, None, None, 400)),
        (
            {
                "CONTENT_LIGHT_LEVEL": struct.pack("=2I", 0, 0),
                "MASTERING_DISPLAY_METADATA": mastering(1_000, 1, 1),
            },
            (1000, 1000, None, None),
        ),
    ],
)
def test_the_brightest_pixel_counts_before_the_screen_it_was_mastered_on(data, light):
    assert tuple(examine._light(data).values()) == light
    assert list(examine._light(data)) == ["peak", "mastering_peak", "max_cll", "max_fall"]


def test_the_stream_claims_a_duration_before_its_container():
    stream = SimpleNamespace(duration=500, time_base=Fraction(1, 1000))
    container = SimpleNamespace(duration=7_000_000)
    assert examine._claimed_duration(container, stream) == Fraction(1, 2)
    stream.duration = None
    assert examine._claimed_duration(container, stream) == 7 == Fraction(container.duration, av.time_base)
    container.duration = None
    assert examine._claimed_duration(container, stream) is None


def test_every_byte_counts_in_the_digest_and_progress_says_megabytes(tmp_path):
    import hashlib

    content = bytes(range(256)) * 4096 + b"end"  # more than a piece
    (tmp_path / "a").write_bytes(content)
    passes = []

    def progress(items, total=None, unit="items", size=len):
        pieces = list(items)
        passes.append((total, unit, [size(piece) for piece in pieces]))
        return iter(pieces)

    known = examine._identity(tmp_path / "a", progress)
    assert known == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": 1_048_579}
    assert passes == [(1.048579, "MB", [1.048576, 0.000003])]
    assert examine._identity(tmp_path / "none") == {"sha256": None, "bytes": None}
