"""Samples, splits and models: exact figures of small examples."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from framewright.flexpatch.follow.compat import CompatFollower
from framewright.flexpatch.follow.features import EXTRA, FEATURES, RUNTIME_FEATURES
from framewright.flexpatch.follow.follower import Follower
from framewright.flexpatch.posters import crop_sample
from framewright.flexpatch.runtime.runtime import TrackedObject
from framewright.flexpatch.samples.collect import collect_samples
from framewright.flexpatch.samples.columns import COLUMNS
from framewright.flexpatch.samples.gather import write_table
from framewright.flexpatch.samples.observations import Observations, box_table
from framewright.flexpatch.samples.options import Sampling
from framewright.flexpatch.tree import picture, pretraining, training
from framewright.flexpatch.tree.forest import Forest
from framewright.flexpatch.tree.options import TreeSettings
from framewright.flexpatch.tree.practice import _choose_area
from framewright.flexpatch.tree.rating import predict_by_bounds, rate
from framewright.flexpatch.tree.split import GAP, HELD_OUT, TRAIN, split_samples, time_folds
from framewright.report.gallery.posters import decode_poster

BOX = (10.0, 10, 50, 70)


def known(true, found=(), frames=6, size=(640, 360)):
    return Observations(size, np.arange(frames) / 10, ("person", "car"), box_table(found), box_table(true))


def thing(box=BOX, label=0, number=0, fresh=True):
    return TrackedObject(np.array(box, float), 0.9, label, number, fresh)


# ---- models


def test_rates_of_labels_are_exact():
    found = rate(["high", "low", "low", "low"], ["high", "low", "medium", "low"])
    assert found == {
        "samples": 4, "accuracy": 0.75, "balanced_accuracy": pytest.approx(5 / 6),
        "recall": {"high": 1.0, "medium": None, "low": pytest.approx(2 / 3)},
        "confusion": [[1, 0, 0], [0, 0, 0], [0, 1, 2]],
    }  # fmt: skip
    assert rate([], [])["accuracy"] is None and rate([], [])["balanced_accuracy"] is None


@pytest.mark.parametrize(
    ("row", "label"),
    [
        ((0, 0.5, 10, 5, 1), "medium"),
        ((0, 0.7, 5, 2, 1), "low"),
        ((0, 0.49, 0, 0, 1), "high"),
        ((0, 0.69, 0, 0, 1), "medium"),
        ((0, 1, 10.1, 0, 1), "high"),
        ((0, 1, 5.1, 0, 1), "medium"),
        ((0, 1, 0, 5.1, 1), "high"),
        ((0, 1, 0, 2.1, 1), "medium"),
    ],
)
def test_fixed_bounds_are_the_origins_to_the_digit(row, label):
    assert predict_by_bounds(np.array([row])).tolist() == [label]


def samples(*videos, count=10):
    return pd.DataFrame(
        {"video": np.repeat(videos, count), "time": np.tile(np.arange(count, dtype=float), len(videos))}
    )


def test_by_time_the_last_share_is_held_out_behind_a_gap():
    assert split_samples(samples("a", count=11), "time", 0.3, 2.0).tolist() == [TRAIN] * 5 + [GAP] * 2 + [HELD_OUT] * 4
    assert split_samples(samples("a", count=11), "video", 0.3, 0.0).tolist() == [TRAIN] * 7 + [HELD_OUT] * 4


@pytest.mark.parametrize(("videos", "by"), [("abc", "time"), ("abcd", "video")])
def test_with_four_videos_whole_ones_are_held_out(videos, by):
    part = split_samples(samples(*videos), "auto", 0.3, 2.0)
    assert (set(part[:10]) == {TRAIN}) == (by == "video")


@pytest.mark.parametrize(("share", "held"), [(0.3, "de"), (0.1, "e"), (0.4, "de"), (0.6, "cde"), (1.0, "bcde")])
def test_the_last_videos_are_held_out_that_make_up_the_share(share, held):
    part = split_samples(samples(*"abcde"), "video", share, 2.0)
    expected = {0.3: "e"}.get(share, held)
    assert "".join(name for name, own in zip("abcde", part[::10], strict=True) if own == HELD_OUT) == expected


def test_videos_that_the_table_holds_out_are_held_out():
    part = split_samples(samples(*"abcd"), "video", 0.3, 2.0, {"a": "val", "b": "train", "c": "test", "x": "val"})
    assert part[::10].tolist() == [HELD_OUT, TRAIN, HELD_OUT, TRAIN]


def test_folds_are_five_stretches_of_each_video_without_their_neighbours():
    folds = list(time_folds(samples("a", "b", count=21), 2.0))
    assert len(folds) == 5 and [rated[:5].tolist()[0] for _, rated in folds] == [0, 4, 8, 12, 16]
    assert [len(rated) for _, rated in folds] == [8, 8, 8, 8, 10]
    train, rated = folds[1]
    assert rated.tolist() == [4, 5, 6, 7, 25, 26, 27, 28]
    assert train.tolist() == [0, 1, *range(10, 21), 21, 22, *range(31, 42)]


def test_counts_and_spans_of_a_training_are_exact():
    table = samples("a", "b", count=4).assign(iou_label=["low", "low", "high", "low"] * 2)
    assert training._counts(table)["low"] == {"count": 6, "share": 0.75}
    assert training._counts(table[:0])["high"] == {"count": 0, "share": 0}
    part = np.array([TRAIN, TRAIN, GAP, HELD_OUT, TRAIN, TRAIN, TRAIN, TRAIN])
    assert training._spans(table, part) == {
        "a": {TRAIN: [0, 1], HELD_OUT: [3, 3]},
        "b": {TRAIN: [0, 3], HELD_OUT: None},
    }
    assert training._rows(part) == {TRAIN: 6, GAP: 1, HELD_OUT: 1} and training._by(part, table) == "time"
    assert training._by(np.repeat([TRAIN, HELD_OUT], 4), table) == "video"


@pytest.mark.parametrize(("gain", "stays"), [(0.029, True), (0.031, False)])
def test_another_model_wins_by_its_margin(gain, stays):
    rows = [{"name": "tree", "folds": 0.5}, {"name": "a", "folds": 0.5 + gain}, {"name": "b", "folds": 0.4}]
    said = training.compose_verdict(rows)
    assert said.startswith("The tree stays") is stays and f"{gain:.3f}" in said and "a" in said
    assert training.compose_verdict([]) == "Nothing was compared."


@pytest.mark.slow
def test_candidates_are_the_tree_itself_and_others_each_once():
    table = pd.DataFrame({name: [0.0] for name in (*FEATURES, *EXTRA)})
    found = list(training.list_candidates(table, TreeSettings()))
    names = [name for name, _, _ in found]
    assert len(names) == len(set(names)) == 6 + 5 and "tree, depth 5, split from 10" not in names
    assert names[:3] == ["tree", "tree, other weights", "tree of 13 features"]
    tree, other, wide = (model for _, _, model in found[:3])
    assert (tree.max_depth, tree.min_samples_split, tree.random_state, tree.class_weight) == (5, 10, 42, "balanced")
    assert other.class_weight is None and wide.class_weight == "balanced" and found[2][1] == list(RUNTIME_FEATURES)
    plain = [model for _, _, model in training.list_candidates(table[list(FEATURES)], TreeSettings(balanced=False))]
    assert (plain[0].class_weight, plain[1].class_weight) == (None, "balanced") and len(plain) == 10
    deep = next(model for name, _, model in found if name == "tree, depth 7, split from 50")
    assert (deep.max_depth, deep.min_samples_split) == (7, 50)


def test_boosting_is_given_the_weights_that_it_does_not_know():
    class Boosting:
        n_estimators = 1

        def fit(self, rows, labels, sample_weight=None):
            self.weights = sample_weight
            return self

    labels = np.array(["low", "low", "low", "high"])
    assert training._fit(Boosting(), np.zeros((4, 1)), labels).weights.tolist() == pytest.approx([2 / 3] * 3 + [2])
    known_weights = type("Forest", (Boosting,), {"class_weight": "balanced"})
    assert training._fit(known_weights(), np.zeros((4, 1)), labels).weights is None


def test_folds_of_scenes_rate_each_once_and_learn_from_the_others():
    table = samples(*"abcdef", count=2)
    folds = list(pretraining._scene_folds(table))
    assert [rated.tolist() for _, rated in folds] == [[0, 1, 8, 9], [2, 3, 10, 11], [4, 5], [6, 7]]
    assert all(sorted([*train, *rated]) == list(range(12)) for train, rated in folds)


def test_probabilities_are_in_the_order_of_the_labels_and_zero_for_what_was_never_learnt():
    model = SimpleNamespace(predict_proba=lambda rows: np.tile([0.75, 0.25], (len(rows), 1)), classes_=["low", "high"])
    assert pretraining._probabilities(model, np.zeros((2, 1))).tolist() == [[0.25, 0, 0.75]] * 2


def test_samples_are_counted_by_scene_and_label():
    counts = pretraining._count_by_scene(np.array([0, 0, 2, 2, 2]), np.array([0, 2, 1, 1, 0]), 3)
    assert counts.tolist() == [[1, 0, 1], [0, 0, 0], [1, 2, 0]]


def test_a_forest_is_a_mean_over_trees_and_risks_know_how_frequent_labels_are():
    """Two trees: the first one asks whether the second feature is above 2, the second one is a leaf."""
    rules = {
        "feature": [1, 0, 0, 0], "threshold": [2.0, 0.0, 0.0, 0.0], "yes": [1, 1, 2, 3], "no": [2, 1, 2, 3],
        "shares": [[0, 0, 0], [1, 0, 0], [0, 0.5, 0.5], [0, 0, 1]], "roots": [0, 3],
    }  # fmt: skip
    card = {"forest": rules, "inputs": ["a", "b"], "weights": {"high": 1.0, "medium": 5.0, "low": 1.0}, "max_depth": 1}
    forest = Forest(card | {"labels": {"high": 1, "medium": 1, "low": 2}})
    shares = forest.probabilities(np.array([[9, 2], [0, 2.1]]))
    assert shares.tolist() == [[0.5, 0, 0.5], [0, 0.25, 0.75]]
    assert forest.measure_risks(shares).tolist() == pytest.approx([1 / 3, 1 / 7])
    assert forest.predict(np.array([[9, 2.1], [0, 2]])).tolist() == ["medium", "high"]


# ---- samples and pictures


def test_an_area_covers_a_third_of_each_side_at_least_and_lies_in_the_frame():
    areas = np.array([_choose_area(np.random.default_rng(seed), (100, 200)) for seed in range(400)])
    sides = (areas[:, 2:] - areas[:, :2]) / (100, 200)
    assert 0.35 <= sides.min() < 0.37 and 0.98 < sides.max() <= 1 and areas.min() >= 0
    assert (areas[:, 2] <= 100 + 1e-9).all() and (areas[:, 3] <= 200 + 1e-9).all() and areas[:, 0].max() > 50


@pytest.mark.parametrize(
    ("rectangle", "clipped"),
    [((-5, 10, 20, 30), (0, 10, 20, 30)), ((90, 70, 20, 30), (90, 70, 10, 10)), ((120, 0, 9, 9), (120, 0, -20, 9))],
)
def test_a_compat_rectangle_begins_and_ends_in_the_frame(rectangle, clipped):
    assert CompatFollower((100, 80))._clip(*rectangle) == clipped


def test_compat_takes_a_detection_that_overlaps_by_more_than_half():
    own, grey = CompatFollower((640, 360)), np.zeros((360, 640), np.uint8)
    own.start(grey, np.array([[10.0, 10, 40, 20]]), [0.5], [1])
    taken = own.refresh(
        grey, np.array([[10.0, 10, 40, 11], [10, 10, 40, 10], [300, 10, 40, 20]]), [0.6, 0.7, 0.8], [1, 1, 0]
    )
    assert taken.tolist() == [0, 0, 1] and own.tracks[0].score == 0.7 and own.tracks[0].rectangle == (10, 10, 40, 10)
    fresh = CompatFollower((640, 360))
    fresh.start(grey, np.array([[10.0, 10, 40, 20]]), [0.5], [1])
    assert fresh.refresh(grey, np.array([[10.0, 10, 40, 10]]), [0.6], [1]).tolist() == [1]
    first, second = fresh.tracks
    assert (first.min_eig, first.ncc, first.accel, first.flow_std, second.number) == (0, 1, 0, 0, 1)
    for age in range(1, 10):
        fresh.move(grey)
        assert (first.age, first.unexamined) == (age, age)  # nothing can be followed on black
    fresh.move(grey)
    assert fresh.tracks == []


def test_of_areas_only_what_has_its_middle_there_is_examined():
    true = [(frame, number, 0, 1.0, (x, 100, x + 40, 140)) for frame in range(3) for number, x in ((0, 100), (1, 400))]
    found = [(frame, number, 0, 0.9, box) for frame, number, _, _, box in true]
    grey = np.random.default_rng(0).integers(0, 255, (360, 640), np.uint8)
    areas = {1: np.array([120.0, 120, 421, 300])}
    rows, strange = collect_samples("v", known(true, found), [grey] * 3, Follower((640, 360)), Sampling(), areas)
    assert [(row.frame, row.track, row.unexamined) for row in rows] == [(1, 0, 1), (1, 1, 1), (2, 0, 1), (2, 1, 1)]
    assert strange == []
    narrow = {1: np.array([121.0, 0, 420, 300])}
    rows, _ = collect_samples("v", known(true, found), [grey] * 3, Follower((640, 360)), Sampling(), narrow)
    assert [(row.track, row.unexamined) for row in rows if row.frame == 2] == [(0, 2), (1, 2)]


def test_a_poster_has_half_of_the_box_around_it_and_black_beyond_the_picture():
    shown = decode_poster(crop_sample(np.full((100, 100, 3), 200, np.uint8), (80, 40, 100, 50)))
    assert shown.shape[1] / shown.shape[0] == pytest.approx(2, abs=0.1)
    wide = shown.shape[1]
    assert shown[:, : int(0.7 * wide)].mean() > 190 and shown[:, int(0.8 * wide) :].mean() < 10
    assert decode_poster(crop_sample(np.full((9, 9, 3), 200, np.uint8), (50, 50, 60, 60))).max() < 10


def test_leaves_of_a_tree_have_rows_of_their_own_and_questions_stand_between():
    nodes = [
        {"yes": 1, "no": 2, "feature": "ncc", "threshold": 0.5},
        {"label": "high"},
        {"yes": 3, "no": 4, "feature": "accel", "threshold": 1.0},
        {"label": "medium"},
        {"label": "low"},
    ]
    places = {}
    assert picture._place(nodes, 0, 0, 0, places) == 3
    assert places == {0: (0, 0.75), 1: (1, 0), 2: (1, 1.5), 3: (2, 1), 4: (2, 2)}


def test_tables_of_videos_are_joined_below_one_header_and_counted(tmp_path):
    header = ",".join(COLUMNS) + "\n"
    for name, rows in (("a", "1,2\n3,4\n"), ("b", ""), ("c", "5,6\n")):
        (tmp_path / name).write_text(header + rows)
    assert write_table(tmp_path / "all", [tmp_path / name for name in "abc"]) == 3
    assert (tmp_path / "all").read_text() == header + "1,2\n3,4\n5,6\n"
    assert write_table(tmp_path / "none", []) == 0 and (tmp_path / "none").read_text() == header
