"""Patches to the pixel: their regions, their places in a cluster, and what is cut off at their edges."""

import numpy as np
import pytest

from framewright.flexpatch.runtime.packing import (
    MappedDetections,
    Patch,
    Placed,
    complete_cut_boxes,
    fit_size,
    grow_patches,
    map_to_frame,
    merge_patches,
    order_by_share,
    pack,
    pad_box,
    paint_cluster,
    share_inside,
    suppress_duplicates,
)

FRAME, LARGE = (1280, 720), (2000.0, 2000.0)
NONE, LEFT, TOP, RIGHT, BOTTOM = [False] * 4, *(np.eye(4, dtype=bool).tolist())


def patch(x, y, width, height, box=None, scale=1.0, **more):
    size = int(width * scale), int(height * scale)
    return Patch((x, y, x + width, y + height), size, 1.0, box, **more)


def found(boxes, labels=None, scores=None, cut=None):
    number = len(boxes)
    return MappedDetections(
        np.array(boxes, float).reshape(-1, 4),
        np.array(scores or [0.9] * number, float),
        np.array(labels or [0] * number, int),
        np.array(cut or [NONE] * number, bool).reshape(-1, 4),
    )


# ---- regions


@pytest.mark.parametrize(
    ("room", "region"),
    [
        ((400, 400), (50, 75, 250, 175)),
        ((162, 400), (70, 75, 230, 175)),
        ((120, 400), (87, 75, 213, 175)),
        ((400, 72), (50, 90, 250, 160)),
        ((400, 20), (50, 93, 250, 157)),
    ],
    ids=["all padding", "as much as fits", "a quarter at least", "as much as fits in height", "a quarter in height"],
)
def test_padding_shrinks_to_the_room_there_is_and_no_further_than_a_quarter(room, region):
    assert pad_box((100, 100, 200, 150), 1.0, FRAME, room) == region


def test_a_box_of_fractions_gets_whole_pixels_around_it():
    assert pad_box((100.6, 100.2, 110.6, 120.2), 0.5, FRAME) == (98, 95, 114, 126)
    assert pad_box((0, 0, 0, 0), 1.0, FRAME) is None
    assert pad_box((100, 719, 110, 760), 0.0, FRAME) == (100, 719, 110, 720)
    assert pad_box((100, 720, 110, 760), 0.0, FRAME) is None


@pytest.mark.parametrize(
    ("region", "size"),
    [
        ((0, 0, 1280, 360), (640, 180)),
        ((10, 0, 110, 720), (50, 360)),
        ((10, 20, 110, 120), (100, 100)),
        ((0, 0, 640, 360), (640, 360)),
        ((0, 0, 1280, 1), (640, 1)),
        ((0, 0, 1, 720), (1, 360)),
    ],
)
def test_a_region_is_scaled_down_to_fit_and_never_up(region, size):
    assert fit_size(region, (640, 360)) == size


@pytest.mark.parametrize(
    ("region", "size", "scale"), [((0, 0, 200, 100), (100, 80), 0.5), ((0, 0, 50, 40), (50, 40), 1)]
)
def test_the_scale_of_a_patch_is_that_of_its_more_reduced_side(region, size, scale):
    assert Patch(region, size, 1.0).scale == scale


@pytest.mark.parametrize(
    ("x", "room", "joined"),
    [
        (400, LARGE, True),
        (401, LARGE, False),
        (300, (400, 100), True),
        (300, (399, 100), False),
        (300, (400, 99), False),
    ],
)
def test_neighbours_are_joined_where_that_adds_few_pixels_and_fits(x, room, joined):
    one, other = patch(0, 0, 100, 100, (10, 10, 40, 40)), patch(x, 0, 100, 100, (x + 5.0, 20, x + 50, 90))
    groups = merge_patches([one, other], room)
    assert len(groups) == (1 if joined else 2)
    if joined:
        assert groups[0].region == (0, 0, x + 100, 100) and groups[0].size == (x + 100, 100)
        assert groups[0].box == (10, 10, x + 50, 90)


def test_patches_below_each_other_are_joined_too_and_reduced_ones_never():
    one, below = patch(0, 0, 100, 100), patch(20, 90, 60, 50, (30, 95, 60, 120))
    [joined] = merge_patches([one, below], LARGE)
    assert joined.region == (0, 0, 100, 140) and joined.size == (100, 140) and joined.box is None
    reduced = patch(0, 0, 100, 100, scale=0.5)
    assert merge_patches([one, reduced], LARGE) == [one, reduced] and merge_patches([reduced, one], LARGE)[0] == reduced


# ---- packing


@pytest.mark.parametrize(
    ("cluster", "sizes", "places"),
    [
        ((100, 60), [(40, 20), (30, 30), (60, 60)], [(0, 0), (0, 20), (40, 0)]),
        ((60, 100), [(40, 20), (20, 20), (60, 80)], [(0, 0), (40, 0), (0, 20)]),
        ((60, 60), [(20, 20), (40, 60), (20, 40)], [(0, 0), (20, 0), (0, 20)]),
        ((100, 60), [(100, 60), (1, 1)], [(0, 0)]),
        ((100, 60), [(101, 10), (10, 61), (10, 10)], [(0, 0)]),
        ((100, 40), [(50, 40), (50, 20), (50, 20)], [(0, 0), (50, 0), (50, 20)]),
    ],
)
def test_each_patch_takes_the_corner_of_the_smallest_space_that_it_fits_in(cluster, sizes, places):
    placed = pack([patch(200 * k, 0, *size) for k, size in enumerate(sizes)], cluster)
    assert [(own.x, own.y) for own in placed] == places


@pytest.mark.parametrize(
    ("box", "shown"),
    [
        ((110, 110, 190, 190), True),
        ((109, 110, 189, 190), False),
        ((110, 109, 190, 189), False),
        ((111, 110, 191, 190), False),
        ((110, 111, 190, 191), False),
        ((110.0, 120, 190, 180), True),
    ],
)
def test_a_box_is_shown_already_where_an_eighth_around_it_is_seen(box, shown):
    first = patch(100, 100, 100, 100)
    assert len(pack([first, patch(90, 90, 120, 120, box)], (640, 360))) == (1 if shown else 2)


def test_what_is_shown_reduced_alone_gets_a_place_of_its_own():
    first = patch(0, 0, 400, 400, scale=0.5)
    assert len(pack([first, patch(100, 100, 60, 60, (110, 110, 140, 140))], (640, 360))) == 2


@pytest.mark.parametrize(
    ("own", "cluster", "region", "size"),
    [
        (patch(10, 10, 100, 50), (160, 90), (10, 10, 170, 100), (160, 90)),
        (patch(0, 0, 200, 100, scale=0.5), (160, 90), (0, 0, 320, 180), (160, 90)),
        (patch(1170, 10, 100, 50), (160, 90), (1170, 10, 1280, 100), (110, 90)),
        (patch(10, 650, 100, 50), (160, 90), (10, 650, 170, 720), (160, 70)),
        (patch(10, 10, 160, 90), (160, 90), (10, 10, 170, 100), (160, 90)),
    ],
    ids=["alone", "reduced", "at the right end of the frame", "at its lower end", "no room"],
)
def test_a_patch_grows_to_the_right_and_down_to_the_end_of_cluster_and_frame(own, cluster, region, size):
    [grown] = grow_patches([Placed(own, 0, 0)], cluster, FRAME)
    assert grown.patch.region == region and grown.patch.size == size and grown.place == (0, 0, *size)


def test_a_patch_grows_up_to_the_next_one():
    placed = [
        Placed(patch(0, 0, 50, 40), 0, 0),
        Placed(patch(300, 0, 30, 20), 70, 10),
        Placed(patch(500, 0, 60, 10), 0, 60),
    ]
    first, second, third = grow_patches(placed, (120, 80), FRAME)
    assert first.patch.size == (70, 60) and first.patch.region == (0, 0, 70, 60)
    assert second.patch.size == (50, 70) and third.patch.size == (70, 20)
    beside = [Placed(patch(0, 0, 50, 40), 0, 0), Placed(patch(300, 0, 30, 20), 70, 40)]
    assert grow_patches(beside, (120, 80), FRAME)[0].patch.size == (120, 40)


@pytest.mark.parametrize(("ratio", "order"), [(0.5, "abnc"), (0.49, "anbc"), (1.0, "abcn"), (0.0, "nabc")])
def test_tracks_come_first_as_long_as_they_fit_into_their_share(ratio, order):
    failing = [patch(0, 0, 40, 100, label="a"), patch(0, 0, 10, 100, label="b"), patch(0, 0, 50, 100, label="c")]
    ordered = order_by_share(failing, [patch(0, 0, 50, 50, label="n")], (100, 100), ratio)
    assert "".join(own.label for own in ordered) == order


def test_grey_is_around_the_patches_of_a_cluster():
    frame = np.full((720, 1280, 3), 7, np.uint8)
    cluster = paint_cluster(frame, [Placed(patch(0, 0, 20, 10, scale=0.5), 3, 4)], (30, 20))
    assert (cluster == 7).all(axis=2).sum() == 50 and (cluster[4:9, 3:13] == 7).all() and cluster[0, 0, 0] == 114


# ---- mapping back


def mapped(boxes, own, at=(0, 0)):
    return map_to_frame(np.array(boxes, float), [0.9] * len(boxes), [0] * len(boxes), [Placed(own, *at)], FRAME)


@pytest.mark.parametrize(("gap", "cut"), [(5, True), (5.1, False)])
def test_what_ends_within_five_pixels_of_an_edge_is_cut_off(gap, cut):
    inside = [40, 40, 70, 70]
    for side in range(4):
        box = list(inside)
        box[side] = gap if side < 2 else 100 - gap
        [sides] = mapped([box], patch(400, 300, 100, 100)).cut.tolist()
        assert sides == [cut and other == side for other in range(4)]


@pytest.mark.parametrize(("gap", "cut"), [(12, True), (12.1, False)])
def test_of_large_things_six_percent_of_the_side_count_as_near(gap, cut):
    assert mapped([[gap, 100, gap + 200, 150]], patch(400, 200, 300, 300)).cut[0].tolist() == [cut, False, False, False]
    assert mapped([[100, gap, 150, gap + 200]], patch(400, 200, 300, 300)).cut[0].tolist() == [False, cut, False, False]


@pytest.mark.parametrize(("left", "kept"), [(-24, 1), (-25, 0), (-26, 0)])
def test_what_lies_in_its_patch_by_less_than_four_fifths_is_left_out(left, kept):
    assert len(mapped([[left, 10, left + 125, 60]], patch(400, 200, 300, 300))) == kept


def test_a_middle_on_the_first_pixel_is_inside_and_one_behind_the_last_is_not():
    own = patch(400, 200, 100, 100)
    assert len(mapped([[10, 10, 10, 10], [-10, 20, 10, 40]], own)) == 0
    assert mapped([[12, 22, 14, 24]], own, (10, 20)).boxes.tolist() == [[402, 202, 404, 204]]
    beside = map_to_frame(np.array([[95.0, 40, 105, 60]]), [0.9], [0], [Placed(own, 0, 0), Placed(own, 100, 0)], FRAME)
    assert len(beside) == 0  # half of it goes on in the patch before


def test_sides_are_scaled_each_by_itself():
    own = Patch((100, 200, 300, 300), (100, 25), 1.0)
    assert mapped([[60, 30, 70, 35]], own, (50, 20)).boxes.tolist() == [[120, 240, 140, 260]]


def test_a_share_is_of_the_first_box():
    shares = share_inside(np.array([[0, 0, 10, 10], [5, 5, 5, 5.0]]), np.array([[5, 0, 25, 10], [50, 0, 60, 9.0]]))
    assert shares.tolist() == [[0.5, 0], [0, 0]]


@pytest.mark.parametrize(("right", "kept"), [(50, 2), (50.1, 1)])
def test_two_are_one_where_they_overlap_by_more_than_half(right, kept):
    assert len(suppress_duplicates(found([[0, 0, 100, 10], [0, 0, right, 10]]))) == kept
    assert len(suppress_duplicates(found([[0, 0, 100, 10], [0, 0, right, 10]], labels=[0, 1]))) == 2


@pytest.mark.parametrize(("left", "kept"), [(80, 2), (79.9, 1)])
def test_a_cut_one_is_dropped_where_more_than_half_of_it_lies_in_another(left, kept):
    seen = found([[0, 0, 100, 100], [left, 0, left + 40, 20]], cut=[NONE, RIGHT], scores=[0.5, 0.9])
    assert len(suppress_duplicates(seen)) == kept
    assert len(suppress_duplicates(found([[0, 0, 100, 100], [left, 0, left + 40, 20]]))) == 2


@pytest.mark.parametrize(
    ("box", "cut", "whole"),
    [
        ([320, 220, 380, 300], LEFT, [300, 220, 380, 300]),
        ([300, 220, 380, 305], TOP, [300, 205, 380, 305]),
        ([305, 200, 350, 300], RIGHT, [305, 200, 385, 300]),
        ([300, 195, 380, 260], BOTTOM, [300, 195, 380, 295]),
        ([320, 220, 380, 290], [True, True, True, True], [300, 200, 380, 300]),
        ([290, 220, 390, 290], [True, False, True, False], [290, 220, 390, 290]),
        ([305, 200, 390, 300], RIGHT, [305, 200, 390, 300]),
        ([290, 200, 380, 300], LEFT, [290, 200, 380, 300]),
    ],
    ids=["left", "top", "right", "bottom", "all sides", "wider", "to the right and larger", "to the left and larger"],
)
def test_a_cut_side_is_completed_by_the_size_of_its_track(box, cut, whole):
    tracks = np.array([[700, 500, 710, 510], [300, 200, 380, 300]], float)
    kept, rest = complete_cut_boxes(found([box], cut=[cut]), tracks, np.array([0, 0]), FRAME)
    assert kept.boxes.tolist() == [whole] and not len(rest)


@pytest.mark.parametrize(("left", "tracked"), [(340, False), (339, True)])
def test_a_cut_one_is_of_a_track_of_its_class_that_holds_more_than_half_of_it(left, tracked):
    tracks = np.array([[300, 200, 380, 300]], float)
    seen = found([[left, 200, left + 80, 300]], cut=[RIGHT])
    kept, rest = complete_cut_boxes(seen, tracks, np.array([0]), FRAME)
    assert len(kept) == tracked and len(rest) == (not tracked)
    kept, rest = complete_cut_boxes(seen, tracks, np.array([1]), FRAME)
    assert len(kept) == 0 and len(rest) == (not tracked)


def test_completed_boxes_end_at_the_frame():
    tracks = np.array([[1230, 100, 1310, 200]], float)
    kept, _ = complete_cut_boxes(found([[1225, 100, 1270, 200]], cut=[RIGHT]), tracks, np.array([0]), FRAME)
    assert kept.boxes.tolist() == [[1225, 100, 1280, 200]]
    kept, rest = complete_cut_boxes(found([[1225, 100, 1290, 200]]), tracks, np.array([0]), FRAME)
    assert kept.boxes.tolist() == [[1225, 100, 1280, 200]] and len(rest) == 0
