"""Frames in the order they are shown: rates told from rounded times, ends, key frames, and hidden packets."""

from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
import pytest

from framewright.video.timeline import Clock, Timeline, is_shown, read_packets


def make(ticks, unit=Fraction(1, 1000), spans=None, keys=None) -> Timeline:
    count = len(ticks)
    spans = np.zeros(count, np.int64) if spans is None else np.array(spans)
    keys = np.ones(count, bool) if keys is None else np.array(keys)
    return Timeline(np.array(ticks, np.int64), spans, keys, Fraction(unit), 0, 0, 0)


@pytest.mark.parametrize(
    ("rate", "unit"),
    [
        *((Fraction(24_000, 1001), 1000), (Fraction(30_000, 1001), 1000), (Fraction(60_000, 1001), 1000)),
        *((Fraction(24), 1000), (Fraction(25), 90_000), (Fraction(120_000, 1001), 90_000), (Fraction(25, 2), 600)),
        *((Fraction(2937, 100), 1000), (Fraction(2937, 100), 100_000), (Fraction(1000, 333), 1000)),
    ],
)
def test_a_steady_rate_is_told_exactly_from_times_in_whole_ticks(rate, unit):
    ticks = [round(k / rate * unit) for k in range(20_000)]
    assert make(ticks, Fraction(1, unit)).rate() == (rate, False)


def test_of_rates_that_all_fit_the_claimed_one_counts_then_the_simplest():
    ticks = [round(k * 1000 / 30) for k in range(10)]
    for claimed in (Fraction(30_000, 1001), Fraction(2997, 100), Fraction(30)):
        assert make(ticks).rate(claimed) == (claimed, False)
    assert make(ticks).rate() == make(ticks).rate(Fraction(0)) == make(ticks).rate(Fraction(-5)) == (30, False)
    assert make([0, 40, 80, 120]).rate(Fraction(24)) == (25, False)  # five ticks off at the end
    assert make([0, 40, 80, 120]).rate(Fraction(3000, 121)) == (Fraction(3000, 121), False)  # one tick
    assert make([0, 40, 80, 120]).rate(Fraction(3000, 122)) == (25, False)  # two


@pytest.mark.parametrize(
    ("ticks", "varies"),
    [
        ([0, 40, 81, 120], False),  # one tick off an even grid
        ([0, 40, 82, 120], True),
        ([0, 38, 80, 120], True),
        ([0, 4, 9, 12, 16], False),  # four ticks a frame
        ([0, 3, 7, 9, 12], True),  # three: too few to tell rounding from a varying rate
        ([0, 3, 6, 9, 12], False),
        ([5, 45, 85], False),
        ([0, 10], False),
    ],
)
def test_a_rate_is_steady_where_every_frame_lies_within_a_tick_of_an_even_grid(ticks, varies):
    rate, found = make(ticks).rate()
    assert found is varies
    assert not varies or rate == Fraction(len(ticks) - 1, ticks[-1] - ticks[0]) * 1000


def test_what_appears_at_one_instant_has_the_rate_of_its_duration_or_the_claimed_one():
    assert make([7], spans=[50]).rate(Fraction(9)) == (20, False)
    assert make([7, 7], spans=[50, 50]).rate(Fraction(9)) == (20, False)
    assert make([7]).rate(Fraction(9)) == (9, False) and make([7]).rate() == (0, False)
    assert make([7, 7]).rate() == (0, False)


def test_the_end_follows_the_last_duration_or_else_the_usual_step():
    assert make([100, 140, 180], spans=[40, 40, 7]).end == Fraction(187, 1000)
    assert make([100, 140, 180, 230, 900], spans=[1, 1, 1, 1, 0]).end == Fraction(900 + 45, 1000)
    assert make([100]).end == make([100]).start == Fraction(1, 10)
    line = make([100, 140, 180])
    assert (len(line), line.start, line.time(1), line.time(-1)) == (
        3,
        Fraction(1, 10),
        Fraction(7, 50),
        Fraction(9, 50),
    )


def test_decoding_begins_at_the_last_key_frame_before():
    line = make([0, 10, 20, 30, 40], keys=[True, False, True, False, True])
    assert [line.key_before(index) for index in range(5)] == [0, 0, 2, 2, 4]
    assert line.key_times == [0, Fraction(1, 50), Fraction(1, 25)]
    assert make([0, 10], keys=[False, False]).key_before(1) == 0
    assert make([0, 10, 20], keys=[False, True, True]).key_before(0) == 0


def test_timelines_are_compared_by_identity_and_not_changed():
    line = make([0, 10])
    assert line != make([0, 10]) and line in {line}
    with pytest.raises(AttributeError):
        line.hidden = 3


# Packets


def vp9(first: int, *more: int) -> av.Packet:
    return av.Packet(bytes([first, *more]))


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ((0b10_00_0_0_1_0, 0, 0), True),  # a key frame that is shown
        ((0b10_00_0_0_0_0, 0, 0), False),
        ((0b10_00_0_1_0_0, 0, 0), False),
        ((0b10_00_0_1_1_0, 0, 0), True),
        ((0b10_00_1_0_0_0, 0, 0), True),  # an earlier frame is shown
        ((0b10_10_0_0_0_0, 0, 0), False),
        ((0b10_01_0_0_1_0, 0, 0), True),
        ((0b10_01_0_0_0_1, 0xFF, 0), False),
        ((0b10_11_0_0_0_1, 0, 0), True),  # profile 3 has a spare bit
        ((0b10_11_0_0_1_0, 0, 0), False),
        ((0b10_11_0_1_0_0, 0, 0), True),
        ((0b10_11_1_0_0_0, 0, 0), False),
        ((0b10_00_0_0_0_0, 0, 0b11000010), True),  # several frames in one packet
        ((0b10_00_0_0_0_0, 0, 0b11100010), False),
        ((0b10_00_0_0_0_0, 0, 0b10000010), False),
        ((0b01_00_0_0_0_0, 0, 0), True),  # no frame of VP9
        ((0b11_00_0_0_0_0, 0, 0), True),
        ((0b10_00_0_0_0_0,), True),  # too short to tell
        ((0b10_00_0_0_0_0, 0), False),
    ],
)
def test_the_first_bits_of_vp9_say_whether_a_frame_is_shown(content, shown):
    assert is_shown(vp9(*content), "libvpx-vp9") is is_shown(vp9(*content), "vp9") is shown
    assert is_shown(vp9(*content), "h264")


@pytest.mark.parametrize(("first", "shown"), [(0b00010000, True), (0b00010001, True), (0b11101111, False), (0, False)])
def test_a_bit_of_vp8_says_whether_a_frame_is_shown(first, shown):
    assert is_shown(vp9(first), "vp8") is shown
    assert is_shown(av.Packet(b""), "vp8") and is_shown(av.Packet(b""), "vp9")


class Container:
    """A file whose packets come, or fail, as they are listed."""

    def __init__(self, *rounds):
        self.rounds = list(rounds)

    def demux(self, stream):
        for packet in self.rounds.pop(0) if self.rounds else ():
            if packet is None:
                raise av.FFmpegError(1, "damaged")
            yield packet


def test_a_file_that_fails_sixteen_times_in_a_row_is_read_no_further():
    assert list(read_packets(Container("ab"), None)) == ["a", "b"]
    assert list(read_packets(Container(["a", None], "b"), None)) == ["a", None, "b"]
    failing = Container(*[[None]] * 15, "b")
    assert list(read_packets(failing, None)) == [None] * 15 + ["b"]
    assert list(read_packets(Container(*[[None]] * 16, "b"), None)) == [None] * 16
    again = Container(*[[None]] * 15, ["a", None], *[[None]] * 14, "b")
    assert list(read_packets(again, None)) == [*[None] * 15, "a", *[None] * 15, "b"]


def clock_of(form="mp4", average=None, guessed=None, unit=1000, begin=None) -> Clock:
    stream = SimpleNamespace(average_rate=average, guessed_rate=guessed, time_base=Fraction(1, unit), start_time=begin)
    return Clock(SimpleNamespace(format=SimpleNamespace(name=form)), stream)


def timed(pts=None, dts=None, duration=None) -> SimpleNamespace:
    return SimpleNamespace(pts=pts, dts=dts, duration=duration)


def test_a_step_is_that_of_the_rate_and_one_tick_at_least():
    assert clock_of(average=Fraction(50), guessed=Fraction(10)).step == 20
    assert clock_of(guessed=Fraction(10)).step == 100
    assert clock_of(average=Fraction(30), unit=15).step == 1 and clock_of(average=Fraction(90), unit=15).step == 1
    assert clock_of(average=Fraction(24)).step == 42


def test_what_has_no_time_comes_right_after_what_came_before():
    clock = clock_of(average=Fraction(25), begin=500)
    assert clock.tick(timed()) == 500 and clock.guessed == 1
    assert clock.tick(timed(pts=1000, dts=7, duration=60)) == 1000 and clock.guessed == 1
    assert [clock.tick(timed()), clock.tick(timed(duration=10)), clock.tick(timed())] == [1060, 1100, 1110]
    assert clock.guessed == 4
    assert clock.tick(timed(pts=0)) == 0 and clock.tick(timed()) == 40


def test_where_no_frame_has_a_time_of_its_own_all_are_counted_in_the_order_of_decoding():
    clock = clock_of("avi", average=Fraction(25))
    assert [clock.tick(timed(pts=9, dts=dts)) for dts in (0, 40, None)] == [0, 40, 80]
    assert clock.guessed == 3 and clock.untimed and not clock_of("matroska").untimed
