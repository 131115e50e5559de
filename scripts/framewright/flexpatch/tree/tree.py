"""A decision tree as plain data, readable, and usable without running foreign code."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from framewright.flexpatch.follow.features import FEATURES


def export_rules(model: Any) -> dict[str, Any]:
    """A fitted DecisionTreeClassifier of scikit-learn as classes and nodes, the first of which is the root.

    A node has either a feature, a threshold and the nodes to go on with where the feature is at most that (`yes`) or
    more (`no`), or a label. `shares` are the weighted shares of its classes, `samples` how many it was learnt from.
    """
    tree, classes = model.tree_, [str(name) for name in model.classes_]
    nodes = []
    for k in range(tree.node_count):
        shares = dict(zip(classes, (float(share) for share in tree.value[k][0] / tree.value[k][0].sum()), strict=True))
        node: dict[str, Any] = {"samples": int(tree.n_node_samples[k]), "shares": shares}
        if tree.children_left[k] < 0:
            node["label"] = classes[int(tree.value[k][0].argmax())]
        else:
            yes, no = int(tree.children_left[k]), int(tree.children_right[k])
            test = {"feature": FEATURES[tree.feature[k]], "threshold": float(tree.threshold[k]), "yes": yes, "no": no}
            node = test | node
        nodes.append(node)
    return {"classes": classes, "nodes": nodes}


class Tree:
    """Decides by rules as `export_rules` writes them."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        nodes = rules["nodes"]
        self.classes = tuple(rules["classes"])
        self._labels = np.array([node.get("label", "") for node in nodes])
        self._feature = np.array([FEATURES.index(node["feature"]) if "feature" in node else -1 for node in nodes])
        self._threshold = np.array([node.get("threshold", 0.0) for node in nodes], np.float64)
        self._next = np.array([[node.get("yes", k), node.get("no", k)] for k, node in enumerate(nodes)])

    def predict(self, matrix: np.ndarray | Sequence[Sequence[float]]) -> np.ndarray:
        """The label of each row of features, (N, 5) -> (N,) str."""
        rows = np.asarray(matrix, np.float32).reshape(-1, len(FEATURES))
        at = np.zeros(len(rows), np.int64)
        while (self._feature[at] >= 0).any():
            inner = self._feature[at] >= 0
            value = rows[np.arange(len(rows)), np.maximum(self._feature[at], 0)]
            at = np.where(inner, self._next[at, (value > self._threshold[at]).astype(int)], at)
        return self._labels[at]
