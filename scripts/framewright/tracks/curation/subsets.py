"""Subsets that anyone can recompute: ranked by what they ask for, filled greedily under constraints, class by class.

A subset is a prefix of an order, in each class. So subsets that differ in size alone nest, and the order of the input
does not matter.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from framewright.errors import UserError
from framewright.tracks.curation import order
from framewright.tracks.curation.candidates import Candidates
from framewright.tracks.curation.constraints import fill
from framewright.tracks.curation.diversity import evenly_over_clusters, farthest_first
from framewright.tracks.curation.options import Subset


@dataclass(frozen=True, eq=False)
class Choice:
    """Which tracks a subset takes, in the order of classes and ranks: `places` (K,) in the candidates, `levels` (K,) of
    relaxation, 0 as asked, `ranks` (K,) from 0 within the class. `found` (C,) is the number of candidates by class."""

    places: np.ndarray
    levels: np.ndarray
    ranks: np.ndarray
    found: np.ndarray

    def cut(self, quota: int) -> "Choice":
        """The first tracks of each class alone."""
        kept = self.ranks < quota
        return Choice(self.places[kept], self.levels[kept], self.ranks[kept], self.found)


def choose_all(tracks: Candidates, subsets: Sequence[Subset]) -> Iterator[tuple[Subset, Choice]]:
    """Each subset with its choice. Those that differ in size alone are chosen once, at the largest size."""
    orders: dict[tuple, np.ndarray] = {}
    for family in dict.fromkeys(map(_without_size, subsets)):
        members = [subset for subset in subsets if _without_size(subset) == family]
        largest = max(members, key=lambda subset: subset.quota)
        key = (family.strategy, family.temperature, family.seed, family.pool, largest.quota)
        shared = family.strategy in ("class_balanced", "random", "max_motion")
        ranked = orders[key[:3]] if shared and key[:3] in orders else rank(tracks, largest)
        orders = {key[:3]: ranked} if shared else {}  # one order in memory
        choice = _choose(tracks, largest, ranked)
        for subset in members:
            yield subset, choice.cut(subset.quota)


def choose(tracks: Candidates, subset: Subset) -> Choice:
    """The tracks of one subset that is not `picked`."""
    return _choose(tracks, subset, rank(tracks, subset))


def pick_tracks(tracks: Candidates, tids: Sequence[str], where: object) -> Choice:
    """The tracks with these ids, which stand in a file `where`; a UserError names the first that are not there."""
    wanted = order.id_numbers(list(tids))
    known = {(int(high), int(low)): place for place, (high, low) in enumerate(tracks.numbers)}
    absent = [tid for tid, (high, low) in zip(tids, wanted, strict=True) if (int(high), int(low)) not in known]
    if absent:
        named = ", ".join(absent[:3])
        raise UserError(f"{where}: {len(absent)} of {len(tids)} track ids are not in the index ({named}); remove them")
    places = np.array(sorted({known[int(high), int(low)] for high, low in wanted}), np.int64)
    places = order.by_class(places[order.by_id(tracks.numbers[places])], tracks.classes)
    return Choice(places, np.zeros(len(places), np.uint8), _ranks(tracks.classes[places]), _found(tracks))


def rank(tracks: Candidates, subset: Subset) -> np.ndarray:
    """Places of the tracks that the subset may take, the first choice of each class first, class by class."""
    places = order.by_id(tracks.numbers, tracks.videos)
    if subset.strategy == "random":
        return places[np.argsort(order.hash_ids(tracks.numbers, subset.seed, "random")[places], kind="stable")]
    match subset.strategy:
        case "class_balanced":
            cold, even = subset.temperature == 0, math.isinf(subset.temperature)
            known = places if even else _known(places, tracks.score, "score", "temperature: inf")
            chance = tracks.score if cold else order.draw_uniforms(tracks.numbers, subset.seed, "temperature")
            ranked = order.by_value(known, order.draw_keys(tracks.score, subset.temperature, chance))
        case "max_motion":
            ranked = order.by_value(_known(places, tracks.motion, "motion", "tracks.metrics.motion"), tracks.motion)
        case "min_redundancy":
            keys = order.draw_uniforms(tracks.numbers, subset.seed, "redundancy")
            ranked = order.by_value(_embedded(places, tracks), keys)
        case "diverse":
            ranked = order.by_value(_embedded(places, tracks), np.nan_to_num(tracks.score, nan=-1.0))
        case _:
            raise ValueError(f"{subset.strategy} has no order")
    ranked = order.by_class(ranked, tracks.classes)
    if subset.strategy in ("min_redundancy", "diverse"):
        return np.concatenate([ranked[:0], *(_spread(part, tracks, subset) for part in _parts(ranked, tracks.classes))])
    return ranked


def _spread(part: np.ndarray, tracks: Candidates, subset: Subset) -> np.ndarray:
    """The pool of one class, so that the first ones show much."""
    pool = part[: subset.pool]
    vectors = tracks.vectors[pool]
    if subset.strategy == "diverse":
        return pool[evenly_over_clusters(vectors)]
    count = len(pool) if subset.constraints.active else subset.quota
    return pool[farthest_first(vectors, count)]


def _choose(tracks: Candidates, subset: Subset, ranked: np.ndarray) -> Choice:
    classes = np.zeros(len(tracks), np.int32) if subset.strategy == "random" else tracks.classes
    taken, levels = fill(tracks, ranked, classes, subset.quota, subset.constraints)
    return Choice(taken, levels, _ranks(classes[taken]), _found(tracks))


def _known(places: np.ndarray, values: np.ndarray, name: str, remedy: str) -> np.ndarray:
    known = places[~np.isnan(values[places])]
    if len(places) and not len(known):
        raise UserError(f"no track of the index has a {name}, which a subset is ranked by; see {remedy}")
    return known


def _embedded(places: np.ndarray, tracks: Candidates) -> np.ndarray:
    known = places[tracks.embedded[places]]
    if len(places) and not len(known):
        raise UserError("no track of the index has an embedding, which a subset needs; see tracks.metrics.embedding")
    return known


def _parts(ranked: np.ndarray, classes: np.ndarray) -> list[np.ndarray]:
    return np.split(ranked, np.flatnonzero(np.diff(classes[ranked])) + 1) if len(ranked) else []


def _ranks(codes: np.ndarray) -> np.ndarray:
    """(K,) how manieth of its class each is, for codes whose equal ones lie together."""
    firsts = np.flatnonzero(np.diff(codes, prepend=-1))
    return np.arange(len(codes)) - np.repeat(firsts, np.diff(np.append(firsts, len(codes))))


def _found(tracks: Candidates) -> np.ndarray:
    return np.bincount(tracks.classes, minlength=len(tracks.names))


def _without_size(subset: Subset) -> Subset:
    return replace(subset, name="", max_tracks=None, max_per_class=None)
