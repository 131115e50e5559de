"""What a detector found in a video's segments, on disk: a file that `numpy.load` opens.

`size` is (width, height) of the upright frame, `names` are the classes' names, `weights` the name and the sha256 of the
detector's file, `reid` those of a re-identification network where one was given, `settings` the definition of how they
were run, `segments` (S, 2) the seconds searched. Segment k has these arrays:

    k/times         (F,) float64      when each searched frame appears, in seconds
    k/counts        (F,) int32        detections in each frame
    k/motion        (F, 6) float32    camera motion since the frame before: x' = a x + b y + c, y' = d x + e y + f
    k/boxes         (N, 4) float32    x1, y1, x2, y2 in pixels of the upright frame, the surest of a frame first
    k/scores        (N,) float32      0..1
    k/class_counts  (N,) int32        classes noted for each detection: those with a score of CLASS_FLOOR and more
    k/classes       (M,) uint16       their numbers
    k/class_scores  (M,) float32      and scores, 0..1
    k/appearance    (N, 128) uint8    what each box looks like, see `appearance.py`
    k/identity      (N, D) float16    vectors of length 1 of a re-identification network, where one was given
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from framewright.tracks.objects.appearance import LENGTH
from framewright.tracks.objects.associate import NO_IDENTITY, FrameDetections

CLASS_FLOOR = 0.001  # scores below are taken for 0
EPOCH = (1980, 1, 1, 0, 0, 0)  # of each entry: the same detections give the same bytes


@dataclass(frozen=True)
class Search:
    """How a video was searched: frame size (width, height), class names, and the detector's file and sha256.

    `reid` is the file and sha256 of a re-identification network, if there was one.
    """

    size: tuple[int, int]
    names: tuple[str, ...]
    weights: str
    sha256: str
    settings: str = ""  # the definition of how it was run
    reid: tuple[str, str] | None = None


class DetectionsWriter:
    """Writes a file of detections segment by segment, so that no more than one is in memory."""

    def __init__(self, path: str | Path) -> None:
        self._file = zipfile.ZipFile(path, "w")
        self._segments: list[tuple[float, float]] = []

    def add(self, segment: tuple[float, float], frames: Iterable[FrameDetections]) -> int:
        """Write what was found in the frames of a segment; how many detections that are."""
        kept = list(frames)
        prefix = f"{len(self._segments)}/"
        self._segments.append(segment)
        scores = _stack([frame.scores for frame in kept], (0,), np.float32)
        noted = [frame.classes >= CLASS_FLOOR for frame in kept]
        numbers = [np.nonzero(mask)[1] for mask in noted]
        values = [frame.classes[mask] for frame, mask in zip(kept, noted, strict=True)]
        self._write(prefix + "times", np.array([frame.time for frame in kept], np.float64))
        self._write(prefix + "counts", np.array([len(frame.scores) for frame in kept], np.int32))
        self._write(prefix + "motion", _stack([frame.motion[None] for frame in kept], (0, 6), np.float32))
        self._write(prefix + "boxes", _stack([frame.boxes for frame in kept], (0, 4), np.float32))
        self._write(prefix + "scores", scores)
        self._write(prefix + "class_counts", _stack([mask.sum(axis=1) for mask in noted], (0,), np.int32))
        self._write(prefix + "classes", _stack(numbers, (0,), np.uint16))
        self._write(prefix + "class_scores", _stack(values, (0,), np.float32))
        self._write(prefix + "appearance", _stack([frame.appearance for frame in kept], (0, LENGTH), np.uint8))
        if known := [frame.identity for frame in kept if len(frame.identity)]:
            self._write(prefix + "identity", np.concatenate(known))
        return len(scores)

    def finish(self, search: Search) -> None:
        """Complete the file."""
        self._write("size", np.array(search.size, np.int32))
        self._write("names", np.array(search.names, np.str_))
        self._write("weights", np.array([search.weights, search.sha256], np.str_))
        self._write("settings", np.array(search.settings, np.str_))
        if search.reid:
            self._write("reid", np.array(search.reid, np.str_))
        self._write("segments", np.array(self._segments, np.float64).reshape(-1, 2))
        self._file.close()

    def _write(self, name: str, values: np.ndarray) -> None:
        packed = io.BytesIO()
        np.lib.format.write_array(packed, np.ascontiguousarray(values), allow_pickle=False)
        entry = zipfile.ZipInfo(f"{name}.npy", EPOCH)
        self._file.writestr(entry, packed.getbuffer(), zipfile.ZIP_DEFLATED, compresslevel=1)


class DetectionsReader:
    """Reads a file of detections, one segment at a time."""

    def __init__(self, path: str | Path) -> None:
        self._arrays: Any = np.load(path, allow_pickle=False)
        width, height = self._arrays["size"].tolist()
        weights, digest = self._arrays["weights"].tolist()
        settings = str(self._arrays["settings"]) if "settings" in self._arrays else ""
        names = tuple(self._arrays["names"].tolist())
        reid = tuple(self._arrays["reid"].tolist()) if "reid" in self._arrays else None
        self.search = Search((width, height), names, weights, digest, settings, reid)
        self.segments: list[tuple[float, float]] = [(start, end) for start, end in self._arrays["segments"].tolist()]

    def times(self, number: int) -> np.ndarray:
        """When the searched frames of segment `number` appear, (F,) float64 seconds."""
        return self._arrays[f"{number}/times"]

    def motions(self, number: int) -> np.ndarray:
        """The camera's motion up to each searched frame of segment `number`, (F, 6) float64; see the module."""
        return self._arrays[f"{number}/motion"].astype(np.float64)

    def count(self, number: int) -> int:
        """How many detections segment `number` has."""
        return len(self._arrays[f"{number}/scores"])

    def frames(self, number: int) -> Iterator[FrameDetections]:
        """What was found in each searched frame of segment `number`, in order of time."""
        names = (
            "times",
            "counts",
            "motion",
            "boxes",
            "scores",
            "class_counts",
            "classes",
            "class_scores",
            "appearance",
        )
        of = {name: self._arrays[f"{number}/{name}"] for name in names}
        identity = self._arrays.get(f"{number}/identity", NO_IDENTITY)
        ends = np.cumsum(of["counts"], dtype=np.int64)
        bounds = np.concatenate([[0], np.cumsum(of["class_counts"], dtype=np.int64)])
        for k, (time, end) in enumerate(zip(of["times"].tolist(), ends.tolist(), strict=True)):
            rows = slice(end - int(of["counts"][k]), end)
            noted = slice(int(bounds[rows.start]), int(bounds[rows.stop]))
            classes = np.zeros((rows.stop - rows.start, len(self.search.names)), np.float32)
            owner = np.repeat(np.arange(len(classes)), of["class_counts"][rows])
            classes[owner, of["classes"][noted]] = of["class_scores"][noted]
            yield FrameDetections(
                time,
                of["boxes"][rows].astype(np.float64),
                of["scores"][rows].astype(np.float64),
                classes,
                of["appearance"][rows],
                of["motion"][k].astype(np.float64),
                identity[rows] if len(identity) else NO_IDENTITY,
            )


def _stack(parts: list[np.ndarray], empty: tuple[int, ...], dtype: type) -> np.ndarray:
    return np.concatenate([np.zeros(empty, dtype), *(np.asarray(part, dtype) for part in parts)])
