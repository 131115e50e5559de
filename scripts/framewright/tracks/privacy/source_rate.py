"""How many bytes the pictures of a source take, so that its defaced copy takes hardly more."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framewright.video.media import open_media, pick_stream


@dataclass(frozen=True)
class SourceRate:
    """Of a video's pictures: their bytes in all, their bits per second, and frames from one key frame to the next."""

    bytes: int
    bits_per_second: float
    gop: float


def measure_rate(path: Path | str, times: np.ndarray) -> SourceRate:
    """The rate of a video whose frames appear at `times` (n,) float64 seconds; nothing is decoded."""
    size = packets = keys = 0
    with open_media(path) as file:
        stream, _ = pick_stream(file, path)
        for packet in file.demux(stream):
            size += packet.size
            packets += packet.size > 0
            keys += packet.is_keyframe and packet.size > 0
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    seconds = float(times[-1] - times[0]) + step
    return SourceRate(size, 8 * size / seconds, packets / max(1, keys))
