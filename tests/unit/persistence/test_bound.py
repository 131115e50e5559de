"""The bound, against counting all clips that there can be."""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from framewright.persistence.bound import Oracle, compute_bayes_bound
from framewright.persistence.specs import Variant

FRAMES = 6
SHORT = Variant(per_video=1, max_duration=3)
LIVES = [(first, duration) for duration in (1, 2, 3) for first in range(FRAMES - duration + 1)]


def chance_of(life):
    return 1 / 3 / (FRAMES - life[1] + 1)


def list_clips():
    """All clips with one or two transients, with their chances and whether they turn out persistent."""
    for number in (1, 2):
        for lives in product(LIVES, repeat=number):
            shown = {first + age for first, duration in lives for age in range(duration)}
            yield lives, 0.5 * np.prod([chance_of(life) for life in lives]), len(shown) / FRAMES < 0.2


def look(lives, seen):
    """What is known of a clip after so many frames: of a transient in the last one nobody knows how long it lives."""
    return tuple(sorted((first, min(duration, seen - first)) for first, duration in lives if first < seen))


@pytest.mark.parametrize(("frames", "limit"), [(32, 6), (6, 1), (5, 0), (10, 1), (11, 2), (1, 0)])
def test_so_many_frames_may_show_a_transient(frames, limit):
    assert Oracle(Variant(), frames).limit == limit


def test_each_life_has_the_chance_with_which_it_is_drawn():
    law = Oracle(SHORT, FRAMES).law
    expected = np.zeros((FRAMES, 3))
    for first, duration in LIVES:
        expected[first, duration - 1] = chance_of((first, duration))
    np.testing.assert_allclose(law, expected)
    late = Oracle(Variant(min_duration=2, max_duration=9), 3).law
    np.testing.assert_allclose(late, [[0, 0.25, 0.5], [0, 0.25, 0], [0, 0, 0]])


def test_the_oracle_says_what_counting_all_clips_gives():
    clips = list(list_clips())
    oracle = Oracle(SHORT, FRAMES)
    firsts = np.array([[life[0] for life in lives] + [0] * (2 - len(lives)) for lives, _, _ in clips])
    durations = np.array([[life[1] for life in lives] + [1] * (2 - len(lives)) for lives, _, _ in clips])
    there = np.arange(2) < np.array([[len(lives)] for lives, _, _ in clips])
    judged = oracle.judge(firsts, durations, there)
    for seen in range(1, FRAMES + 1):
        whole, good = defaultdict(float), defaultdict(float)
        for lives, chance, persistent in clips:
            whole[look(lives, seen)] += chance
            good[look(lives, seen)] += chance * persistent
        expected = [good[look(lives, seen)] / whole[look(lives, seen)] for lives, _, _ in clips]
        np.testing.assert_allclose(judged[:, seen - 1], expected, atol=1e-9)


@pytest.mark.slow
def test_the_bound_is_the_mean_of_the_better_answer():
    clips = list(list_clips())
    bound = compute_bayes_bound(Oracle(SHORT, FRAMES), np.random.default_rng(0))
    for seen in range(1, FRAMES + 1):
        whole, good = defaultdict(float), defaultdict(float)
        for lives, chance, persistent in clips:
            whole[look(lives, seen)] += chance
            good[look(lives, seen)] += chance * persistent
        exact = sum(max(good[known], whole[known] - good[known]) for known in whole)
        assert bound[seen - 1] == pytest.approx(exact, abs=0.01)
