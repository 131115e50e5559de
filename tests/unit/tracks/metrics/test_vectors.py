"""Vectors of integers: exact products, clusters and orders that show much."""

import numpy as np
import pytest

from framewright.tracks.curation.diversity import evenly_over_clusters, farthest_first, k_means, nearest_centres
from framewright.tracks.metrics.vectors import (
    compute_distances,
    compute_products,
    quantise,
    scale_of,
    squared_threshold,
)


@pytest.mark.parametrize("dimensions", [1, 3, 128, 1024, 1025, 2048, 2500])
def test_distances_are_those_of_integers(dimensions):
    rng = np.random.default_rng(dimensions)
    left = rng.integers(-127, 128, (40, dimensions)).astype(np.int8)
    right = rng.integers(-127, 128, (30, dimensions)).astype(np.int8)
    left[0], right[0] = 127, -127  # the farthest that there is
    wide = left.astype(np.int64)[:, None] - right.astype(np.int64)[None]
    assert np.array_equal(compute_distances(left, right), (wide**2).sum(axis=2))
    assert np.array_equal(compute_products(left, right), left.astype(np.int64) @ right.astype(np.int64).T)


def test_no_order_of_summation_changes_a_product():
    rng = np.random.default_rng(0)
    vectors = rng.integers(-127, 128, (200, 2048)).astype(np.int8)
    mixed = vectors[:, rng.permutation(2048)]
    assert np.array_equal(compute_products(vectors, vectors), compute_products(mixed, mixed))


def test_saturated_entries_are_counted_and_the_rest_is_rounded():
    vectors = np.zeros((2, 128))
    vectors[0, 0] = 3.0  # of length 1: an entry of 1, where 6 / sqrt(128) = .53 is the most
    vectors[1] = 1.0
    integers, saturated = quantise(vectors)
    assert saturated == 1 and integers[0, 0] == 127
    assert (integers[1] == round(scale_of(128) / np.sqrt(128))).all()


def test_integers_find_nearly_the_neighbours_that_floats_find():
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((50, 128))
    vectors = centres[rng.integers(0, 50, 2000)] + 0.5 * rng.standard_normal((2000, 128))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    integers, saturated = quantise(vectors)
    apart = compute_distances(integers, integers).astype(float)
    np.fill_diagonal(apart, np.inf)
    true = -2 * vectors @ vectors.T
    np.fill_diagonal(true, np.inf)
    ten = [len(set(np.argsort(a)[:10]) & set(np.argsort(b)[:10])) for a, b in zip(apart, true, strict=True)]
    assert np.mean(ten) >= 9.5
    assert saturated / integers.size < 1e-4


def test_a_threshold_is_met_by_integers_that_are_as_far():
    assert squared_threshold(0.0, 128) == 0
    assert squared_threshold(1.0, 128) == int(np.ceil(scale_of(128) ** 2))


def test_farthest_first_is_what_trying_all_gives():
    vectors = np.random.default_rng(2).integers(-30, 31, (60, 8)).astype(np.int8)
    chosen = [0]
    while len(chosen) < 20:
        apart = [min(int(((vectors[k].astype(int) - vectors[c]) ** 2).sum()) for c in chosen) for k in range(60)]
        chosen.append(int(np.argmax([-1 if k in chosen else far for k, far in enumerate(apart)])))
    assert farthest_first(vectors, 20).tolist() == chosen
    assert farthest_first(vectors, 7).tolist() == chosen[:7]
    assert sorted(farthest_first(vectors, 99).tolist()) == list(range(60))


def test_clusters_are_found_and_repeat():
    rng = np.random.default_rng(3)
    truth = np.repeat(np.arange(4), 50)
    centres = np.array([[60, 0], [-60, 0], [0, 60], [0, -60]])
    vectors = (centres[truth] + rng.integers(-5, 6, (200, 2))).astype(np.int8)
    found, nearest = k_means(vectors, 4)
    assert [len(set(nearest[truth == k].tolist())) for k in range(4)] == [1, 1, 1, 1]
    assert len(set(nearest.tolist())) == 4
    assert np.array_equal(nearest, nearest_centres(vectors, found))


def test_rare_things_come_early_where_clusters_take_turns():
    rng = np.random.default_rng(4)
    sizes = (500, 60, 30, 10)
    truth = np.repeat(np.arange(4), sizes)
    centres = np.array([[60, 0, 0], [-60, 0, 0], [0, 60, 0], [0, -60, 0]])
    vectors = (centres[truth] + rng.integers(-9, 10, (600, 3))).astype(np.int8)
    mixed = rng.permutation(600)
    order = evenly_over_clusters(vectors[mixed])
    assert sorted(order.tolist()) == list(range(600))
    first = np.bincount(truth[mixed][order[:40]], minlength=4)
    assert first[3] >= 3 > 40 * 10 / 600  # more than its share
    assert first[0] < 25 < 40 * 500 / 600
