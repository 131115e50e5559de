"""Figures and words of the evaluation, of answers made by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from framewright.persistence import charts, evaluate
from framewright.persistence.paths import CLASSES

COOL = SimpleNamespace(temperatures={"clean": 2.0, "persistent": 0.5})
FIGURES = {"accuracy": 0.75, "balanced_accuracy": 0.5, "mean_frames": 2.25, "share_of_frames": 0.5}
EARLY = FIGURES | {"decided_before_the_end": 0.25, "decided_by_frame_4": 1.0}


def logits_of(chances):
    chances = np.asarray(chances)
    return torch.tensor(np.log(chances / (1 - chances)))


def test_a_decision_falls_at_the_first_frame_that_is_sure_enough():
    chances = np.array([[0.5, 0.9, 0.1], [0.1, 0.9, 0.9], [0.5, 0.6, 0.5], [0.5, 0.4, 0.6]])
    answers, frames = evaluate.exit_early(chances, 0.9)
    assert answers.tolist() == [True, False, False, True] and frames.tolist() == [2, 1, 3, 3]


def test_an_early_exit_is_rated_on_what_it_said_then_and_by_how_much_it_saw():
    chances = np.full((4, 6), 0.6)
    chances[0, 0], chances[1, 3], chances[2, 4] = 0.95, 0.05, 0.97
    found = evaluate._score_exit(chances, np.array([True, True, True, False]), 0.9)
    assert found["accuracy"] == 0.5 and found["brier"] == round((0.0025 + 0.9025 + 0.0009 + 0.36) / 4, 6)
    assert found["mean_frames"] == 4.0 and found["share_of_frames"] == round(4 / 6, 6)
    assert found["decided_before_the_end"] == 0.75 and found["decided_by_frame_4"] == 0.5


def test_only_what_chance_cannot_do_beats_the_bound():
    bound = [0.5, 0.5, 0.9, 1.0]
    error = np.sqrt(np.array(bound) * (1 - np.array(bound)) / 100)
    curve = np.array(bound) + 4 * error
    assert evaluate.find_beaten(curve.tolist(), bound, 100) == []
    assert evaluate.find_beaten(np.add(curve, [0, 1e-6, 0, 1e-6]).tolist(), bound, 100) == [2, 4]


def test_a_baseline_wins_where_it_is_as_good_as_the_model():
    def part(model, **rivals):
        return {name: {"balanced_accuracy": value} for name, value in (rivals | {"model": model}).items()}

    found = {
        "frames": part(0.8, area=0.8, constant=0.5, oracle=1.0),
        "clip": part(0.7, area=0.69, blobs=0.6),
        "objects": part(0.6, constant=0.5, lifetime=0.75),
    }
    assert evaluate.find_wins(found) == [
        "frames: area reaches 0.800 balanced, the model 0.800",
        "spheres: lifetime reaches 0.750 balanced, the model 0.600",
    ]
    assert evaluate.find_wins({"frames": {"area": {"balanced_accuracy": 1.0}}}) == []


def test_frames_are_rated_by_cooled_logits_of_what_shows():
    outputs = {"clean": 2 * logits_of([[0.9, 0.2, 0.6, 0.4]])}
    found = evaluate._score_frames(outputs, COOL, np.array([[False, True, True, False]]))
    assert found["accuracy"] == 0.5 and found["brier"] == round((0.01 + 0.04 + 0.36 + 0.36) / 4, 6)


def test_clips_are_rated_after_each_frame_and_at_the_end():
    outputs = {"persistent": 0.5 * logits_of([[0.6, 0.8], [0.6, 0.3]]), "clean": torch.zeros(2, 2)}
    asked = {"persistent": np.array([True, False]), "shows": np.zeros((2, 2), bool)}
    frames, clip = evaluate._score_persistence(outputs, COOL, asked, 0.7)
    assert clip["curve"] == [0.5, 1.0] and clip["accuracy"] == 1 and clip["brier"] == round((0.04 + 0.09) / 2, 6)
    assert clip["early_exit"]["mean_frames"] == 2 and frames["number"] == 4


def test_positions_are_rated_in_clean_frames_where_they_are_known():
    true = torch.zeros(1, 4, 3)
    true[0, 3] = float("nan")
    found = true.clone()
    found[0, :3] = torch.tensor([[3.0, 0, 1], [9.0, 9, 9], [4.0, 0, -1]])
    kind = torch.tensor([[0.0, 1.0, 0.0, 0.0]])
    outputs = {"clean": torch.full((1, 4), 3.0), "positions": found, "kind": kind}
    labels = {"clean": torch.tensor([[1.0, 0, 1, 1]]), "positions": true, "kind": torch.tensor([1])}
    scored = evaluate._score_multitask(outputs, labels, COOL, np.array([0.5, 0.25, 0.0]))
    assert scored["position_error"] == {"x": round(12.5**0.5, 6), "y": 0, "z": 1}
    assert scored["position_error_of_the_middle"] == {"x": 0.5, "y": 0.25, "z": 0}
    assert scored["kind"]["recall"] == {CLASSES[1]: 1} and scored["frames"]["accuracy"] == 0.75
    assert evaluate._compute_rms(np.zeros((0, 3))) == {}


def test_attention_is_shared_out_over_the_frames_with_transients():
    """The sphere's disc lies on one cell of 16 x 16, a transient on another one and on the sphere's in frame 2."""
    metadata = {"pixels": [[2.0, 2.0, 0.0]] * 3}
    data = [{"video": np.zeros((3, 3, 64, 64), np.uint8)}]
    data = type("Data", (list,), {"places": [0], "clips": SimpleNamespace(metadata=lambda place: metadata)})(data)
    attention, cells = torch.zeros(1, 3, 16, 16), torch.zeros(1, 3, 16, 16)
    cells[0, 1:, 8, 8] = 1
    cells[0, 2, 0, 0] = 1
    attention[0, 1, 0, 0], attention[0, 1, 8, 8], attention[0, 1, 9, 9] = 0.5, 0.25, 0.25
    attention[0, 2, 0, 0], attention[0, 2, 5, 5] = 0.5, 0.5
    attention[0, 0, 8, 8] = 1
    labels = {"clean": torch.tensor([[1.0, 0, 0]]), "cells": cells, "kind": torch.tensor([0])}
    outputs = {"attention": attention, "kind": torch.tensor([[1.0, 0, 0, 0]])}
    found = evaluate._score_attention(outputs, labels, data)
    assert found["share_on_transients"] == 0.375 and found["share_on_the_sphere"] == 0.25
    assert found["share_on_transients_if_even"] == pytest.approx(1.5 / 256, abs=1e-6)
    assert found["share_on_the_sphere_if_even"] == pytest.approx(0.5 / 256, abs=1e-6)
    assert found["sphere_to_transients_by_area"] == 2 and found["kind"]["accuracy"] == 1


# ---- the page


def list_lines(found, sure=0.9):
    return charts.make_evaluation_page({"default": found}, sure)


def test_the_page_says_how_early_decisions_fall():
    assert charts._make_exit_line("model, early exit", EARLY) == (
        "Model, early exit: 2.2 frames seen on average, 50% of the clip; 25% decided before its end, 100% by frame 4.\n"
    )


def test_a_table_of_scores_has_all_figures_that_are_there_and_blanks():
    table = charts._make_scores_table({"area": {"accuracy": 0.5, "f1": 0.25}})
    assert "balanced accuracy" in table and "recall of the other" in table
    row = table.splitlines()[-1]
    assert [cell.strip() for cell in row.strip("|").split("|")] == ["area", "0.500", "", "0.250", *[""] * 4]


def test_the_page_has_a_part_for_each_model_and_none_for_those_that_are_not_there():
    kind = {"accuracy": 0.5, "balanced_accuracy": 0.25, "recall": {"Linear": 0.75}}
    assert charts._list_more({}) == []
    [_, beaten] = charts._list_more({"beats_the_bound": [3]})
    assert beaten == "**The model beats the bound after [3] frames: something is wrong.**"
    many = {"kind": kind, "frames": FIGURES, "position_error": {"x": 0.5}, "position_error_of_the_middle": {"x": 1.0}}
    lines = charts._list_more({"multitask": many})
    assert "Kind of path: 0.500 right, balanced 0.250 (Linear 0.75)." in lines
    assert lines[-1].endswith("in half pictures: x 0.500 (always the middle: 1.000).")
    shares = {"share_on_transients": 0.125, "share_on_the_sphere": 0.5}
    shares |= {f"{key}_if_even": value / 10 for key, value in shares.items()}
    assert charts._list_more({"attention": shares | {"kind": kind}})[-1] == (
        "Of the attention in frames with transients, 12.50% on the transients, 1.25% if it were even; "
        "50.00% on the sphere, 5.00% if it were even."
    )


def test_a_whole_page_names_early_exits_of_those_that_have_one():
    clip = {"bound": [0.5], "area": FIGURES, "model": FIGURES | {"early_exit": EARLY}, "oracle": {"early_exit": EARLY}}
    text = list_lines({"clips": {"test": 12}, "clip": clip, "frames": {"area": FIGURES}, "baseline_wins": ["a", "b"]})
    assert "12 clips of sources that no model saw" in text and "probability is at\nleast 0.9," in text
    assert "A baseline is as good as the model here. a; b." in text
    assert "oracle, early exit" in text and "Oracle, early exit: 2.2 frames" in text
    assert "early exit:" not in list_lines({"clips": {"test": 12}, "clip": {}, "frames": {}})


def test_half_of_the_frames_shown_have_transients_where_there_are_as_many():
    shows = np.zeros(32, bool)
    shows[[3, 5, 7, 9, 11, 13, 15, 17]] = True
    times = charts._choose_frames(shows)
    assert len(times) == 12 and times == sorted(times) and times[0] == 0 and times[-1] == 31
    assert [time for time in times if shows[time]] == [3, 5, 7, 9, 11, 13]
    few = np.arange(32) == 4
    assert len(charts._choose_frames(few)) == 12 and 4 in charts._choose_frames(few)
    assert charts._choose_frames(np.ones(4, bool)) == [0, 1, 2, 3]
    assert charts._choose_frames(np.ones(9, bool)) == [0, 1, 2, 3, 4, 5]


def test_the_largest_weight_is_the_brightest_and_none_is_black():
    heat = charts._draw_heat(np.array([[0.0, 0.25], [1.0, 0.0]]), 8).astype(int)
    assert heat.shape == (8, 8, 3)
    bright = heat.sum(axis=2)[[1, 1, 5], [1, 5, 1]]
    assert bright[0] < 20 < bright[1] < bright[2] and bright[2] > 500
    half = charts._draw_heat(np.array([[0.25, 1.0]]), 8)[0, 0]
    whole = charts._draw_heat(np.array([[np.square(127.5 / 255), 1.0]]), 8)[0, 0]
    assert half.tolist() == whole.tolist()
    assert charts._draw_heat(np.zeros((2, 2)), 4).max() < 20


def test_curves_begin_with_one_frame_and_the_models_have_their_error(monkeypatch, tmp_path):
    kept = []
    monkeypatch.setattr(charts, "write_figure", lambda path, figure: kept.append(figure))
    model = {"curve": [0.5, 0.75, 1.0], "early_exit": {"mean_frames": 1.5, "accuracy": 0.7}}
    clip = {"bound": [0.6, 0.8, 1.0], "model": model}
    arms = {name: {"clip": clip, "clips": {"test": 25}, "crowded": name == "crowd"} for name in ("default", "crowd")}
    charts.write_curves(tmp_path / "a.png", arms)
    plain, crowd = kept[0].axes
    lines = {line.get_label(): line for line in plain.lines}
    assert lines["model"].get_xdata().tolist() == [1, 2, 3] and lines["model"].get_ydata().tolist() == model["curve"]
    assert lines["model"].get_linewidth() > lines["best possible (Bayes)"].get_linewidth()
    assert (lines["model, early exit"].get_xdata()[0], lines["model, early exit"].get_ydata()[0]) == (1.5, 0.7)
    assert charts.IDENTITIES in {line.get_label() for line in crowd.lines} and charts.IDENTITIES not in lines
    ends = plain.collections[0].get_paths()[0].get_extents()
    assert (ends.x0, ends.x1) == (1, 3) and ends.y1 == 1 and ends.y0 == pytest.approx(0.3)
    edges = plain.collections[0].get_paths()[0].vertices
    assert [0.7 < y < 0.7001 for x, y in edges if x == 1 and y > 0.5] and plain.get_xlim() == (1, 3)
