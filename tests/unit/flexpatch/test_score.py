"""How ways to find objects are rated, on truth that one can read."""

import numpy as np
import pytest

from framewright.flexpatch.evaluation.baselines import TrackPrediction, detect_every_frame
from framewright.flexpatch.evaluation.contract import check_evaluation
from framewright.flexpatch.evaluation.score import (
    average_precision,
    bootstrap_interval,
    compute_packed_shares,
    compute_recalls,
    count_predictions,
    measure_delays,
)
from framewright.flexpatch.runtime.contract import check_boxes
from framewright.flexpatch.runtime.runtime import TrackedObject
from framewright.flexpatch.samples.observations import Observations, box_table

BOX, OTHER = (10.0, 10, 50, 70), (200.0, 100, 260, 190)
FRAMES = range(0, 6)


def known(rows):
    true = box_table(rows)
    return Observations((640, 360), np.arange(6) / 10, ("person", "car"), box_table(()), true)


def thing(box=BOX, label=0, score=0.9):
    return TrackedObject(np.array(box), score, label, 0, True)


BOTH = [(frame, 1, 0, 1.0, BOX) for frame in FRAMES] + [(frame, 2, 1, 1.0, OTHER) for frame in range(2, 6)]


def test_whoever_shows_the_truth_is_precise():
    shown = [[thing()] + ([thing(OTHER, 1)] if frame >= 2 else []) for frame in FRAMES]
    assert average_precision(known(BOTH), FRAMES, shown) == pytest.approx(1)


def test_a_wrong_class_and_a_wrong_place_are_wrong():
    shifted = [[thing((40, 10, 80, 70)), thing(OTHER, 0)] for _ in FRAMES]
    assert average_precision(known(BOTH), FRAMES, shifted) < 0.05


def test_what_is_hidden_or_tiny_may_be_missed():
    hidden = [(frame, 3, 0, 0.2, OTHER) for frame in FRAMES] + [(frame, 4, 0, 1.0, (5, 5, 9, 12)) for frame in FRAMES]
    true = [row for row in BOTH if row[1] == 1] + hidden
    assert average_precision(known(true), FRAMES, [[thing()] for _ in FRAMES]) == pytest.approx(1)


def test_delay_is_from_when_a_new_object_is_to_be_seen():
    shown = [[thing()] + ([thing(OTHER, 1)] if frame >= 4 else []) for frame in FRAMES]
    assert measure_delays(known(BOTH), FRAMES, shown) == (pytest.approx([0.2]), 0)
    assert measure_delays(known(BOTH), FRAMES, [[thing()] for _ in FRAMES]) == ([], 1)


def test_predictions_are_counted_by_what_was_true():
    judged = [
        TrackPrediction("high", "high", True),
        TrackPrediction("low", "high", False),
        TrackPrediction("medium", "medium", True),
    ]
    judged += [TrackPrediction("low", "low", False)] * 3 + [TrackPrediction("high", "low", True)]
    told = count_predictions(judged)
    assert compute_recalls(told["confusion"]) == {"high": 0.5, "medium": 1.0, "low": 0.75}
    shares = {"failing": 0.6667, "good": 0.25, "failing_in_turn": 0.6667, "good_in_turn": 0.25}
    assert compute_packed_shares(told) == shares


def test_the_papers_way_counts_clusters_in_which_tracks_come_first():
    predictions = [TrackPrediction("high", "high", True), TrackPrediction("high", "high", False, is_track_turn=False)]
    shares = compute_packed_shares(count_predictions(predictions))
    assert (shares["failing"], shares["failing_in_turn"], shares["good"]) == (0.5, 1.0, None)


def test_the_interval_holds_the_mean_and_is_narrow_where_sequences_agree():
    rng = np.random.default_rng(0)
    assert bootstrap_interval([0.5] * 5, rng) == (0.5, 0.5)
    low, high = bootstrap_interval([0.2, 0.4, 0.6, 0.8], rng)
    assert 0.2 <= low < 0.5 < high <= 0.8


WAY = {"ap": 0.5, "pixels": 100, "share": 0.5, "delays": [], "never_found": 0}
TOLD = {"ap": 0.5, "ap_between": [0.4, 0.6], "share": 0.5, "pixels": 100, "new_found": None}
RUN = {"video": "a", "boxes": 1, "frames": 3, "size": [640, 360]}


@pytest.mark.parametrize(
    ("line", "told", "broken"),
    [
        ("1,1,10.00,10.00,20.00,20.00,0.9,1,-1", TOLD, []),
        ("1,1,630.00,10.00,20.00,20.00,0.9,1,-1", TOLD, [0]),
        ("1,1,620.01,10.00,20.00,20.00,0.9,1,-1", TOLD, []),
        ("1,1,620.02,10.00,20.00,20.00,0.9,1,-1", TOLD, [0]),
        ("4,1,10.00,10.00,20.00,20.00,0.9,1,-1", TOLD, [0]),
        ("1,1,10.00,10.00,20.00,20.00,0.9,1,-1", TOLD | {"pixels": 90}, [1]),
        ("1,1,10.00,10.00,20.00,20.00,0.9,1,-1", TOLD | {"ap": 1.2}, [1]),
    ],
    ids=[
        *("all is well", "a box beyond the frame", "beyond by what is rounded", "beyond by twice as much"),
        *("a frame too many", "costs that do not add up", "more than perfect"),
    ],
)
def test_the_contract_breaks_where_it_should(tmp_path, line, told, broken):
    (tmp_path / "a.txt").write_text(line + "\n")
    rated = [{"video": "a", "sequences": [{"methods": {"x": WAY}}]}]
    findings = check_boxes([tmp_path / "a.txt"], [RUN])
    findings += check_evaluation(rated, {"sequences": 1, "methods": {"x": told}})
    assert [place for place, own in enumerate(findings) if not own.ok] == broken


def test_every_frame_examined_as_a_whole_gives_fresh_objects_and_all_pixels():
    table = box_table([(0, 0, 1, 0.9, [0, 0, 4, 4]), (2, 0, 1, 0.8, [1, 0, 5, 4])])
    seen = Observations((8, 6), np.arange(3) / 10, ("cat", "dog"), table, table)
    output = detect_every_frame(seen, range(3), each=48)
    assert [len(objects) for objects in output.objects] == [1, 0, 1] and output.pixels == 2 * 48
    (first,), _, (last,) = output.objects
    assert (first.fresh, first.label, first.score, first.number) == (True, 1, 0.9, -1)
    assert last.box.tolist() == [1, 0, 5, 4]
