"""The figures of all rated sequences together, and as a table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from framewright.flexpatch.evaluation.score import (
    bootstrap_interval,
    compute_packed_shares,
    compute_recalls,
    sum_predictions,
)
from framewright.flexpatch.samples.columns import LABELS
from framewright.flexpatch.tree.rating import PAPER

Figures = Mapping[str, Any]
PACKED = ("failing", "good", "failing_in_turn", "good_in_turn")  # the last two as the paper counts
HEADER = f"{'failing':>10}{'good':>10}{'failing*':>10}{'good*':>10}"


def summarise(records: Sequence[Figures], rng: np.random.Generator) -> dict[str, Any]:
    """All sequences together: for each method its mean precision with its confidence interval (95 %), cost, and delay;
    the predictions at run time; and the gain of FlexPatch over whole frames now and then."""
    sequences = [sequence["methods"] for record in records for sequence in record["sequences"]]
    if not sequences:
        return {"sequences": 0, "methods": {}, "gains": []}
    methods = {method: _combine([sequence[method] for sequence in sequences], rng) for method in sequences[0]}
    full = methods["every frame"]["ap"]
    for figures in methods.values():
        figures["of_every_frame"] = round(figures["ap"] / full, 4) if full else None
    return {
        "sequences": len(sequences),
        "videos": sorted({record["video"] for record in records if record["sequences"]}),
        "paper": PAPER,
        "methods": methods,
        "gains": list(_gains(sequences, methods, rng)),
    }


def _combine(sequences: Sequence[Figures], rng: np.random.Generator) -> dict[str, Any]:
    precisions = [figures["ap"] for figures in sequences]
    waited = [second for figures in sequences for second in figures["delays"]]
    new = len(waited) + sum(figures["never_found"] for figures in sequences)
    combined: dict[str, Any] = {
        "ap": round(float(np.mean(precisions)), 4),
        "ap_between": [round(bound, 4) for bound in bootstrap_interval(precisions, rng)],
        "share": round(float(np.mean([figures["share"] for figures in sequences])), 4),
        "pixels": sum(figures["pixels"] for figures in sequences),
        "new_objects": new,
        "new_found": round(len(waited) / new, 4) if new else None,
        "delay": round(float(np.mean(waited)), 4) if waited else None,
    }
    predicted = [figures for figures in sequences if "confusion" in figures]
    if predicted:
        counts = sum_predictions(predicted)
        combined |= counts | {
            "recall": compute_recalls(counts["confusion"]),
            "packed_share": compute_packed_shares(counts),
        }
    return combined


def _gains(sequences: Sequence[Figures], methods: Figures, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """How far each setting of FlexPatch is ahead of whole frames now and then."""
    plain = [method for method in methods if method.startswith("every ") and method != "every frame"]
    for method in methods:
        for other in plain if method.startswith("FlexPatch") else ():
            gains = [figures[method]["ap"] - figures[other]["ap"] for figures in sequences]
            between = [round(bound, 4) for bound in bootstrap_interval(gains, rng)]
            yield {"method": method, "than": other, "ap": round(float(np.mean(gains)), 4), "between": between}


def format_table(evaluation: Figures) -> str:
    """The evaluation as text: a row for each method, then gains and predictions."""
    if not evaluation["methods"]:
        return "no sequence of a video with objects in its truth\n"
    lines = [f"{'':50}{'AP50':>7}{'95 %':>15}{'of every':>10}{'pixels':>8}{'delay s':>9}{'found':>7}"]
    for method, figures in evaluation["methods"].items():
        low, high = figures["ap_between"]
        spread = f"{low:.3f}-{high:.3f}"
        lines.append(
            f"{method:50}{figures['ap']:7.3f}{spread:>15}{_number(figures['of_every_frame']):>10}"
            f"{figures['share']:8.1%}{_number(figures['delay']):>9}{_number(figures['new_found']):>7}"
        )
    lines.append("")
    for gain in evaluation["gains"]:
        low, high = gain["between"]
        lines.append(f"{gain['method']} against {gain['than']}: {gain['ap']:+.3f} ({low:+.3f} to {high:+.3f})")
    lines += ["", f"{'recall at run time, and share packed':50}{'high':>8}{'medium':>8}{'low':>8}" + HEADER]
    for method, figures in evaluation["methods"].items():
        if "recall" in figures:
            recalls = "".join(f"{_number(figures['recall'][label]):>8}" for label in LABELS)
            packed = figures["packed_share"]
            shares = "".join(f"{_number(packed[key]):>10}" for key in PACKED)
            lines.append(f"{method:50}{recalls}{shares}")
    paper = "".join(f"{PAPER[label]:>8.2f}" for label in LABELS)
    lines.append(f"{'the paper, on other videos':50}{paper}{'-':>10}{'-':>10}{'.85-.90':>10}{'.52-.53':>10}")
    lines.append("* of clusters in which tracks come first, as the paper counts")
    return "\n".join(lines) + "\n"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
