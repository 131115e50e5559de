"""A model is trained on one part of the samples, rated on another, and compared with other models."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from framewright.flexpatch.follow.features import EXTRA, FEATURES, FRAMEWRIGHT, Definition
from framewright.flexpatch.samples.columns import LABELS
from framewright.flexpatch.tree.forest import Forest
from framewright.flexpatch.tree.model import LABEL, build_card, fit_tree, serialise, to_matrix
from framewright.flexpatch.tree.options import Splitting, TreeSettings
from framewright.flexpatch.tree.rating import PAPER, predict_by_bounds, rate
from framewright.flexpatch.tree.split import GAP, HELD_OUT, TRAIN, split_samples, time_folds

MARGIN = 0.03  # of balanced accuracy, over the folds, by which another model must win to be recommended
DEPTHS, MIN_SPLITS = (3, 5, 7), (10, 50)
TOO_FEW = (
    "NOTHING WAS LEARNT: the samples have fewer than two labels, and the tree always says the same. Give more or "
    "longer videos, weights that find something in them, or a larger flexpatch.refresh."
)
REPEATS = 5  # shuffles of each feature


@dataclass(frozen=True, eq=False)
class Trained:
    """A tree as the bytes of its file, its card, and the summary of its training."""

    content: bytes
    card: dict[str, Any]
    summary: dict[str, Any]


def train(
    samples: pd.DataFrame,
    side: Mapping[str, Any],
    definition: Definition,
    settings: TreeSettings,
    splitting: Splitting,
    splits: Mapping[str, str],
    compare: bool,
    pretrained: Forest | None = None,
) -> Trained:
    """A tree trained on the samples that are not held out, and rated on those that are.

    `side` is the record beside the samples, `splits` the column of the video table. With `compare` other models, other
    settings and other features are rated in the same way; `pretrained` is the model that ships.
    """
    began = time.perf_counter()
    part = (
        split_samples(samples, splitting.by, splitting.share, splitting.gap, splits)
        if len(samples)
        else np.array([], str)
    )
    learnt, held = samples[part == TRAIN], samples[part == HELD_OUT]
    model = fit_tree(learnt if len(learnt) else _nothing(), settings)
    content = serialise(model)
    summary = {
        **{key: side[key] for key in ("features", "definition", "frames", "detections", "truth")},
        "mean_detections": side["detections"] / max(side["frames"], 1),
        "samples": len(samples),
        "labels": _counts(samples),
        "split": vars(splitting) | {"by": _by(part, samples), "rows": _rows(part), "videos": _spans(samples, part)},
        "model": {"type": "DecisionTreeClassifier", **vars(settings), "leaves": int(model.get_n_leaves())},
        "learnt": _rate(model, learnt),
        "held_out": _rate(model, held),
        "paper": PAPER,
        "importances": measure_importances(model, held if len(held) else learnt, settings.random_state),
        "baselines": _rate_pretrained(pretrained, held, definition)
        | {
            "always medium": rate(held[LABEL], np.full(len(held), "medium")),
            "heuristic": rate(held[LABEL], predict_by_bounds(to_matrix(held))),
        },
    }
    labels = learnt[LABEL].nunique()
    rows = list(compare_alternatives(learnt, held, settings, splitting.gap)) if compare and labels > 1 else []
    summary |= {
        "alternatives": rows,
        "verdict": compose_verdict(rows) if labels > 1 else TOO_FEW,
        "bytes": len(content),
    }
    summary["seconds"] = round(time.perf_counter() - began, 3)
    return Trained(content, build_card(model, content, definition, settings), summary)


def _rate_pretrained(forest: Forest | None, samples: pd.DataFrame, definition: Definition) -> dict[str, Any]:
    """How good the model that ships is, where the samples have its features."""
    if forest is None or definition != FRAMEWRIGHT or not {*forest.inputs} <= {*samples.columns}:
        return {}
    rows = samples[list(forest.inputs)].to_numpy(np.float32)
    return {"the model that ships": rate(samples[LABEL], forest.predict(rows) if len(rows) else [])}


def measure_importances(model: Any, samples: pd.DataFrame, seed: int) -> dict[str, dict[str, float]]:
    """How much each feature counts: `impurity`, its share of the tree's reduction of impurity (they sum to 1), and
    `permutation`, the balanced accuracy that is lost on these samples when the feature is shuffled."""
    from sklearn.inspection import permutation_importance

    if samples[LABEL].nunique() < 2:
        return {name: {"impurity": float(share), "permutation": 0.0} for name, share in _impurities(model)}
    shuffled = permutation_importance(
        model, to_matrix(samples), samples[LABEL].to_numpy(str), scoring="balanced_accuracy", n_repeats=REPEATS,
        random_state=seed,
    )  # fmt: skip
    return {
        name: {"impurity": float(share), "permutation": float(lost)}
        for (name, share), lost in zip(_impurities(model), shuffled.importances_mean, strict=True)
    }


def _impurities(model: Any) -> Iterator[tuple[str, float]]:
    return zip(FEATURES, model.feature_importances_, strict=True)


def _nothing() -> pd.DataFrame:
    """A sample for training where there is none: the model then always answers medium."""
    return pd.DataFrame({**{name: [0.0] for name in FEATURES}, LABEL: ["medium"]})


def compare_alternatives(
    learnt: pd.DataFrame, held: pd.DataFrame, settings: TreeSettings, gap: float
) -> Iterator[dict[str, Any]]:
    """Other models, other settings of the tree, and more features: mean balanced accuracy over folds of the training
    samples, and figures of the held-out ones. The tree in use is the first."""
    cuts = list(time_folds(learnt, gap))
    for name, features, model in list_candidates(learnt, settings):
        yield _rated(name, features, model, learnt, held, cuts)


def compose_verdict(rows: Sequence[Mapping[str, Any]]) -> str:
    """Whether another model wins by MARGIN over the folds, in a sentence."""
    if not rows:
        return "Nothing was compared."
    ours, best = rows[0], max(rows, key=lambda row: row["folds"])
    gain = best["folds"] - ours["folds"]
    if gain < MARGIN:
        return (
            f"The tree stays: over the folds nothing is better by {MARGIN:g} of balanced accuracy (best: "
            f"{best['name']}, {gain:+.3f})."
        )
    return f"{best['name']} is better by {gain:.3f} of balanced accuracy over the folds (more than {MARGIN:g})."


def list_candidates(samples: pd.DataFrame, settings: TreeSettings) -> Iterator[tuple[str, list[str], Any]]:
    """The models that are compared: name, features, and an estimator that has not learnt; the tree first."""
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    five, seed = list(FEATURES), settings.random_state

    def tree(depth: int, least: int, weights: str | None = "balanced") -> DecisionTreeClassifier:
        return DecisionTreeClassifier(max_depth=depth, min_samples_split=least, random_state=seed, class_weight=weights)

    used = "balanced" if settings.balanced else None
    yield "tree", five, tree(settings.max_depth, settings.min_samples_split, used)
    yield (
        "tree, other weights",
        five,
        tree(settings.max_depth, settings.min_samples_split, None if used else "balanced"),
    )
    more = [name for name in EXTRA if name in samples]
    if more:
        yield (
            f"tree of {len(five + more)} features",
            five + more,
            tree(settings.max_depth, settings.min_samples_split, used),
        )
    yield "forest", five, RandomForestClassifier(30, max_depth=8, random_state=seed, class_weight="balanced")
    yield "gradient boosting", five, GradientBoostingClassifier(n_estimators=20, random_state=seed)
    linear = LogisticRegression(class_weight="balanced", max_iter=500, random_state=seed)
    yield "logistic regression", five, make_pipeline(StandardScaler(), linear)
    for depth in DEPTHS:
        for least in MIN_SPLITS:
            if (depth, least) != (settings.max_depth, settings.min_samples_split):
                yield f"tree, depth {depth}, split from {least}", five, tree(depth, least, used)


def _rated(
    name: str, features: list[str], model: Any, learnt: pd.DataFrame, held: pd.DataFrame, cuts: Sequence[tuple]
) -> dict[str, Any]:
    rows, labels = learnt[features].to_numpy(np.float32), learnt[LABEL].to_numpy(str)
    scores = []
    for train_rows, rated_rows in cuts:
        if len({*labels[train_rows]}) > 1:
            found = _fit(model, rows[train_rows], labels[train_rows]).predict(rows[rated_rows])
            scores.append(rate(labels[rated_rows], found)["balanced_accuracy"])
    _fit(model, rows, labels)
    rating = _rate(model, held, features)
    return {
        "name": name,
        "folds": float(np.mean(scores)) if scores else 0.0,
        "held_out": rating["balanced_accuracy"],
        "accuracy": rating["accuracy"],
        "recall": rating["recall"],
        "bytes": len(serialise(model)),
    }


def _fit(model: Any, rows: np.ndarray, labels: np.ndarray) -> Any:
    """The model, fitted; boosting knows no weights of classes, and is given those of samples."""
    from sklearn.utils.class_weight import compute_sample_weight

    weighs = hasattr(model, "n_estimators") and not hasattr(model, "class_weight")
    weights = {"sample_weight": compute_sample_weight("balanced", labels)} if weighs else {}
    return model.fit(rows, labels, **weights)


def _rate(model: Any, samples: pd.DataFrame, features: Sequence[str] = FEATURES) -> dict[str, Any]:
    """How good a model is on samples, of which there may be none."""
    rows = samples[list(features)].to_numpy(np.float32)
    return rate(samples[LABEL], model.predict(rows) if len(rows) else [])


def _counts(samples: pd.DataFrame) -> dict[str, dict[str, float]]:
    counts = samples[LABEL].value_counts()
    number = {label: int(counts.get(label, 0)) for label in LABELS}
    return {label: {"count": count, "share": count / max(len(samples), 1)} for label, count in number.items()}


def _by(part: np.ndarray, samples: pd.DataFrame) -> str:
    """Whether videos were held out as a whole, or their last part."""
    mixed = samples.assign(part=part).groupby("video")["part"].nunique()
    return "time" if (mixed > 1).any() else "video"


def _rows(part: np.ndarray) -> dict[str, int]:
    return {name: int((part == name).sum()) for name in (TRAIN, GAP, HELD_OUT)}


def _spans(samples: pd.DataFrame, part: np.ndarray) -> dict[str, dict[str, Any]]:
    """For each video the first and last second of its training samples and of its held-out ones, or None."""
    spans: dict[str, dict[str, Any]] = {}
    for video in sorted(samples["video"].unique()):
        of_video = (samples["video"] == video).to_numpy()
        times = {name: samples["time"][of_video & (part == name)] for name in (TRAIN, HELD_OUT)}
        spans[str(video)] = {
            name: [float(time.min()), float(time.max())] if len(time) else None for name, time in times.items()
        }
    return spans
