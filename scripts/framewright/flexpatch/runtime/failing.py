"""Which tracks are about to fail, and the patches of the frame around them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeGuard, cast

import numpy as np

from framewright.errors import UserError
from framewright.flexpatch.follow.features import RUNTIME_FEATURES, feature_matrix, runtime_matrix
from framewright.flexpatch.follow.follower import Track
from framewright.flexpatch.runtime.packing import Patch, fit_size, pad_box
from framewright.flexpatch.samples.columns import LABELS
from framewright.flexpatch.tree.cards import read_card
from framewright.flexpatch.tree.forest import Forest, load_forest
from framewright.flexpatch.tree.rating import predict_by_bounds

RISKS: Mapping[str, float] = {"high": 0.95, "medium": 0.6, "low": 0.1}  # of a model that tells labels alone
AS_HIGH = ("gone",)  # labels of models with more classes
PRIORITY = 100.0  # of a track that fails for certain
WAITING = 6.0  # priority of each frame without examination: no track waits for ever


class Prediction(NamedTuple):
    """What is predicted of tracks: the label of each, and the probability (N,) that it is not low."""

    labels: list[str]
    risks: np.ndarray


class Predictor(Protocol):
    """Whatever predicts from the tracks themselves."""

    def predict_tracks(self, tracks: Sequence[Track], frame_size: tuple[int, int]) -> Prediction:
        """The prediction for all tracks of a frame of `frame_size` (width, height)."""
        ...


class Model(Protocol):
    """Whatever predicts high, medium or low from the five features, (N, 5) in the documented order."""

    def predict(self, features: np.ndarray) -> Any:
        """The label of each row."""
        ...


class TrackingFailureRecommender:
    """Ranks tracks by how urgently a detector should examine them, by a model or, without one, by fixed bounds.

    A patch is wider and higher than its track's box by `padding_ratio` times its sides. `model_path` is that of a
    `.joblib`, or of a card (`.json`), which runs no code and needs no scikit-learn: PRETRAINED is the model that ships.

    >>> import numpy as np
    >>> from framewright.flexpatch import TrackingFailureRecommender
    >>> from framewright.flexpatch.follow.follower import Track
    >>> good = Track(0, np.array([100.0, 100, 140, 180]), 0.9, 0, ncc=0.95)
    >>> lost = Track(1, np.array([300.0, 100, 340, 180]), 0.9, 0, ncc=0.1)
    >>> recommender = TrackingFailureRecommender()
    >>> recommender.predict([good, lost])
    ['low', 'high']
    >>> [patch.track for patch in recommender.get_patches([good, lost], None, (640, 360))]
    [1, 0]
    """

    def __init__(self, model_path: Path | str | None = None, padding_ratio: float = 1.0, trust: bool = False) -> None:
        self.padding_ratio = padding_ratio
        self.model: Model | Predictor | Forest | None = None
        if model_path is not None:
            self.set_model(_load(Path(model_path), trust))

    def set_model(self, model: Model | Predictor | Forest | None) -> None:
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
        return self.predict_tracks(tracks, (1, 1) if not len(tracks) else _extent(tracks)).labels

    def predict_tracks(self, tracks: Sequence[Track], frame_size: tuple[int, int]) -> Prediction:
        """Label and risk of each track in a frame of `frame_size` (width, height)."""
        model = self.model
        if not len(tracks):
            return Prediction([], np.zeros(0))
        if _is_predictor(model):
            return model.predict_tracks(tracks, frame_size)
        if isinstance(model, Forest):
            columns = [RUNTIME_FEATURES.index(name) for name in model.inputs]
            shares = model.probabilities(runtime_matrix(tracks, frame_size)[:, columns])
            places = (shares * model.weights).argmax(axis=1)
            return Prediction([LABELS[place] for place in places.tolist()], model.measure_risks(shares))
        features = feature_matrix(tracks)
        answers = predict_by_bounds(features) if model is None else cast(Model, model).predict(features)
        labels = ["high" if label in AS_HIGH else label if label in RISKS else "low" for label in map(str, answers)]
        return Prediction(labels, np.array([RISKS[label] for label in labels]))

    def get_patches(
        self,
        tracked: Sequence[Track],
        frame: np.ndarray | None,
        frame_size: tuple[int, int] | None = None,
        max_size: tuple[float, float] | None = None,
        min_side: float = 0.0,
    ) -> list[Patch]:
        """A patch for each track in the frame (by default of the size of `frame`), the most urgent first.

        None is larger than `max_size` (width, height), or has a side shorter than `min_side`. Urgent is what probably
        fails, and what has waited; so each gets its turn. Of equally urgent tracks the less sure goes first.
        """
        if frame_size is None:
            if frame is None:
                raise UserError("get_patches needs a frame or its size (width, height)")
            frame_size = frame.shape[1], frame.shape[0]
        width, height = frame_size
        labels, risks = self.predict_tracks(tracked, frame_size)
        patches = []
        for track, label, risk in zip(tracked, labels, risks.tolist(), strict=True):
            region = pad_box(track.box.tolist(), self.padding_ratio, frame_size, max_size, min_side)
            if region is not None:
                x1, y1, x2, y2 = track.box.tolist()
                box = max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height))
                size = fit_size(region, max_size or frame_size)
                priority = PRIORITY * risk + WAITING * track.unexamined
                patches.append((Patch(region, size, priority, box, track.number, label, risk), track))
        patches.sort(key=lambda pair: (-pair[0].priority, pair[1].score, pair[1].number))
        return [patch for patch, _ in patches]


def _is_predictor(model: object) -> TypeGuard[Predictor]:
    return hasattr(model, "predict_tracks")


def _load(path: Path, trust: bool) -> Model | Forest:
    """A model by the kind of its file: the card of a forest, the card of a tree, or what joblib wrote."""
    if path.suffix == ".json" and "forest" in read_card(path):
        return load_forest(path)
    from framewright.flexpatch.tree.model import load_model, load_tree  # pandas takes long to import

    return load_tree(path) if path.suffix == ".json" else load_model(path, trust)


def _extent(tracks: Sequence[Track]) -> tuple[int, int]:
    """A frame that holds all tracks, where its size is unknown."""
    right, bottom = np.array([track.box[2:] for track in tracks]).max(axis=0)
    return max(1, int(np.ceil(right))), max(1, int(np.ceil(bottom)))
