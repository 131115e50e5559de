"""Charts of subsets: how far they are what was asked, which classes they hold, how their clips move and look."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from matplotlib.figure import Figure

from framewright.report.palette import BLUE, GREY, LINE, ORANGE, PURPLE, RED, YELLOW
from framewright.report.style import name_axes, new_figure
from framewright.tracks.curation.candidates import Candidates
from framewright.tracks.curation.options import Subset
from framewright.tracks.curation.relaxation import ClassFill

WIDTH, ROW, LOW_ROW = 1600, 220, 168  # of a picture, and of its rows; pictures are at most 16:9
BINS = 24
LOWEST = 0.8  # of a logarithmic scale of counts: a single track can be seen
Panel = tuple[Subset, pa.Table] | tuple[None, None]  # of a subset, or of all tracks
NO_SUBSETS = "no subsets: list some in tracks.subsets"
MOST_CLASSES = 40  # bars of a chart; further classes are summed up in its title
STEPS = (BLUE, YELLOW, ORANGE, RED, PURPLE, GREY)  # as asked, then by relaxation


def read_subset_rows(path: str | Path) -> pa.Table:
    """What the charts need of a subset."""
    return pq.read_table(path, columns=["name", "motion_q90", "quality"])


def draw_relaxation(fills: Mapping[Subset, Sequence[ClassFill]]) -> Figure:
    """A chart for each subset: by class, which share of the quota was met as asked, and at which relaxation."""
    down, across = _grid(len(fills), 4, 2)
    figure, axes = new_figure(WIDTH, down * ROW, down, across)
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
        _nothing(figure, NO_SUBSETS)
    return figure


def draw_classes(tracks: Candidates, rows: Mapping[Subset, pa.Table]) -> Figure:
    """A histogram of classes for each subset: what it took, before what there is; the largest class first.

    Without subsets what there is stands alone.
    """
    panels: list[Panel] = [*rows.items()] or [(None, None)]
    down, across = _grid(len(panels), 3, 3)
    figure, axes = new_figure(WIDTH, 60 + down * ROW, down, across)
    for axis in axes[len(panels) :]:
        axis.set_axis_off()
    counts = np.bincount(tracks.classes, minlength=len(tracks.names))
    order = np.argsort(-counts, kind="stable")
    edges = np.arange(len(order) + 1) - 0.5
    code = {name: place for place, name in enumerate(tracks.names)}
    names = [tracks.names[place] for place in order]
    for axis, (subset, table) in zip(axes, panels, strict=False):
        axis.stairs(counts[order], edges, baseline=LOWEST, fill=True, color=LINE, label="all that may be chosen")
        title = f"all {counts.sum():,} tracks"
        if subset is not None and table is not None:
            taken = np.bincount([code[name] for name in table["name"].to_pylist()], minlength=len(order))
            axis.stairs(taken[order], edges, baseline=LOWEST, fill=True, color=BLUE, alpha=0.85, label="in the subset")
            title = f"{subset.name}: {taken.sum():,} of {counts.sum():,}"
        axis.set_yscale("log")
        axis.set_ylim(LOWEST, max(2, counts.max(initial=1) * 1.6))
        axis.set_xlim(-0.5, max(len(order), 1) - 0.5)
        axis.grid(False, axis="x")
        shown = names if len(order) <= MOST_CLASSES else []
        axis.set_xticks(range(len(shown)), shown, rotation=0 if len(shown) < 7 else 90, fontsize=9)
        below = "" if shown else "class, the largest first"
        name_axes(axis, title, below, "tracks")
    if rows:
        axes[0].legend(fontsize=9, frameon=False)
    return figure


def draw_metrics(tracks: Candidates, rows: Mapping[Subset, pa.Table]) -> Figure:
    """Histograms of motion and of quality for each subset, before those of all tracks that may be chosen.

    Without subsets those of all tracks stand alone.
    """
    panels: list[Panel] = [*rows.items()] or [(None, None)]
    down, pairs = _grid(len(panels), 5, 2)
    figure, axes = new_figure(WIDTH, 60 + down * LOW_ROW, down, 2 * pairs)
    for axis in axes[2 * len(panels) :]:
        axis.set_axis_off()
    known = tracks.motion[~np.isnan(tracks.motion)]
    least, most = np.quantile(known, (0.005, 1.0)) if len(known) else (0.1, 1.0)
    lowest = max(float(least), 0.01)
    motion = np.geomspace(lowest, max(float(most), 2 * lowest), BINS + 1)
    poorest = np.nanmin(tracks.quality, initial=1.0)
    quality = np.linspace(min(np.floor(10 * poorest) / 10, 0.9), 1, BINS + 1)
    for number, (subset, table) in enumerate(panels):
        for axis, name, column, every, bins in (
            (axes[2 * number], "motion", "motion_q90", tracks.motion, motion),
            (axes[2 * number + 1], "quality", "quality", tracks.quality, quality),
        ):
            taken = every if table is None else table[column].to_numpy()
            axis.stairs(_shares(every, bins), bins, fill=True, color=LINE, label="all")
            if table is not None:
                axis.stairs(_shares(taken, bins), bins, color=BLUE, linewidth=1.8, label="in the subset")
            missing = int(np.isnan(taken).sum())
            words = f", {missing:,} not measured" if missing else ""
            is_last = number >= len(panels) - pairs
            across = {"motion": "pixels per 1/16 s", "quality": "0 to 1"}[name] if is_last else ""
            of = "all tracks" if subset is None else subset.name
            name_axes(axis, f"{of}: {name}{words}", across, "% of tracks")
        axes[2 * number].set_xscale("log")
        ticks = [float(f"{digit}e{power}") for power in range(-2, 4) for digit in (1, 2, 5)]
        ticks = [tick for tick in ticks if motion[0] <= tick <= motion[-1]]
        axes[2 * number].set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes[2 * number].set_xticks([], minor=True)
    if rows:
        axes[0].legend(fontsize=9, frameon=False)
    return figure


def _grid(count: int, most_down: int, least_across: int) -> tuple[int, int]:
    """Rows and columns for so many charts."""
    across = max(least_across, -(-count // most_down))
    return max(1, -(-count // across)), across


def _shares(values: np.ndarray, bins: np.ndarray) -> np.ndarray:
    """Which share of the measured values lies in each bin, in percent; what lies beyond counts in the last ones."""
    known = values[~np.isnan(values)]
    return 100 * np.histogram(known.clip(bins[0], bins[-1]), bins)[0] / max(len(known), 1)


def _nothing(figure: Figure, words: str) -> None:
    figure.axes[0].set_axis_off()
    figure.text(0.02, 0.5, words, fontsize=12)
