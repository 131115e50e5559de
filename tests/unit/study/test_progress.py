"""Long work says how far it is, every ten seconds, and the library that does it knows no clock."""

import logging
import time
from types import SimpleNamespace

import pytest

from framewright.study import progress
from framewright.study.progress import Reporter, count_megabytes, format_duration, read_seconds_left, report_nothing


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_items_pass_as_they_are(clock):
    assert (
        list(Reporter(clock)(iter("abc"), 3, "letters")) == list(report_nothing("abc", 3, "letters")) == ["a", "b", "c"]
    )


def test_a_line_has_the_share_the_time_and_the_time_left(clock):
    reporter = Reporter(clock)
    for number, _ in enumerate(reporter(range(4170), unit="frames")):
        clock.now = number * 0.1
        if number == 1042:
            assert reporter.line() == "25 %: 1,042 of 4,170 frames, 1 min 44 s so far, about 5 min 13 s left"


def test_pieces_of_a_file_count_as_much_as_they_are_large(clock):
    reporter = Reporter(clock)
    pieces = reporter(iter([bytes(3_000_000), bytes(1_000_000), b""]), 8, "MB", count_megabytes)
    next(pieces), next(pieces), next(pieces)
    clock.now = 12
    assert reporter.line() == "50 %: 4 of 8 MB, 12 s so far, about 12 s left"


def test_a_loop_of_unknown_length_says_what_is_done(clock):
    reporter = Reporter(clock)
    items = reporter(iter(range(9)), unit="frames")
    next(items), next(items)
    clock.now = 12
    assert reporter.line() == "1 frames, 12 s so far"


def test_loops_inside_loops_are_named_and_the_outer_one_is_timed(clock):
    reporter = Reporter(clock)
    for outer in reporter(range(4), unit="sequences"):
        for inner in reporter(range(10), unit="frames"):
            if (outer, inner) == (1, 5):
                clock.now = 60
                line = "25 %: 1 of 4 sequences; 5 of 10 frames, 1 min 00 s so far, about 3 min 00 s left"
                assert reporter.line() == line


def test_before_the_first_item_of_the_outer_loop_is_done_the_inner_one_is_timed(clock):
    reporter = Reporter(clock)
    for _ in reporter(range(2), unit="epochs"):
        for inner in reporter(range(10), unit="steps"):
            if inner == 5:
                clock.now = 20
                assert reporter.line() == "50 %: 0 of 2 epochs; 5 of 10 steps, 20 s so far, about 20 s left"
                return


def test_a_note_is_said_while_a_loop_runs(clock):
    reporter = Reporter(clock)
    for step in reporter(range(4), unit="steps"):
        reporter.note(f"loss {1 / (step + 1):.2f}")
        if step == 2:
            clock.now = 6
            assert reporter.line() == "50 %: 2 of 4 steps; loss 0.33, 6 s so far, about 6 s left"
    assert reporter.line() == "6 s so far"


def test_a_loop_that_was_left_is_not_named(clock):
    reporter = Reporter(clock)
    for _ in reporter(range(3)):
        break
    assert reporter.line() == "0 s so far"


def test_more_items_than_expected_leave_no_time(clock):
    reporter = Reporter(clock)
    for number in reporter(range(5), 3, "frames"):
        clock.now = number
    items = reporter(range(9), 3, "frames")
    for _ in range(6):
        next(items)
    assert reporter.line() == "100 %: 5 of 3 frames, 4 s so far, about 0 s left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59, "59 s"), (60, "1 min 00 s"), (3599, "59 min 59 s"), (7800, "2 h 10 min"), (100_000, "1 d 3 h")],
)
def test_durations_read_well(seconds, words):
    assert format_duration(seconds) == words


def test_lines_come_at_their_time_even_while_one_item_takes_long(caplog):
    reporter, log = Reporter(time.monotonic), logging.getLogger("test")
    with caplog.at_level(logging.INFO):
        stop = reporter.report(log, seconds=0.05)
        deadline = time.monotonic() + 60
        for _ in reporter(range(1), unit="epochs"):
            while sum("0 of 1 epochs" in line for line in caplog.messages) < 3:
                assert time.monotonic() < deadline, "no line came while the item was at work"
                time.sleep(0.02)
        stop.set()


@pytest.mark.parametrize("seconds", [1, 59, 61, 3600, 7260, 90_000])
def test_the_time_left_is_read_from_a_line_as_it_was_written(clock, seconds):
    reporter = Reporter(clock)
    for number, _ in enumerate(reporter(range(2))):
        clock.now = seconds * number
        line = reporter.line()
    assert read_seconds_left(line) == pytest.approx(seconds, rel=0.02)
    assert read_seconds_left("12 frames, 10 s so far") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((-5, "0 s"), (0.6, "1 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (61, "1 min 01 s"), (119, "1 min 59 s")),
        *((3600, "1 h 00 min"), (3659, "1 h 00 min"), (3660, "1 h 01 min"), (86_399, "23 h 59 min")),
        *((86_400, "1 d 0 h"), (89_999, "1 d 0 h"), (90_000, "1 d 1 h"), (2 * 86_400 + 23 * 3600, "2 d 23 h")),
    ],
)
def test_a_duration_has_its_two_largest_units_rounded_down(seconds, words):
    assert format_duration(seconds) == words


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        *(("about 45 s left", None), ("1 %: x, about 45 s left", 45), ("x, about 3 min 05 s left", 185)),
        *(("x, about 2 h 10 min left", 7800), ("x, about 4 d 3 h left", 356_400), ("x, about 0 s left", None)),
        ("x, about 45 s left, and more", None),
    ],
)
def test_a_line_tells_the_seconds_that_are_left_where_it_ends_with_them(line, seconds):
    assert read_seconds_left(line) == seconds


def test_the_share_is_rounded_and_a_loop_of_nothing_has_none(clock):
    reporter = Reporter(clock)
    items = reporter(iter(range(1000)), 1000, "frames")
    for _ in range(17):
        next(items)
    clock.now = 8
    assert reporter.line() == "2 %: 16 of 1,000 frames, 8 s so far, about 8 min 12 s left"
    items.close()
    for total in (0, None):
        items = reporter(iter("ab"), total, "letters")
        next(items), next(items)
        assert reporter.line() == "1 letters, 8 s so far"
        items.close()


def test_the_time_left_counts_from_the_beginning_of_the_loop_and_not_of_the_work(clock):
    reporter = Reporter(clock)
    clock.now = 100
    items = reporter(iter(range(4)), 4)
    next(items), next(items)
    clock.now = 110
    assert reporter.line() == "25 %: 1 of 4 items, 1 min 50 s so far, about 30 s left"


def test_a_note_stays_while_an_outer_loop_runs_and_may_be_taken_back(clock):
    reporter = Reporter(clock)
    outer, inner = reporter(range(2)), reporter(range(1), unit="steps")
    next(outer), next(inner)
    reporter.note("loss 1")
    assert next(inner, None) is None and reporter.line() == "0 of 2 items; loss 1, 0 s so far"
    reporter.note("")
    assert reporter.line() == "0 of 2 items, 0 s so far"


def test_a_line_comes_every_ten_seconds_from_a_thread_that_ends_with_the_process(monkeypatch, caplog):
    waited, begun = [], []

    class Stop:
        def wait(self, seconds):
            waited.append(seconds)
            return len(waited) > 2

    class Thread:
        def __init__(self, target, name, daemon):
            begun.append(daemon)
            self.start = target

    monkeypatch.setattr(progress, "threading", SimpleNamespace(Event=Stop, Thread=Thread))
    caplog.set_level(logging.INFO)
    Reporter(lambda: 0.0).report(logging.getLogger("test"))
    assert (waited, begun, caplog.messages) == ([10.0] * 3, [True], ["0 s so far"] * 2)


def test_megabytes_are_millions_of_bytes():
    assert count_megabytes(bytes(2_500_000)) == 2.5
