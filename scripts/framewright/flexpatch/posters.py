"""Posters of samples: which samples have one, what they are called, and what a poster shows."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from framewright.report.gallery.choose import choose_items
from framewright.report.gallery.posters import encode_poster

EACH = 300  # samples of a video that have a poster, of every label as many
AROUND = 0.5  # of the box's sides: what is shown beside the box, on each side


def name_sample(video: str, frame: int, track: int) -> str:
    """The id of a sample in the gallery."""
    return f"{video}-{frame}-{track}"


def choose_posters(video: str, samples: pd.DataFrame) -> frozenset[str]:
    """The samples of a video that get a poster, of every label as many."""
    named = zip(samples["frame"], samples["track"], samples["iou_label"], strict=True)
    return choose_items(((name_sample(video, frame, track), label) for frame, track, label in named), (), EACH, 0)


def crop_sample(picture: np.ndarray, box: Sequence[float]) -> bytes:
    """A poster of what lies in a box (x1, y1, x2, y2) and around it; black outside of the (H, W, 3) uint8 picture."""
    x1, y1, x2, y2 = box
    wide, high = AROUND * (x2 - x1), AROUND * (y2 - y1)
    left, top, right, bottom = (round(edge) for edge in (x1 - wide, y1 - high, x2 + wide, y2 + high))
    shown = np.zeros((max(2, bottom - top), max(2, right - left), 3), np.uint8)
    height, width = picture.shape[:2]
    rows = slice(max(top, 0), min(top + shown.shape[0], height))
    columns = slice(max(left, 0), min(left + shown.shape[1], width))
    if rows.start < rows.stop and columns.start < columns.stop:
        shown[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = picture[rows, columns]
    return encode_poster(shown)
