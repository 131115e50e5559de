"""How ways and models are rated, split, chosen and told of: exact figures of small examples."""

from types import SimpleNamespace

import numpy as np
import pytest

from framewright.flexpatch.evaluation import baselines, chart, evaluate, summary
from framewright.flexpatch.evaluation.contract import check_evaluation
from framewright.flexpatch.evaluation.score import (
    bootstrap_interval,
    compute_packed_shares,
    count_predictions,
    is_required,
    measure_delays,
    sum_predictions,
)
from framewright.flexpatch.runtime.contract import check_boxes
from framewright.flexpatch.runtime.packing import Patch, Placed
from framewright.flexpatch.runtime.runtime import TrackedObject
from framewright.flexpatch.runtime.schedule import Step
from framewright.flexpatch.samples.observations import NOBODY, Observations, box_table
from framewright.flexpatch.samples.truth import pair_boxes

BOX = (10.0, 10, 50, 70)


def known(true, found=(), frames=6, size=(640, 360)):
    return Observations(size, np.arange(frames) / 10, ("person", "car"), box_table(found), box_table(true))


def thing(box=BOX, label=0, number=0, fresh=True):
    return TrackedObject(np.array(box, float), 0.9, label, number, fresh)


# ---- what has to be found, and when


@pytest.mark.parametrize(("visible", "height", "required"), [(0.5, 10, True), (0.49, 10, False), (0.5, 9.9, False)])
def test_an_object_must_be_found_where_half_of_it_shows_and_it_is_ten_pixels_high(visible, height, required):
    assert is_required(box_table([(0, 1, 0, visible, (0, 5, 4, 5 + height))])).tolist() == [required]


def test_delays_begin_with_the_first_sight_and_end_with_the_first_find():
    rows = [(frame, 1, 0, 1.0, BOX) for frame in range(6)]
    rows += [(frame, 2, 0, 1.0 if frame > 2 else 0.1, (100, 100, 140, 160)) for frame in range(1, 6)]
    rows += [(frame, 3, 0, 1.0, (300, 100, 340, 160)) for frame in (2, 3)]
    half, less = thing((100, 100, 120, 160)), thing((100, 100, 119, 160))
    shown = [[thing()], [half], [thing()], [less], [half], [half]]
    assert measure_delays(known(rows), range(6), shown) == ([pytest.approx(0.1)], 1)
    late = measure_delays(known(rows), range(2, 6), shown[2:])
    assert late == ([], 0)


def test_predictions_of_several_sequences_add_up():
    one = count_predictions(
        [
            baselines.TrackPrediction("high", "high", True),
            baselines.TrackPrediction("low", "medium", False),
            baselines.TrackPrediction("low", "low", True, False),
            baselines.TrackPrediction("low", "low", False, True),
        ]
    )
    assert one["packed"] == {"high": 1, "medium": 0, "low": 1} and one["in_turn"] == {"high": 1, "medium": 1, "low": 1}
    assert one["packed_in_turn"] == {"high": 1, "medium": 0, "low": 0}
    both = sum_predictions([one, one])
    assert both["confusion"]["medium"] == {"high": 0, "medium": 0, "low": 2} and both["packed"]["low"] == 2
    assert compute_packed_shares(both) == {"failing": 0.5, "good": 0.5, "failing_in_turn": 0.5, "good_in_turn": 0.0}
    assert compute_packed_shares(count_predictions([]))["failing"] is None


def test_an_interval_leaves_out_as_much_at_both_ends():
    values = np.arange(400) % 2
    low, high = bootstrap_interval(values, np.random.default_rng(0))
    assert low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.006) and high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.006)
    narrow = bootstrap_interval(values, np.random.default_rng(0), 0.5)
    assert narrow[1] - narrow[0] == pytest.approx(2 * 0.674 * 0.025, abs=0.006)


# ---- baselines


def test_frames_between_examinations_are_followed_and_cost_nothing():
    grey = [np.zeros((360, 640), np.uint8)] * 6
    observations = known([], [(frame, 1, 0, 0.8, BOX) for frame in range(6)])
    output = baselines.detect_every_nth_frame(observations, range(6), grey, 2, 1000)
    assert output.pixels == 2000 and [[own.fresh for own in objects] for objects in output.objects] == [
        [True], [False], [True], [False], [True], [False],
    ]  # fmt: skip
    first = baselines.detect_every_nth_frame(observations, range(6), grey, None, 1000)
    assert first.pixels == 0 and [objects[0].fresh for objects in first.objects] == [True] + [False] * 5
    assert baselines.detect_every_frame(observations, range(6), 1000).pixels == 5000


@pytest.mark.parametrize(
    ("box", "label"),
    [((10, 10, 50, 70), "low"), ((10, 10, 30.1, 70), "low"), ((10, 10, 30, 70), "medium"), ((51, 10, 90, 70), "high")],
)
def test_the_oracle_knows_how_well_a_track_lies_on_its_object(box, label):
    oracle = baselines.Oracle(known([(2, 7, 0, 1.0, BOX), (2, 8, 0, 1.0, (51, 10, 90, 70))]))
    oracle.frame, oracle.owners = 2, {1: 7, 2: NOBODY}
    assert oracle.label(1, np.array([box], float)) == label
    assert oracle.label(2, np.array([box], float)) is None and oracle.label(3, np.array([box])) is None
    assert oracle.label(None, np.array([box])) is None
    tracks = [SimpleNamespace(number=number, box=np.array(box, float)) for number in (1, 2)]
    told = oracle.predict_tracks(tracks, (640, 360))
    assert told.labels == [label, "high"] and told.risks.tolist() == [float(label != "low"), 1.0]
    oracle.frame = 3
    assert oracle.label(1, np.array([BOX])) == "high"  # its object is gone


@pytest.mark.parametrize(("right", "owner"), [(30.0, 7), (29.9, NOBODY)])
def test_a_track_is_of_the_object_that_it_was_found_on_by_half(right, owner):
    observations = known([(0, 7, 0, 1.0, BOX), (0, 8, 0, 1.0, (300, 10, 340, 70))])
    owners = baselines._find_owners(
        observations, 0, [thing((10, 10, right, 70), number=4), thing((300, 10, 340, 70), number=5)]
    )
    assert owners == {4: owner, 5: 8} and baselines._find_owners(observations, 0, []) == {}
    assert baselines._find_owners(observations, 3, [thing(number=4)]) == {4: NOBODY}


@pytest.mark.parametrize(("right", "packed"), [(46.0, True), (45.9, False)])
def test_a_track_was_packed_where_nine_tenths_of_it_were_seen(right, packed):
    oracle = baselines.Oracle(known([(0, 7, 0, 1.0, BOX)]))
    oracle.owners = {1: 7}
    region = Patch((0, 0, right, 360), (10, 10), 1.0)
    failing = [Patch((0, 0, 60, 80), (60, 80), 1.0, BOX, number, "medium") for number in (1, 2)]
    own = SimpleNamespace(step=Step.CLUSTER, placed=[Placed(region, 0, 0)], failing=failing, is_new_turn=True)
    assert list(baselines.compare_predictions(oracle, own)) == [
        baselines.TrackPrediction("medium", "low", packed, False)
    ]
    own.step = Step.WHOLE
    assert not list(baselines.compare_predictions(oracle, own))


@pytest.mark.parametrize(("right", "pair"), [(30.0, 0), (29.9, 1)])
def test_boxes_pair_from_half_an_overlap_on(right, pair):
    assert pair_boxes(np.array([[10.0, 10, right, 70]]), np.array([BOX])).tolist() == [pair]


def test_boxes_pair_one_to_one_by_the_largest_sum():
    boxes = np.array([[0.0, 0, 100, 10], [0, 0, 70, 10], [500, 0, 510, 10]])
    assert pair_boxes(boxes, np.array([[0.0, 0, 90, 10], [0, 0, 60, 10]])).tolist() == [0, 1, 2]
    assert pair_boxes(boxes, np.zeros((0, 4))).tolist() == [0, 0, 0]


# ---- the evaluation


@pytest.mark.parametrize(("frames", "count"), [(100, 2), (200, 4), (40, 1), (250, 5), (999, 5)])
def test_as_many_sequences_are_rated_as_fit_and_are_asked_for(frames, count):
    plan = SimpleNamespace(frames=50, sequences=5)
    assert evaluate._count_sequences(SimpleNamespace(times=range(frames)), plan) == count


def test_the_share_is_of_all_pixels_after_the_first_frame():
    output = baselines.MethodOutput([[thing()]] * 6, 750)
    found = evaluate._score(known([(frame, 1, 0, 1.0, BOX) for frame in range(6)]), range(6), output, 1000)
    assert found == {"ap": 1.0, "pixels": 750, "share": 0.15, "delays": [], "never_found": 0}


def test_processor_times_are_means_over_sequences():
    times = [{"a": {"detector": 1.0, "rest": 2.0}}, {"a": {"detector": 2.0, "rest": 4.0005}}]
    assert evaluate._mean_times(times) == {"a": {"detector": 1.5, "rest": 3.0}} and evaluate._mean_times([]) == {}


def test_a_few_whole_frames_are_timed():
    class Clock:
        seconds, calls = 1.0, 0

        def __call__(self, pictures):
            self.seconds, self.calls = self.seconds + 0.25, self.calls + len(pictures)

    clock = Clock()
    assert evaluate._time_whole_frames(clock, range(40)) == 250 and clock.calls == 8
    assert evaluate._time_whole_frames(clock, range(3)) == 250 and clock.calls == 11


def sequence(**methods):
    return {
        "methods": {
            name: {"ap": ap, "share": 0.5, "pixels": 10, "delays": [], "never_found": 0} for name, ap in methods.items()
        }
    }


def test_a_row_of_the_table_has_its_figures_in_columns():
    figures = {
        "ap": 0.5, "ap_between": [0.25, 0.75], "of_every_frame": 0.625, "share": 0.125, "delay": None, "new_found": 1.0,
        "recall": {"high": 0.5, "medium": None, "low": 1.0},
        "packed_share": {"failing": 0.5, "good": 0.25, "failing_in_turn": None, "good_in_turn": 0.125},
    }  # fmt: skip
    gain = {"method": "a", "than": "b", "ap": -0.5, "between": [-0.625, 0.25]}
    lines = summary.format_table({"methods": {"a": figures}, "gains": [gain]}).splitlines()
    assert lines[1].split() == ["a", "0.500", "0.250-0.750", "0.62", "12.5%", "-", "1.00"] and len(lines[1]) == len(
        lines[0]
    )
    assert lines[3] == "a against b: -0.500 (-0.625 to +0.250)"
    assert lines[6].split() == ["a", "0.50", "-", "1.00", "0.50", "0.25", "-", "0.12"] and len(lines[6]) == len(
        lines[5]
    )


def test_means_are_rounded_and_what_was_never_found_counts():
    one, other = (
        {"methods": {"every frame": {"ap": ap, "share": 1.0, "pixels": 100, "delays": delays, "never_found": never}}}
        for ap, delays, never in ((0.5, [0.1, 0.3], 1), (0.25, [], 2))
    )
    found = summary.summarise([{"video": "b", "sequences": [one, other]}], np.random.default_rng(0))
    figures = found["methods"]["every frame"]
    assert (figures["ap"], figures["pixels"], figures["new_objects"], figures["new_found"]) == (0.375, 200, 5, 0.4)
    assert figures["delay"] == 0.2 and figures["of_every_frame"] == 1 and "recall" not in figures
    low, high = figures["ap_between"]
    assert low == 0.25 and high == 0.5


def evaluation(**changes):
    figures = {"pixels": 20, "share": 0.5, "ap": 0.5, "ap_between": [0.4, 0.6], "new_found": None}
    return {"sequences": 2, "methods": {"a": figures | changes}}


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, True),
        ({"pixels": 21}, False),
        ({"share": 0.50009}, True),
        ({"share": 0.5002}, False),
        ({"ap": 0.0, "new_found": 1}, True),
        ({"ap": 1.01}, False),
        ({"ap_between": [-0.1, 0.6]}, False),
        ({"confusion": {"low": {"high": 1, "low": 2}}, "packed": {"low": 3}}, True),
        ({"confusion": {"low": {"high": 1, "low": 2}}, "packed": {"low": 4}}, False),
    ],
)
def test_figures_of_the_evaluation_have_their_limits(changes, kept):
    rated = [{"sequences": [sequence(a=0.5), sequence(a=0.5)]}]
    assert check_evaluation(rated, evaluation(**changes))[0].ok is kept
    assert not check_evaluation([{"sequences": [sequence(a=0.5)] * 3}], evaluation(pixels=30))[0].ok


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["1,1,0.00,0.00,640.00,360.00,0.5,1,-1"], True),
        (["1,1,-0.01,0.00,640.01,360.01,0.5,1,-1"], True),
        (["1,1,-0.02,0.00,9.00,9.00,0.5,1,-1"], False),
        (["1,1,600.00,0.00,40.02,9.00,0.5,1,-1"], False),
        (["1,1,600.00,0.00,0.00,9.00,0.5,1,-1"], False),
        (["1,1,6,6,9,9,0.5,1,-1", "1,2,6,6,9,9,0.5,1,-1", "2,1,6,6,9,9,0.5,1,-1"], True),
        (["1,1,6,6,9,9,0.5,1,-1", "1,1,6,7,9,9,0.5,1,-1"], False),
        (["2,1,6,6,9,9,0.5,1,-1", "1,1,6,6,9,9,0.5,1,-1"], False),
        (["0,1,6,6,9,9,0.5,1,-1"], False),
        (["3,1,6,6,9,9,0.5,1,-1"], True),
        (["4,1,6,6,9,9,0.5,1,-1"], False),
    ],
)
def test_boxes_at_run_time_have_their_limits(lines, kept, tmp_path):
    (tmp_path / "a.txt").write_text("".join(f"{line}\n" for line in lines))
    run = {"video": "a", "boxes": len(lines), "size": [640, 360], "frames": 3}
    assert check_boxes([tmp_path / "a.txt"], [run])[0].ok is kept
    assert not check_boxes([tmp_path / "a.txt"], [run | {"boxes": len(lines) + 1}])[0].ok


# ---- the chart


def test_labels_lie_on_no_other_label_and_on_no_point():
    points = [(10.0, 0.5), (10.5, 0.51), (10.0, 0.52), (50.0, 0.9)]
    shifts = np.array(chart._place_labels(points, 0.0))
    low, high = np.log(chart.LIMITS)
    places = np.array([[400 * (np.log(x) - low) / (high - low), 430 * y / 1.02] for x, y in points])
    labels = places + shifts
    apart = np.hypot(*(labels[:, None] - labels[None]).transpose(2, 0, 1))
    assert apart[~np.eye(4, dtype=bool)].min() > 17
    assert np.hypot(*(labels[:, None] - places[None]).transpose(2, 0, 1)).min() > 13
    assert np.hypot(*shifts[3]) == pytest.approx(17) and shifts[3][0] > 0 and shifts[3][1] > 0


def test_each_method_is_at_its_cost_and_bars_stand_side_by_side():
    import matplotlib.pyplot as plt

    figures = {"ap": 0.5, "ap_between": [0.3, 0.6]}
    axis = plt.figure().add_subplot()
    chart.draw_pareto(axis, {"every frame": figures | {"share": 1.0}, "first frame": figures | {"share": 0.001}})
    assert [line.get_xdata()[0] for line in axis.lines] == [100, 1] and axis.get_ylim() == (0.25, 1.02)
    assert [text.get_text() for text in axis.texts] == ["1", "2"]
    bars = plt.figure().add_subplot()
    chart._draw_bars(bars, {"a": [0.5, None], "b": [1.0, 0.25]}, ("x", "y"))
    boxes = [[(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in group] for group in bars.containers]
    np.testing.assert_allclose(boxes, [[(-0.2, 0.5), (0.8, 0)], [(0.2, 1), (1.2, 0.25)]], atol=1e-9)
    plt.close("all")


def test_methods_that_differ_in_their_model_alone_have_short_names():
    judged = {"FlexPatch, a": 1, "FlexPatch, b": 2, "FlexPatch, b, no model": 3}
    assert chart._ranked(judged) == {"pretrained model": 2, "no model": 3}
    assert chart._ranked({"FlexPatch, a": 1}) == {"pretrained model": 1}
