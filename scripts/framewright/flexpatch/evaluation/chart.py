"""A chart of the precision of each method against the pixels that its detector sees."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framewright.flexpatch.samples.columns import LABELS

OURS, PLAIN, GREY = "#1f5fa8", "#8a8f98", "#c0392b"


def write_chart(path: str | Path, evaluation: Mapping[str, Any]) -> None:
    """Write the chart of an evaluation as PNG: precision against pixels, and recall at run time beside the paper's."""
    figure = Figure(figsize=(12, 4.6), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    methods, recalls = figure.subplots(1, 2, width_ratios=[1.7, 1])
    for method, figures in evaluation["methods"].items():
        low, high = figures["ap_between"]
        colour, cost = OURS if method.startswith("FlexPatch") else PLAIN, max(100 * figures["share"], 1)
        methods.vlines(cost, low, high, color=colour, linewidth=1.2)
        methods.plot(cost, figures["ap"], "o", color=colour, markersize=7)
        methods.annotate(
            method.removeprefix("FlexPatch, "),
            (cost, figures["ap"]),
            (6, 5),
            textcoords="offset points",
            fontsize=8,
            color=colour,
        )
    if evaluation["methods"]:
        goal = 0.9 * evaluation["methods"]["every frame"]["ap"]
        methods.axhline(goal, color=GREY, linewidth=0.8, linestyle="--")
        methods.annotate("90 % of every frame", (1, goal), (2, 3), textcoords="offset points", fontsize=8, color=GREY)
        methods.axvline(25, color=GREY, linewidth=0.8, linestyle=":")
    methods.set(
        xscale="log",
        xlim=(0.9, 220),
        ylim=(0, 1),
        xlabel="pixels that the detector sees, % of all frames",
        ylabel="AP50",
    )
    methods.set_xticks([1, 2, 5, 10, 25, 50, 100], ["≤1", "2", "5", "10", "25", "50", "100"])
    methods.set_title("FlexPatch (blue), whole frames and following alone (grey)", fontsize=10)
    judged = [figures for figures in evaluation["methods"].values() if "recall" in figures][:1]
    for figures in judged:
        for place, label in enumerate(LABELS):
            recalls.bar(
                place - 0.2, figures["recall"][label] or 0, 0.38, color=OURS, label="here" if not place else None
            )
            recalls.bar(
                place + 0.2, evaluation["paper"][label], 0.38, color=PLAIN, label="paper" if not place else None
            )
        recalls.set_xticks(range(len(LABELS)), LABELS)
        recalls.legend(loc="lower right", fontsize=8)
    recalls.set(ylim=(0, 1), ylabel="recall", title="Recall of each label at run time")
    figure.savefig(path, format="png", metadata={"Software": None})
