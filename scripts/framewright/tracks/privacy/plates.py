"""Finding licence plates with the user's weights: a detector of the YOLO family as an ONNX file with one image in."""

from pathlib import Path

import cv2
import numpy as np

from framewright.errors import UserError
from framewright.tracks.model_file import load_model
from framewright.tracks.privacy.faces import Finder

GREY = 114  # what fills the square around a picture, as such detectors are trained
END_TO_END, MANY = 6, 100  # columns and the fewest rows of a head that gives finished boxes
YUNET, SCALES = (2, 4, 8, 10, 14), (8, 16, 32, 64)  # columns of a YuNet net's outputs, and pixels of their cells
OVERLAP = 0.5  # of two boxes that share more, the less sure one is dropped


def open_plate_finder(weights: str | Path, least: float, side: int) -> Finder:
    """A finder of whatever the weights know, with a score of at least `least`, in squares of `side` pixels.

    The network takes (1, 3, side, side) float32 RGB from 0 to 1 and gives (1, 4 + classes, n): middle, width and
    height in pixels, and a score for each class.
    """
    network = load_model(weights)

    def find(picture: np.ndarray) -> np.ndarray:
        height, width = picture.shape[:2]
        zoom = side / max(height, width)
        size = max(1, round(width * zoom)), max(1, round(height * zoom))
        square = np.full((side, side, 3), GREY, np.uint8)
        square[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        raw = network(np.ascontiguousarray(square.transpose(2, 0, 1)[None], np.float32) / 255)
        if raw.ndim == 3 and raw.shape[2] in (1, *YUNET) and raw.shape[1] in _cells(side):
            raise UserError(
                f"{weights}: gives {raw.shape}, one output for each of several scales, as nets of the YuNet kind do, "
                "whose boxes are read with other outputs; take weights of the YOLO family, exported without NMS"
            )
        if raw.ndim != 3 or raw.shape[1] < 5 or (raw.shape[2] == END_TO_END and raw.shape[1] >= MANY):
            raise UserError(f"{weights}: gives {raw.shape}, not (1, 4 + classes, n); export it without NMS")
        rows = raw[0].T.astype(np.float64)
        rows = np.column_stack([rows[:, :4], rows[:, 4:].max(1)])[rows[:, 4:].max(1) >= least]
        corners = np.column_stack([rows[:, :2] - rows[:, 2:4] / 2, rows[:, 2:4]])
        kept = cv2.dnn.NMSBoxes(corners.tolist(), rows[:, 4].tolist(), 0, OVERLAP)
        rows = rows[np.sort(np.asarray(kept, int).reshape(-1))]
        middles, halves = rows[:, :2] / zoom, rows[:, 2:4] / 2 / zoom
        return np.column_stack([middles - halves, middles + halves, rows[:, 4]])

    return find


def _cells(side: int) -> list[int]:
    """How many cells a square of `side` pixels has at each scale of a net of the YuNet kind."""
    return [(side // scale) ** 2 for scale in SCALES]
