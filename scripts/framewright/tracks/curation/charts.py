"""Charts of subsets: how far they are what was asked, which classes they hold, how their clips move and look."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from framewright.report.style import BLUE, DASHES, GREY, LINE, ORANGE, SERIES, YELLOW, name_axes, new_figure
from framewright.tracks.curation.candidates import Candidates
from framewright.tracks.curation.options import Subset
from framewright.tracks.curation.relaxation import ClassFill

WIDTH, ROW = 1200, 230
MOST_CLASSES = 40  # bars of a chart; further classes are summed up in its title
STEPS = (BLUE, YELLOW, ORANGE, "#d55e00", "#cc79a7", GREY)  # as asked, then by relaxation


def read_subset_rows(path: str | Path) -> pa.Table:
    """What the charts need of a subset."""
    return pq.read_table(path, columns=["name", "motion_q90", "quality"])


def draw_relaxation(fills: Mapping[Subset, Sequence[ClassFill]]) -> Figure:
    """A chart for each subset: by class, which share of the quota was met as asked, and at which relaxation."""
    rows_of_charts = max(1, -(-len(fills) // 2))
    figure, axes = new_figure(WIDTH, rows_of_charts * ROW, rows_of_charts, 2)
    for axis in axes[len(fills) :]:
        axis.set_axis_off()
    for axis, (subset, rows) in zip(axes, fills.items(), strict=False):
        shown = sorted(rows, key=lambda row: (-row.found, row.name))[:MOST_CLASSES]
        asked = np.array([max(row.asked, 1) for row in shown], float)
        bottom = np.zeros(len(shown))
        parts = [("as asked", [row.as_asked for row in shown])]
        factors = list(rows[0].relaxed) if rows else []
        parts += [
            (f"at {factor:g}" if factor else "asking nothing", [row.relaxed[factor] for row in shown])
            for factor in factors
        ]
        for (label, counts), colour in zip(parts, STEPS, strict=False):
            height = 100 * np.array(counts) / asked
            axis.bar(range(len(shown)), height, 0.8, bottom, color=colour, label=label)
            bottom += height
        for place, row in enumerate(shown):
            axis.annotate(f"{row.taken}/{row.asked}", (place, bottom[place]), ha="center", va="bottom", fontsize=9)
        axis.set_xticks(range(len(shown)), [row.name for row in shown], rotation=0 if len(shown) < 12 else 90)
        axis.set_ylim(0, 122)
        axis.set_xlim(-0.6, max(len(shown), 8) - 0.4)
        taken, met = sum(row.taken for row in rows), sum(row.as_asked for row in rows)
        more = f", {len(shown)} of {len(rows)} classes shown" if len(rows) > len(shown) else ""
        name_axes(axis, f"{subset.name}: {taken:,} tracks, {met:,} met what was asked{more}", "", "% of asked")
        if len(parts) > 1:
            axis.legend(loc="upper right", fontsize=9, frameon=False)
    if not fills:
        _nothing(figure, "no subsets: list some in tracks.subsets")
    return figure


def draw_classes(tracks: Candidates, rows: Mapping[Subset, pa.Table]) -> Figure:
    """Tracks by class, before choosing and in each subset; classes by size."""
    figure, (axis,) = new_figure(WIDTH, 540)
    counts = np.bincount(tracks.classes, minlength=len(tracks.names))
    order = np.argsort(-counts, kind="stable")
    places = np.arange(len(order))
    axis.fill_between(places, counts[order], 0.8, step="mid", color=LINE, label=f"all ({counts.sum():,})")
    code = {name: place for place, name in enumerate(tracks.names)}
    for number, (subset, table) in enumerate(rows.items()):
        chosen = np.bincount([code[name] for name in table["name"].to_pylist()], minlength=len(order))
        style = DASHES[number // len(SERIES) % len(DASHES)]
        axis.step(
            places,
            np.where(chosen[order] > 0, chosen[order], np.nan),
            where="mid",
            color=SERIES[number % len(SERIES)],
            linestyle=style,
            marker="o" if len(order) < 30 else "",
            label=f"{subset.name} ({chosen.sum():,})",
        )
    axis.set_yscale("log")
    axis.set_ylim(0.8, max(2, counts.max(initial=1) * 1.6))
    if len(order) <= MOST_CLASSES:
        axis.set_xticks(places, [tracks.names[place] for place in order], rotation=0 if len(order) < 12 else 90)
    name_axes(axis, "Tracks by class", "class, the largest first", "tracks")
    axis.legend(fontsize=9, frameon=False, ncols=2)
    return figure


def draw_metrics(tracks: Candidates, rows: Mapping[Subset, pa.Table]) -> Figure:
    """Cumulative shares of motion and quality, of all tracks and of each subset."""
    figure, axes = new_figure(WIDTH, 540, 1, 2)
    for axis, values, column, across in (
        (axes[0], tracks.motion, "motion_q90", "motion, pixels per 1/16 s"),
        (axes[1], tracks.quality, "quality", "quality, 0 to 1"),
    ):
        _cumulative(axis, values, "all", GREY, "-", 3)
        for number, (subset, table) in enumerate(rows.items()):
            subset_values = table[column].to_numpy()
            style = DASHES[number // len(SERIES) % len(DASHES)]
            _cumulative(axis, subset_values, subset.name, SERIES[number % len(SERIES)], style, 1.6)
        axis.set_ylim(0, 102)
        name_axes(axis, column.split("_")[0].capitalize(), across, "% of tracks at most")
    axes[0].set_xscale("symlog", linthresh=1)
    axes[0].set_xlim(left=0)
    axes[1].legend(fontsize=9, frameon=False)
    return figure


def write_figure(path: str | Path, figure: Figure) -> None:
    """Write a figure as PNG; the same figure gives the same bytes."""
    figure.savefig(path, format="png", metadata={"Software": None})


def _cumulative(axis: Axes, values: np.ndarray, label: str, colour: str, dashes: Any, width: float) -> None:
    known = np.sort(values[~np.isnan(values)]) if len(values) else values
    missing = len(values) - len(known)
    if len(known):
        text = f"{label}, {missing} not measured" if missing else label
        axis.step(
            known,
            100 * np.arange(1, len(known) + 1) / len(known),
            where="post",
            color=colour,
            label=text,
            linestyle=dashes,
            linewidth=width,
        )


def _nothing(figure: Figure, words: str) -> None:
    figure.axes[0].set_axis_off()
    figure.text(0.02, 0.5, words, fontsize=12)
