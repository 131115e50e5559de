"""Faces linked, followed, searched for and covered: exact figures of small examples."""

from types import SimpleNamespace

import numpy as np
import pytest

from framewright.tracks.privacy.face_tracks import (
    FaceDetections,
    FaceTrack,
    OpenTrack,
    _span,
    link_faces,
    list_covers,
    pair_boxes,
    place_covers,
)
from framewright.tracks.privacy.faces import FaceFinder, _whole, fitting_zoom, keep_surest, read_boxes
from framewright.tracks.privacy.parts import cover_blocks, cover_neighbours, find_blocks, is_in, part_around
from framewright.tracks.privacy.search import _overlap

SIZE = (1000, 800)


def opened(box, time=0.0, speed=(0, 0)):
    return OpenTrack(np.array(box, float), time, np.array(speed, float))


def seen_at(times, boxes, scores=None):
    return FaceDetections(
        np.arange(len(times)), np.arange(len(times)), np.array(boxes, float), np.array(scores or [0.9] * len(times))
    )


# ---- linking


@pytest.mark.parametrize(
    ("box", "wait", "pairs"),
    [
        ((160, 100, 200, 140), 0, True),  # one and a half widths away
        ((161, 100, 201, 140), 0, False),
        ((100, 160, 140, 200), 0, True),
        ((100, 161, 140, 201), 0, False),
        ((100, 100, 156, 140), 0, True),  # the logarithm of 1.4 is .336
        ((100, 100, 157, 140), 0, False),
        ((100, 100, 140, 157), 0, False),
        ((100, 100, 184, 184), 0.5, True),  # that of 2.1 is .742
        ((100, 100, 186, 186), 0.5, False),
    ],
)
def test_a_face_goes_on_so_far_away_and_so_much_larger(box, wait, pairs):
    found = pair_boxes([opened((100, 100, 140, 140))], np.array([box], float), wait)
    assert len(found) == pairs


def test_the_nearest_pairs_come_first_and_a_moving_face_is_where_it_should_be():
    one, other = opened((100, 100, 140, 140), speed=(400, 0)), opened((170, 100, 210, 140))
    found = pair_boxes([one, other], np.array([[140.0, 100, 180, 140], [165, 100, 205, 140]]), 0.1)
    assert found == {0: one, 1: other}
    assert pair_boxes([], np.zeros((1, 4)), 0) == {} and pair_boxes([one], np.zeros((0, 4)), 0) == {}


def test_a_speed_is_the_first_step_and_then_half_old_and_half_new():
    track = opened((0, 0, 10, 10))
    track.add(np.array([10.0, 0, 20, 20]), 0.5)
    assert track.speed.tolist() == [20, 10] and not track.is_new and track.time == 0.5
    track.add(np.array([10.0, 0, 20, 20]), 1.0)
    assert track.speed.tolist() == [10, 5]


@pytest.mark.parametrize(("gap", "chains"), [(0.6, 1), (0.61, 2)])
def test_a_chain_waits_for_its_next_detection(gap, chains):
    found = link_faces(seen_at([0, 1], [[0, 0, 20, 20]] * 2), np.array([0, gap]), 0.5)
    assert len(found) == chains


def test_what_is_unsure_counts_near_what_is_sure_alone():
    times = np.arange(7) * 0.3
    found = link_faces(seen_at(times, [[0, 0, 20, 20]] * 7, [0.2, 0.2, 0.2, 0.5, 0.2, 0.2, 0.2]), times, 0.5)
    assert [chain.frames.tolist() for chain in found] == [[1, 2, 3, 4, 5]]
    assert link_faces(seen_at(times, [[0, 0, 20, 20]] * 7, [0.49] * 7), times, 0.5) == []


@pytest.mark.parametrize(
    ("frames", "span"), [([10], (8, 13)), ([10, 11], (8, 14)), ([10, 11, 12], (6, 17)), ([0], (0, 3)), ([29], (27, 30))]
)
def test_a_place_stays_covered_before_and_behind_its_chain(frames, span):
    chain = FaceTrack(np.array(frames), np.zeros((len(frames), 4)), np.ones(len(frames)))
    assert _span(chain, np.arange(30) / 8) == span
    slow = np.arange(30.0)
    first, last = frames[0], frames[-1]
    assert _span(chain, slow) == (max(0, first - 1), min(30, last + 2))


def test_a_cover_moves_along_a_line_and_is_larger_the_further_and_the_faster():
    times = np.array([0.0, 1.0, 2.0])
    chain = FaceTrack(np.array([0, 2]), np.array([[0.0, 0, 20, 40], [100, 0, 120, 40]]), np.ones(2))
    boxes = place_covers(chain, np.array([0.0, 0.5, 1.0, 2.0]), times)
    room = [1, 13.5, 26, 1]  # half of 50 pixels a second, and one pixel
    for box, x, own in zip(boxes, (10, 35, 60, 110), room, strict=True):
        assert box.tolist() == pytest.approx([x - 10 - own, -own, x + 10 + own, 40 + own])
    quick = FaceTrack(np.array([0, 2]), np.array([[0.0, 0, 20, 40], [900, 0, 920, 40]]), np.ones(2))
    assert np.ptp(place_covers(quick, np.array([1.0]), times)[0, ::2]) == pytest.approx(20 + 2 * 41)  # a side at most


def test_a_face_is_as_large_as_it_was_nearby():
    times = np.array([0.0, 0.4, 0.81])
    chain = FaceTrack(np.arange(3), np.array([[0.0, 0, 40, 40], [10, 10, 30, 30], [10, 10, 30, 30]]), np.ones(3))
    boxes = place_covers(chain, times, times)
    assert (boxes[:, 2] - boxes[:, 0]).tolist() == pytest.approx([42, 42, 22])


def test_each_frame_lists_the_chains_that_are_covered_in_it():
    times = np.arange(12) / 10
    early = FaceTrack(np.array([0, 1]), np.array([[0.0, 0, 20, 20]] * 2), np.ones(2))
    late = FaceTrack(np.array([8]), np.array([[100.0, 0, 120, 20]]), np.ones(1))
    covers = list(list_covers([late, early], times))
    assert [len(boxes) for boxes in covers][:4] == [1] * 4 and len(covers[8]) == 1 and len(covers) == 12
    assert covers[0].tolist() == [[-1, -1, 21, 21]] and covers[8].tolist() == [[99, -1, 121, 21]]


# ---- where faces are looked for


@pytest.mark.parametrize(("height", "zoom"), [(40, 1.0), (80, 0.5), (20, 1.5), (0.5, 1.5), (27, 40 / 27)])
def test_a_face_is_scaled_to_fit_and_enlarged_by_half_at_most(height, zoom):
    assert fitting_zoom(np.array([0, 10, 9, 10 + height])) == pytest.approx(zoom)


@pytest.mark.parametrize(
    ("box", "part", "zoom"),
    [
        ((380, 380, 420, 420), (352, 352, 448, 448), 1.0),
        ((360, 360, 440, 440), (304, 304, 496, 496), 0.5),
        ((395, 391, 405, 409), (379, 379, 421, 421), 1.5),
        ((0, 380, 40, 420), (0, 352, 96, 448), 1.0),
        ((960, 760, 1000, 800), (904, 704, 1000, 800), 1.0),
        ((0, 0, 1600, 1600), (0, 0, 1000, 800), 0.025),
    ],
)
def test_a_part_lies_around_a_face_and_inside_the_picture(box, part, zoom):
    assert part_around(np.array(box, float), SIZE) == (part, zoom)


def test_blocks_hold_four_places_in_both_directions():
    changed = np.zeros((8, 12), bool)
    changed[3, 4], changed[4, 11] = True, True
    assert find_blocks(changed).tolist() == [[False, True, False], [False, False, True]]


def test_changed_blocks_are_searched_with_one_block_around_them():
    changed = np.zeros((20, 25), bool)
    changed[5, 5], changed[15:17, 20:22] = True, True
    parts, around, searched = cover_blocks(changed, SIZE)
    assert sorted(parts) == [(160, 160, 280, 280), (760, 560, 920, 720)] and around == (200, 200, 880, 680)
    assert (searched == changed).all()
    near = np.zeros((20, 25), bool)
    near[5, 5], near[5, 8] = True, True
    parts, _, searched = cover_blocks(near, SIZE)
    assert parts == [(160, 160, 400, 280)] and searched.sum() == 4
    near[5, 8], near[5, 19] = False, True  # 15 blocks as one, 2 as two, each of which costs 12 more
    assert len(cover_blocks(near, SIZE)[0]) == 2
    near[5, 19], near[5, 17] = False, True
    assert len(cover_blocks(near, SIZE)[0]) == 1
    corner = np.zeros((20, 25), bool)
    corner[19, 24] = True
    assert cover_blocks(corner, SIZE)[0] == [(920, 720, 1000, 800)]


def test_a_box_is_in_a_block_by_its_middle():
    searched = np.zeros((4, 5), bool)
    searched[1, 2] = True
    assert is_in(searched, np.array([400, 200, 402, 202]), SIZE) and is_in(
        searched, np.array([590, 390, 602, 402]), SIZE
    )
    assert not is_in(searched, np.array([398, 200, 400, 202]), SIZE)
    assert not is_in(searched, np.array([600, 300, 602, 302]), SIZE)
    searched[3, 4] = True
    assert is_in(searched, np.array([1900, 1900, 2000, 2000]), SIZE)


def test_neighbours_are_two_heights_aside_and_one_up_and_down():
    [part] = cover_neighbours(np.array([[320.0, 320, 330, 336, 0.9]]), (640, 640))
    assert part == (288, 304, 368, 368)
    parts = cover_neighbours(np.array([[320.0, 320, 330, 336], [20, 20, 26, 26]]), (640, 640))
    assert parts == [(0, 0, 48, 48), (288, 304, 368, 368)] and cover_neighbours(np.zeros((0, 5)), (640, 640)) == []


@pytest.mark.parametrize(
    ("shape", "long_side", "zooms"),
    [
        ((400, 600), 600, [1, 0.5, 0.25]),
        ((383, 600), 600, [1, 0.5]),
        ((384, 600), 300, [0.5, 0.25]),
        ((90, 90), 99, [1]),
    ],
)
def test_a_picture_is_searched_at_halves_down_to_96_pixels(shape, long_side, zooms):
    assert FaceFinder.zooms(SimpleNamespace(long_side=long_side), shape) == zooms


def test_sides_of_the_network_are_multiples_of_32():
    assert [_whole(side) for side in (1, 32, 33, 64.5)] == [32, 32, 64, 96]


def test_boxes_are_read_from_the_networks_maps():
    scores, sides, offsets = np.zeros((4, 6)), np.zeros((2, 4, 6)), np.zeros((2, 4, 6))
    scores[1, 2], sides[0, 1, 2], sides[1, 1, 2] = 0.8, np.log(5), np.log(3)
    offsets[0, 1, 2], offsets[1, 1, 2] = 0.25, 0.5
    scores[3, 5] = 0.5
    found = read_boxes(scores, sides, offsets, 0.5)
    assert found == pytest.approx(np.array([[12 - 6, 7 - 10, 12 + 6, 7 + 10, 0.8]]))
    assert read_boxes(scores, sides, offsets, 0.9).shape == (0, 5)
    assert len(read_boxes(scores, sides, offsets, 0.49)) == 2


def test_of_boxes_that_overlap_by_a_third_the_surest_stays():
    boxes = np.array([[0, 0, 100, 10, 0.5], [50, 0, 150, 10, 0.9], [60, 0, 160, 10, 0.4], [300, 0, 400, 10, 0.6]])
    assert keep_surest(boxes)[:, 4].tolist() == [0.9, 0.6]
    assert keep_surest(boxes[[0, 2]])[:, 4].tolist() == [0.5, 0.4]  # a quarter


@pytest.mark.parametrize(("other", "shared"), [((5, 0, 15, 10), 1 / 3), ((0, 0, 10, 10), 1), ((10, 0, 20, 10), 0)])
def test_an_overlap_is_of_both_together(other, shared):
    assert _overlap(np.array([0.0, 0, 10, 10]), np.array(other, float)) == pytest.approx(shared)


@pytest.mark.slow
def test_many_parts_are_seen_as_each_by_itself():
    finder = FaceFinder(0.15, 1920)
    picture = np.random.default_rng(0).integers(0, 255, (64, 640, 3), np.uint8)
    parts = [((32 * k, 0, 32 * k + 32, 32), 1.0) for k in range(18)] + [((0, 0, 64, 32), 1.0)]
    together, alone = (
        finder.find_each(picture, parts, 0.001),
        [finder.find_each(picture, [part], 0.001)[0] for part in parts],
    )
    assert len(together) == 19
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_a_part_is_mapped_back_to_its_picture():
    """The network is one that sees the same in every part: a face of 8 pixels at the third place of its map."""

    class Net:
        def setInput(self, blob):
            self.size = blob.shape

        def forward(self, names):
            number, _, height, width = self.size
            scores = np.zeros((number, 1, height // 4, width // 4))
            scores[..., 2, 3] = 0.9
            sides, offsets = (
                np.full((number, 2, height // 4, width // 4), np.log(2)),
                np.zeros((number, 2, height // 4, width // 4)),
            )
            return scores, sides, offsets, None

    finder = FaceFinder(0.15, 1920)
    finder._net = Net()
    [found] = finder.find_each(np.zeros((200, 300, 3), np.uint8), [((100, 40, 164, 72), 0.5)], 0.5)
    assert found == pytest.approx(np.array([[100 + 2 * 10, 40 + 1 * 6, 100 + 2 * 18, 40 + 1 * 14, 0.9]]))
    assert finder.find(np.zeros((200, 300, 3), np.uint8), [], 1.0, 0.5).shape == (0, 5)
