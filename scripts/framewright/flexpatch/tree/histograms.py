"""A chart of the distribution of each feature, by label."""

from pathlib import Path

import numpy as np
import pandas as pd

from framewright.flexpatch.follow.features import FEATURES
from framewright.flexpatch.samples.columns import LABELS
from framewright.report.palette import DASHES, LEVELS
from framewright.report.style import LETTERS, name_axes, new_figure, write_figure

LONG_TAILED = ("accel", "flow_std")


def write_histograms(path: str | Path, samples: pd.DataFrame) -> None:
    """Write a chart as PNG: for each feature, the distribution of its values among the samples of each label."""
    figure, panels = new_figure(1600, 380, 1, len(FEATURES))
    for panel, name in zip(panels, FEATURES, strict=True):
        values = samples[name].to_numpy()
        is_long = name in LONG_TAILED
        shown = np.sign(values) * np.log10(1 + np.abs(values)) if is_long else values
        low, high = np.percentile(shown, [0.5, 99.5]) if len(shown) else (0, 1)
        bins = np.linspace(low, max(high, low + 1e-6), 31)
        for label, dashes in zip(LABELS, DASHES, strict=False):
            kept = np.clip(shown[(samples["iou_label"] == label).to_numpy()], bins[0], bins[-1])
            if len(kept):
                weights = np.full(len(kept), 1 / len(kept))
                panel.hist(
                    kept, bins.tolist(), weights=weights, histtype="step", linewidth=2, linestyle=dashes,
                    color=LEVELS[label], label=label,
                )  # fmt: skip
        name_axes(
            panel, name, "log10(1 + pixels)" if is_long else "", "share of samples" if name == FEATURES[0] else ""
        )
        panel.set_yticks([])
    if len(samples):
        panels[0].legend(loc="upper right", fontsize=LETTERS["tick"])  # most samples have small eigenvalues
    write_figure(path, figure)
