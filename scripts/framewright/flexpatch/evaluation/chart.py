"""A chart of how good each way to find objects is, against what its detector has to see."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framewright.flexpatch.evaluation.score import LABELS

OURS, PLAIN, GREY = "#1f5fa8", "#8a8f98", "#c0392b"


def write_chart(path: str | Path, told: Mapping[str, Any]) -> None:
    """Write the chart of an evaluation as PNG: precision against pixels, and what was foretold against the paper."""
    figure = Figure(figsize=(12, 4.6), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    ways, foretold = figure.subplots(1, 2, width_ratios=[1.7, 1])
    for way, own in told["ways"].items():
        low, high = own["ap_between"]
        colour, cost = OURS if way.startswith("FlexPatch") else PLAIN, max(100 * own["share"], 1)
        ways.vlines(cost, low, high, color=colour, linewidth=1.2)
        ways.plot(cost, own["ap"], "o", color=colour, markersize=7)
        ways.annotate(
            way.removeprefix("FlexPatch, "),
            (cost, own["ap"]),
            (6, 5),
            textcoords="offset points",
            fontsize=8,
            color=colour,
        )
    if told["ways"]:
        goal = 0.9 * told["ways"]["every frame"]["ap"]
        ways.axhline(goal, color=GREY, linewidth=0.8, linestyle="--")
        ways.annotate("90 % of every frame", (1, goal), (2, 3), textcoords="offset points", fontsize=8, color=GREY)
        ways.axvline(25, color=GREY, linewidth=0.8, linestyle=":")
    ways.set(
        xscale="log",
        xlim=(0.9, 220),
        ylim=(0, 1),
        xlabel="pixels that the detector sees, % of all frames",
        ylabel="AP50",
    )
    ways.set_xticks([1, 2, 5, 10, 25, 50, 100], ["≤1", "2", "5", "10", "25", "50", "100"])
    ways.set_title("FlexPatch (blue), whole frames and following alone (grey)", fontsize=10)
    judged = [own for own in told["ways"].values() if "recall" in own][:1]
    for own in judged:
        for place, label in enumerate(LABELS):
            foretold.bar(place - 0.2, own["recall"][label] or 0, 0.38, color=OURS, label="here" if not place else None)
            foretold.bar(place + 0.2, told["bar"][label], 0.38, color=PLAIN, label="paper" if not place else None)
        foretold.set_xticks(range(len(LABELS)), LABELS)
        foretold.legend(loc="lower right", fontsize=8)
    foretold.set(ylim=(0, 1), ylabel="share foretold", title="What failed, and was foretold at run time")
    figure.savefig(path, format="png", metadata={"Software": None})
