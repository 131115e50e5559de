"""How trainings went, as curves."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

TRAIN, TEST, CODES = "#2563eb", "#dc2626", "#0f766e"
History = Sequence[dict[str, Any]]


def write_vqvae_curves(path: Path, history: History) -> None:
    """Write a chart as PNG: the loss, and the codes in use, by the step."""
    figure, panels = _panels(2)
    _losses(panels[0], history, "squared error / variance")
    panels[1].plot(_steps(history), [row["codes"] for row in history], color=CODES, label="codes in use")
    panels[1].plot(_steps(history), [row["perplexity"] for row in history], "--", color=CODES, label="perplexity")
    panels[1].set(title="codes of test clips", xlabel="step", ylim=(0, None))
    panels[1].legend()
    figure.savefig(path, format="png", metadata={"Software": None})


def write_gpt_curves(path: Path, history: History, n_codes: int) -> None:
    """Write a chart as PNG: the loss by the step, and what knowing nothing costs."""
    figure, panels = _panels(1)
    _losses(panels[0], history, "nats a code")
    nothing = math.log(n_codes)
    panels[0].axhline(nothing, color="#8b949e", linestyle=":", label=f"knowing nothing: ln {n_codes}")
    panels[0].set_ylim(0, 1.05 * max(nothing, panels[0].get_ylim()[1]))  # the line is there to be seen
    panels[0].legend()
    figure.savefig(path, format="png", metadata={"Software": None})


def _panels(count: int) -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(6 * count, 4), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(1, count, squeeze=False)[0]


def _losses(panel: Axes, history: History, unit: str) -> None:
    panel.plot(_steps(history), [row["train_loss"] for row in history], color=TRAIN, label="training")
    panel.plot(_steps(history), [row["loss"] for row in history], color=TEST, label="test clips")
    top = max(max(row["train_loss"], row["loss"]) for row in history)
    panel.set(title="loss", xlabel="step", ylabel=unit, ylim=(0, 1.1 * top))
    panel.grid(alpha=0.25)
    panel.legend()


def _steps(history: History) -> list[int]:
    return [row["step"] for row in history]
