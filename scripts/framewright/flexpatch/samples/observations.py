"""What is observed in a video's frames: what a detector found in each, and the true objects of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NOBODY = -1  # object of a box that belongs to no object of the truth


@dataclass(frozen=True, eq=False)
class BoxTable:
    """Boxes in order of their frames. `sure` is a detection's score, or a true object's visible share, 0..1."""

    frames: np.ndarray  # (N,) int64, numbers of frames, ascending
    objects: np.ndarray  # (N,) int64: identities, NOBODY for none
    labels: np.ndarray  # (N,) int64: places in the names of the classes
    sure: np.ndarray  # (N,) float64
    boxes: np.ndarray  # (N, 4) float64 x1, y1, x2, y2

    def at(self, frame: int) -> "BoxTable":
        """The boxes of one frame."""
        first, last = np.searchsorted(self.frames, [frame, frame + 1])
        rows = slice(int(first), int(last))
        return BoxTable(self.frames[rows], self.objects[rows], self.labels[rows], self.sure[rows], self.boxes[rows])

    def __len__(self) -> int:
        return len(self.frames)


FIELDS = ("frames", "objects", "labels", "sure", "boxes")
DTYPES = {"frames": np.int64, "objects": np.int64, "labels": np.int64, "sure": np.float64, "boxes": np.float64}


@dataclass(frozen=True, eq=False)
class Observations:
    """A video whose k-th frame appears at `times[k]` seconds. `size` is (width, height) in pixels."""

    size: tuple[int, int]
    times: np.ndarray  # (F,) float64
    names: tuple[str, ...]  # of the classes
    found: BoxTable  # what the detector found, each with the true object that it shows
    true: BoxTable


def box_table(rows: Iterable[tuple[int, int, int, float, Sequence[float] | np.ndarray]]) -> BoxTable:
    """A table of (frame, object, label, sure, box), sorted by frame, and by object within a frame."""
    ordered = sorted(rows, key=lambda row: (row[0], row[1]))
    columns = list(zip(*ordered, strict=True)) or [()] * len(FIELDS)
    frames, objects, labels, sure, boxes = (
        np.array(column, DTYPES[name]) for name, column in zip(FIELDS, columns, strict=True)
    )
    return BoxTable(frames, objects, labels, sure, boxes.reshape(-1, 4))


NO_BOXES = box_table(())
NO_OBSERVATIONS = Observations((0, 0), np.zeros(0), (), NO_BOXES, NO_BOXES)


def write_observations(path: str | Path, observations: Observations) -> None:
    """Write observations as .npz; the same observations give the same bytes."""
    tables = {"found": observations.found, "true": observations.true}
    arrays = {f"{kind}_{name}": getattr(table, name) for kind, table in tables.items() for name in FIELDS}
    names = np.array(observations.names, np.str_)
    with Path(path).open("wb") as file:
        np.savez_compressed(
            file, allow_pickle=False, size=np.array(observations.size), times=observations.times, names=names, **arrays
        )


def read_observations(path: str | Path) -> Observations:
    """What `write_observations` wrote."""
    with np.load(path) as arrays:
        found, true = (BoxTable(*(arrays[f"{kind}_{name}"] for name in FIELDS)) for kind in ("found", "true"))
        width, height = arrays["size"].tolist()
        return Observations((width, height), arrays["times"], tuple(arrays["names"].tolist()), found, true)
