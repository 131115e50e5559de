"""Promises of clips and of the search for objects: what keeps them to the digit, and what breaks them."""

from types import SimpleNamespace

import numpy as np
import pytest

from framewright.tracks.clips import contract as clips
from framewright.tracks.objects import contract as objects


def cut(
    windows=((0, 0, 20, 10), (5, 0, 25, 10)), frames=2, start=1.0, end=2.0, segments=((0.5, 3.0),), size=(640, 360)
):
    track = SimpleNamespace(tid="a", size=size, times=np.array([1.0, 1.5, 2.0]))
    clip = SimpleNamespace(tid="a", fn="a.mp4", windows=np.ravel(windows), frames=frames, start=start, end=end)
    return SimpleNamespace(video="v", tracks=[track], clips=[clip], segments=segments), clip


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, True),
        ({"frames": 3}, False),
        ({"windows": ((-0.1, 0, 20, 10), (5, 0, 25, 10))}, False),
        ({"windows": ((620, 350, 640, 360), (620, 350, 640, 360))}, True),
        ({"windows": ((621, 350, 641, 360), (620, 350, 640, 360))}, False),
        ({"windows": ((621, 350, 641, 360), (620, 350, 640, 360)), "size": (0, 0)}, True),
        ({"windows": ((0, 0, 20, 10), (5, 0, 25.09, 10))}, True),
        ({"windows": ((0, 0, 20, 10), (5, 0, 25.2, 10))}, False),
        ({"windows": ((5, 0, 5, 10), (5, 0, 5, 10))}, False),
    ],
)
def test_windows_stay_in_the_frame_and_keep_their_shape(changes, kept):
    one, clip = cut(**changes)
    assert (not list(clips._window_faults([(one, clip)], [one]))) is kept


@pytest.mark.parametrize(
    ("changes", "most", "kept"),
    [
        ({}, 1.0, True),
        ({}, 0.9, False),
        ({"start": 0.9}, 9, False),
        ({"end": 2.1}, 9, False),
        ({"end": 2.0005}, 9, True),
    ],
)
def test_a_clip_lasts_no_longer_than_its_track_and_than_is_asked(changes, most, kept):
    assert (not list(clips._span_faults([cut(**changes)], most))) is kept


@pytest.mark.parametrize(
    ("segments", "kept"),
    [
        (((0.5, 3.0),), True),
        (((1.0, 3.0),), True),
        (((0.5, 1.9),), False),
        (((1.1, 3.0),), False),
        (((0, 1.5), (1.5, 3)), False),
    ],
)
def test_a_track_lies_in_one_segment(segments, kept):
    assert (not list(clips._cut_faults([cut(segments=segments)[0]]))) is kept


def test_ids_ascend_and_instants_increase():
    one, _ = cut()
    assert not list(clips._time_faults([one]))
    assert len(list(clips._time_faults([SimpleNamespace(video="v", tracks=one.tracks * 2)]))) == 1
    one.tracks[0].times = np.array([1.0, 1.0])
    assert len(list(clips._time_faults([one]))) == 1


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        ([1.0, 2.0], True),
        ([], False),
        ([1.0, 1.0], False),
        ([0.9, 2.0], False),
        ([1.0, 3.0], False),
        ([2.0, 1.0], False),
    ],
)
def test_a_segment_is_searched_in_order_from_its_start(times, kept):
    record = {"video": "v", "detector": {"weights": "w"}, "segments": [{"start": 1.0, "end": 3.0, "times": times}]}
    assert (not list(objects._search_faults([record], {"v": [(1.0, 3.0)]}))) is kept
    assert list(objects._search_faults([record], {"v": [(1.0, 2.5)]}))
    assert not list(objects._search_faults([record | {"detector": {"weights": ""}}], {}))


def test_limits_that_drop_nearly_all_are_named_with_what_looser_ones_would_keep():
    record = {"tracks": ["a"], "dropped": {"short": 90, "small": 30, "duplicate": 7}, "with_loose_limits": 40}
    assert objects.warn_of_limits([record]).startswith("tracks.keep drops 120 of 121 objects; 40 tracks would pass")
    assert objects.warn_of_limits([record | {"with_loose_limits": 1}]) == ""
    assert objects.warn_of_limits([record | {"with_loose_limits": None}]) == ""
    assert objects.warn_of_limits([record | {"dropped": {"short": 1}}]) == "" and objects.warn_of_limits([]) == ""


def test_what_was_searched_is_counted_and_nothing_found_is_a_warning():
    part = {"times": [1.0, 2.0], "objects": 5, "start": 0.0, "end": 3.0}
    record = {"video": "v", "detector": {"weights": "w.onnx"}, "tracks": ["a"], "segments": [part, part]}
    found = objects.summarise_search(record)
    assert found["segments"][0] == {"frames": 2, "objects": 5, "start": 0.0, "end": 3.0}
    assert objects.describe_search([found]) == "10 objects in 4 frames"
    empty = objects.summarise_search(record | {"segments": [part | {"objects": 0}]})
    assert objects.describe_search([empty]).startswith("w.onnx found nothing at all in 2 frames of 1 videos")
    none = found | {"detector": {"weights": ""}}
    assert objects.describe_search([none]) == "10 objects in 4 frames; no detector was given"
