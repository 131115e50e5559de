"""Which tracks are about to fail, and the patches of the frame that would tell."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from framewright.flexpatch.follow.features import feature_matrix
from framewright.flexpatch.follow.follower import Track
from framewright.flexpatch.runtime.packing import Patch, around, shrunk

PRIORITIES: Mapping[str, float] = {"high": 100.0, "medium": 50.0, "low": 10.0}
AS_HIGH = ("gone",)  # labels of models that tell more apart
WAITING = 5.0  # what a frame since the last look is worth: a good track reaches a failing one's place after 18


class Model(Protocol):
    """Whatever predicts high, medium or low from the five features, (N, 5) in the documented order."""

    def predict(self, features: np.ndarray) -> Any: ...


class TrackingFailureRecommender:
    """Says how urgently each track should be looked at, by a model or, without one, by fixed bounds.

    recommender = TrackingFailureRecommender("results/flexpatch/flexpatch_model.joblib")
    patches = recommender.get_patches(tracks, frame, (1280, 720))

    A patch is wider and higher than its track's box by `padding_ratio` times its sides. A model may also be given as
    its card (.json): that runs no code, needs no scikit-learn and decides the same.
    """

    def __init__(self, model_path: Path | str | None = None, padding_ratio: float = 1.0, trust: bool = False) -> None:
        self.padding_ratio, self.model = padding_ratio, None
        if model_path is not None:
            from framewright.flexpatch.tree.model import load_model, load_tree  # pandas takes long to import

            is_card = Path(model_path).suffix == ".json"
            self.set_model(load_tree(model_path) if is_card else load_model(model_path, trust))

    def set_model(self, model: Model | None) -> None:
        """Predict by this model from now on; None: by the fixed bounds."""
        self.model = model

    def train_from_csv(
        self,
        csv_path: Path | str,
        model_save_path: Path | str | None = None,
        max_depth: int = 5,
        min_samples_split: int = 10,
        random_state: int = 42,
    ) -> None:
        """Train a tree on a table of samples, write it where `model_save_path` says, and predict by it."""
        from framewright.flexpatch.tree.model import train_from_csv

        self.set_model(train_from_csv(csv_path, model_save_path, max_depth, min_samples_split, random_state))

    def predict(self, tracks: Sequence[Track]) -> list[str]:
        """high, medium or low for each track: how surely it needs to be looked at; what a model says else is low."""
        if not len(tracks):
            return []
        features = feature_matrix(tracks)
        told = by_bounds(features) if self.model is None else [str(own) for own in self.model.predict(features)]
        return ["high" if own in AS_HIGH else own if own in PRIORITIES else "low" for own in told]

    def get_patches(
        self,
        tracked: Sequence[Track],
        frame: np.ndarray | None,
        frame_size: tuple[int, int] | None = None,
        most: tuple[float, float] | None = None,
        least: float = 0.0,
    ) -> list[Patch]:
        """A patch for each track that is in the frame (by default of the size of `frame`), the most urgent first.

        None is larger than `most` (width, height), or has a side shorter than `least`. Longer waiting makes any track
        more urgent, so that each gets its turn; of equally urgent ones the less sure goes first.
        """
        size = tuple(frame_size or frame.shape[1::-1])
        patches = []
        for track, label in zip(tracked, self.predict(tracked), strict=True):
            region = around(track.box, self.padding_ratio, size, most, least)
            if region is not None:
                priority = PRIORITIES[label] + WAITING * track.looked
                box = tuple(float(side) for side in np.clip(track.box, 0, (*size, *size)))
                patches.append((Patch(region, shrunk(region, most or size), priority, box, track.number, label), track))
        patches.sort(key=lambda pair: (-pair[0].priority, pair[1].score, pair[1].number))
        return [patch for patch, _ in patches]


def by_bounds(features: np.ndarray) -> list[str]:
    """high, medium or low by the documented bounds of correlation, acceleration and spread of the flow, (N, 5)."""
    _, ncc, accel, spread, _ = np.asarray(features, float).reshape(-1, 5).T
    high = (ncc < 0.5) | (accel > 10) | (spread > 5)
    medium = (ncc < 0.7) | (accel > 5) | (spread > 2)
    return np.where(high, "high", np.where(medium, "medium", "low")).tolist()
