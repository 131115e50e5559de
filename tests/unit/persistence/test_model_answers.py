"""A kept model says the same of the same clip in every version: weights and clips by a rule, answers by hand of it."""

import numpy as np
import pytest
import torch

from framewright.persistence import attention, frame_classifier, multitask, tracklet_classifier
from framewright.persistence.multitask import average_trail, make_grid
from framewright.persistence.tracklets import CHANNELS, SIDE

SIZE, FRAMES = 32, 12


def set_weights(model):
    """Weights by a rule, so that each model is the same ever after."""
    with torch.no_grad():
        for number, part in enumerate(model.parameters()):
            count = part.numel()
            waves = torch.sin(torch.arange(1, count + 1, dtype=torch.float64) * (1.3 + 0.1 * number))
            part.copy_((0.6 * waves / max(count / part.shape[0], 1) ** 0.5 + 0.02).view_as(part))
    return model.eval()


def make_clip():
    """(1, FRAMES, 3, SIZE, SIZE): a square that moves to the right, and a red one for two frames."""
    video = np.zeros((1, FRAMES, 3, SIZE, SIZE), np.uint8)
    for time in range(FRAMES):
        video[0, time, :, 10:15, 2 + 2 * time : 7 + 2 * time] = 255
    video[0, 4:6, 0, 20:26, 20:26] = 230
    return torch.from_numpy(video)


def make_crops():
    crops = np.zeros((2, FRAMES, CHANNELS, SIDE, SIDE), np.uint8)
    crops[0, :, :3, 3:8, 3:8], crops[0, :, 3], crops[0, :, 4], crops[0, :, 5] = 255, 255, 90, 160
    crops[1, 3:5, 0, 3:8, 3:8], crops[1, 3:5, 3], crops[1, 3:5, 4] = 230, 255, 40
    return torch.from_numpy(crops)


ANSWERS = {
    "cnn": {"clean": [1.49923, 1.54441, 1.50366], "persistent": [0.70068, 0.77394, 0.77005]},
    "transformer": {"clean": [-0.20245, -0.19715, -0.20247], "persistent": [-0.28543, -0.17288, -0.28363]},
    "multitask": {
        "clean": [2.08276, 2.13736],
        "places": [-0.00899, -0.01597, 0.38833],
        "kind": [2.3632, 3.37962, 1.00611, 3.42846],
    },
    "attention": {
        "places": [-0.00424, -0.00145],
        "kind": [3.30684, 1.77597, 3.60308, 1.58289],
        "cells": [0.01683, 0.01948, 0.01416],
    },
    "objects": {"persistent": [0.98789, 0.67498]},
}


def answer(name):
    with torch.no_grad():
        if name == "objects":
            model = tracklet_classifier.TrackletClassifier(tracklet_classifier.TrackletConfig())
            return {"persistent": set_weights(model)(make_crops())["persistent"].flatten()}
        if name in ("cnn", "transformer"):
            config = frame_classifier.FrameClassifierConfig(encoder=name, size=SIZE)
            found = set_weights(frame_classifier.FrameClassifier(config))(make_clip())
            return {key: found[key][0, [0, 4, 11]] for key in ("clean", "persistent")}
        if name == "multitask":
            found = set_weights(multitask.Multitask(multitask.MultitaskConfig(size=SIZE)))(make_clip())
            return {"clean": found["clean"][0, [0, 4]], "places": found["positions"][0, 4], "kind": found["kind"][0]}
        found = set_weights(attention.Attention(attention.AttentionConfig(size=SIZE)))(make_clip())
        weights = found["attention"][0, 4]
        assert weights.shape == (8, 8) and weights.sum() == pytest.approx(1, abs=1e-5)
        return {"places": found["places"][0, 4], "kind": found["kind"][0], "cells": weights[2, [1, 3, 7]]}


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_a_kept_model_answers_as_it_did(name):
    found = answer(name)
    assert found.keys() == ANSWERS[name].keys()
    for key, values in ANSWERS[name].items():
        assert found[key].tolist() == pytest.approx(values, abs=4e-5), key


def test_a_grid_has_the_middles_of_its_cells():
    grid = make_grid(2, 4, torch.device("cpu"))
    assert grid[0, 0].tolist() == [-0.75, -0.25, 0.25, 0.75] * 2 and grid[0, 1].tolist() == [-0.5] * 4 + [0.5] * 4
    assert attention.make_cell_centres(4, torch.device("cpu")).tolist() == [-0.75, -0.25, 0.25, 0.75]


def test_a_trail_is_the_mean_grey_of_the_frames_nearby_in_the_same_clip():
    frames = torch.zeros(8, 3, 4, 4)  # two clips of four frames
    frames[:, :, :2, :2] = torch.tensor([0.0, 3.0, 6.0, 9.0, 10.0, 20.0, 30.0, 40.0])[:, None, None, None]
    frames[:, 0, 2:, 2:] = 3.0
    trail = average_trail(frames, 2, 1, (2, 2))
    assert trail.shape == (8, 1, 2, 2)
    assert trail[:, 0, 0, 0].tolist() == pytest.approx([1.5, 3, 6, 7.5, 15, 20, 30, 35])
    assert trail[:, 0, 1, 1].tolist() == pytest.approx([1.0] * 8) and not trail[:, 0, 0, 1].any()


@pytest.mark.parametrize("trail", [9, 10])
def test_a_trail_reaches_as_far_to_both_sides(trail):
    assert multitask.Multitask(multitask.MultitaskConfig(trail=trail)).reach == trail // 2
    assert attention.Attention(attention.AttentionConfig(trail=trail)).reach == trail // 2


# ---- losses


def test_losses_are_the_sums_of_their_parts():
    even, half = torch.zeros(1, 2), float(np.log(2))
    labels = {"clean": torch.tensor([[1.0, 0.0]]), "kind": torch.tensor([2]), "persistent": torch.tensor([1.0])}
    four = float(np.log(4))
    found = frame_classifier.compute_loss({"clean": even, "persistent": even}, labels)
    assert float(found) == pytest.approx(2 * half)
    positions = torch.tensor([[[0.1, 0.2, 0.3], [9.0, 9.0, 9.0]]])
    outputs = {"clean": even, "kind": torch.zeros(1, 4), "positions": positions}
    found = multitask.compute_loss(outputs, labels | {"positions": torch.zeros(1, 2, 3)})
    assert float(found) == pytest.approx(half + four + 3 * 0.14, rel=1e-4)
    attended, cells = torch.full((1, 2, 4, 4), 1 / 16), torch.zeros(1, 2, 16, 16)
    cells[0, 1, :4, :4] = 1
    outputs = {"attention": attended, "places": positions[..., :2], "kind": torch.zeros(1, 4)}
    found = attention.compute_loss(outputs, labels | {"cells": cells, "positions": torch.zeros(1, 2, 3)})
    assert float(found) == pytest.approx(four + 10 * 0.05 - float(np.log(15 / 16)), rel=1e-4)


def test_positions_err_by_the_mean_over_clean_and_known_frames():
    found, true = torch.zeros(1, 3, 3), torch.tensor([[[1.0, 2.0, 2.0], [3.0, 0.0, 0.0], [50.0, 0.0, 0.0]]])
    clean = torch.tensor([[1.0, 1.0, 0.0]])
    assert float(multitask.position_error(found, true, clean)) == 9
    true[0, 1, 0] = float("nan")
    assert float(multitask.position_error(found, true, clean)) == 9
    assert float(multitask.position_error(found, true, torch.zeros(1, 3))) == 0


def test_a_path_is_bridged_between_frames_far_apart():
    way = torch.arange(12.0).view(1, 6, 2) ** 2
    clean = torch.tensor([[False, True, False, False, True, False]])
    bridged = multitask.bridge(way, clean)[0]
    assert torch.equal(bridged[0], way[0, 1]) and torch.equal(bridged[5], way[0, 4])
    assert torch.allclose(bridged[2], way[0, 1] + (way[0, 4] - way[0, 1]) / 3)
    assert torch.allclose(bridged[3], way[0, 1] + (way[0, 4] - way[0, 1]) * 2 / 3)
