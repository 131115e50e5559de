"""Where new objects may be: cells of the frame, ranked by their edges, their change, and the time since the detector
examined them."""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from framewright.errors import UserError
from framewright.flexpatch.runtime.packing import Region

LONGEST = 50  # frames after which further waiting counts for little
WEIGHT = 10.0  # priority of edges, in frames of waiting
THRESHOLD = 6.0  # grey levels from one pixel to the next, on average over a cell at half resolution: more are edges
MOVING = 50.0  # priority of change in a cell without tracks
MIN_CHANGE, MIN_RATIO = 4.0, 3.0  # grey levels of a change, and its ratio to the frame's median: the camera may move
OVERTIME = 0.1  # priority of a frame of waiting beyond LONGEST: no cell waits for ever


class Cells:
    """The cells of a frame of `size` (width, height), each `cell` (width, height) pixels.

    `waited` (rows, columns) int32 is the number of frames since the detector examined a cell: the refresh interval.
    """

    def __init__(
        self,
        size: tuple[int, int],
        cell: tuple[int, int] = (8, 8),
        weight: float = WEIGHT,
        threshold: float = THRESHOLD,
    ) -> None:
        if min(cell) < 2 or cell[0] % 2 or cell[1] % 2:
            raise UserError(
                f"cells of {cell[0]}x{cell[1]} pixels: edges are computed at half resolution; use even numbers"
            )
        self.size, self.cell, self.weight, self.threshold = size, cell, weight, threshold
        self._before: np.ndarray | None = None
        self.waited = np.zeros((-(-size[1] // cell[1]), -(-size[0] // cell[0])), np.int32)

    def wait(self) -> None:
        """One more frame has come."""
        self.waited += 1

    def examine(self, regions: Iterable[Region]) -> None:
        """The detector examined these regions, with or without success: cells wholly in them start again."""
        (width, height), (across, down) = self.size, self.cell
        for x1, y1, x2, y2 in regions:
            right = x2 // across if x2 < width else None
            below = y2 // down if y2 < height else None
            self.waited[-(-y1 // down) : below, -(-x1 // across) : right] = 0

    def priorities(self, grey: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """The priority of each cell, (rows, columns) float32; 0 where one of `boxes` (N, 4) touches it."""
        half = halve(grey, self.cell, self.size)
        edges = edge_strength(half, self.waited.shape) > self.threshold
        overtime = OVERTIME * np.maximum(self.waited - LONGEST, 0)
        priority = np.minimum(self.waited, LONGEST) + self.weight * edges + overtime
        priority += MOVING * find_changes(self._before, half, self.waited.shape)
        self._before = half
        for x1, y1, x2, y2 in _covered(boxes, self.cell):
            priority[y1:y2, x1:x2] = 0
        return priority.astype(np.float32)

    def choose(
        self, grey: np.ndarray, boxes: np.ndarray, window: tuple[int, int], count: int
    ) -> list[tuple[Region, float]]:
        """The `count` regions of `window` (columns, rows) cells with the highest priorities, with these."""
        (width, height), (across, down) = self.size, self.cell
        found = find_best_windows(self.priorities(grey, boxes), window, count)
        return [
            ((x1 * across, y1 * down, min(x2 * across, width), min(y2 * down, height)), sum_)
            for (x1, y1, x2, y2), sum_ in found
        ]


def halve(grey: np.ndarray, cell: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """(H, W) uint8 at half resolution, padded to the right and below to whole cells and one pixel more.

    `grey` is a frame of `size` (width, height), given in that size or in half of it.
    """
    height, width = size[1], size[0]
    small = max(1, width // 2), max(1, height // 2)
    half = grey if grey.shape[::-1] == small else cv2.resize(grey, small, interpolation=cv2.INTER_AREA)
    below, right = -(-height // cell[1]) * cell[1] // 2 + 1, -(-width // cell[0]) * cell[0] // 2 + 1
    return cv2.copyMakeBorder(half, 0, below - half.shape[0], 0, right - half.shape[1], cv2.BORDER_REPLICATE)


def edge_strength(half: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The strength of the edges in each cell, (rows, columns) uint8: the mean difference of neighbouring pixels.

    Of the differences across and down, the larger one counts.
    """
    here = half[:-1, :-1]
    steps = cv2.max(cv2.absdiff(half[:-1, 1:], here), cv2.absdiff(half[1:, :-1], here))
    return cv2.resize(steps, shape[::-1], interpolation=cv2.INTER_AREA)


def find_changes(before: np.ndarray | None, half: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Which cells have changed more than the frame as a whole, (rows, columns) bool."""
    if before is None:
        return np.zeros(shape, bool)
    change = cv2.resize(cv2.absdiff(half[:-1, :-1], before[:-1, :-1]), shape[::-1], interpolation=cv2.INTER_AREA)
    # of every third cell: the median of all takes as long as everything else here
    return change > max(MIN_CHANGE, MIN_RATIO * float(np.median(change[::3, ::3])))


def find_best_windows(priority: np.ndarray, window: tuple[int, int], count: int) -> Iterator[tuple[Region, float]]:
    """The windows, (columns, rows) cells, of the largest sums, one after the other, each of what the others left.

    Fewer than `count` where no priority is left.
    """
    left = priority.astype(np.float64)
    columns, rows = min(window[0], left.shape[1]), min(window[1], left.shape[0])
    sums = _window_sums(left, columns, rows)
    for _ in range(count):
        y, x = divmod(int(np.argmax(sums)), sums.shape[1])
        if sums[y, x] <= 1e-6:
            return
        yield (x, y, x + columns, y + rows), float(sums[y, x])
        left[y : y + rows, x : x + columns] = 0
        # the windows that share a cell with this one are the only ones whose sums have changed
        top, before = max(0, y - rows + 1), max(0, x - columns + 1)
        near = left[top : y + 2 * rows - 1, before : x + 2 * columns - 1]
        sums[top : y + rows, before : x + columns] = _window_sums(near, columns, rows)


def _window_sums(cells: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """The sum of each window of the cells, by its first row and column."""
    total = cv2.integral(cells)
    return total[rows:, columns:] - total[:-rows, columns:] - total[rows:, :-columns] + total[:-rows, :-columns]


def _covered(boxes: np.ndarray, cell: tuple[int, int]) -> np.ndarray:
    """The cells that boxes touch, (N, 4) int: first column and row, and those after the last."""
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4) / (*cell, *cell)
    low, high = np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])
    return np.maximum(np.concatenate([low, high], axis=1), 0).astype(int)
