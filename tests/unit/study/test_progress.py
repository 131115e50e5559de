"""Long work says how far it is, every ten seconds, and the library that does it knows no clock."""

import logging
import time

import pytest

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
