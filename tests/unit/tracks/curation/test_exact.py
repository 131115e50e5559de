"""Choosing tracks: exact answers of small examples."""

import math

import numpy as np
import pytest

from framewright.tracks.curation import charts, order, relaxation
from framewright.tracks.curation.constraints import fill
from framewright.tracks.curation.diversity import _turn, evenly_over_clusters, k_means
from framewright.tracks.curation.duplicates import Pairs, find_repeated, near_duplicates
from framewright.tracks.curation.names import compose_stem, short_count
from framewright.tracks.curation.options import Constraints, Likeness, Subset
from framewright.tracks.curation.preview import _square
from framewright.tracks.curation.scan import make_bare_candidates

# ---- curation


def made(count, videos=None, motions=None, boxes=None, middles=None, vectors=None):
    numbers = np.stack([np.zeros(count, np.uint64), np.arange(count, dtype=np.uint64)], axis=1)
    own = make_bare_candidates(
        numbers, np.zeros(count, np.int32) if videos is None else np.array(videos, np.int32),
        np.zeros(count, np.int32), ("a",), np.ones(count),
    )  # fmt: skip
    values = vars(own) | {"quality": np.ones(count, np.float32)}
    values["motion"] = np.array(motions if motions is not None else [1.0] * count, np.float32)
    values["middles"] = np.array(middles if middles is not None else [0.0] * count)
    values["boxes"] = np.array(boxes if boxes is not None else [[0, 0, 1, 1]] * count, np.float32)
    if vectors is not None:
        values["vectors"], values["embedded"] = np.array(vectors, np.int8), np.ones(count, bool)
    return type(own)(**values)


def filled(tracks, quota, **asked):
    taken, levels = fill(tracks, np.arange(len(tracks)), tracks.classes, quota, Constraints(**asked))
    return taken.tolist(), levels.tolist()


def test_what_meets_the_least_motion_comes_first_and_relaxation_fills_up():
    tracks = made(5, motions=[1.0, 2.0, 0.5, 1.99, float("nan")])
    assert filled(tracks, 2, min_motion=1.0) == ([0, 1], [0, 0]) and filled(tracks, 9, min_motion=2.0) == ([1], [0])
    assert filled(tracks, 3, min_motion=2.0, relax=(0.5, 0.25)) == ([1, 0, 3], [0, 1, 1])
    assert filled(tracks, 9, min_motion=2.0, relax=(0.5, 0.25)) == ([1, 0, 3, 2], [0, 1, 1, 2])
    assert filled(tracks, 9, min_motion=2.0, relax=(0.5, 0.0)) == ([1, 0, 3, 2, 4], [0, 1, 1, 2, 2])
    assert filled(tracks, 9, min_motion=2.0, relax=(0.5,), hard=("min_motion",)) == ([1], [0])


@pytest.mark.parametrize(
    ("middle", "most", "taken"), [(0, 0.5, 2), (0, 0.49, 1), (4, 0.25, 2), (4, 0.24, 1), (0.5, 0.49, 1), (1, 0.49, 1)]
)
def test_an_overlap_in_one_video_fades_with_time(middle, most, taken):
    boxes = [[0, 0, 1, 1], [0, 0, 0.5, 1]]
    asked = {"max_overlap": most, "overlap_seconds": 1.0}
    assert len(filled(made(2, boxes=boxes, middles=[0, middle]), 9, **asked)[0]) == taken
    assert len(filled(made(2, videos=[0, 1], boxes=boxes, middles=[0, middle]), 9, **asked)[0]) == 2


def test_vectors_must_be_so_far_from_all_that_were_picked():
    vectors = np.zeros((4, 36), np.int8)
    vectors[:, 0] = [0, 12, 13, 100]  # 127 are a length of 1
    assert filled(made(4, vectors=vectors), 9, min_distance=0.1)[0] == [0, 2, 3]
    assert filled(made(4, vectors=vectors), 2, min_distance=0.1)[0] == [0, 2]
    assert filled(made(4, vectors=vectors), 9, min_distance=0.1, relax=(0.5,)) == ([0, 2, 3], [0, 0, 0])


def test_constraints_relax_towards_asking_nothing():
    asked = Constraints(2.0, 0.5, 0.25, 3.0, 0.5, (0.5,), ("min_quality",))
    half = asked.at(0.5)
    assert (half.min_motion, half.min_quality, half.max_overlap, half.min_distance) == (1, 0.5, 0.625, 0.25)
    assert half.overlap_seconds == 3 and asked.factors == (1, 0.5) and Constraints(relax=(0.5,)).factors == (1,)
    assert not Constraints().active and Constraints(max_overlap=0.9).pairwise and Constraints(min_distance=0.1).pairwise


@pytest.mark.parametrize(
    ("apart", "bits", "video", "found"),
    [(12, 64, 1, 1), (13, 12, 1, 1), (13, 13, 1, 0), (31, 12, 1, 1), (32, 12, 1, 0), (12, 0, 0, 0)],
)
def test_near_duplicates_are_near_and_look_alike_or_are_very_near(apart, bits, video, found):
    vectors = np.zeros((2, 36), np.int8)
    vectors[1, 0] = apart
    signatures = np.array([0, (1 << bits) - 1], np.uint64)
    pairs = near_duplicates(vectors, np.array([0, video]), signatures, Likeness(0.1, 0.25, 12))
    assert len(pairs.one) == found
    if found:
        assert (pairs.one[0], pairs.other[0], pairs.squared[0], pairs.bits[0]) == (0, 1, apart**2, bits)


def test_what_is_removed_removes_nothing_itself():
    nothing = np.zeros(3, np.int32)
    pairs = Pairs(np.array([0, 1, 2]), np.array([1, 2, 3]), nothing, nothing)
    assert find_repeated(pairs, np.arange(4)) == {1: 0, 3: 2}
    assert find_repeated(pairs, np.arange(4)[::-1]) == {2: 3, 0: 1}


def test_orders_are_by_value_class_and_id():
    assert order.by_value(np.array([2, 0, 1]), np.array([5.0, 7.0, 5.0])).tolist() == [1, 2, 0]
    assert order.by_class(np.array([2, 0, 1]), np.array([1, 0, 1])).tolist() == [1, 2, 0]
    large = np.array([1 << 17, 3, 1 << 17])
    assert order.by_class(np.array([2, 0, 1]), large).tolist() == [1, 2, 0]
    numbers = np.array([[1, 5], [0, 9], [1, 5]], np.uint64)
    assert order.by_id(numbers, np.array([1, 0, 0])).tolist() == [1, 2, 0]
    assert order.draw_keys(np.array([1.0, 2.0]), 0, np.array([0.5, 0.5])).tolist() == [1, 2]
    gumbel = -math.log(math.log(2))
    assert order.draw_keys(np.array([1.0]), 0.5, np.array([0.5])).tolist() == [pytest.approx(2 + gumbel)]
    assert order.draw_keys(np.array([1.0]), math.inf, np.array([0.5])).tolist() == [pytest.approx(gumbel)]


def test_chance_is_that_of_an_id_ever_after():
    """SplitMix64 of 0 is a published number."""
    assert int(order._mixed(np.array([0], np.uint64))[0]) == 0xE220A8397B1DCDAF
    numbers = order.id_numbers(["0" * 31 + "1", "f" * 32, "alley"])
    assert numbers[:2].tolist() == [[0, 1], [2**64 - 1, 2**64 - 1]]
    assert [int(part) for part in numbers[2]] == [int(order._md5("alley")[:16], 16), int(order._md5("alley")[16:], 16)]
    uniforms = order.draw_uniforms(order.id_numbers([f"{k:032x}" for k in range(4000)]), 0, "a")
    assert abs(uniforms.mean() - 0.5) < 0.02 and uniforms.min() > 0 and uniforms.max() < 1
    assert not np.array_equal(
        uniforms, order.draw_uniforms(order.id_numbers([f"{k:032x}" for k in range(4000)]), 1, "a")
    )


def test_clusters_are_means_rounded_and_turns_count_from_nothing():
    vectors = np.array([[0, 0], [1, 0], [100, 0], [104, 2], [102, 0]], np.int8)
    centres, nearest = k_means(vectors, 2)
    assert centres.tolist() == [[0, 0], [102, 1]] and nearest.tolist() == [0, 0, 1, 1, 1]
    assert _turn(np.array([3, 1, 3, 1, 3]), np.arange(5)).tolist() == [0, 0, 1, 1, 2]
    spread = np.repeat(np.array([[0, 0], [100, 0], [0, 100]], np.int8), 3, axis=0)
    assert sorted(evenly_over_clusters(spread).tolist()) == list(range(9))
    assert {int(place) // 3 for place in evenly_over_clusters(spread)[:3]} == {0, 1, 2}
    assert evenly_over_clusters(spread[:2]).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("count", "text"),
    [(999, "999"), (1000, "1K"), (1999, "1K"), (999_999, "999K"), (1_000_000, "1M"), (4_199_999, "4M"), (0, "0")],
)
def test_counts_are_shortened_to_what_is_full(count, text):
    assert short_count(count) == text


def test_names_say_what_was_asked_for():
    asked = Constraints(1.5, 0.25, 0.5, math.inf, 0.3)
    own = Subset("a", max_per_class=10, temperature=0.5, constraints=asked)
    assert compose_stem(own) == "CB10-{count}-T0.5MinNNDist0.3MaxIoU0.50BufinfMinQ90Motion1.5MinQuality0.25"
    assert compose_stem(Subset("a", "random", 5)) == "{count}-RND"
    assert compose_stem(Subset("a", max_per_class=2, temperature=math.inf)) == "CB2-{count}-Tinf"


@pytest.mark.parametrize(
    ("count", "grid"), [(0, (1, 2)), (1, (1, 2)), (2, (1, 2)), (3, (2, 2)), (8, (4, 2)), (9, (3, 3)), (13, (4, 4))]
)
def test_charts_stand_in_rows(count, grid):
    assert charts._grid(count, 4, 2) == grid


def test_shares_of_a_histogram_are_percent_of_what_was_measured():
    values = np.array([0.5, 1.5, 1.5, 9.0, np.nan, -3.0])
    assert charts._shares(values, np.array([0.0, 1, 2])).tolist() == pytest.approx([40, 60])
    assert charts._shares(values[4:5], np.array([0.0, 1, 2])).tolist() == [0, 0]


def test_fills_are_counted_by_class_and_factor():
    class Choice:
        levels, found = np.array([0, 1, 1, 0]), np.array([5, 0, 3])

    subset = Subset("a", max_per_class=4, constraints=Constraints(min_motion=1, relax=(0.5,)))
    rows = relaxation.count_fills(subset, Choice, np.array([0, 0, 0, 2]), ("x", "y", "z"))
    assert [(row.name, row.asked, row.found, row.taken, row.as_asked, row.relaxed) for row in rows] == [
        ("x", 4, 5, 3, 1, {0.5: 2}),
        ("z", 4, 3, 1, 1, {0.5: 0}),
    ]


def test_a_picture_stands_in_the_middle_of_a_square():
    square = _square(np.zeros((4, 10, 3), np.uint8))
    assert (
        square.shape == (10, 10, 3)
        and (square == 0).all(axis=(1, 2)).tolist() == [False] * 3 + [True] * 4 + [False] * 3
    )
