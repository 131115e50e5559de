"""What a judge has learnt, and in which words its verdict is said."""

import numpy as np
import pytest
import torch

from framewright.videomnist import judge_training
from framewright.videomnist.generating import Continued
from framewright.videomnist.judge_network import CUT
from framewright.videomnist.judge_training import Tracked, train_judge
from framewright.videomnist.judgement_page import AGREEMENT_GATE, compose_verdict
from framewright.videomnist.judging import compare_prediction


def found(reconstructions: float, samples: float | None) -> dict:
    told = None if samples is None else {"value": samples}
    return {"agreement": {"reconstructions_digit": {"value": reconstructions}, "samples_digit": told}}


@pytest.mark.parametrize(
    ("given", "words", "absent"),
    [
        pytest.param(found(0.95, 0.7), "samples is 70.0% and meets the aim of 60%", "misses", id="both met"),
        pytest.param(found(0.9, 0.6), "reconstructions is 90.0% and meets", "misses", id="exactly at the aim"),
        pytest.param(found(0.95, 0.5), "look at the predicted continuations", "told no class", id="samples missed"),
        pytest.param(found(0.5, None), "reconstructions is 50.0% and misses", "continuations", id="no classes"),
    ],
)
def test_a_verdict_says_what_is_met(given, words, absent):
    assert words in compose_verdict(given) and absent not in compose_verdict(given)
    assert AGREEMENT_GATE == {"reconstructions_digit": 0.9, "samples_digit": 0.6}


def test_a_judge_is_a_function_of_its_clips_and_its_seed(monkeypatch):
    monkeypatch.setattr(judge_training, "STEPS", 3)
    monkeypatch.setattr(judge_training, "PATH_STEPS", 3)
    rng = np.random.default_rng(0)
    clips = Tracked(
        torch.from_numpy(rng.random((12, 8, 4), np.float32)),
        torch.from_numpy(rng.integers(0, 256, (12, 8, CUT, CUT), dtype=np.uint8)),
        torch.from_numpy(rng.integers(0, 10, 12)),
        torch.from_numpy(rng.integers(0, 3, 12)),
        torch.from_numpy(rng.random(12, np.float32)),
    )
    first, again, other = (train_judge(clips, 3, seed).state_dict() for seed in (0, 0, 1))
    assert len(clips) == 12
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_predictions_are_compared_after_the_given_frames_alone():
    """A square that moves on: foretold exactly; repeated where it was; and decoded with a third of its brightness."""
    real = np.zeros((3, 6, 32, 32), np.uint8)
    for time in range(6):
        real[:, time, 8:16, 2 + 3 * time : 10 + 3 * time] = 240
    told = real.copy()
    told[:, :2] = 77  # what was given is not judged
    found = compare_prediction(Continued(real, told, np.arange(3)), real // 3, 2, 0)
    assert (found["clips"], found["given"], found["predicted"]) == (3, 2, 4)
    predicted, still, decoded = (found["ways"][name] for name in ("predicted", "last frame repeated", "decoded"))
    assert predicted["mse"]["value"] == 0 and predicted["ssim"]["value"] == pytest.approx(1)
    assert still["ssim"]["value"] < decoded["ssim"]["value"] < 1
    moved = [2 * 8 * min(8, 3 * step) for step in (1, 2, 3, 4)]  # pixels that differ
    assert still["mse"]["value"] == pytest.approx(np.mean(moved) / 32**2 * (240 / 255) ** 2, rel=1e-4)
    assert decoded["mse"]["value"] == pytest.approx(64 / 32**2 * (160 / 255) ** 2, rel=1e-4)
