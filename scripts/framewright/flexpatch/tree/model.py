"""The model that says how urgently a detector should examine a track again: a small decision tree, and its card.

from framewright.flexpatch.tree.model import load_model, load_tree, train_from_csv

>>> features = np.array([[0.0, 1.0, 0.5, 0.5, 0.9]], np.float32)       # those of one track that is followed well
>>> model = load_model("results/flexpatch/flexpatch_model.joblib")     # scikit-learn's, if its card names this file
>>> tree = load_tree("results/flexpatch/flexpatch_model.json")         # the same decisions, without running any code
>>> [*map(str, model.predict(features))], [*map(str, tree.predict(features))]
(['low'], ['low'])
"""

import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from framewright.errors import UserError
from framewright.flexpatch.follow.features import (
    FEATURES,
    FRAMEWRIGHT,
    Definition,
    check_definition,
    definition_record,
    read_definition,
)
from framewright.flexpatch.samples.columns import LABELS
from framewright.flexpatch.tree.cards import read_card
from framewright.flexpatch.tree.options import TreeSettings
from framewright.flexpatch.tree.tree import Tree, export_rules

if TYPE_CHECKING:
    from sklearn.tree import DecisionTreeClassifier

MAX_BYTES = 20_000
LABEL = "iou_label"
DOCUMENTED = TreeSettings()


def read_samples(path: str | Path) -> pd.DataFrame:
    """The samples in a CSV; UserError where it lacks a documented column, holds other labels, or not-a-number."""
    try:
        table = pd.read_csv(path, dtype={"video": str})
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not a table of samples ({str(error).splitlines()[0]})") from error
    if missing := [name for name in (*FEATURES, LABEL) if name not in table]:
        raise UserError(f"{path}: has no column {', '.join(missing)}; it must have {', '.join((*FEATURES, LABEL))}")
    if wrong := sorted({*table[LABEL].astype(str)} - {*LABELS}):
        raise UserError(f"{path}: labels are {', '.join(LABELS)}, not {wrong[0]!r}")
    try:
        features = table[list(FEATURES)].astype(np.float64)
    except ValueError as error:
        raise UserError(f"{path}: a feature is not a number ({error})") from error
    if not np.isfinite(features.to_numpy()).all():
        raise UserError(f"{path}: a feature is not a finite number")
    return table.assign(**{name: features[name] for name in FEATURES})


def to_matrix(samples: pd.DataFrame) -> np.ndarray:
    """The features of samples, (N, 5) float32 in the documented order."""
    return samples[list(FEATURES)].to_numpy(np.float32)


def fit_tree(samples: pd.DataFrame, settings: TreeSettings = DOCUMENTED) -> "DecisionTreeClassifier":
    """A DecisionTreeClassifier of scikit-learn, fitted on samples."""
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(
        max_depth=settings.max_depth,
        min_samples_split=settings.min_samples_split,
        random_state=settings.random_state,
        class_weight="balanced" if settings.balanced else None,
    )
    return tree.fit(to_matrix(samples), samples[LABEL].to_numpy(str))


def serialise(model: Any) -> bytes:
    """A model as joblib writes it; the same model gives the same bytes."""
    import joblib

    target = io.BytesIO()
    joblib.dump(model, target, compress=("zlib", 9))
    return target.getvalue()


def build_card(model: Any, content: bytes, definition: Definition, settings: TreeSettings) -> dict[str, Any]:
    """The card beside a model's file: its digest, the definition of its features, and its rules."""
    import sklearn

    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        **definition_record(definition),
        "sklearn": sklearn.__version__,
        "settings": vars(settings),
        **export_rules(model),
    }


def card_path(path: str | Path) -> Path:
    """Where the card of a model's file is: beside it, with .json for its ending."""
    return Path(path).with_suffix(".json")


def load_model(path: str | Path, trust: bool = False, definition: Definition = FRAMEWRIGHT) -> Any:
    """The model in a .joblib, whose `predict` takes (N, 5) features in the order of FEATURES and gives labels.

    A .joblib can run code. It is opened only if its sha256 is the one in the card beside it, or with `trust`. A model
    of another definition of the features than `definition` is refused.
    """
    import joblib

    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: no model can be read there ({error.strerror})") from error
    card = read_card(card_path(path)) if card_path(path).is_file() else None
    if not trust:
        remedy = "a .joblib can run code; give the card that came with it, or trust=True"
        if card is None:
            raise UserError(f"{path}: no {card_path(path).name} beside it says which file it must be; {remedy}")
        if hashlib.sha256(content).hexdigest() != card.get("sha256"):
            raise UserError(f"{path}: is not the file that {card_path(path).name} describes; {remedy}")
    if card is not None:
        check_definition(read_definition(card, card_path(path)), definition, path)
    try:
        model = joblib.load(io.BytesIO(content))
    except Exception as error:  # a foreign file raises anything
        raise UserError(f"{path}: can't be loaded as a model ({type(error).__name__}: {error})") from error
    if not hasattr(model, "predict"):
        raise UserError(f"{path}: holds a {type(model).__name__}, which predicts nothing")
    return model


def load_tree(path: str | Path, definition: Definition = FRAMEWRIGHT) -> Tree:
    """The tree that a model's card (.json) holds: it decides the same, needs no scikit-learn and runs no code."""
    card = read_card(Path(path))
    check_definition(read_definition(card, path), definition, path)
    try:
        return Tree(card)
    except (KeyError, ValueError, TypeError) as error:
        raise UserError(f"{path}: holds no rules of a tree ({error})") from error


def train_from_csv(
    csv_path: str | Path,
    model_save_path: str | Path | None = None,
    max_depth: int = 5,
    min_samples_split: int = 10,
    random_state: int = 42,
    definition: Definition | None = None,
) -> "DecisionTreeClassifier":
    """A tree fitted on all rows of a CSV with the six documented columns; others are ignored.

    With `model_save_path` it is written there, its card beside it. The features' `definition` is what the CSV's
    side file (.json) names, or that of this library.
    """
    samples = read_samples(csv_path)
    side = card_path(csv_path)
    named = read_definition(read_card(side), side) if side.is_file() else FRAMEWRIGHT
    settings = TreeSettings(max_depth, min_samples_split, random_state)
    if samples[LABEL].nunique() < 2:
        raise UserError(f"{csv_path}: {len(samples)} samples of fewer than two labels; nothing can be learnt from them")
    model = fit_tree(samples, settings)
    if model_save_path is not None:
        content = serialise(model)
        Path(model_save_path).write_bytes(content)
        write_card(card_path(model_save_path), build_card(model, content, definition or named, settings))
    return model


def write_card(path: str | Path, card: dict[str, Any]) -> None:
    """Write a card; the same card gives the same bytes."""
    nodes = ",\n  ".join(json.dumps(node) for node in card["nodes"])
    rest = json.dumps({key: value for key, value in card.items() if key != "nodes"}, indent=1)
    Path(path).write_text(f'{rest[:-2]},\n "nodes": [\n  {nodes}\n ]\n}}\n', encoding="utf-8")
