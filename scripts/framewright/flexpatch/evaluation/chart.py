"""Charts of the precision of each method against its cost, and of the predictions at run time."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from framewright.flexpatch.samples.columns import LABELS
from framewright.report.palette import BLUE, GREEN, GREY, INK, ORANGE, PURPLE
from framewright.report.style import LETTERS, name_axes, new_figure, write_figure

FAMILIES = (  # how a method's name begins, and the marker, colour and words of its kind
    ("FlexPatch", "o", BLUE, "FlexPatch"),
    ("slices", "^", GREEN, "slices of the frame, followed in between"),
    ("every", "s", ORANGE, "whole frames, followed in between"),
    ("first", "s", ORANGE, ""),
)
MIN_COST = 1.0  # per cent: what costs less is drawn there
TICKS = (1, 2, 5, 10, 25, 50, 100)
LIMITS = (0.85, 160.0)
PANEL = (400, 430)  # pixels of the panel of precision against cost, nearly


def write_chart(path: str | Path, evaluation: Mapping[str, Any]) -> None:
    """Write the chart of an evaluation as PNG: precision against pixels, recall, and the share of tracks packed."""
    figure, (pareto, names, recalls, packed) = new_figure(1900, 560, 1, 4)
    draw_pareto(pareto, evaluation["methods"])
    list_methods(names, evaluation["methods"])
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
    write_figure(path, figure)


def draw_pareto(axis: Axes, methods: Mapping[str, Any]) -> None:
    """Draw precision over pixels (% of all whole frames) with confidence intervals. Each method has a number, which
    `list_methods` explains."""
    points = [(max(100 * figures["share"], MIN_COST), figures["ap"]) for figures in methods.values()]
    bottom = max(0.0, min((figures["ap_between"][0] for figures in methods.values()), default=0.0) - 0.05)
    for (name, figures), (x, y) in zip(methods.items(), points, strict=True):
        _, marker, colour, _ = _family(name)
        axis.vlines(x, *figures["ap_between"], color=colour, linewidth=1.4, alpha=0.6)
        axis.plot(x, y, marker, color=colour, markersize=8)
    axis.set(xscale="log", xlim=LIMITS, ylim=(bottom, 1.02))
    axis.set_xticks(TICKS, [f"≤{TICKS[0]}", *map(str, TICKS[1:])])
    axis.minorticks_off()
    for number, (point, shift) in enumerate(zip(points, _place_labels(points, bottom), strict=True), start=1):
        axis.annotate(
            str(number), point, shift, textcoords="offset pixels", fontsize=LETTERS["tick"], color=INK, ha="center",
            va="center", arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 4, "shrinkB": 3},
        )  # fmt: skip
    name_axes(axis, "AP50 against detector pixels", "pixels that the detector sees, % of all whole frames", "AP50")


def list_methods(axis: Axes, methods: Mapping[str, Any]) -> None:
    """Fill a panel with the number, the mark and the name of each method."""
    axis.set_axis_off()
    axis.set(xlim=(0, 1), ylim=(0, 1))
    for row, name in enumerate(methods):
        _, marker, colour, _ = _family(name)
        y = 0.97 - row * min(0.075, 0.85 / max(1, len(methods)))
        axis.plot(0.02, y, marker, color=colour, markersize=8, clip_on=False)
        axis.text(0.08, y, f"{row + 1}  {name.removeprefix('FlexPatch, ')}", va="center", fontsize=9, color=INK)
    for row, (_, marker, colour, words) in enumerate(kind for kind in FAMILIES if kind[3]):
        axis.plot(0.02, 0.11 - 0.05 * row, marker, color=colour, markersize=8, clip_on=False)
        axis.text(0.08, 0.11 - 0.05 * row, words, va="center", fontsize=9, color=INK, style="italic")


def _family(name: str) -> tuple[str, str, str, str]:
    return next(kind for kind in FAMILIES if name.startswith(kind[0]))


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


def _place_labels(points: Sequence[tuple[float, float]], bottom: float) -> list[tuple[float, float]]:
    """Offsets (pixels) of labels from their points, so that no label lies on another, or on a point."""
    low, high = np.log(LIMITS)
    places = [np.array([PANEL[0] * (np.log(x) - low) / (high - low), PANEL[1] * (y - bottom) / (1.02 - bottom)])
              for x, y in points]  # fmt: skip
    labels: list[np.ndarray] = []
    shifts = []
    for place in places:
        candidates = [
            radius * np.array([np.cos(angle), np.sin(angle)])
            for radius in (17, 30, 44, 60)
            for angle in np.arange(0.5, 8) * np.pi / 4
        ]
        free = [shift for shift in candidates if all(np.hypot(*(place + shift - other)) > 17 for other in labels)]
        clear = [shift for shift in free if all(np.hypot(*(place + shift - other)) > 13 for other in places)]
        chosen = next(iter(clear or free or candidates))
        labels.append(place + chosen)
        shifts.append((float(chosen[0]), float(chosen[1])))
    return shifts
