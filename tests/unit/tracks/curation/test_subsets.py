"""Subsets: laws that hold for whatever tracks there are, against plain Python that tries everything."""

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from made_candidates import ASKED, EVERY, made_up, tids

from framewright.errors import UserError
from framewright.tracks.curation.candidates import Candidates
from framewright.tracks.curation.options import Constraints, Subset
from framewright.tracks.curation.order import draw_keys, draw_uniforms, id_numbers
from framewright.tracks.curation.subsets import choose, choose_all, pick_tracks
from framewright.tracks.metrics.vectors import squared_threshold


def ids_of(tracks: Candidates, subset: Subset) -> list[tuple[int, int, int]]:
    choice = choose(tracks, subset)
    return [
        (*map(int, tracks.numbers[place]), int(level))
        for place, level in zip(choice.places, choice.levels, strict=True)
    ]


@pytest.mark.parametrize("subset", EVERY, ids=lambda subset: subset.name)
def test_the_order_of_the_input_does_not_matter(subset):
    tracks = made_up()
    shuffled = tracks.take(np.random.default_rng(1).permutation(len(tracks)))
    assert ids_of(tracks, subset) == ids_of(shuffled, subset)


@pytest.mark.parametrize("subset", EVERY, ids=lambda subset: subset.name)
def test_a_smaller_subset_is_the_beginning_of_a_larger_one(subset):
    tracks = made_up()
    sizes = (1, 2, 5, 13, 20)
    word = "max_tracks" if subset.strategy == "random" else "max_per_class"
    family = [replace(subset, name=str(size), **{word: size}) for size in sizes]
    together = dict(choose_all(tracks, family))
    for small, large in pairwise(family):
        assert set(ids_of(tracks, small)) <= set(ids_of(tracks, large))
        assert together[small].places.tolist() == choose(tracks, small).places.tolist()
        assert together[small].levels.tolist() == choose(tracks, small).levels.tolist()


@pytest.mark.parametrize("subset", EVERY[1:], ids=lambda subset: subset.name)
def test_no_class_exceeds_its_quota_and_no_track_is_there_twice(subset):
    tracks = made_up()
    choice = choose(tracks, subset)
    counted = Counter(tracks.classes[choice.places].tolist())
    assert max(counted.values()) <= 20
    assert len(set(choice.places.tolist())) == len(choice.places)
    if not subset.constraints.active and subset.strategy == "class_balanced":
        assert counted == {k: min(20, int((tracks.classes == k).sum())) for k in range(4)}


@pytest.mark.parametrize("size", [1, 3, 20, 1000])
def test_temperature_0_takes_exactly_the_top_of_each_class(size):
    tracks, names = made_up(), tids(400)
    best: list[int] = []
    for code in range(4):
        members = [place for place in range(400) if tracks.classes[place] == code]
        best += sorted(members, key=lambda place: (-tracks.score[place], names[place]))[:size]
    assert choose(tracks, Subset("best", max_per_class=size)).places.tolist() == best


def test_sizes_of_one_call_are_all_right():
    # the origin cut its first K in file order from the largest subset
    tracks, names = made_up(), tids(400)
    family = [Subset(str(size), max_per_class=size) for size in (2, 5, 10)]
    for subset, choice in choose_all(tracks, family):
        cars = [place for place in choice.places if tracks.classes[place] == 1]
        members = [place for place in range(400) if tracks.classes[place] == 1]
        assert cars == sorted(members, key=lambda p: (-tracks.score[p], names[p]))[: subset.max_per_class]


def plainly(tracks: Candidates, order: list[int], quota: int, asked: Constraints) -> list[tuple[int, int]]:
    """The greedy fill, one candidate and one pick at a time, with sums of Python's own integers."""
    taken: list[tuple[int, int]] = []
    for number, factor in enumerate(asked.factors):
        level = asked.at(factor)
        for place in order:
            if len(taken) == quota:
                return taken
            if place in [other for other, _ in taken]:
                continue
            if level.min_motion > 0 and not tracks.motion[place] >= np.float32(level.min_motion):
                continue
            if level.min_quality > 0 and not tracks.quality[place] >= np.float32(level.min_quality):
                continue
            if level.min_distance > 0:
                least = squared_threshold(level.min_distance, tracks.vectors.shape[1])
                if not tracks.embedded[place]:
                    continue
                if any(squared(tracks, place, other) < least for other, _ in taken if tracks.embedded[other]):
                    continue
            if level.max_overlap < 1 and any(
                shared(tracks, place, other, level) > level.max_overlap
                for other, _ in taken
                if tracks.videos[other] == tracks.videos[place]
            ):
                continue
            taken.append((place, number))
    return taken


def squared(tracks: Candidates, one: int, other: int) -> int:
    return sum((int(a) - int(b)) ** 2 for a, b in zip(tracks.vectors[one], tracks.vectors[other], strict=True))


def shared(tracks: Candidates, one: int, other: int, level: Constraints) -> float:
    a, b = tracks.boxes[one].astype(float), tracks.boxes[other].astype(float)
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    inner = max(wide, 0) * max(high, 0)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inner
    fade = max(math.sqrt(abs(tracks.middles[one] - tracks.middles[other]) / level.overlap_seconds), 1)
    return inner / union / fade


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "asked",
    [
        ASKED,
        replace(ASKED, relax=()),
        replace(ASKED, hard=("min_motion",)),
        Constraints(min_motion=1.5, relax=(0.5, 0.0)),
        Constraints(min_distance=0.7, relax=(0.8, 0.6)),
        Constraints(max_overlap=0.1, overlap_seconds=math.inf),
    ],
    ids=["all", "nothing relaxes", "motion stays", "motion", "distance", "overlap"],
)
def test_constraints_are_filled_as_by_trying_one_after_the_other(asked, seed):
    tracks, names = made_up(1300, seed), tids(1300)  # more of a class than are compared at once
    choice = choose(tracks, Subset("x", max_per_class=40, constraints=asked))
    expected = []
    for code in range(4):
        members = [place for place in range(len(tracks)) if tracks.classes[place] == code]
        order = sorted(members, key=lambda place: (-tracks.score[place], names[place]))
        expected += plainly(tracks, order, 40, asked)
    assert list(zip(choice.places.tolist(), choice.levels.tolist(), strict=True)) == expected


def test_what_is_not_measured_meets_no_threshold_and_is_not_ranked():
    tracks = made_up()
    hard = choose(tracks, Subset("x", max_per_class=400, constraints=Constraints(min_motion=0.001)))
    assert not np.isnan(tracks.motion[hard.places]).any()
    most = choose(tracks, Subset("x", "max_motion", max_per_class=400))
    assert len(most.places) == int((~np.isnan(tracks.motion)).sum())
    for strategy in ("min_redundancy", "diverse"):
        assert tracks.embedded[choose(tracks, Subset("x", strategy, max_per_class=400)).places].all()


def test_an_index_without_scores_says_what_else_can_be_done():
    tracks = replace(made_up(), score=np.full(400, np.nan))
    with pytest.raises(UserError, match="temperature: inf"):
        choose(tracks, Subset("best", max_per_class=5))
    assert len(choose(tracks, Subset("even", max_per_class=5, temperature=math.inf)).places) == 20


@pytest.mark.slow
def test_draws_have_the_stated_probabilities():
    values, temperature = np.array([0.9, 0.5, 0.3, 0.1]), 0.4
    weights = np.exp(values / temperature)
    first = weights / weights.sum()
    numbers = id_numbers(tids(4))
    firsts, pairs = Counter(), Counter()
    runs = 20_000
    for seed in range(runs):
        one, other = np.argsort(-draw_keys(values, temperature, draw_uniforms(numbers, seed, "temperature")))[:2]
        firsts[int(one)] += 1
        pairs[int(one), int(other)] += 1
    for k in range(4):
        assert firsts[k] / runs == pytest.approx(first[k], abs=4 * math.sqrt(first[k] * (1 - first[k]) / runs))
        for other in set(range(4)) - {k}:
            expected = first[k] * weights[other] / (weights.sum() - weights[k])
            assert pairs[k, other] / runs == pytest.approx(expected, abs=4 * math.sqrt(expected / runs))


def test_infinite_temperature_is_even_and_another_seed_is_another_draw():
    numbers = id_numbers(tids(5))
    counted = Counter(
        int(np.argmax(draw_keys(np.arange(5.0), math.inf, draw_uniforms(numbers, seed, "temperature"))))
        for seed in range(5000)
    )
    assert min(counted.values()) > 900 and max(counted.values()) < 1100
    tracks = made_up()
    for subset in (EVERY[0], *EVERY[2:4], EVERY[5]):
        assert ids_of(tracks, subset) != ids_of(tracks, replace(subset, seed=4))
        assert ids_of(tracks, subset) == ids_of(tracks, subset)


def test_temperature_between_lies_between():
    tracks = made_up(4000)
    means = [
        tracks.score[choose(tracks, Subset("x", max_per_class=50, temperature=t)).places].mean()
        for t in (0, 0.05, 0.5, math.inf)
    ]
    assert means == sorted(means, reverse=True) and means[0] > means[1] + 0.01 > means[2]


def test_a_list_of_ids_is_a_subset():
    tracks, names = made_up(), tids(400)
    choice = pick_tracks(tracks, [names[7], names[3], names[7]], "ids.txt")
    assert sorted(choice.places.tolist()) == [3, 7]
    with pytest.raises(UserError, match=r"ids.txt: 1 of 2 track ids are not in the index \(nobody\)"):
        pick_tracks(tracks, [names[7], "nobody"], "ids.txt")


def test_ids_are_numbers_in_the_order_of_their_texts():
    names = tids(1000)
    numbers = id_numbers(names)
    assert [f"{high:016x}{low:016x}" for high, low in numbers.tolist()] == names
    assert np.lexsort((numbers[:, 1], numbers[:, 0])).tolist() == sorted(range(1000), key=names.__getitem__)
    mixed = id_numbers([*names[:3], "17", "x" * 32])
    assert mixed[:3].tolist() == numbers[:3].tolist() and len({tuple(row) for row in mixed.tolist()}) == 5


def test_no_tracks_give_empty_subsets():
    nothing = made_up().take(np.zeros(0, np.int64))
    for subset in EVERY:
        assert len(choose(nothing, subset).places) == 0
