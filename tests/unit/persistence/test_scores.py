"""Figures of small answers that can be checked by hand."""

import numpy as np
import pytest

from framewright.persistence.scores import (
    compute_calibration_error,
    compute_sigmoid,
    fit_temperature,
    score_answers,
    score_kinds,
)


def test_all_figures_of_eight_answers():
    said, true = [1, 1, 1, 0, 0, 0, 0, 0], [1, 0, 1, 1, 1, 0, 0, 0]
    assert score_answers(np.array(said), np.array(true)) == {
        "number": 8,
        "accuracy": 0.625,
        "error": round((0.625 * 0.375 / 8) ** 0.5, 6),
        "balanced_accuracy": 0.625,
        "f1": round(4 / 7, 6),
        "precision": round(2 / 3, 6),
        "recall": 0.5,
        "recall_of_the_other": 0.75,
    }


@pytest.mark.parametrize(("said", "figure"), [(0, "recall_of_the_other"), (1, "recall")])
def test_where_one_answer_never_comes_up_its_figures_are_nothing(said, figure):
    found = score_answers(np.full(4, said), np.full(4, said))
    assert found["accuracy"] == 1 and found["error"] == 0 and found["balanced_accuracy"] == 0.5
    zero = {"recall", "recall_of_the_other"} - {figure}
    assert found[figure] == 1 and all(found[name] == 0 for name in zero)
    assert found["precision"] == found["f1"] == said


def test_chances_are_rated_by_their_squares_and_their_bins():
    chances, true = np.array([0.9, 0.4, 1.0]), np.array([True, False, True])
    found = score_answers(chances > 0.5, true, chances)
    assert found["brier"] == round((0.01 + 0.16) / 3, 6)
    assert found["calibration_error"] == round((0.1 + 0.4) / 3, 6)  # the last bin holds 0.9 and 1


def test_a_bin_errs_by_what_is_called_too_much_in_all_of_it():
    assert compute_calibration_error(np.array([0.25, 0.25]), np.array([True, False])) == 0.25
    assert compute_calibration_error(np.array([0.05, 0.15]), np.array([True, False])) == pytest.approx(0.55)
    assert compute_calibration_error(np.zeros(0), np.zeros(0, bool)) == 0


def test_classes_are_rated_each_by_itself_and_those_that_never_come_up_not_at_all():
    found = score_kinds(np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1]), ("a", "b", "c"))
    assert found == {"number": 4, "accuracy": 0.5, "balanced_accuracy": 0.5, "recall": {"a": 0.5, "b": 0.5}}


@pytest.mark.parametrize("warmth", [0.1, 1.0, 10.0])
def test_a_temperature_is_found_over_its_whole_range(warmth):
    true = np.arange(100) < 73
    assert fit_temperature(np.full(100, np.log(73 / 27) * warmth), true) == pytest.approx(warmth)


def test_a_logit_of_nothing_is_an_even_chance_and_none_is_too_large():
    assert compute_sigmoid(np.array([0.0, np.log(3), -np.log(3)])).tolist() == pytest.approx([0.5, 0.75, 0.25])
    assert compute_sigmoid(np.array([-1e4, 1e4])).tolist() == [pytest.approx(0, abs=1e-25), 1.0]
    assert compute_sigmoid(np.array([-60.0])) > compute_sigmoid(np.array([-59.9])) * 0.9
