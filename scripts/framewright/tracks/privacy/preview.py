"""A picture for people: frames of a video before and after its faces were covered."""

from pathlib import Path

import numpy as np

from framewright.report.picture import arrange_sheet
from framewright.tracks.privacy.face_tracks import FaceTrack, list_covers
from framewright.video.stream import open_video

FRAMES = 4


def draw_before_after(
    source: str | Path, defaced: str | Path, found: tuple[list[FaceTrack], np.ndarray]
) -> np.ndarray | None:
    """(H, W, 3) uint8 RGB: frames in which something is covered, before on the left and after on the right.

    None of a video in which nothing is covered.
    """
    chains, times = found
    if not chains:
        return None
    busy = np.flatnonzero([len(boxes) for boxes in list_covers(chains, times)])
    picked = set(busy[np.linspace(0, len(busy) - 1, FRAMES).round().astype(int)].tolist())
    pictures, labels = [], []
    with open_video(source) as before, open_video(defaced) as after:
        for number, pair in enumerate(zip(before.frames(), after.frames(), strict=True)):
            if number in picked:
                pictures += [frame.rgb for frame in pair]
                labels += [f"{float(pair[0].time):.2f} s, before", "after"]
    return arrange_sheet(pictures, labels, together=2)
