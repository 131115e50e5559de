"""Pictures of the samples: objects as they are followed, and how the features of urgent ones differ."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framewright.flexpatch.features import FEATURES
from framewright.flexpatch.frames import frames_of
from framewright.flexpatch.known import Known
from framewright.flexpatch.samples import LABELS
from framewright.picture import contact_sheet, notice
from framewright.video import open_video

COLOURS = {"high": (192, 57, 43), "medium": (217, 164, 65), "low": (47, 125, 91)}
TRUE = (235, 235, 235)
SHOWN = 12  # frames


def write_histograms(path: str | Path, samples: pd.DataFrame) -> None:
    """Write a chart as PNG: for each feature, how its values are distributed among samples of each label."""
    figure = Figure(figsize=(3.2 * len(FEATURES), 3.4), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    for panel, name in zip(figure.subplots(1, len(FEATURES)), FEATURES, strict=True):
        values = samples[name].to_numpy()
        shown = np.sign(values) * np.log10(1 + np.abs(values)) if name in ("accel", "flow_std") else values
        low, high = np.percentile(shown, [0.5, 99.5]) if len(shown) else (0, 1)
        bins = np.linspace(low, max(high, low + 1e-6), 31)
        for label in LABELS:
            own = np.clip(shown[(samples["iou_label"] == label).to_numpy()], bins[0], bins[-1])
            if len(own):
                weights = np.full(len(own), 1 / len(own))
                colour = np.array(COLOURS[label]) / 255
                panel.hist(own, bins, weights=weights, histtype="step", linewidth=1.8, color=colour, label=label)
        panel.set(title=name, xlabel="log10(1 + pixels)" if name in ("accel", "flow_std") else "", yticks=[])
    if len(samples):
        panel.legend(loc="upper left", fontsize=8)
    figure.savefig(path, format="png", metadata={"Software": None})


def sheet(video: str | Path, use: Sequence[float], samples: pd.DataFrame, known: Known) -> np.ndarray:
    """A sheet of frames with the boxes of the samples in the colours of their labels, and thin true boxes: of each
    stretch of time the frame where the most tracks go wrong. A video without samples is not opened."""
    chosen = worth_showing(samples, SHOWN)
    if not chosen:
        return notice("No object was followed")
    shown, labels = [], []
    with open_video(video) as film:
        for number, frame in enumerate(frames_of(film, use, chosen[-1] + 1)):
            if number in chosen:
                own = samples[samples["frame"] == number]
                shown.append(_drawn(frame.rgb, own, known.true.at(number).boxes))
                counts = ", ".join(f"{(own['iou_label'] == label).sum()} {label}" for label in LABELS)
                labels.append(f"{known.times[number]:.2f} s: {counts}")
    return contact_sheet(shown, labels, 3, 1680)


def worth_showing(samples: pd.DataFrame, count: int) -> list[int]:
    """Numbers of up to `count` frames, in order: of each stretch of time the one with the most samples that are not
    low."""
    if not len(samples):
        return []
    wrong = (samples["iou_label"] != "low").groupby(samples["frame"]).sum()
    last = int(wrong.index.max()) + 1
    stretch = wrong.index.to_numpy() * count // last
    return sorted(int(own.idxmax()) for _, own in wrong.groupby(stretch))


def _drawn(picture: np.ndarray, samples: pd.DataFrame, true: np.ndarray) -> np.ndarray:
    drawn = np.ascontiguousarray(picture).copy()
    thick = max(1, round(picture.shape[0] / 240))
    for box in np.rint(true).astype(int).tolist():
        cv2.rectangle(drawn, box[:2], box[2:], TRUE, 1)
    for row in samples.itertuples():
        first, last = (round(row.x1), round(row.y1)), (round(row.x2), round(row.y2))
        cv2.rectangle(drawn, first, last, COLOURS[row.iou_label], thick + (row.iou_label != "low"))
    return drawn
