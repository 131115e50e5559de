"""The tracks that subsets are chosen from, as columns in memory: about 60 bytes a track, and its embedding."""

from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True, eq=False)
class Candidates:
    """N tracks in any order. What was not measured is not-a-number, never 0.

    `numbers` are the ids as `order.id_numbers` gives them; `classes` are codes of `names`, which are sorted; `boxes`
    are mean boxes as shares of the frame, x1, y1, x2, y2.
    """

    numbers: np.ndarray  # (N, 2) uint64
    videos: np.ndarray  # (N,) int32, codes of videos in the order of their names
    classes: np.ndarray  # (N,) int32
    names: tuple[str, ...]  # of the classes
    score: np.ndarray  # (N,) float64, mean weighted score of the class
    motion: np.ndarray  # (N,) float32, pixels per 1/16 s where the short side has 360
    quality: np.ndarray  # (N,) float32, 0 to 1
    middles: np.ndarray  # (N,) float64, seconds
    boxes: np.ndarray  # (N, 4) float32
    vectors: np.ndarray  # (N, D) int8; (N, 0) without embeddings
    embedded: np.ndarray  # (N,) bool, whether there is a vector

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, places: np.ndarray) -> "Candidates":
        """These tracks alone, in this order."""
        columns = {
            field.name: own_column if field.name == "names" else own_column[places]
            for field in fields(self)
            for own_column in [getattr(self, field.name)]
        }
        return Candidates(**columns)
