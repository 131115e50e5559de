"""What tells a thing from others of its kind: the vectors of a re-identification network that the user brings.

Such networks (OSNet, FastReID) take crops of one size, normalised as for ImageNet, and give a vector for each; two of
the same person or car point into nearly the same direction.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from framewright.errors import UserError
from framewright.tracks.model_file import Model, open_onnx
from framewright.tracks.segments.filters import IMAGENET

Identify = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (H, W, 3) uint8, boxes (N, 4) -> (N, D) of length 1
BATCH = 64  # crops in one call of the network


def open_identifier(path: str | Path) -> Identify:
    """The network in an .onnx file; a UserError says why it is none that tells things apart."""
    if Path(path).suffix != ".onnx":
        raise UserError(f"{path}: a re-identification network is read from an .onnx file; export it to ONNX")
    run, shape = open_onnx(Path(path))
    match shape:
        case [_, 3, int(height), int(width)]:
            size = width, height
        case _:
            found = " x ".join(map(str, shape))
            raise UserError(f"{path}: takes {found}; export it for crops of one size, such as N x 3 x 256 x 128")

    def identify(picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        crops = [cut_crop(picture, box, size) for box in boxes]
        found = [*_compute_vectors(path, run, crops)]
        return np.concatenate(found) if found else np.zeros((0, 0), np.float16)

    return identify


def cut_crop(picture: np.ndarray, box: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The part of a picture in a box, at least a pixel of it, at the network's size (width, height)."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = box.tolist()
    left, top = int(min(max(x1, 0), width - 1)), int(min(max(y1, 0), height - 1))
    part = picture[top : max(top + 1, round(y2)), left : max(left + 1, round(x2))]
    return cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_LINEAR)


def _compute_vectors(path: str | Path, run: Model, crops: list[np.ndarray]) -> Iterator[np.ndarray]:
    mean, deviation = (np.asarray(values, np.float32) for values in (IMAGENET.mean, IMAGENET.deviation))
    for first in range(0, len(crops), BATCH):
        seen = np.stack(crops[first : first + BATCH]).astype(np.float32) / 255
        vectors = run(np.ascontiguousarray(((seen - mean) / deviation).transpose(0, 3, 1, 2)))
        if vectors.ndim != 2 or len(vectors) != len(seen):
            found = " x ".join(map(str, vectors.shape))
            raise UserError(f"{path}: gives {found} for {len(seen)} crops, not a vector for each")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        yield (vectors / np.maximum(lengths, 1e-9)).astype(np.float16)
