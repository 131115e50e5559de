"""A chart of the distribution of each feature, by label."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framewright.flexpatch.follow.features import FEATURES
from framewright.flexpatch.samples.columns import LABELS
from framewright.flexpatch.tree.picture import COLOURS

LONG_TAILED = ("accel", "flow_std")


def write_histograms(path: str | Path, samples: pd.DataFrame) -> None:
    """Write a chart as PNG: for each feature, the distribution of its values among the samples of each label."""
    figure = Figure(figsize=(3.2 * len(FEATURES), 3.4), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    for panel, name in zip(figure.subplots(1, len(FEATURES)), FEATURES, strict=True):
        values = samples[name].to_numpy()
        shown = np.sign(values) * np.log10(1 + np.abs(values)) if name in LONG_TAILED else values
        low, high = np.percentile(shown, [0.5, 99.5]) if len(shown) else (0, 1)
        bins = np.linspace(low, max(high, low + 1e-6), 31)
        for label in LABELS:
            kept = np.clip(shown[(samples["iou_label"] == label).to_numpy()], bins[0], bins[-1])
            if len(kept):
                weights = np.full(len(kept), 1 / len(kept))
                panel.hist(
                    kept, bins, weights=weights, histtype="step", linewidth=1.8, color=COLOURS[label], label=label
                )
        panel.set(title=name, xlabel="log10(1 + pixels)" if name in LONG_TAILED else "", yticks=[])
    if len(samples):
        panel.legend(loc="upper left", fontsize=8)
    figure.savefig(path, format="png", metadata={"Software": None})
