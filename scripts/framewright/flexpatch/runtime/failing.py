"""Which tracks are about to fail, and the patches of the frame around them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from framewright.errors import UserError
from framewright.flexpatch.follow.features import feature_matrix
from framewright.flexpatch.follow.follower import Track
from framewright.flexpatch.runtime.packing import Patch, fit_size, pad_box
from framewright.flexpatch.tree.rating import predict_by_bounds

PRIORITIES: Mapping[str, float] = {"high": 100.0, "medium": 50.0, "low": 10.0}
AS_HIGH = ("gone",)  # labels of models with more classes
WAITING = 5.0  # priority of each unexamined frame: a good track reaches a failing one's after 18


class Model(Protocol):
    """Whatever predicts high, medium or low from the five features, (N, 5) in the documented order."""

    def predict(self, features: np.ndarray) -> Any: ...


class TrackingFailureRecommender:
    """Ranks tracks by how urgently a detector should examine them, by a model or, without one, by fixed bounds.

    recommender = TrackingFailureRecommender("results/flexpatch/flexpatch_model.joblib")
    patches = recommender.get_patches(tracks, frame, (1280, 720))

    A patch is wider and higher than its track's box by `padding_ratio` times its sides. The path of a model may also be
    that of its card (.json): the card runs no code, needs no scikit-learn and decides the same.
    """

    def __init__(self, model_path: Path | str | None = None, padding_ratio: float = 1.0, trust: bool = False) -> None:
        self.padding_ratio = padding_ratio
        self.model: Model | None = None
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
        """high, medium or low for each track; any other answer of a model counts as low."""
        if not len(tracks):
            return []
        features = feature_matrix(tracks)
        labels = predict_by_bounds(features) if self.model is None else map(str, self.model.predict(features))
        return ["high" if label in AS_HIGH else label if label in PRIORITIES else "low" for label in labels]

    def get_patches(
        self,
        tracked: Sequence[Track],
        frame: np.ndarray | None,
        frame_size: tuple[int, int] | None = None,
        max_size: tuple[float, float] | None = None,
        min_side: float = 0.0,
    ) -> list[Patch]:
        """A patch for each track in the frame (by default of the size of `frame`), the most urgent first.

        None is larger than `max_size` (width, height), or has a side shorter than `min_side`. A track becomes more
        urgent while it waits, so that each gets its turn. Of equally urgent ones the less sure goes first.
        """
        if frame_size is None:
            if frame is None:
                raise UserError("get_patches needs a frame or its size (width, height)")
            frame_size = frame.shape[1], frame.shape[0]
        width, height = frame_size
        patches = []
        for track, label in zip(tracked, self.predict(tracked), strict=True):
            region = pad_box(track.box, self.padding_ratio, frame_size, max_size, min_side)
            if region is not None:
                priority = PRIORITIES[label] + WAITING * track.unexamined
                x1, y1, x2, y2 = np.clip(track.box, 0, (width, height, width, height)).tolist()
                size = fit_size(region, max_size or frame_size)
                patches.append((Patch(region, size, priority, (x1, y1, x2, y2), track.number, label), track))
        patches.sort(key=lambda pair: (-pair[0].priority, pair[1].score, pair[1].number))
        return [patch for patch, _ in patches]
