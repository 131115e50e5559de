"""A forest of decision trees as plain data: the probability of each label, without running foreign code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from framewright.errors import UserError
from framewright.flexpatch.follow.features import FRAMEWRIGHT, RUNTIME_FEATURES, check_definition, read_definition
from framewright.flexpatch.samples.columns import LABELS
from framewright.flexpatch.tree.cards import read_card

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

PRETRAINED = Path(__file__).with_name("pretrained.json")  # the model that ships
KEYS = ("feature", "threshold", "yes", "no", "shares", "roots")


class Forest:
    """The model that `export_forest` wrote. `inputs` names the features of its matrix, `weights` those of its labels in
    a decision."""

    def __init__(self, card: Mapping[str, Any]) -> None:
        rules = card["forest"]
        self.inputs = tuple(card["inputs"])
        self.weights = np.array([card["weights"][label] for label in LABELS], float)
        self._feature = np.array(rules["feature"], np.int64)
        self._threshold = np.array(rules["threshold"], np.float32)
        self._next = np.array([rules["yes"], rules["no"]], np.int64).T.ravel()  # of node k: at 2 k, and at 2 k + 1
        self._shares = np.array(rules["shares"], np.float64)
        self._roots = np.array(rules["roots"], np.int64)
        self._depth = int(card["max_depth"])
        counts = np.array([card["labels"][label] for label in LABELS], float)
        self._priors = counts / counts.sum()

    def probabilities(self, matrix: np.ndarray) -> np.ndarray:
        """(N, 3) probabilities of high, medium and low, for (N, F) features in the order of `inputs`."""
        rows = np.asarray(matrix, np.float32).reshape(-1, len(self.inputs))
        at = np.broadcast_to(self._roots, (len(rows), len(self._roots)))
        values, firsts = rows.ravel(), np.arange(len(rows))[:, None] * rows.shape[1]
        for _ in range(self._depth):  # a leaf leads to itself
            above = values.take(firsts + self._feature.take(at)) > self._threshold.take(at)
            at = self._next.take(2 * at + above)
        return self._shares[at].mean(axis=1)

    def measure_risks(self, shares: np.ndarray) -> np.ndarray:
        """(N,) probability that a track is not low, from `probabilities`: these give each label the same weight, while
        most tracks are low."""
        weighted = shares * self._priors
        return 1 - weighted[:, LABELS.index("low")] / weighted.sum(axis=1)

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """The label of each row, (N,) str: that with the largest weighted probability."""
        return np.array(LABELS)[(self.probabilities(matrix) * self.weights).argmax(axis=1)]


def export_forest(model: "RandomForestClassifier") -> dict[str, list]:
    """A fitted forest as flat lists over all nodes; `roots` are the first nodes of its trees.

    A node asks whether its feature is at most the threshold, and goes on with `yes` or `no`; a leaf goes on with
    itself, and has the shares of high, medium and low.
    """
    columns = [list(model.classes_).index(label) if label in model.classes_ else -1 for label in LABELS]
    rules: dict[str, list] = {key: [] for key in KEYS}
    for estimator in model.estimators_:
        tree, first = estimator.tree_, len(rules["feature"])
        rules["roots"].append(first)
        for k in range(tree.node_count):
            is_leaf = tree.children_left[k] < 0
            counts = tree.value[k][0] / tree.value[k][0].sum()
            rules["feature"].append(0 if is_leaf else int(tree.feature[k]))
            rules["threshold"].append(0.0 if is_leaf else float(f"{tree.threshold[k]:.6g}"))
            rules["yes"].append(first + (k if is_leaf else int(tree.children_left[k])))
            rules["no"].append(first + (k if is_leaf else int(tree.children_right[k])))
            rules["shares"].append([round(float(counts[c]), 4) if c >= 0 else 0.0 for c in columns])
    return rules


def write_forest(path: str | Path, card: Mapping[str, Any]) -> None:
    """Write a card with its forest; the same card gives the same bytes."""
    lists = ",\n  ".join(f'"{key}": {json.dumps(card["forest"][key], separators=(",", ":"))}' for key in KEYS)
    rest = json.dumps({key: value for key, value in card.items() if key != "forest"}, indent=1)
    Path(path).write_text(f'{rest[:-2]},\n "forest": {{\n  {lists}\n }}\n}}\n', encoding="utf-8")


def load_forest(path: str | Path) -> Forest:
    """The forest in a card (.json); UserError where it is none, or of another definition of the features."""
    card = read_card(Path(path))
    check_definition(read_definition(card, path), FRAMEWRIGHT, path)
    try:
        forest = Forest(card)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: holds no forest ({error})") from error
    if unknown := [name for name in forest.inputs if name not in RUNTIME_FEATURES]:
        raise UserError(f"{path}: asks for the feature {unknown[0]}, which is not computed")
    return forest
