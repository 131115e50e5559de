"""Charts of the precision of each method against its cost, and of the predictions at run time."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from framewright.flexpatch.samples.columns import LABELS
from framewright.report.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LETTERS,
    LINE,
    ORANGE,
    PURPLE,
    name_axes,
    new_figure,
)

FAMILIES = (  # how a method's name begins, and the marker, colour and words of its kind
    ("FlexPatch", "o", BLUE, "FlexPatch"),
    ("slices", "^", GREEN, "slices of the frame, followed in between"),
    ("every", "s", ORANGE, "whole frames, followed in between"),
    ("first", "s", ORANGE, ""),
)
MIN_COST = 1.0  # per cent: what costs less is drawn there
TICKS = (1, 2, 5, 10, 25, 50, 100)


def write_chart(path: str | Path, evaluation: Mapping[str, Any]) -> None:
    """Write the chart of an evaluation as PNG: precision against pixels, recall, and the share of tracks packed."""
    figure, (pareto, recalls, packed) = new_figure(1600, 560, 1, 3)
    draw_pareto(pareto, evaluation["methods"], "AP50 against detector pixels")
    judged = {name: figures for name, figures in evaluation["methods"].items() if "recall" in figures}
    if judged:
        ranked = _ranked(judged)
        bars = {short: [figures["recall"][label] for label in LABELS] for short, figures in ranked.items()}
        bars["the paper"] = [evaluation["paper"][label] for label in LABELS]
        _draw_bars(recalls, bars, LABELS)
        shares = {
            short: [figures["packed_share"]["failing"], figures["packed_share"]["good"]]
            for short, figures in ranked.items()
        }
        _draw_bars(packed, shares, ("failing", "good"))
    name_axes(recalls, "Recall of each label at run time", "true label", "recall")
    name_axes(packed, "Tracks that the detector got to see", "true state of the track", "share of tracks")
    figure.savefig(path, format="png", metadata={"Software": None})


def draw_pareto(axis: Axes, methods: Mapping[str, Any], title: str, cost: str = "share", words: str = "") -> None:
    """Draw precision over cost (a share of all whole frames) with confidence intervals; each method has a number, which
    a legend below explains."""
    seen: set[str] = set()
    rows = []
    for number, (name, figures) in enumerate(methods.items(), start=1):
        _, marker, colour, family = next(kind for kind in FAMILIES if name.startswith(kind[0]))
        x = max(100 * figures[cost], MIN_COST)
        low, high = figures["ap_between"]
        axis.vlines(x, low, high, color=colour, linewidth=1.4, alpha=0.7)
        label = family if family not in seen else None
        axis.plot(x, figures["ap"], marker, color=colour, markersize=8, label=label or None)
        seen.add(family)
        rows.append((x, figures["ap"], number))
    for (x, y, number), shift in zip(rows, _spread([(x, y) for x, y, _ in rows]), strict=True):
        axis.annotate(
            str(number), (x, y), shift, textcoords="offset points", fontsize=LETTERS["tick"], color=INK, ha="center",
            va="center",
        )  # fmt: skip
    axis.set(xscale="log", xlim=(0.85, 160), ylim=(0, 1.02))
    axis.set_xticks(TICKS, [f"≤{TICKS[0]}", *map(str, TICKS[1:])])
    axis.minorticks_off()
    name_axes(axis, title, words or "pixels that the detector sees, % of all whole frames", "AP50")
    names = "\n".join(f"{number} {name.removeprefix('FlexPatch, ')}" for number, name in enumerate(methods, start=1))
    axis.text(0.99, 0.02, names, transform=axis.transAxes, ha="right", va="bottom", fontsize=8.5, color=INK,
              bbox={"facecolor": "white", "edgecolor": LINE, "alpha": 0.85})  # fmt: skip
    axis.legend(loc="lower left", fontsize=8.5)


def _ranked(judged: Mapping[str, Any]) -> dict[str, Any]:
    """The methods that differ in their model alone, by a short name."""
    base = next((name for name in judged if any(other.startswith(f"{name}, ") for other in judged)), next(iter(judged)))
    return {
        name.removeprefix(f"{base}, ") if name != base else "pretrained model": figures
        for name, figures in judged.items()
        if name == base or name.startswith(f"{base}, ")
    }


def _draw_bars(axis: Axes, bars: Mapping[str, Sequence[float | None]], ticks: Sequence[str]) -> None:
    colours = (BLUE, PURPLE, ORANGE, GREEN, GREY)
    width = 0.8 / max(1, len(bars))
    for place, ((name, heights), colour) in enumerate(zip(bars.items(), colours, strict=False)):
        at = np.arange(len(ticks)) + (place - (len(bars) - 1) / 2) * width
        hatch = ("", "//", "..", "xx", "")[place]
        axis.bar(at, [height or 0 for height in heights], 0.92 * width, color=colour, hatch=hatch, label=name,
                 edgecolor="white", linewidth=0.5)  # fmt: skip
    axis.set_xticks(range(len(ticks)), ticks)
    axis.set_ylim(0, 1.25)
    axis.set_yticks(np.arange(0, 1.01, 0.2))
    axis.legend(loc="upper center", ncols=2, fontsize=8.5)


def _spread(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Offsets of labels (points of the page), so that those of neighbouring marks lie apart."""
    shifts: list[tuple[float, float]] = []
    sides = ((10, 8), (10, -9), (-10, 8), (-10, -9), (0, 15), (0, -16))
    for k, (x, y) in enumerate(points):
        near = sum(abs(np.log(x / a)) < 0.12 and abs(y - b) < 0.05 for a, b in points[:k])
        shifts.append(sides[near % len(sides)])
    return shifts
