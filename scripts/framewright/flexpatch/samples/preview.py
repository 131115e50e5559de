"""A sheet of objects as they are followed, with the labels of their samples."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from framewright.flexpatch.samples.columns import LABELS, LEAST_VISIBLE
from framewright.flexpatch.samples.frames import frames_of
from framewright.flexpatch.samples.observations import Known
from framewright.report.picture import contact_sheet, notice
from framewright.video.stream import open_video

COLOURS = {"high": (192, 57, 43), "medium": (217, 164, 65), "low": (47, 125, 91)}  # RGB
TRUE = (235, 235, 235)
SHOWN = 12  # frames


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
                own, true = samples[samples["frame"] == number], known.true.at(number)
                shown.append(_drawn(frame.rgb, own, true.boxes[true.sure >= LEAST_VISIBLE]))
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
