"""One look for all charts: the palette, sizes of letters, quiet axes."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framewright.report.palette import GREY, INK, LINE, PAPER

LETTERS = {"title": 13, "label": 11, "tick": 10}  # points; at 100 dots per inch 10 points are 14 pixels


def new_figure(width: int, height: int, rows: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A white figure of `width` x `height` pixels, at most 16:9 or 4:3 by choice of the caller, and its axes in order.

    It belongs to no window and to no global state of matplotlib.
    """
    figure = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor=PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, columns, squeeze=False)
    axes = [axis for row in grid for axis in row]
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.spines[["left", "bottom"]].set_color(GREY)
        axis.tick_params(colors=INK, labelsize=LETTERS["tick"])
        axis.grid(True, color=LINE, linewidth=0.8)
        axis.set_axisbelow(True)
    return figure, axes


def name_axes(axis: Axes, title: str, across: str, up: str) -> None:
    """Say what a chart shows, and what its axes measure, with units."""
    axis.set_title(title, loc="left", fontsize=LETTERS["title"], color=INK)
    axis.set_xlabel(across, fontsize=LETTERS["label"], color=INK)
    axis.set_ylabel(up, fontsize=LETTERS["label"], color=INK)


def write_figure(path: str | Path, figure: Figure) -> None:
    """Write a figure as PNG; the same figure gives the same bytes."""
    figure.savefig(path, format="png", metadata={"Software": None})
