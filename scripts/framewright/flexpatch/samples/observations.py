"""What is known of a video's frames: what a detector found in each, and what is true of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NOBODY = -1  # object of a box that belongs to none that is known


@dataclass(frozen=True, eq=False)
class Rows:
    """Boxes in order of their frames. `sure` is a score where they were found, and how much is visible where they are
    true, 0..1 each."""

    frames: np.ndarray  # (N,) int64, numbers of frames, ascending
    objects: np.ndarray  # (N,) int64: identities, NOBODY for none
    labels: np.ndarray  # (N,) int64: places in the names of the classes
    sure: np.ndarray  # (N,) float64
    boxes: np.ndarray  # (N, 4) float64 x1, y1, x2, y2

    def at(self, frame: int) -> "Rows":
        """The rows of one frame."""
        first, last = np.searchsorted(self.frames, [frame, frame + 1])
        return Rows(*(getattr(self, name)[first:last] for name in FIELDS))

    def __len__(self) -> int:
        return len(self.frames)


FIELDS = ("frames", "objects", "labels", "sure", "boxes")
SHAPES = {"frames": np.int64, "objects": np.int64, "labels": np.int64, "sure": np.float64, "boxes": np.float64}


@dataclass(frozen=True, eq=False)
class Known:
    """A video whose k-th frame appears at `times[k]` seconds; `names` are those of the classes. `size` is (width,
    height)."""

    size: tuple[int, int]
    times: np.ndarray  # (F,) float64
    names: tuple[str, ...]
    found: Rows  # what a detector found, each with the true object that it is
    true: Rows


def rows_of(parts: Iterable[tuple[int, int, int, float, Sequence[float]]]) -> Rows:
    """Rows of (frame, object, label, sure, box), put in order of frames, and of objects within a frame."""
    ordered = sorted(parts, key=lambda part: (part[0], part[1]))
    columns = list(zip(*ordered, strict=True)) or [()] * len(FIELDS)
    arrays = [np.array(own, SHAPES[name]) for name, own in zip(FIELDS, columns, strict=True)]
    return Rows(*arrays[:-1], arrays[-1].reshape(-1, 4))


NO_ROWS = rows_of(())
NOTHING_KNOWN = Known((0, 0), np.zeros(0), (), NO_ROWS, NO_ROWS)


def write_known(path: str | Path, known: Known) -> None:
    """Write what is known as .npz; the same gives the same bytes."""
    kinds = {"found": known.found, "true": known.true}
    arrays = {f"{kind}_{name}": getattr(rows, name) for kind, rows in kinds.items() for name in FIELDS}
    head = {"size": np.array(known.size), "times": known.times, "names": np.array(known.names, np.str_)}
    with Path(path).open("wb") as file:
        np.savez_compressed(file, **head, **arrays)


def read_known(path: str | Path) -> Known:
    """What `write_known` wrote."""
    with np.load(path) as held:
        kinds = {kind: Rows(*(held[f"{kind}_{name}"] for name in FIELDS)) for kind in ("found", "true")}
        width, height = held["size"].tolist()
        return Known((width, height), held["times"], tuple(held["names"].tolist()), **kinds)
