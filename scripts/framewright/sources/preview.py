"""What a person sees of a source at a glance."""

from pathlib import Path

import numpy as np

from framewright.report.picture import draw_sheet
from framewright.truth import Truth
from framewright.video.probe import Probe
from framewright.video.stream import open_video


def draw_preview(path: str | Path, probe: Probe, truth: Truth) -> np.ndarray | None:
    """A sheet of a video's frames with what is true of them; None of one that can't be used.

    (H, W, 3) uint8 RGB. It shows whatever is in the video, faces too.
    """
    if not probe.usable:
        return None
    with open_video(path) as video:
        return draw_sheet((frame.rgb for frame in video.frames()), truth)
