"""A sheet of frames with the tracks in them, coloured by the labels of their samples."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from framewright.flexpatch.posters import choose_posters, crop_sample, name_sample
from framewright.flexpatch.samples.columns import LABELS, MIN_VISIBLE
from framewright.flexpatch.samples.frames import read_frames
from framewright.flexpatch.samples.observations import Observations
from framewright.report.palette import LEVELS, rgb_of
from framewright.report.picture import arrange_sheet
from framewright.video.stream import open_video

COLOURS = {level: rgb_of(colour) for level, colour in LEVELS.items()}
TRUE = (235, 235, 235)
SHOWN = 12  # frames


def draw_samples(
    video: str, film: str | Path, use: Sequence[float], samples: pd.DataFrame, observations: Observations
) -> tuple[np.ndarray | None, dict[str, bytes]]:
    """A sheet of frames with the boxes of the samples in the colours of their labels, and thin true boxes; and posters
    of some samples for the gallery, by their ids. No sheet without samples.

    Of each stretch of time the sheet shows the frame with the most failing tracks. A video without samples is not
    opened.
    """
    chosen, wanted = choose_frames(samples, SHOWN), choose_posters(video, samples)
    if not chosen:
        return None, {}
    shown, labels, posters = [], [], dict[str, bytes]()
    of_frame = {int(str(number)): rows for number, rows in samples.groupby("frame")}
    with open_video(film) as opened:
        for number, frame in enumerate(read_frames(opened, use, max(of_frame) + 1)):
            rows = of_frame.get(number, samples[:0])
            for row in rows.to_dict("records"):
                if (name := name_sample(video, number, row["track"])) in wanted:
                    posters[name] = crop_sample(frame.rgb, [row[side] for side in ("x1", "y1", "x2", "y2")])
            if number in chosen:
                true = observations.true.at(number)
                shown.append(_draw(frame.rgb, rows, true.boxes[true.sure >= MIN_VISIBLE]))
                counts = ", ".join(f"{(rows['iou_label'] == label).sum()} {label}" for label in LABELS)
                labels.append(f"{observations.times[number]:.2f} s: {counts}")
    return arrange_sheet(shown, labels), posters


def choose_frames(samples: pd.DataFrame, count: int) -> list[int]:
    """Numbers of up to `count` frames, in order: of each stretch of time the one with the most samples that are not
    low."""
    if not len(samples):
        return []
    wrong = (samples["iou_label"] != "low").groupby(samples["frame"]).sum()
    last = int(wrong.index.max()) + 1
    stretch = wrong.index.to_numpy() * count // last
    return sorted(int(str(counts.idxmax())) for _, counts in wrong.groupby(stretch))


def _draw(picture: np.ndarray, samples: pd.DataFrame, true: np.ndarray) -> np.ndarray:
    drawn = np.ascontiguousarray(picture).copy()
    thick = max(1, round(picture.shape[0] / 240))
    for box in np.rint(true).astype(int).tolist():
        cv2.rectangle(drawn, box[:2], box[2:], TRUE, 1)
    for row in samples.to_dict("records"):
        first, last = (round(row["x1"]), round(row["y1"])), (round(row["x2"]), round(row["y2"]))
        cv2.rectangle(drawn, first, last, COLOURS[row["iou_label"]], thick + (row["iou_label"] != "low"))
    return drawn
