"""Searches for faces, and covers: exact decisions of small examples."""

from collections import deque
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from framewright.tracks.privacy import cover_video as process
from framewright.tracks.privacy.cover import CELLS, LARGER, draw_ellipses, place_ellipse
from framewright.tracks.privacy.face_tracks import (
    FaceTrack,
)
from framewright.tracks.privacy.search import FaceSearch, _Followed, scan_frames
from framewright.tracks.privacy.source_rate import SourceRate

# ---- the search


def search():
    return FaceSearch(SimpleNamespace(least=0.1), 0.4)


@pytest.mark.parametrize(
    ("changes", "now", "due"),
    [
        ({"best": 0.39}, 0.3, False),
        ({}, 0.25, False),
        ({}, 0.26, True),
        ({"seen": 1}, 0.1, True),
        ({"misses": 1, "seen": 2}, 0.1, True),
        ({"misses": 2, "seen": 2}, 0.1, False),
        ({"misses": 2, "seen": 3}, 0.1, True),
        ({"misses": 3, "seen": 3}, 0.1, False),
        ({"speed": np.array([73.0, 0])}, 0.1, False),  # .15 s are 10.95 pixels; .2 of 40 and 3 are 11
        ({"speed": np.array([0, 74.0])}, 0.1, True),
    ],
)
def test_a_face_is_looked_at_between_sweeps_where_it_moves_or_is_in_doubt(changes, now, due):
    track = _Followed(np.array([0.0, 0, 30, 40]), 0.0, **{"best": 0.4, "seen": 5} | changes)
    assert bool(search()._needs_look(track, Fraction(now).limit_denominator(1000))) is due


@pytest.mark.parametrize(("best", "seen", "kept"), [(0.79, 1, 0), (0.8, 1, 1), (0.5, 2, 1)])
def test_what_was_hardly_seen_once_is_no_face(best, seen, kept):
    own = search()
    row = np.array([0.0, 0, 30, 40, best])
    own._found[0] = []
    track = own._begin(0, row, 0.0)
    track.seen = seen
    own._alive.append(track)
    own._end(0.9)
    assert own._alive == [track]
    own._end(0.91)
    assert own._alive == [] and len(own.found()[0]) == kept


def test_a_sighting_makes_a_face_as_sure_as_its_best():
    own = search()
    own._found[3], own._found[4] = [], []
    track = own._begin(3, np.array([0.0, 0, 30, 40, 0.6]), 1.0)
    track.misses = 2
    own._go_on(track, 4, np.array([3.0, 0, 33, 40, 0.5]), 1.5)
    assert (track.best, track.last, track.seen, track.misses) == (0.6, 0.5, 2, 0)
    assert track.rows == [(3, 0), (4, 0)] and track.speed.tolist() == [6, 0]


def test_a_new_picture_differs_much_and_nearly_everywhere():
    own = search()
    own._before = np.zeros((8, 20), np.float32)
    places = np.zeros((8, 20), np.float32)
    places[:4], places[4:, :4] = 30, 30
    assert not own._is_new(places)  # six of ten blocks
    places[4:, 4:8] = 30
    assert own._is_new(places) and not own._is_new(np.full((8, 20), 16, np.float32))
    assert own._is_new(np.full((8, 20), 16.1, np.float32))


@pytest.mark.parametrize(
    ("times", "every", "looked"),
    [
        ([0, 1, 2, 3, 4, 5, 6], 3, [0, 3, 6]),
        ([0, 1, 2, 3, 4, 5], 3, [0, 3, 5]),
        ([0, 10, 20, 30], 3, [0, 1, 2, 3]),
        ([0, 1, 15, 16, 31, 32], 9, [0, 2, 3, 4, 5]),
        ([0, 1, 17, 18], 9, [0, 1, 2, 3]),
        ([0], 3, [0]),
        ([], 3, []),
    ],
)
def test_looks_are_so_many_frames_and_three_twentieths_of_a_second_apart(times, every, looked):
    frames = [SimpleNamespace(time=Fraction(time, 100)) for time in times]
    watch = SimpleNamespace(look=lambda frame, number: None, found=dict)
    scan = scan_frames(iter(frames), [watch], every)
    assert scan.sightings.frames.tolist() == looked and scan.times.tolist() == [time / 100 for time in times]


def test_new_faces_are_looked_for_backwards_until_two_looks_miss_them():
    own, asked = search(), []
    own._waiting = deque((number, SimpleNamespace(time=Fraction(number, 10))) for number in range(5))
    own._found = {number: [] for number in range(6)}
    track = own._begin(5, np.array([100.0, 100, 140, 140, 0.5]), 0.5)

    def around(frame, boxes):
        number = round(float(frame.time) * 10)
        asked.extend((number, box[0]) for box in boxes)
        seen = np.array([[96.0 + number, 100, 136 + number, 140, 0.9]])
        return [seen[:0] if number in (2, 1) else seen for _ in boxes]

    own._look_around = around
    own._look_back([track])
    assert asked == [(4, 100), (3, 100), (2, 99), (1, 99)]
    assert track.rows == [(5, 0), (4, 0), (3, 0)] and track.seen == 3 and track.best == 0.9
    assert [len(own._found[number]) for number in range(6)] == [0, 0, 0, 1, 1, 1]


# ---- covers


def test_an_ellipse_holds_the_corners_of_its_box():
    ellipse = place_ellipse((40, 30, 60, 50), (200, 100), (100, 200))
    assert ellipse.axes == (16, 16) and LARGER == 1.6
    assert (ellipse.rows, ellipse.columns) == (slice(24, 56), slice(34, 66))
    mask = draw_ellipses((200, 100), np.array([[40, 30, 60, 50]]))
    assert mask[30:50, 40:60].all() and mask.sum() == pytest.approx(np.pi * 256, rel=0.02)
    small = place_ellipse((40, 30, 60, 50), (200, 100), (50, 100))
    assert small.axes == (8, 8) and small.columns == slice(17, 33)
    assert place_ellipse((-90, 0, -60, 30), (200, 100), (100, 200)) is None
    assert place_ellipse((10, 10, 10, 30), (200, 100), (100, 200)) is None
    edge = place_ellipse((190, -10, 210, 10), (200, 100), (100, 200))
    assert (edge.rows, edge.columns) == (slice(0, 16), slice(184, 200)) and edge.inside[0, -1] and CELLS == 4


def planes(width, height, ratio, dtype=np.uint8):
    small = np.zeros((-(-height // ratio[1]), -(-width // ratio[0])), dtype)
    return np.zeros((height, width), dtype), small, small


@pytest.mark.parametrize(
    ("made", "depth", "layout"),
    [
        (planes(64, 48, (2, 2)), 8, ("yuv420p", "libx264", 8)),
        (planes(64, 48, (2, 1)), 8, ("yuv422p", "libx264", 8)),
        (planes(64, 48, (1, 1)), 8, ("yuv444p", "libx264", 8)),
        (planes(65, 48, (2, 2)), 8, ("yuv444p", "libx264", 8)),
        (planes(64, 49, (2, 2)), 8, ("yuv444p", "libx264", 8)),
        (planes(64, 49, (2, 1)), 8, ("yuv422p", "libx264", 8)),
        (planes(64, 48, (4, 1)), 8, ("yuv444p", "libx264", 8)),
        (planes(64, 48, (2, 2), np.uint16), 10, ("yuv420p10le", "libx264", 10)),
        (planes(64, 48, (2, 2), np.uint16), 9, ("yuv420p10le", "libx264", 10)),
        (planes(64, 48, (2, 2), np.uint16), 12, ("yuv420p12le", "libx265", 12)),
        (planes(64, 48, (2, 2), np.uint16), 16, ("yuv420p12le", "libx265", 12)),
        (planes(64, 48, (2, 2))[:1], 8, ("gray", "libx264", 8)),
        (planes(64, 48, (2, 2), np.uint16)[:1], 10, ("gray10le", "libx264", 10)),
    ],
)
def test_planes_are_written_as_they_are_wherever_an_encoder_takes_that(made, depth, layout):
    found = process.choose_layout(made, depth)
    assert (found.pixel_format, found.codec, found.depth) == layout


@pytest.mark.parametrize(
    ("base", "tick"),
    [
        (Fraction(1, 1_000_000), Fraction(1, 1_000_000)),
        (Fraction(1, 1_000_001), Fraction(1, 90_000)),
        (Fraction(2, 3), Fraction(1, 90_000)),
        (Fraction(1, 25), Fraction(1, 25)),
    ],
)
def test_the_clock_of_a_source_is_kept_where_a_file_can_have_it(base, tick):
    assert process._tick(base) == tick


@pytest.mark.parametrize(
    ("sizes", "qualities", "said"),
    [
        ([1000], [18], 1.0),
        ([1500], [18], 1.5),
        ([1501, 1200], [18, 18 + 6 * np.log2(1.501 / 1.2)], 1.2),
        ([500], [18], 0.5),
        ([9600, 4800, 2400, 1900], [18, 36, 48, 51], 1.9),
        ([1e9, 900], [18, 51], 0.9),
    ],
)
def test_a_video_is_written_again_until_it_is_hardly_larger_than_its_source(monkeypatch, sizes, qualities, said):
    written, left = [], list(sizes)
    monkeypatch.setattr(process, "measure_rate", lambda source: SourceRate(1000, 300.0, np.zeros(0), np.zeros(0)))

    def write(source, target, covers, method, quality, gop):
        written.append(quality)
        assert gop == 250
        return {}, left.pop(0)

    monkeypatch.setattr(process, "_write", write)
    chain = FaceTrack(np.array([0]), np.zeros((1, 4)), np.ones(1))
    figures = process.write_covered("a", None, [chain], np.arange(5.0), "solid", 18)
    assert written == pytest.approx(qualities) and figures == {"times_source_bytes": pytest.approx(said)}


@pytest.mark.parametrize(("estimate", "first", "then"), [(20, 20, 18), (30, 26, 20), (10, 18, None)])
def test_a_long_video_begins_with_the_quality_that_its_samples_suggest(monkeypatch, estimate, first, then):
    written = []
    monkeypatch.setattr(process, "measure_rate", lambda source: SourceRate(1000, 1.0, np.zeros(0), np.zeros(0)))
    monkeypatch.setattr(process, "_estimate_quality", lambda *arguments: estimate)

    def write(source, target, covers, method, quality, gop):
        written.append(quality)
        assert gop == 48
        return {}, 600 if len(written) > 1 else 599

    monkeypatch.setattr(process, "_write", write)
    process.write_covered("a", None, [], np.arange(150.0), "solid", 18)
    expected = [first] if then is None else [first, max(18, first + 6 * np.log2(0.599 / 1.2))]
    assert written == pytest.approx(expected)


def test_bytes_between_two_instants_are_those_of_the_frames_shown_then():
    rate = SourceRate(99, 5.0, np.array([0.1, 0.2, 0.3, 0.4]), np.array([1.0, 2, 4, 8]))
    assert rate.sum_between(0.1, 0.3) == 3 and rate.sum_between(0.15, 9) == 14 and rate.sum_between(0.3, 0.3) == 0


# ---- looking around


SIZE = (1000, 800)


def frame_at(time):
    return SimpleNamespace(time=Fraction(time), rgb=None, shape=SimpleNamespace(displayed=SIZE))


def test_faces_are_looked_for_where_they_should_be_the_surest_first():
    own, asked = search(), []
    own._found = {0: [], 1: []}
    slow, quick = (
        own._begin(0, np.array([x, 100.0, x + 40, 140, score]), 0.0) for x, score in ((100, 0.5), (400, 0.6))
    )
    quick.speed = np.array([100.0, -20.0])

    def around(frame, boxes):
        asked.extend(box.tolist() for box in boxes)
        return [np.array([[450.0, 90, 490, 130, 0.7]]), np.zeros((0, 5))]

    own._look_around = around
    own._follow(frame_at("0.5"), 1, [slow, quick])
    assert asked == [[450, 90, 490, 130], [100, 100, 140, 140]]
    assert (quick.misses, quick.seen, slow.misses, slow.seen) == (0, 2, 1, 1) and len(own._found[1]) == 1


def test_half_of_a_sure_score_is_enough_around_a_face_and_an_unsure_one_is_looked_at_smaller():
    calls = []

    class Finder:
        least = 0.1

        def find_each(self, picture, parts, least):
            calls.append(([zoom for _, zoom in parts], least))
            score = 0.3 if len(calls) == 1 else 0.5
            return [np.array([[100.0, 100, 140, 140, score]]) for _ in parts]

    own = FaceSearch(Finder(), 0.4)
    boxes = [np.array([100.0, 100, 140, 140]), np.array([300.0, 100, 320, 120]), np.array([300.0, 100, 321, 121])]
    found = own._look_around(frame_at(0), boxes)
    assert calls == [([1.0, 1.5, 1.5], 0.2), ([0.5, 0.75], 0.2)]
    assert [rows[:, 4].tolist() for rows in found] == [[0.5], [0.3], [0.5]]


@pytest.mark.parametrize(("height", "zoom", "searched"), [(18, 1.0, 1), (18.1, 1.0, 0), (36, 0.5, 1), (36.1, 0.5, 0)])
def test_beside_small_faces_others_are_looked_for_twice_as_large(height, zoom, searched):
    calls = []

    class Finder:
        least = 0.1

        def find(self, picture, parts, zoom, least):
            calls.append((len(parts), zoom, least))
            return np.array([[100.0, 100, 110, 110, 0.9], [140.0, 100, 150, 110, 0.9]])

    own = FaceSearch(Finder(), 0.4)
    found = own._search_crowds(frame_at(0), np.array([[100.0, 100, 110, 100 + height, 0.5]]), zoom)
    assert calls == [(searched, 2 * zoom, 0.5)]
    assert found[:, 0].tolist() == ([140.0] if height < 30 else [100.0, 140.0])


def test_no_more_than_an_eighth_of_a_picture_is_searched_for_crowds():
    calls = []
    finder = SimpleNamespace(find=lambda picture, parts, zoom, least: calls.append(list(parts)) or np.zeros((0, 5)))
    rows = [[x, y, x + 8.0, y + 8.0, 0.5] for x in range(0, 1000, 20) for y in range(0, 800, 20)]
    FaceSearch(finder, 0.4)._search_crowds(frame_at(0), np.array(rows), 1.0)
    assert calls == [[]]


def test_the_nearest_face_is_chosen_unless_it_is_there_already():
    own = search()
    box, seen = np.array([100.0, 100, 140, 140]), np.array([[120.0, 100, 160, 140, 0.9], [104.0, 100, 144, 140, 0.3]])
    assert own._choose(frame_at(0), box, seen, 0).tolist() == seen[1].tolist()
    own._found[0] = [np.array([110.0, 100, 150, 140, 0.5])]
    assert own._choose(frame_at(0), box, seen, 0) is None and own._choose(frame_at(0), box, seen[:0], 0) is None


def test_a_closer_look_replaces_what_is_less_sure():
    own = search()
    found = np.array([[100.0, 100, 140, 140, 0.3], [300.0, 100, 340, 140, 0.3], [500.0, 100, 540, 140, 0.4]])
    own._look_around = lambda frame, boxes: [
        np.array([[102.0, 100, 142, 140, 0.35]]),
        np.array([[302.0, 100, 342, 140, 0.2]]),
    ]
    surer = own._look_closer(frame_at(0), found, [0, 1, 2])
    assert [row[4] for row in surer] == [0.35, 0.3, 0.4] and surer[0][0] == 102
