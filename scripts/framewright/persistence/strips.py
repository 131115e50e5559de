"""Pictures of clips: frames enlarged, those with transients framed, transients circled."""

from typing import Any

import cv2
import numpy as np

from framewright.report.gif import enlarge
from framewright.report.picture import FONT, INK, PAPER

MARK, STILL = (240, 160, 20), (70, 74, 82)  # around frames with transients, and around others
EDGE = 2  # pixels of a frame's border
ROW = 16  # frames in a row of a film strip
TEXT = 26  # pixels of a line of text


def add_border(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """A picture with a border in a colour."""
    return cv2.copyMakeBorder(picture, EDGE, EDGE, EDGE, EDGE, cv2.BORDER_CONSTANT, value=colour)


def mark_transients(video: np.ndarray, metadata: dict[str, Any], zoom: int) -> list[np.ndarray]:
    """The frames of a (T, 3, H, W) uint8 video, enlarged: (H zoom, W zoom, 3) uint8 RGB, visible transients circled."""
    frames = [enlarge(np.moveaxis(frame, 0, -1), zoom) for frame in video]
    for detail in metadata["transient_details"]:
        for age, (area, parts) in enumerate(zip(detail["visible_area"], detail["pixels"], strict=True)):
            x, y, radius = np.mean(parts, axis=0)
            if area:
                place = (round((x + 0.5) * zoom), round((y + 0.5) * zoom))
                _circle(frames[detail["start_frame"] + age], place, round((radius + 2.5) * zoom))
    return frames


def draw_strip(video: np.ndarray, metadata: dict[str, Any], title: str, zoom: int = 1) -> np.ndarray:
    """All frames of a clip in rows of 16, below a title; those with transients have a bright border."""
    shows = np.array(metadata["frame_labels"]) == 0
    tiles = [
        add_border(frame, MARK if there else STILL)
        for frame, there in zip(mark_transients(video, metadata, zoom), shows, strict=True)
    ]
    blank = np.full_like(tiles[0], PAPER)
    tiles += [blank] * (-len(tiles) % ROW)
    rows = [np.hstack(tiles[first : first + ROW]) for first in range(0, len(tiles), ROW)]
    head = np.full((TEXT, rows[0].shape[1], 3), PAPER, np.uint8)
    cv2.putText(head, title, (4, TEXT - 8), FONT, 0.45, INK, 1, cv2.LINE_AA)
    return np.vstack([head, *rows])


def _circle(picture: np.ndarray, place: tuple[int, int], radius: int) -> None:
    cv2.circle(picture, place, radius, MARK, 1, cv2.LINE_AA)
