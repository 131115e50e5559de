"""The model that ships: chosen among candidates by a stated rule, on drawn scenes, and rated on others.

The rule: the forest with the highest balanced accuracy over folds of whole scenes. The weights of its labels are then
set on the same folds: those for which the least of (recall over goal) is largest, not on average over a bootstrap of
the scenes but in its lower tenth, since few scenes hold most of the tracks that are lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from framewright.flexpatch.follow.features import FEATURES, FRAMEWRIGHT, RUNTIME_FEATURES, definition_record
from framewright.flexpatch.samples.columns import LABELS
from framewright.flexpatch.tree.forest import export_forest
from framewright.flexpatch.tree.model import LABEL
from framewright.flexpatch.tree.practice import Recipe
from framewright.flexpatch.tree.rating import PAPER, rate

GOALS = {"high": 0.70, "medium": 0.45, "low": 0.70}  # recalls on held-out scenes
FOLDS = 4
FORESTS = ((16, 8, 40), (20, 7, 25), (16, 8, 100))  # trees, depth, samples of a leaf
DRAWS, TAIL = 200, 0.1  # of the bootstrap over scenes, and the share of it that may be worse
MAX_DEPTH = 8


def pretrain(train: pd.DataFrame, held_out: pd.DataFrame, recipe: Recipe) -> dict[str, Any]:
    """The card of the model that ships, its forest included, from samples of drawn scenes."""
    folds = list(_scene_folds(train))
    rows = []
    for name, inputs, model in _candidates(recipe.seed):
        shares = _out_of_fold(model, train, inputs, folds)
        rating = rate(train[LABEL], np.array(LABELS)[shares.argmax(axis=1)])
        rows.append((rating["balanced_accuracy"], name, inputs, model, shares))
    _, name, inputs, model, shares = max((row for row in rows if row[1].startswith("forest")), key=lambda row: row[0])
    weights = choose_weights(train[LABEL].to_numpy(str), shares, train["video"].to_numpy(str))
    fitted = model.fit(_matrix(train, inputs), train[LABEL].to_numpy(str))
    documented = rows[0][3].fit(_matrix(train, rows[0][2]), train[LABEL].to_numpy(str))
    decided = np.array(LABELS)[(_probabilities(fitted, _matrix(held_out, inputs)) * _vector(weights)).argmax(axis=1)]
    return {
        **definition_record(FRAMEWRIGHT),
        "inputs": list(inputs),
        "weights": weights,
        "max_depth": MAX_DEPTH,
        "model": name,
        "rule": " ".join((__doc__ or "").split("The rule: ")[1].split()),
        "recipe": asdict(recipe),
        "samples": {"train": len(train), "held_out": len(held_out)},
        "labels": {label: int((train[LABEL] == label).sum()) for label in LABELS},
        "folds": {row[1]: round(float(row[0]), 4) for row in rows},
        "unseen_scenes": rate(train[LABEL], np.array(LABELS)[(shares * _vector(weights)).argmax(axis=1)]),
        "held_out": {
            "goals": GOALS,
            "paper": PAPER,
            "this model": rate(held_out[LABEL], decided),
            "the documented tree": rate(held_out[LABEL], documented.predict(_matrix(held_out, rows[0][2]))),
        },
        "importances": {
            column: round(float(share), 4) for column, share in zip(inputs, fitted.feature_importances_, strict=True)
        },
        "forest": export_forest(fitted),
    }


def choose_weights(labels: np.ndarray, shares: np.ndarray, scenes: np.ndarray) -> dict[str, float]:
    """Weights of high, medium and low for a decision by `shares` (N, 3) of samples with these labels and scenes (N,).

    Of all weights, those for which the least of (recall over goal) is largest, in the lower tenth of a bootstrap.
    """
    true = np.array([LABELS.index(label) for label in labels.tolist()])
    _, scene = np.unique(scenes, return_inverse=True)
    count = int(scene.max()) + 1
    draws = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), DRAWS)
    number = draws @ _count_by_scene(scene, true, count)  # (DRAWS, 3) samples of each label
    goals = np.array([GOALS[label] for label in LABELS])
    best, chosen = -1.0, (1.0, 1.0, 1.0)
    steps = np.round(np.exp(np.linspace(-1.0, 1.0, 21)), 3).tolist()
    for high in steps:
        for medium in steps:
            right = (shares * (high, medium, 1.0)).argmax(axis=1) == true
            found = draws @ _count_by_scene(scene[right], true[right], count)
            reached = np.where(number > 0, found / np.maximum(number, 1), np.inf) / goals
            sure = float(np.quantile(reached.min(axis=1), TAIL))
            if sure > best:
                best, chosen = sure, (high, medium, 1.0)
    return dict(zip(LABELS, chosen, strict=True))


def _count_by_scene(scenes: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """(count, 3) samples of each scene and label."""
    return np.bincount(scenes * len(LABELS) + labels, minlength=count * len(LABELS)).reshape(count, len(LABELS))


def format_card(card: Mapping[str, Any]) -> str:
    """The card of the model for people, as Markdown."""
    held = card["held_out"]
    lines = [
        "# The model that ships with FlexPatch",
        "",
        "It predicts for each track whether its box has lost its object (high), overlaps it by half or less (medium), "
        "or fits (low). It is trained on drawn streets and squares alone: no recorded video, no person.",
        "",
        f"- Model: {card['model']}; inputs: {', '.join(card['inputs'])}.",
        f"- Features: definition {card['definition']['name']} {card['definition']['version']}.",
        f"- Chosen as {card['rule']}",
        f"- Samples: {card['samples']['train']:,} of {card['recipe']['scenes']} scenes, "
        f"{card['samples']['held_out']:,} of {card['recipe']['held_out']} held-out scenes.",
        "- Made again by `snakemake flexpatch_pretrain`.",
        "",
        "| recall on held-out scenes | high | medium | low | balanced accuracy |",
        "|---|---|---|---|---|",
    ]
    for name in ("this model", "the documented tree"):
        recall = held[name]["recall"]
        cells = " | ".join(f"{recall[label]:.2f}" for label in LABELS)
        lines.append(f"| {name} | {cells} | {held[name]['balanced_accuracy']:.2f} |")
    recall = card["unseen_scenes"]["recall"]
    cells = " | ".join(f"{recall[label]:.2f}" for label in LABELS)
    lines.append(
        f"| this model, over folds of the {card['recipe']['scenes']} scenes | {cells} | "
        f"{card['unseen_scenes']['balanced_accuracy']:.2f} |"
    )
    for name in ("goals", "paper"):
        lines.append(f"| {name} | " + " | ".join(f"{held[name][label]:.2f}" for label in LABELS) + " | - |")
    lines += ["", "| balanced accuracy over folds of scenes | |", "|---|---|"]
    lines += [f"| {name} | {score:.3f} |" for name, score in card["folds"].items()]
    lines += ["", "Limits: the pace and the light of drawn scenes, one detector, and frames of 480 to 960 pixels."]
    return "\n".join(lines) + "\n"


def _candidates(seed: int) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.tree import DecisionTreeClassifier

    def forest(trees: int, depth: int, leaf: int) -> RandomForestClassifier:
        return RandomForestClassifier(
            trees, max_depth=depth, min_samples_leaf=leaf, class_weight="balanced", random_state=seed
        )

    usual = {"class_weight": "balanced", "random_state": 42}
    yield "the documented tree", FEATURES, DecisionTreeClassifier(max_depth=5, min_samples_split=10, **usual)
    yield (
        "tree of 13 features",
        RUNTIME_FEATURES,
        DecisionTreeClassifier(max_depth=MAX_DEPTH, min_samples_leaf=30, **usual),
    )
    yield "forest of 5 features", FEATURES, forest(*FORESTS[0])
    for trees, depth, leaf in FORESTS:
        name = f"forest of 13 features, {trees} trees of depth {depth}, leaves of {leaf}"
        yield name, RUNTIME_FEATURES, forest(trees, depth, leaf)


def _scene_folds(samples: pd.DataFrame) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of row numbers (for training, for rating); a scene is in one of the two."""
    fold = samples["video"].astype("category").cat.codes.to_numpy() % FOLDS
    for number in range(FOLDS):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def _out_of_fold(model: Any, samples: pd.DataFrame, inputs: Sequence[str], folds: Sequence[tuple]) -> np.ndarray:
    """For each sample the probabilities (N, 3) by a model that was trained without its scene."""
    rows, labels = _matrix(samples, inputs), samples[LABEL].to_numpy(str)
    shares = np.zeros((len(rows), len(LABELS)))
    for train, rated in folds:
        shares[rated] = _probabilities(model.fit(rows[train], labels[train]), rows[rated])
    return shares


def _probabilities(model: Any, rows: np.ndarray) -> np.ndarray:
    """(N, 3) probabilities of high, medium and low."""
    found = model.predict_proba(rows)
    columns = {str(label): found[:, k] for k, label in enumerate(model.classes_)}
    return np.stack([columns.get(label, np.zeros(len(rows))) for label in LABELS], axis=1)


def _matrix(samples: pd.DataFrame, inputs: Sequence[str]) -> np.ndarray:
    return samples[list(inputs)].to_numpy(np.float32)


def _vector(weights: Mapping[str, float]) -> np.ndarray:
    return np.array([weights[label] for label in LABELS])
