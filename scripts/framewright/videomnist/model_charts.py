"""How trainings went, as curves."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from framewright.report.palette import BLUE, GREEN, GREY, RED
from framewright.report.style import LETTERS, name_axes, new_figure, write_figure

TRAIN, TEST, CODES = BLUE, RED, GREEN
History = Sequence[dict[str, Any]]


def write_vqvae_curves(path: Path, history: History) -> None:
    """Write a chart as PNG: the loss, and the codes in use, by the step."""
    figure, panels = new_figure(1200, 420, 1, 2)
    _losses(panels[0], history, "squared error / variance")
    panels[1].plot(_steps(history), [row["codes"] for row in history], color=CODES, label="codes in use")
    panels[1].plot(_steps(history), [row["perplexity"] for row in history], "--", color=CODES, label="perplexity")
    name_axes(panels[1], "codes of test clips", "step", "codes")
    panels[1].set_ylim(0, None)
    panels[1].legend(fontsize=LETTERS["tick"])
    write_figure(path, figure)


def write_gpt_curves(path: Path, history: History, n_codes: int) -> None:
    """Write a chart as PNG: the loss by the step, and what knowing nothing costs."""
    figure, panels = new_figure(760, 420)
    _losses(panels[0], history, "nats a code")
    nothing = math.log(n_codes)
    panels[0].axhline(nothing, color=GREY, linestyle=":", label=f"knowing nothing: ln {n_codes}")
    panels[0].set_ylim(0, 1.05 * max(nothing, panels[0].get_ylim()[1]))  # the line is there to be seen
    panels[0].legend(fontsize=LETTERS["tick"])
    write_figure(path, figure)


def _losses(panel: Axes, history: History, unit: str) -> None:
    panel.plot(_steps(history), [row["train_loss"] for row in history], color=TRAIN, label="training")
    panel.plot(_steps(history), [row["loss"] for row in history], color=TEST, linestyle="--", label="test clips")
    top = max(max(row["train_loss"], row["loss"]) for row in history)
    name_axes(panel, "loss", "step", unit)
    panel.set_ylim(0, 1.1 * top)
    panel.legend(fontsize=LETTERS["tick"])


def _steps(history: History) -> list[int]:
    return [row["step"] for row in history]
