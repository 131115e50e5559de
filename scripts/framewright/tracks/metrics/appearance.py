"""What a clip looks like as a vector: the mean over pictures half a second apart, of length 1.

`hog_lab` needs no weights. `detector` takes the deepest features of a detector's .onnx file, `onnx` and `torchscript` a
model of yours, which is given pictures as TrackVerse gives them to a ResNet: 224 x 224, normalised as for ImageNet.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from framewright.errors import UserError
from framewright.tracks.model_file import load_model
from framewright.tracks.segments.filters import IMAGENET, SIDE

HOG_SIDE, CELLS, ANGLES = 64, 4, 6
COLOURS = (4, 4)  # bins of a and b
LAB_WEIGHT = 0.6  # of colours beside shapes
DIMENSIONS = CELLS * CELLS * ANGLES + 16 + CELLS * CELLS  # 128
STORED = np.arange(256) / 255
LINEAR = np.where(STORED <= 0.04045, STORED / 12.92, ((STORED + 0.055) / 1.055) ** 2.4).astype(np.float32)
TO_XYZ = np.array(  # of the white point D65 the sums of columns are 1
    [[0.4339, 0.2126, 0.0178], [0.3762, 0.7152, 0.1095], [0.1899, 0.0722, 0.8727]], np.float32
)
Embed = Callable[[Sequence[np.ndarray]], np.ndarray]  # (H, W, 3) uint8 RGB pictures -> (N, D) float


def open_backend(name: str, weights: str | Path | None) -> Embed:
    """What makes vectors of pictures; a UserError names weights that do not fit."""
    if name == "hog_lab":
        return hog_lab
    if weights is None:
        raise UserError(f"tracks.metrics.embedding.backend is {name}, but there are no weights; name a file")
    if name == "detector":
        return _features(Path(weights))
    model = load_model(weights)

    def embed(pictures: Sequence[np.ndarray]) -> np.ndarray:
        return np.asarray(model(_resized(pictures)), np.float64).reshape(len(pictures), -1)

    return embed


def sha256_of(weights: str | Path | None) -> str:
    """The digest of the weights, empty without any."""
    return hashlib.sha256(Path(weights).read_bytes()).hexdigest() if weights else ""


def mean_vector(vectors: np.ndarray) -> np.ndarray:
    """(D,) float64 of length 1: the mean of vectors (N, D), each of length 1 first."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    mean = (vectors / np.maximum(lengths, 1e-12)).mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-12)


def hog_lab(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """(N, 128) float64: gradients by direction in 4 x 4 cells, and colours, which are less than shapes are."""
    return np.stack([_hog_lab(picture) for picture in pictures])


def _hog_lab(picture: np.ndarray) -> np.ndarray:
    small = cv2.resize(picture, (HOG_SIDE, HOG_SIDE), interpolation=cv2.INTER_AREA)
    lab = _lab(small)
    light = cv2.GaussianBlur(lab[..., 0], (0, 0), 1.0)
    across, down = cv2.Sobel(light, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(light, cv2.CV_32F, 0, 1, ksize=3)
    strength = np.hypot(across, down)
    angle = np.mod(np.arctan2(down, across) / np.pi * ANGLES, ANGLES)
    low = np.minimum(angle.astype(int), ANGLES - 1)
    part = angle - low
    cell = np.repeat(np.arange(CELLS), HOG_SIDE // CELLS)
    place = (cell[:, None] * CELLS + cell[None]) * ANGLES
    shapes = np.bincount((place + low).ravel(), (strength * (1 - part)).ravel(), CELLS * CELLS * ANGLES)
    shapes += np.bincount((place + (low + 1) % ANGLES).ravel(), (strength * part).ravel(), CELLS * CELLS * ANGLES)
    shapes = np.sqrt(_unit(shapes))
    a, b = (np.clip(lab[..., k] / 24 + 1.5, 0, 2.999) for k in (1, 2))
    colours = _soft_histogram(a, b)
    lights = lab[..., 0].reshape(CELLS, HOG_SIDE // CELLS, CELLS, HOG_SIDE // CELLS).mean(axis=(1, 3)).ravel()
    lights = (lights - lights.mean()) / 255
    return np.concatenate([_unit(shapes), LAB_WEIGHT * _unit(np.sqrt(colours)), LAB_WEIGHT * lights])


def _lab(picture: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32 CIELAB of a uint8 sRGB picture, its lightness 0 to 255.

    OpenCV's fills tables first, which takes .4 s.
    """
    xyz = np.cbrt(LINEAR[picture] @ TO_XYZ)
    light, a, b = 116 * xyz[..., 1] - 16, 500 * (xyz[..., 0] - xyz[..., 1]), 200 * (xyz[..., 1] - xyz[..., 2])
    return np.stack([light * 2.55, a, b], axis=-1).astype(np.float32)


def _soft_histogram(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(16,) of places in a 4 x 4 grid, each shared by its four neighbours: no edge at which a colour jumps."""
    total = np.zeros(16)
    for along in (0, 1):
        for down in (0, 1):
            row, column = a.astype(int) + along, b.astype(int) + down
            weight = np.abs(1 - along - (a - a.astype(int))) * np.abs(1 - down - (b - b.astype(int)))
            total += np.bincount((row * 4 + column).ravel(), weight.ravel(), 16)
    return total


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def _resized(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """(N, 3, 224, 224) float32, whatever the aspect, normalised as for ImageNet."""
    return IMAGENET.normalize(
        np.stack([cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for picture in pictures])
    )


def _features(path: Path) -> Embed:
    """The mean over space of the map of an .onnx detector that has the most channels: its deepest features."""
    if path.suffix != ".onnx":
        raise UserError(f"{path}: features are read from an .onnx file alone; export the detector to ONNX")
    import onnx
    import onnxruntime

    model = onnx.shape_inference.infer_shapes(onnx.load(str(path)))
    made_by_convolution = {output for node in model.graph.node if node.op_type == "Conv" for output in node.output}
    maps = [value for value in model.graph.value_info if value.name in made_by_convolution]
    if not maps:
        raise UserError(f"{path}: no convolution of known shape in it; export it with static shapes")
    deepest = max(maps, key=_channels)
    model.graph.output.append(deepest)
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    side = next((size for size in entry.shape[2:] if isinstance(size, int)), SIDE // 32 * 32)
    batch = entry.shape[0] if isinstance(entry.shape[0], int) else None

    def embed(pictures: Sequence[np.ndarray]) -> np.ndarray:
        small = [cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA) for picture in pictures]
        seen = np.ascontiguousarray((np.stack(small).astype(np.float32) / 255).transpose(0, 3, 1, 2))
        parts = [seen] if batch is None else [np.repeat(one[None], batch, axis=0) for one in seen]
        found = [session.run([deepest.name], {entry.name: part})[0] for part in parts]
        rows = found[0] if batch is None else np.stack([one[0] for one in found])
        return rows.reshape(*rows.shape[:2], -1).mean(axis=2, dtype=np.float64)

    return embed


def _channels(value: Any) -> int:
    sides = value.type.tensor_type.shape.dim
    return int(sides[1].dim_value) if len(sides) == 4 else 0
