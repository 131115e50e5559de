"""What a person sees of a video's tracks: a sheet of its frames with boxes, and a sheet of its clips."""

from pathlib import Path

import numpy as np

from framewright.tracks.clips.preview import draw_clip_sheet, draw_overlay
from framewright.tracks.clips.record import read_clips
from framewright.tracks.meta import read_tracks


def draw_sheets(video: str | Path, meta: str | Path, clips: str | Path, folder: str | Path) -> dict[str, np.ndarray]:
    """The sheets `tracks` and `clips`, (H, W, 3) uint8 RGB each, of a video, its tracks, what became of them, and its
    clips. A sheet that would show nothing is left out."""
    sheets = {
        "tracks": draw_overlay(video, list(read_tracks(meta))),
        "clips": draw_clip_sheet(Path(folder), list(read_clips(clips))),
    }
    return {name: sheet for name, sheet in sheets.items() if sheet is not None}
