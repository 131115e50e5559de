"""What the runtime decides: steps, patches and their order, sizes, and how detectors are asked."""

import numpy as np
import pytest

from framewright.errors import UserError
from framewright.flexpatch.follow.follower import Follower, Track
from framewright.flexpatch.runtime.cells import LONGEST, Cells, edge_strength, find_best_windows, find_changes, halve
from framewright.flexpatch.runtime.failing import TrackingFailureRecommender
from framewright.flexpatch.runtime.packing import MappedDetections, Patch, Placed
from framewright.flexpatch.runtime.runtime import FlexPatch, list_objects
from framewright.flexpatch.runtime.schedule import Schedule, Step

FRAME, NOTHING = (640, 360), np.zeros((0, 4))


def finder(picture):
    """Finds nothing."""
    return np.zeros((0, 4)), np.zeros(0), np.zeros(0, int)


def runtime(**options):
    from framewright.flexpatch.runtime.detector_adapter import PictureDetector

    return FlexPatch(PictureDetector(finder), FRAME, **{"cluster_size": (320, 180), "tf_model_path": None} | options)


def steps(schedule, boxes, frames, size=(100, 100)):
    return "".join(schedule.decide(frame, np.array(boxes, float), size).name[0] for frame in range(1, frames + 1))


# ---- the schedule


@pytest.mark.parametrize(("every", "expected"), [(1, "CCCC"), (3, "NNCNNC")])
def test_without_a_budget_one_of_so_many_frames_has_a_cluster(every, expected):
    assert steps(Schedule(0.25, every), NOTHING, len(expected)) == expected


@pytest.mark.parametrize(
    ("cluster", "budget", "expected"),
    [(0.25, 0.25, "CCCCCCCC"), (0.25, 0.125, "NCNCNCNC"), (0.5, 0.75, "CWCWCW"), (0.25, 0.5, "CCWCCWCCW")],
)
def test_a_budget_is_saved_up_for_clusters_and_what_they_leave_for_whole_frames(cluster, budget, expected):
    assert steps(Schedule(cluster, budget=budget), NOTHING, len(expected)) == expected


@pytest.mark.parametrize(
    ("side", "budget", "expected"),
    [
        (23.4, 0.5, "CCW"),
        (23.5, 0.5, "NWN"),
        (23.5, 0.14, "NCN"),
        (47.4, 0.14, "NCN"),
        (47.5, 0.14, "NNN"),
        (90, 0.5, "NWN"),
    ],
)
def test_where_objects_cover_much_the_budget_goes_into_whole_frames(side, budget, expected):
    assert steps(Schedule(0.25, budget=budget), [[0, 0, side, side]], 3) == expected


def test_a_crowd_counts_only_after_a_while():
    schedule, box = Schedule(0.25, budget=0.25), np.array([[0, 0, 30, 30.0]])
    assert steps(schedule, NOTHING, 1) == "C"
    for expected in (0.072, 0.1296, 0.17568, 0.212544, 0.2420352):
        step = schedule.decide(2, box, (100, 100))
        assert schedule.coverage == pytest.approx(expected)
        assert (step is Step.CLUSTER) == (expected < 0.22)
    assert schedule.decide(2, np.array([[10, 10, 5, 5.0]]), (100, 100)) is Step.CLUSTER


def test_clusters_as_large_as_frames_are_whole_frames_unless_they_show_more():
    assert steps(Schedule(1.0, budget=0.5), NOTHING, 4) == "NWNW"
    assert steps(Schedule(1.0, budget=0.5, zoom=2.0), NOTHING, 4) == "NCNC"


# ---- patches by need


def track(number, box, **more):
    return Track(number, np.array(box, float), **{"score": 0.5, "label": 0} | more)


def test_a_patch_has_its_tracks_box_as_far_as_it_is_inside_its_risk_and_its_priority():
    tracks = [
        track(0, (-10, 10, 30, 50), ncc=0.1, unexamined=2),
        track(1, (600, 340, 660, 400), ncc=0.6),
        track(2, (9, 9, 19, 19), ncc=1),
    ]
    first, second, third = TrackingFailureRecommender(padding_ratio=0.5).get_patches(tracks, None, FRAME)
    assert (first.box, first.risk, first.label, first.priority) == ((0, 10, 30, 50), 0.95, "high", 95 + 12)
    assert (second.box, second.risk, second.label, second.priority) == ((600, 340, 640, 360), 0.6, "medium", 60)
    assert (third.risk, third.label, third.priority, third.track) == (0.1, "low", 10, 2)
    assert first.region == (0, 0, 40, 60) and first.size == (40, 60) and third.region == (6, 6, 22, 22)
    assert TrackingFailureRecommender().get_patches([track(0, (700, 0, 740, 40))], None, FRAME) == []


def test_the_size_of_the_frame_is_that_of_its_picture():
    [patch] = TrackingFailureRecommender().get_patches([track(0, (80, 40, 120, 60))], np.zeros((50, 100, 3), np.uint8))
    assert patch.region == (60, 30, 100, 50) and patch.box == (80, 40, 100, 50)
    with pytest.raises(UserError, match="needs a frame or its size"):
        TrackingFailureRecommender().get_patches([], None)


def test_of_equally_urgent_tracks_the_less_sure_and_then_the_older_comes_first():
    tracks = [track(5, (9, 9, 19, 19)), track(3, (9, 9, 19, 19)), track(4, (9, 9, 19, 19), score=0.4)]
    patches = TrackingFailureRecommender().get_patches(tracks, None, FRAME)
    assert [patch.track for patch in patches] == [4, 3, 5]


def needs(*priorities):
    return [
        Patch((60 * k, 0, 60 * k + 20, 20), (20, 20), p, (60 * k, 0, 60 * k + 20, 20), k)
        for k, p in enumerate(priorities)
    ]


def test_tracks_at_risk_come_first_then_new_objects_then_calm_tracks():
    own = runtime()
    new = [Patch((0, 100 * k, 90, 100 * k + 90), (90, 90), 1.0) for k in range(3)]
    own.failing = needs(80.0, 25.0, 24.9)
    kinds = ["t" if patch.track is not None else "n" for patch in own._order_by_need(new, (20, 20))]
    assert kinds == list("ttnnnt") and not own.is_new_turn
    for turn in range(2, 8):
        kinds = ["t" if patch.track is not None else "n" for patch in own._order_by_need(new, (20, 20))]
        assert own.is_new_turn == (turn == 6) and kinds == list("nnttnt" if turn == 6 else "ttnnnt")
    own.failing = needs(24.9)
    assert own._order_by_need(new, (20, 20))[0].track is None and own.is_new_turn
    assert own._order_by_need([], (20, 20))[0].track == 0 and not own.is_new_turn
    own._cut = [Patch((0, 0, 9, 9), (9, 9), 100.0, None, None, "cut")]
    assert own._order_by_need(new, (20, 20))[0].label == "cut" and not own.is_new_turn


def test_what_was_cut_off_is_looked_at_with_twice_its_size_around_it():
    own = runtime()
    boxes = np.array([[100.0, 100, 140, 120], [700, 0, 740, 40]])
    [patch] = own._around(MappedDetections(boxes, np.ones(2), np.zeros(2, int), np.ones((2, 4), bool)))
    assert patch.region == (60, 80, 180, 140) and patch.size == (120, 60) and patch.priority == 100
    assert patch.box == (100, 100, 140, 120) and patch.label == "cut" and patch.track is None


def test_of_a_strongly_reduced_patch_its_box_alone_was_examined():
    own, box = runtime(), (10.0, 10, 50, 50)
    own.placed = [Placed(Patch((0, 0, 100, 100), size, 1.0, box, 0), 0, 0) for size in ((50, 50), (49, 49))]
    own.placed.append(Placed(Patch((200, 0, 300, 100), (30, 30), 1.0), 0, 0))
    assert own._examined().tolist() == [[0, 0, 100, 100], [10, 10, 50, 50], [200, 0, 300, 100]]


def test_objects_are_the_tracks_inside_the_frame_ever_less_sure():
    own = Follower(FRAME)
    own.tracks = [
        track(3, (-10, 5, 20, 40), score=0.8, age=2, label=1),
        track(4, (640, 5, 690, 40)),
        track(5, (9, 360, 19, 400)),
    ]
    [thing] = list_objects(own, {3, 4})
    assert thing.box.tolist() == [0, 5, 20, 40] and thing.score == pytest.approx(0.8 * 0.85**2)
    assert (thing.label, thing.number, thing.fresh) == (1, 3, True) and not list_objects(own, {4})[0].fresh


@pytest.mark.parametrize("wrong", [{"tf_ratio": -0.1}, {"tf_ratio": 1.1}, {"every": 0}, {"zoom": 0.9}])
def test_arguments_beyond_their_limits_are_refused(wrong):
    with pytest.raises(UserError, match="must lie within"):
        runtime(**wrong)
    assert runtime(tf_ratio=0, every=1, zoom=1).tf_ratio == 0 and runtime(tf_ratio=1).tf_ratio == 1


def test_eight_patches_of_cells_fill_a_cluster_and_small_things_get_surroundings():
    own = runtime(cluster_size=(640, 360))
    assert own.patch_cells == (20, 22) and own.min_side == pytest.approx(216) and own.schedule.cluster == 1
    assert runtime(cluster_size=(20, 10)).patch_cells == (1, 1) and runtime(min_side=0.0).min_side == 0
    assert runtime(zoom=2.0).schedule.cluster == 1 and runtime().schedule.cluster == 0.25


@pytest.mark.slow
def test_a_first_frame_is_a_whole_one_and_frames_are_counted():
    own = runtime()
    for number in range(3):
        assert own.frames == number and own.process_frame(np.zeros((360, 640, 3), np.uint8)) == []
    assert own.step is Step.CLUSTER and own.follower.size == FRAME
    large = FlexPatch(lambda pictures: [], (1280, 720), tf_model_path=None)
    assert large._to_grey(np.zeros((720, 1280, 3), np.uint8)).shape == (360, 640)
    assert own._to_grey(np.zeros((360, 640, 3), np.uint8)).shape == (360, 640)


# ---- cells


def test_a_half_picture_is_padded_to_whole_cells_and_one_pixel_more():
    grey = np.arange(35 * 50, dtype=np.uint16).reshape(35, 50).astype(np.uint8)
    half = halve(grey, (8, 8), (50, 35))
    assert half.shape == (21, 29) and (half[:, 25:] == half[:, 24:25]).all() and (half[17:] == half[16]).all()
    small = np.ones((17, 25), np.uint8)
    assert halve(small, (8, 8), (50, 35))[:17, :25].tolist() == small.tolist()
    assert halve(np.ones((1, 1), np.uint8), (2, 2), (1, 1)).shape == (2, 2)


def test_edges_are_the_larger_of_the_steps_across_and_down():
    half = np.zeros((9, 9), np.uint8)
    half[:, 2:] = 40
    assert edge_strength(half, (2, 2)).tolist() == [[10, 0], [10, 0]]
    half[5:] += 80
    assert edge_strength(half, (2, 2)).tolist() == [[10, 0], [28, 20]]


@pytest.mark.parametrize(("step", "seen"), [(4, False), (5, True)])
def test_a_change_counts_beyond_four_grey_values_and_three_times_the_frames(step, seen):
    before = np.full((25, 25), 50, np.uint8)
    after = before.copy()
    after[4:8, 4:8] += step
    assert find_changes(before, after, (6, 6)).sum() == seen
    shaken = after.astype(int) + 2
    assert find_changes(before, shaken.astype(np.uint8), (6, 6)).sum() == (step + 2 > 6)
    assert not find_changes(None, after, (6, 6)).any()


def test_waiting_beyond_its_limit_counts_for_a_tenth_and_change_for_fifty():
    cells, grey = Cells((64, 64)), np.zeros((64, 64), np.uint8)
    cells.waited[:] = LONGEST + 20
    cells.waited[0, 0] = 7
    priority = cells.priorities(grey, NOTHING)
    assert priority[0, 0] == 7 and priority[1, 1] == LONGEST + 2
    changed = grey.copy()
    changed[32:40, 32:40] = 5
    assert cells.priorities(changed, NOTHING)[4, 4] == LONGEST + 2 + 50


@pytest.mark.parametrize(
    ("region", "rows", "columns"),
    [
        ((8, 8, 24, 24), (1, 3), (1, 3)),
        ((9, 9, 24, 24), (2, 3), (2, 3)),
        ((8, 8, 23, 23), (1, 2), (1, 2)),
        ((0, 0, 60, 44), (0, 6), (0, 8)),
        ((0, 0, 59, 43), (0, 5), (0, 7)),
    ],
)
def test_cells_wholly_in_a_region_start_again(region, rows, columns):
    cells = Cells((60, 44))
    cells.waited[:] = 3
    cells.examine([region])
    zero = np.zeros_like(cells.waited, bool)
    zero[slice(*rows), slice(*columns)] = True
    assert ((cells.waited == 0) == zero).all()


def test_windows_are_taken_until_nothing_is_left_and_share_no_cell():
    priority = np.zeros((5, 7))
    priority[0, 0], priority[4, 6], priority[2, 3], priority[2, 4] = 4, 3, 2, 2.5
    assert list(find_best_windows(priority, (2, 1), 9)) == [
        ((3, 2, 5, 3), 4.5), ((0, 0, 2, 1), 4.0), ((5, 4, 7, 5), 3.0),
    ]  # fmt: skip
    assert len(list(find_best_windows(priority, (2, 1), 2))) == 2
    assert list(find_best_windows(priority, (90, 90), 3)) == [((0, 0, 7, 5), 11.5)]


def test_what_overlaps_a_taken_window_counts_without_its_cells():
    rng = np.random.default_rng(0)
    priority = rng.integers(0, 9, (12, 15)).astype(float)
    left = priority.copy()
    for (x1, y1, x2, y2), total in find_best_windows(priority, (4, 3), 30):
        sums = {(x, y): left[y : y + 3, x : x + 4].sum() for x in range(12) for y in range(10)}
        assert total == left[y1:y2, x1:x2].sum() == max(sums.values()) and (x2 - x1, y2 - y1) == (4, 3)
        left[y1:y2, x1:x2] = 0
    assert left.sum() < priority.sum()
