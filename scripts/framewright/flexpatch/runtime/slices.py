"""A frame examined in overlapping slices, so that small objects are found (Akyon et al., SAHI, 2022)."""

import numpy as np

from framewright.flexpatch.runtime.detector_adapter import DetectFunction, DetectionArrays
from framewright.flexpatch.runtime.packing import (
    MappedDetections,
    Patch,
    Placed,
    Region,
    map_to_frame,
    suppress_duplicates,
)

OVERLAP = 0.2  # share of a slice's sides that it shares with the next one


def cut_slices(frame: tuple[int, int], size: tuple[int, int], overlap: float = OVERLAP) -> list[Region]:
    """Slices of `size` (width, height) that cover a frame of (width, height), row by row; one where the frame fits.

    >>> cut_slices((1280, 720), (640, 720))
    [(0, 0, 640, 720), (512, 0, 1152, 720), (640, 0, 1280, 720)]
    """
    across, down = (_starts(length, side, overlap) for length, side in zip(frame, size, strict=True))
    width, height = min(size[0], frame[0]), min(size[1], frame[1])
    return [(x, y, x + width, y + height) for y in down for x in across]


def detect_in_slices(detect: DetectFunction, frame: np.ndarray, size: tuple[int, int]) -> DetectionArrays:
    """The detections in a frame (H, W, 3), each object once, from slices of `size` (width, height).

    What the inner edge of a slice cuts off is dropped where a slice beside shows more of it.
    """
    whole = frame.shape[1], frame.shape[0]
    slices = cut_slices(whole, size)
    if len(slices) == 1:
        return detect(frame)
    found = []
    for region in slices:
        x1, y1, x2, y2 = region
        placed = [Placed(Patch(region, (x2 - x1, y2 - y1), 0.0), 0, 0)]
        found.append(map_to_frame(*detect(np.ascontiguousarray(frame[y1:y2, x1:x2])), placed, whole))
    joined = MappedDetections(
        np.concatenate([part.boxes for part in found]),
        np.concatenate([part.scores for part in found]),
        np.concatenate([part.labels for part in found]),
        np.concatenate([part.cut for part in found]),
    )
    kept = suppress_duplicates(joined)
    return kept.boxes, kept.scores, kept.labels


def _starts(length: int, side: int, overlap: float) -> list[int]:
    step = max(1, round(side * (1 - overlap)))
    return sorted(
        {min(start, max(0, length - side)) for start in range(0, max(1, length - round(side * overlap)), step)}
    )
