"""How the camera moved between two instants of a video, from what the search for objects noted of each frame."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

GAP = 0.2  # seconds between two searched frames from which nothing is known of the way between them


@dataclass(frozen=True, eq=False)
class CameraPath:
    """The searched frames of a video in order of time, and the camera's motion up to each from the one before.

    `times` (F,) float64 seconds; `motions` (F, 6) float64, x' = a x + b y + c, y' = d x + e y + f in the frame's
    pixels.
    """

    times: np.ndarray
    motions: np.ndarray

    def between(self, start: float, end: float) -> np.ndarray | None:
        """(6,) the motion from `start` to `end`, in seconds; None where that time was not searched."""
        first = int(np.searchsorted(self.times, start + 1e-3, side="right")) - 1
        last = int(np.searchsorted(self.times, end - 1e-3))
        if first < 0 or last >= len(self.times) or np.diff(self.times[first : last + 1]).max(initial=0.0) > GAP:
            return None
        whole = np.eye(3)
        for motion in self.motions[first + 1 : last + 1]:
            whole = np.vstack([motion.reshape(2, 3), [0, 0, 1]]) @ whole
        # the searched frames lie around both instants: a part of so small a motion is a part of its numbers
        share = (end - start) / max(float(self.times[last] - self.times[first]), 1e-9)
        return (np.eye(3) + (whole - np.eye(3)) * share)[:2].reshape(6)


def read_camera_path(detections: str | Path) -> CameraPath:
    """The path of a video's camera from its file of detections."""
    from framewright.tracks.objects.detections import DetectionsReader  # imports scipy

    reader = DetectionsReader(detections)
    numbers = range(len(reader.segments))
    times = [reader.times(number) for number in numbers]
    motions = [reader.motions(number) for number in numbers]
    return CameraPath(np.concatenate([np.zeros(0), *times]), np.concatenate([np.zeros((0, 6)), *motions]))
