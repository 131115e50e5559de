"""Tracklets that exchanged their subjects are set right; those that really turn back are left alone."""

import numpy as np
import pytest

from framewright.tracks.objects.associate import Tracklet
from framewright.tracks.objects.crossings import find_meeting, undo_exchanges

RATE = 16


def tracklet(xs: np.ndarray, height: float, look: int, begin: float = 0.0) -> Tracklet:
    """Something of a height and a look whose middle is at `xs`, one detection each 1/16 s."""
    times = begin + np.arange(len(xs)) / RATE
    boxes = np.column_stack([xs - height, np.full(len(xs), 50.0), xs + height, np.full(len(xs), 50.0 + height)])
    looks = np.full((len(xs), 128), 10, np.uint8)
    looks[:, look] = 90
    classes = np.zeros((len(xs), 1), np.intp), np.ones((len(xs), 1))
    sums = np.full((4, 2), float(len(xs)))
    return Tracklet(times, boxes, np.ones(len(xs)), sums, looks, classes)


def exchanged(one: Tracklet, other: Tracklet) -> tuple[Tracklet, Tracklet]:
    half = len(one.times) // 2
    heads, tails = [t.part(0, half) for t in (one, other)], [t.part(half, len(t.times)) for t in (one, other)]
    return heads[0].join(tails[1]), heads[1].join(tails[0])


STEPS = np.arange(48)
RIGHT, LEFT = tracklet(STEPS * 12.0, 100, 3), tracklet(564 - STEPS * 12.0, 70, 4)


def middles(tracklets: list[Tracklet]) -> list[list[float]]:
    return sorted(((t.boxes[:, 0] + t.boxes[:, 2]) / 2).tolist() for t in tracklets)


def test_two_that_pass_keep_their_ways():
    assert find_meeting(RIGHT, LEFT) == pytest.approx(47 / 2 / RATE, abs=1 / RATE)
    assert middles(undo_exchanges([RIGHT, LEFT])) == middles([RIGHT, LEFT])


def test_two_that_exchanged_their_subjects_are_set_right():
    found = undo_exchanges(exchanged(RIGHT, LEFT))
    assert middles(found) == middles([RIGHT, LEFT])
    assert sorted(len(set(t.looks.argmax(axis=1))) for t in found) == [1, 1]
    assert sum(t.sums.sum() for t in found) == pytest.approx(RIGHT.sums.sum() / 2 + LEFT.sums.sum() / 2)


def test_two_of_one_size_and_look_are_set_right_by_their_speed():
    one, other = tracklet(STEPS * 12.0, 80, 3), tracklet(564 - STEPS * 12.0, 80, 3)
    assert middles(undo_exchanges(exchanged(one, other))) == middles([one, other])


def test_two_that_meet_and_turn_back_are_left_alone_where_their_looks_say_so():
    there_and_back = np.abs(STEPS - 24.0)
    one, other = tracklet(300 - 4 * there_and_back, 60, 3), tracklet(300 + 4 * there_and_back, 60, 4)
    assert middles(undo_exchanges([one, other])) == middles([one, other])


def test_two_that_stand_upon_each_other_are_left_alone():
    one, other = tracklet(np.full(48, 200.0), 60, 3), tracklet(np.full(48, 210.0), 60, 4)
    assert middles(undo_exchanges([one, other])) == middles([one, other])


def test_what_is_never_there_at_once_does_not_meet():
    assert find_meeting(RIGHT, tracklet(STEPS * 12.0, 100, 3, begin=60)) is None
    assert find_meeting(RIGHT, tracklet(STEPS * 12.0 + 900, 100, 3)) is None


def test_there_may_be_none():
    assert undo_exchanges([]) == []
    assert undo_exchanges([RIGHT]) == [RIGHT]
