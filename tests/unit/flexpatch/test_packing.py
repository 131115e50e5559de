"""Patches: where they are cut, how they are packed, and what was found in them mapped back."""

import numpy as np
import pytest

from framewright.flexpatch.runtime.packing import (
    MappedDetections,
    Patch,
    Placed,
    complete_cut_boxes,
    fit_size,
    grow_patches,
    is_turn_for_new_objects,
    map_to_frame,
    order_by_share,
    pack,
    pad_box,
    paint_cluster,
    suppress_duplicates,
)

FRAME, CLUSTER = (1280, 720), (640, 360)


def patch(x, y, width, height, box=None, scale=1.0, **more):
    size = int(width * scale), int(height * scale)
    return Patch((x, y, x + width, y + height), size, 1.0, box, **more)


def found(*boxes, labels=None, scores=None, cut=None):
    number = len(boxes)
    return MappedDetections(
        np.array(boxes, float).reshape(-1, 4),
        np.array(scores if scores is not None else [0.9] * number, float),
        np.array(labels if labels is not None else [0] * number, int),
        np.zeros((number, 4), bool) if cut is None else np.array(cut, bool),
    )


# ---- regions --------------------------------------------------------------------------------------------------------


def test_a_patch_is_twice_as_wide_and_high_as_its_box():
    assert pad_box((100, 200, 140, 260), 1.0, FRAME) == (80, 170, 160, 290)


@pytest.mark.parametrize(
    ("box", "region"),
    [
        ((0, 0, 40, 40), (0, 0, 60, 60)),
        ((1240, 680, 1280, 720), (1220, 660, 1280, 720)),
        ((-30, 700, 50, 790), (0, 655, 90, 720)),
        ((1300, 20, 1340, 60), (1280, 0, 1280, 80)),
    ],
    ids=["top left", "bottom right", "beyond two edges", "outside"],
)
def test_a_patch_stays_in_the_frame_on_all_four_sides(box, region):
    assert pad_box(box, 1.0, FRAME) == (region if region[0] < region[2] else None)


def test_corners_are_never_read_as_sizes():
    # read as x, y, width, height, this box would reach to (1010, 620)
    assert pad_box((500, 300, 510, 320), 1.0, FRAME) == (495, 290, 515, 330)
    placed = pack([patch(495, 290, 20, 40)], CLUSTER)
    (box,) = map_to_frame(np.array([[2, 3, 12, 23]]), [0.9], [1], placed, FRAME).boxes
    assert box.tolist() == [497, 293, 507, 313]


def test_what_would_not_fit_loses_padding_first_and_is_then_down_sampled():
    region = pad_box((100, 100, 500, 400), 1.0, FRAME, CLUSTER)
    assert region[2] - region[0] <= 640 and region[3] - region[1] <= 377  # a quarter of 300 more, and whole pixels
    large = pad_box((100, 100, 1100, 700), 1.0, FRAME, CLUSTER)
    width, height = fit_size(large, CLUSTER)
    assert width <= 640 and height <= 360
    assert width / height == pytest.approx((large[2] - large[0]) / (large[3] - large[1]), rel=0.02)


def test_a_small_box_gets_some_surroundings():
    assert pad_box((100, 100, 104, 108), 1.0, FRAME, CLUSTER, min_side=64) == (70, 72, 134, 136)


# ---- packing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_packed_patches_lie_in_the_cluster_and_do_not_overlap(seed):
    rng = np.random.default_rng(seed)
    patches = [patch(*rng.integers(0, 500, 2), *rng.integers(10, 220, 2)) for _ in range(40)]
    covered = np.zeros(CLUSTER[::-1], int)
    placed = pack(patches, CLUSTER)
    stretched = grow_patches(placed, CLUSTER, FRAME)
    for own in stretched:
        x1, y1, x2, y2 = own.place
        assert 0 <= x1 < x2 <= CLUSTER[0] and 0 <= y1 < y2 <= CLUSTER[1]
        assert max(own.patch.region[2] - FRAME[0], own.patch.region[3] - FRAME[1]) <= 0
        covered[y1:y2, x1:x2] += 1
    assert covered.max() == 1 and covered.mean() > 0.8
    assert placed[0].patch == patches[0], "the most urgent one comes first"
    assert [own.patch.region[:2] for own in stretched] == [own.patch.region[:2] for own in placed]


def test_eight_patches_for_new_objects_fill_the_papers_cluster():
    assert len(pack([patch(160 * k, 0, 160, 176) for k in range(8)], CLUSTER)) == 8


def test_nobody_is_shown_twice():
    whole = patch(0, 0, 200, 200, (50, 50, 150, 150))
    inside = patch(60, 60, 60, 60, (75, 75, 105, 105))
    across = patch(150, 150, 120, 120, (180, 180, 240, 240))
    assert [own.patch for own in pack([whole, inside, across], CLUSTER)] == [whole, across]


@pytest.mark.parametrize("share", [0.5, 0.75, 1.0], ids=["half", "three quarters", "all"])
def test_tracks_get_their_share_of_the_cluster(share):
    failing = [patch(5 * k, 0, 80, 90, label="low") for k in range(64)]
    new = [patch(160 * k, 0, 160, 176) for k in range(8)]
    placed = pack(order_by_share(failing, new, CLUSTER, share), CLUSTER)
    area = sum(own.patch.size[0] * own.patch.size[1] for own in placed if own.patch.label == "low")
    assert area / (640 * 360) == pytest.approx(share, abs=0.13)


def test_what_tracks_leave_over_is_for_new_objects():
    new = [patch(160 * k, 0, 160, 176) for k in range(8)]
    assert len(pack(order_by_share([patch(0, 0, 60, 60)], new, CLUSTER, 0.75), CLUSTER)) > 5


@pytest.mark.parametrize(("ratio", "turns"), [(0.75, "TTTN" * 3), (2 / 3, "TTN" * 4), (1.0, "TTTT"), (0.0, "NNNN")])
def test_clusters_alternate_by_the_ratio(ratio, turns):
    assert "".join("TN"[is_turn_for_new_objects(turn, ratio)] for turn in range(len(turns))) == turns


def test_a_cluster_shows_the_frame():
    frame = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), np.uint8)
    placed = pack([patch(100, 50, 300, 200), patch(700, 300, 120, 130)], CLUSTER)
    cluster = paint_cluster(frame, placed, CLUSTER)
    assert cluster.shape == (360, 640, 3)
    for own in placed:
        (x1, y1, x2, y2), (left, top, right, bottom) = own.patch.region, own.place
        assert (cluster[top:bottom, left:right] == frame[y1:y2, x1:x2]).all()


# ---- mapping back ---------------------------------------------------------------------------------------------------


def test_boxes_come_back_to_where_they_were_also_from_a_down_sampled_patch():
    placed = [Placed(patch(100, 50, 200, 100), 10, 20), Placed(patch(600, 300, 400, 200, scale=0.5), 300, 20)]
    seen = np.array([[20, 30, 60, 70], [350, 40, 400, 60]], float)
    back = map_to_frame(seen, [0.9, 0.8], [3, 1], placed, FRAME)
    assert back.boxes.tolist() == [[110, 60, 150, 100], [700, 340, 800, 380]]
    assert back.labels.tolist() == [3, 1] and not back.cut.any()


def test_a_detection_belongs_to_the_patch_of_its_middle_and_is_clipped_to_it():
    placed = [Placed(patch(100, 100, 100, 100), 0, 0), Placed(patch(900, 500, 100, 100), 100, 0)]
    seen = np.array([[60, 20, 104, 60], [70, 20, 125, 60], [500, 200, 520, 220]])
    back = map_to_frame(seen, [0.9] * 3, [0] * 3, placed, FRAME)
    assert back.boxes.tolist() == [[160, 120, 200, 160]], "what lies in two, or in none, is nothing"
    assert back.cut.tolist() == [[False, False, True, False]]


def test_what_touches_the_edge_of_the_frame_is_not_cut_off():
    placed = [Placed(patch(0, 620, 100, 100), 0, 0)]
    back = map_to_frame(np.array([[0, 40, 30, 100], [40, 0, 100, 50]]), [0.9, 0.9], [0, 0], placed, FRAME)
    assert back.cut.tolist() == [[False] * 4, [False, True, True, False]]


def test_what_ends_near_an_edge_is_cut_off_the_sooner_the_larger_it_is():
    placed = [Placed(patch(400, 200, 300, 300), 0, 0)]
    back = map_to_frame(np.array([[50, 20, 150, 288], [50, 200, 90, 288]]), [0.9, 0.9], [0, 0], placed, FRAME)
    assert back.cut.tolist() == [[False, False, False, True], [False] * 4]


def test_the_same_thing_in_two_patches_is_there_once_for_each_class():
    seen = found([0, 0, 100, 100], [4, 0, 104, 100], [2, 0, 102, 100], labels=[0, 0, 1], scores=[0.5, 0.9, 0.3])
    kept = suppress_duplicates(seen)
    assert kept.scores.tolist() == [0.9, 0.3] and kept.labels.tolist() == [0, 1]


def test_the_whole_of_a_thing_wins_over_a_surer_part_of_it():
    part = [False, False, True, False]
    seen = found([0, 0, 100, 100], [0, 0, 40, 100], scores=[0.4, 0.9], cut=[[False] * 4, part])
    assert suppress_duplicates(seen).boxes.tolist() == [[0, 0, 100, 100]]


def test_a_part_of_a_track_moves_it_but_never_makes_it_smaller():
    left, both = [True, False, False, False], [True, False, True, False]
    seen = found([320, 205, 382, 295], [530, 200, 560, 300], cut=[left, both])
    tracks = np.array([[300, 200, 380, 300], [500, 200, 600, 300]], float)
    whole, rest = complete_cut_boxes(seen, tracks, np.array([0, 0]), FRAME)
    assert whole.boxes.tolist() == [[302, 205, 382, 295], [500, 200, 600, 300]]
    assert not len(rest)


def test_a_part_of_nothing_known_is_no_detection():
    seen = found([100, 100, 140, 160], [300, 300, 340, 340], cut=[[False, True, False, False], [False] * 4])
    whole, rest = complete_cut_boxes(seen, np.zeros((0, 4)), np.zeros(0, int), FRAME)
    assert whole.boxes.tolist() == [[300, 300, 340, 340]] and rest.boxes.tolist() == [[100, 100, 140, 160]]
