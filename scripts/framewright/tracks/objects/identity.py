"""What tells a thing from others of its kind: the vectors of a re-identification network that the user brings.

Such networks (OSNet, FastReID) take crops of one size, normalised as for ImageNet, and give a vector for each; two of
the same person or car point into nearly the same direction.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from framewright.errors import UserError
from framewright.tracks.model_file import Model, open_onnx
from framewright.tracks.segments.filters import IMAGENET

BATCH = 64  # crops in one call of the network


@dataclass(frozen=True)
class Identifier:
    """The network in the file `path`, which takes crops of `size` (width, height)."""

    path: Path
    run: Model
    size: tuple[int, int]

    def __call__(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """Vectors of length 1, (N, D) float16, of what is in the boxes (N, 4) of a picture (H, W, 3) uint8."""
        crops = [cut_crop(picture, box, self.size) for box in boxes]
        found = [self._compute(np.stack(crops[first : first + BATCH])) for first in range(0, len(crops), BATCH)]
        return np.concatenate(found) if found else np.zeros((0, 0), np.float16)

    def _compute(self, crops: np.ndarray) -> np.ndarray:
        vectors = self.run(IMAGENET.normalize(crops))
        if vectors.ndim != 2 or len(vectors) != len(crops):
            found = " x ".join(map(str, vectors.shape))
            raise UserError(f"{self.path}: gives {found} for {len(crops)} crops, not a vector for each")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.maximum(lengths, 1e-9)).astype(np.float16)


def open_identifier(path: str | Path) -> Identifier:
    """The network in an .onnx file; a UserError says why it is none that tells things apart."""
    path = Path(path)
    if path.suffix != ".onnx":
        raise UserError(f"{path}: a re-identification network is read from an .onnx file; export it to ONNX")
    run, shape = open_onnx(path)
    match shape:
        case [_, 3, int(height), int(width)]:
            return Identifier(path, run, (width, height))
    found = " x ".join(map(str, shape))
    raise UserError(f"{path}: takes {found}; export it for crops of one size, such as N x 3 x 256 x 128")


def cut_crop(picture: np.ndarray, box: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The part of a picture in a box, at least a pixel of it, at the network's size (width, height)."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = box.tolist()
    left, top = int(min(max(x1, 0), width - 1)), int(min(max(y1, 0), height - 1))
    part = picture[top : max(top + 1, round(y2)), left : max(left + 1, round(x2))]
    return cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_LINEAR)
