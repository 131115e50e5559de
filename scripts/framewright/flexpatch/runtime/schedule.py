"""When the detector sees a cluster, when a whole frame, when nothing: a budget of pixels, spent where it helps most.

Clusters pay where objects cover a small part of the frame. Where they cover much of it, every cluster misses most of
them, and a whole frame now and then is the better use of the same pixels.
"""

from enum import Enum

import numpy as np

WHOLE_FROM = 0.22  # share of the frame, in patches of all tracks, from which on whole frames pay
MIN_BUDGET, DENSE_FROM = 0.15, 0.9  # a smaller budget makes whole frames rare: they pay from this share on
INERTIA = 0.8  # weight of the past in that share, so that the schedule does not flicker
EPSILON = 1e-9


class Step(Enum):
    """What the detector sees of a frame."""

    NOTHING = "nothing"
    CLUSTER = "cluster"
    WHOLE = "whole"


class Schedule:
    """Decides frame by frame. A cluster costs the share `cluster` of a whole frame, and may show more detail (`zoom`).

    Without a `budget` (a share of a whole frame for each frame) one of `every` frames has a cluster. With one, what is
    not spent is saved up.
    """

    def __init__(self, cluster: float, every: int = 1, budget: float | None = None, zoom: float = 1.0) -> None:
        self.cluster, self.every, self.budget, self.zoom = cluster, every, budget, zoom
        self.coverage: float | None = None  # share of the frame in patches of all tracks, over time
        self._credit = 0.0

    def decide(self, frame: int, boxes: np.ndarray, size: tuple[int, int]) -> Step:
        """What to do with the `frame`-th frame, from 1, of `size` (width, height), with tracks at `boxes` (N, 4)."""
        if self.budget is None:
            return Step.CLUSTER if frame % self.every == 0 else Step.NOTHING
        self._credit += self.budget
        sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0) if len(boxes) else np.zeros((0, 2))
        coverage = min(1.0, 4 * float(np.prod(sides, axis=1).sum()) / (size[0] * size[1]))
        past = coverage if self.coverage is None else self.coverage
        self.coverage = INERTIA * past + (1 - INERTIA) * coverage
        pays = self.coverage >= (WHOLE_FROM if self.budget >= MIN_BUDGET else DENSE_FROM)
        is_dense = pays or (self.cluster >= 1 and self.zoom <= 1)
        is_whole = is_dense or self._credit + EPSILON >= max(1.0, 2 * self.cluster)  # more than clusters use
        cost = 1.0 if is_whole else self.cluster
        if self._credit + EPSILON < cost:
            return Step.NOTHING
        self._credit = min(self._credit - cost, max(1.0, self.cluster))
        return Step.WHOLE if is_whole else Step.CLUSTER
