"""How many bytes the pictures of a source take, so that its defaced copy takes hardly more."""

from array import array
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framewright.video.media import open_media, pick_stream


@dataclass(frozen=True)
class SourceRate:
    """Of a video's pictures: their bytes in all, frames from one key frame to the next, and of each frame that is no
    key frame when it appears (n,) float64, in order, and its bytes (n,) float64."""

    bytes: int
    gop: float
    times: np.ndarray
    sizes: np.ndarray

    def sum_between(self, start: float, end: float) -> float:
        """Bytes of the frames, key frames left out, that appear at start <= time < end (seconds)."""
        first, last = np.searchsorted(self.times, (start, end))
        return float(self.sizes[first:last].sum())


def measure_rate(path: Path | str) -> SourceRate:
    """The rate of a video; nothing is decoded."""
    total = packets = keys = 0
    rows = array("d")
    with open_media(path) as file:
        stream, _ = pick_stream(file, path)
        for packet in file.demux(stream):
            total += packet.size
            packets += packet.size > 0
            keys += packet.is_keyframe and packet.size > 0
            if packet.size and packet.pts is not None and not packet.is_keyframe:
                rows.extend((float(packet.pts * packet.time_base), packet.size))
    others = np.array(rows).reshape(-1, 2)
    others = others[np.argsort(others[:, 0], kind="stable")]
    return SourceRate(total, packets / max(1, keys), others[:, 0], others[:, 1])
