"""The best that anybody can say of a whole clip after its first frames: computed from how transients are drawn.

A clip counts as persistent if few enough of its frames show a transient. Transients come by chance and independently of
each other and of the sphere, so that whoever has seen all of them up to a frame knows the chances exactly.
"""

from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np

from framewright.persistence.augment import is_persistent
from framewright.persistence.specs import Variant
from framewright.persistence.transients import draw_lives

SIMULATED = 20_000  # clips over which the bound is averaged: good to about 0.1 %


@dataclass(frozen=True)
class Oracle:
    """Knows how transients are drawn, and of each clip those that have begun."""

    variant: Variant
    frames: int

    @cached_property
    def limit(self) -> int:
        """The most frames with transients that a persistent clip can have."""
        return max(count for count in range(self.frames + 1) if is_persistent(count, self.frames))

    @cached_property
    def law(self) -> np.ndarray:
        """(frames, longest): how likely a transient is to begin with a frame and to live for 1, 2, ... frames."""
        longest = min(self.variant.max_duration, self.frames)
        law = np.zeros((self.frames, longest))
        for duration in range(self.variant.min_duration, longest + 1):
            law[: self.frames - duration + 1, duration - 1] = 1 / (self.frames - duration + 1)
        return law / (longest - self.variant.min_duration + 1)

    @cached_property
    def chances(self) -> np.ndarray:
        """(frames + 1, most + 1, reach + 1, limit + 2): how likely a clip is to turn out persistent.

        By the frames that were seen, by how many transients are yet to come, by how many of the next frames those that
        have begun will still be seen in (reach says: too many), and by the frames with transients so far.
        """
        most, reach, limit = 2 * self.variant.per_video, min(self.law.shape[1], self.limit + 1), self.limit
        chances = np.zeros((self.frames + 1, most + 1, reach + 1, limit + 2))
        chances[self.frames, :, :, : limit + 1] = 1
        life = np.maximum.outer(np.arange(reach + 1), np.arange(reach + 1))  # by the longest new life and what was left
        left, shows = np.maximum(life - 1, 0), life > 0
        so_far = np.minimum(np.arange(limit + 2) + shows[..., None], limit + 1)
        for time in range(self.frames - 1, -1, -1):
            then = chances[time + 1][:, left[..., None], so_far]  # (yet to come, longest new life, left, so far)
            begin = self.law[time].sum() / max(self.law[time:].sum(), 1e-300)
            within = np.cumsum(self.law[time]) / max(self.law[time].sum(), 1e-300)
            within = np.append(within[: reach - 1], 1.0)  # longer lives count as reach
            for come in range(most + 1):
                begun = np.arange(come + 1)
                weights = np.array([comb(come, one) for one in begun]) * begin**begun * (1 - begin) ** (come - begun)
                longest = np.diff(within ** begun[:, None], axis=1, prepend=0.0)
                longest = np.column_stack([begun == 0, np.where(begun[:, None] > 0, longest, 0)])
                chances[time, come] = np.tensordot(weights[:, None] * longest, then[come - begun], 2)
        return chances

    def judge(self, firsts: np.ndarray, durations: np.ndarray, there: np.ndarray) -> np.ndarray:
        """(clips, frames): how likely each clip is to be persistent, known after each frame.

        All are (clips, n): first frames and durations of transients, and whether there are as many.
        """
        times = np.arange(self.frames)
        shown = (times >= firsts[..., None]) & (times < (firsts + durations)[..., None]) & there[..., None]
        so_far = np.minimum(np.cumsum(shown.any(axis=1), axis=1), self.limit + 1)
        judged = np.empty((len(firsts), self.frames))
        for seen in range(1, self.frames + 1):
            begun, ages = there & (firsts < seen), seen - firsts
            alive = begun & (ages <= durations)  # seen in the last frame: they may live on
            by_age = [(alive & (ages == age)).sum(axis=1) for age in range(1, self.law.shape[1] + 1)]
            states = np.column_stack([begun.sum(axis=1), so_far[:, seen - 1], *by_age])
            kinds, which = np.unique(states, axis=0, return_inverse=True)
            judged[:, seen - 1] = np.array(
                [self._chance(seen, int(kind[0]), int(kind[1]), kind[2:]) for kind in kinds]
            )[which.ravel()]
        return judged

    def _chance(self, seen: int, begun: int, so_far: int, by_age: np.ndarray) -> float:
        most, reach = 2 * self.variant.per_video, self.chances.shape[2] - 1
        share = self.law[:seen].sum()
        numbers = np.arange(max(begun, 1), most + 1)
        likely = np.array([comb(n, begun) * (1 - share) ** int(n - begun) for n in numbers])
        left = np.ones(reach + 1)  # how likely all of those alive are to be gone after 0, 1, ... more frames
        for age in np.flatnonzero(by_age) + 1:
            lives_on = self.law[seen - age, age - 1 :]
            ends = np.cumsum(lives_on)[: reach + 1] / lives_on.sum()
            left *= np.append(ends, np.ones(reach + 1 - len(ends))) ** by_age[age - 1]
        left[-1] = 1.0
        chances = self.chances[seen, numbers - begun, :, so_far] @ np.diff(left, prepend=0.0)
        return float(likely @ chances / max(likely.sum(), 1e-300))


def compute_bayes_bound(oracle: Oracle, rng: np.random.Generator) -> np.ndarray:
    """(frames,): the accuracy after each frame that no predictor can exceed on average."""
    most = 2 * oracle.variant.per_video
    firsts, durations = (
        part.reshape(SIMULATED, most) for part in draw_lives(oracle.variant, oracle.frames, SIMULATED * most, rng)
    )
    there = np.arange(most) < rng.integers(1, most, SIMULATED, endpoint=True)[:, None]
    judged = oracle.judge(firsts, durations, there)
    return np.maximum(judged, 1 - judged).mean(axis=0)
