"""Randomness belongs to names, not to the order of work."""

import numpy as np
import pytest

from framewright.rng import make_generator


def first(*names: object, seed: int = 0) -> list[int]:
    return make_generator(seed, *names).integers(0, 1 << 60, 4).tolist()


def test_a_name_has_its_numbers_whoever_else_draws():
    alone = first("train", 3)
    make_generator(0, "train", 2).random(1000)
    assert first("train", 3) == alone


@pytest.mark.parametrize(
    "other",
    [("train", 4), ("test", 3), ("train", "33"), ("train",), ("3", "train")],
    ids=lambda names: "/".join(map(str, names)),
)
def test_other_names_have_other_numbers(other):
    assert first(*other) != first("train", 3)


def test_another_seed_has_other_numbers():
    assert first("train", 3, seed=1) != first("train", 3)


def test_numbers_of_neighbouring_names_are_not_alike():
    draws = np.array([make_generator(0, "clip", k).random() for k in range(400)])
    assert abs(draws.mean() - 0.5) < 0.05 and abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.15
