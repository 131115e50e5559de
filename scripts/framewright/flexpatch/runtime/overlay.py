"""Frames of a film that shows FlexPatch at work: tracks coloured by their predicted label, patches, and the cluster."""

from collections.abc import Sequence

import cv2
import numpy as np

from framewright.flexpatch.preview import COLOURS
from framewright.flexpatch.runtime.runtime import FlexPatch, TrackedObject
from framewright.report.picture import FONT, INK, PAPER

NEW, CUT = (60, 120, 210), (150, 80, 180)  # colours of patches for new objects, and for what was cut off
COARSE = 24  # pixels of a frame's height that are left where nobody may be recognised
LEGEND = (("high", COLOURS["high"]), ("medium", COLOURS["medium"]), ("low", COLOURS["low"]), ("new", NEW), ("cut", CUT))


def layout_film(frame: tuple[int, int], cluster: tuple[int, int]) -> tuple[int, tuple[int, int]]:
    """How high the cluster is drawn, and the size (width, height) of the film: the frame with the cluster below it."""
    height = round(frame[0] / 2 * cluster[1] / cluster[0])
    return height, (frame[0], frame[1] + height)


def draw_frame(frame: np.ndarray, things: Sequence[TrackedObject], runtime: FlexPatch, clear: bool) -> np.ndarray:
    """A frame of the film, (H, W, 3) uint8 RGB: thin rectangles are patches, thick boxes what was found just now."""
    high, (width, height) = layout_film((frame.shape[1], frame.shape[0]), runtime.cluster_size)
    sheet = np.full((height, width, 3), PAPER, np.uint8)
    picture = sheet[: frame.shape[0]]
    picture[:] = frame if clear else _coarse(frame)
    for placed in runtime.placed:
        x1, y1, x2, y2 = placed.patch.region
        colour = {"new": NEW, "cut": CUT}.get(placed.patch.label, PAPER)
        cv2.rectangle(picture, (x1, y1), (x2 - 1, y2 - 1), colour, 1)
    for thing in things:
        x1, y1, x2, y2 = (round(float(side)) for side in thing.box)
        colour = COLOURS[runtime.labels.get(thing.number, "low")]
        cv2.rectangle(picture, (x1, y1), (x2 - 1, y2 - 1), colour, 3 if thing.fresh else 1)
        cv2.putText(picture, str(thing.number), (x1 + 2, y1 + 11), FONT, 0.35, colour, 1, cv2.LINE_AA)
    if runtime.shown is not None:
        cluster = runtime.shown if clear else _coarse(runtime.shown)
        sheet[frame.shape[0] :, : width // 2] = cv2.resize(cluster, (width // 2, high), interpolation=cv2.INTER_AREA)
    _legend(sheet[frame.shape[0] :, width // 2 :], things, runtime)
    return sheet


def _legend(corner: np.ndarray, things: Sequence[TrackedObject], runtime: FlexPatch) -> None:
    size = corner.shape[1] / 640
    lines = [f"frame {runtime.frames}", f"{len(things)} objects, {sum(thing.fresh for thing in things)} just found"]
    lines += (
        [f"{len(runtime.placed)} patch{'es' * (len(runtime.placed) > 1)}"]
        if runtime.placed
        else ["followed" if runtime.frames > 1 else "whole"]
    )
    step = max(11, round(30 * size))
    for row, words in enumerate(lines):
        cv2.putText(corner, words, (8, step * (row + 1)), FONT, max(0.34, 0.6 * size), INK, 1, cv2.LINE_AA)
    for column, (label, colour) in enumerate(LEGEND):
        x, y = 8 + column * (corner.shape[1] - 12) // len(LEGEND), step * (len(lines) + 1)
        cv2.rectangle(corner, (x, y - 8), (x + 8, y), colour, -1)
        cv2.putText(corner, label, (x + 11, y), FONT, max(0.32, 0.5 * size), INK, 1, cv2.LINE_AA)


def _coarse(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(1, round(width * COARSE / height)), COARSE), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
