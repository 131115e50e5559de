"""Any detector, as the runtime uses it: one picture in, boxes, scores and classes out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from framewright.errors import UserError

DetectionArrays = tuple[np.ndarray, np.ndarray, np.ndarray]  # boxes (N, 4), scores (N,), classes (N,) int
DetectFunction = Callable[[np.ndarray], DetectionArrays]


@dataclass(frozen=True)
class PictureDetector:
    """A function of a picture, (H, W, 3) uint8 RGB, that returns boxes (N, 4) x1, y1, x2, y2 in its pixels, scores (N,)
    and classes (N,) int. Any such function is a detector.

    >>> nothing = np.zeros((0, 4)), np.zeros(0), np.zeros(0, int)
    >>> detector = PictureDetector(lambda picture: nothing)
    >>> [part.shape for part in adapt_detector(detector)(np.zeros((360, 640, 3), np.uint8))]
    [(0, 4), (0,), (0,)]
    """

    detect: DetectFunction
    fixed: tuple[int, int] | None = None  # (height, width) of the only input that the weights take, where that is known


def adapt_detector(detector: Any) -> DetectFunction:
    """The function of a picture that a detector is.

    `detector` is a `PictureDetector`; or it is called with a list of pictures and returns, for each, something with
    `boxes`, `scores` and `classes`, either (N,) or the scores of all (as `framewright.detector.Detector` does); or it
    has `end2end(picture)`, which returns ((x1, y1, x2, y2), score, class) for each object, as those of trtutils do.
    """
    if isinstance(detector, PictureDetector):
        return detector.detect
    if hasattr(detector, "end2end"):
        return from_end2end(detector).detect
    if callable(detector):
        return lambda picture: _unpack(detector([picture])[0])
    raise UserError(f"{type(detector).__name__}: not a detector; it can neither be called nor has it end2end")


def from_end2end(detector: Any) -> PictureDetector:
    """A detector with `end2end(picture) -> [((x1, y1, x2, y2), score, class), ...]`, as those of trtutils.

    >>> class Engine:
    ...     def end2end(self, picture):
    ...         return [((10, 20, 50, 80), 0.9, 2)]
    >>> boxes, scores, labels = from_end2end(Engine()).detect(np.zeros((360, 640, 3), np.uint8))
    >>> boxes.tolist(), scores.tolist(), labels.tolist()
    ([[10.0, 20.0, 50.0, 80.0]], [0.9], [2])
    """

    def detect(picture: np.ndarray) -> DetectionArrays:
        rows = [(*corners, score, label) for corners, score, label in detector.end2end(picture)]
        table = np.array(rows, np.float64).reshape(-1, 6)
        return table[:, :4], table[:, 4], table[:, 5].astype(int)

    return PictureDetector(detect)


def from_ultralytics(model: Any, scale: float = 1.0, confidence: float = 0.25) -> PictureDetector:
    """A loaded model of ultralytics, `YOLO("yolo11n.pt")`, which sees `scale` pixels for each of a picture.

    Nothing of ultralytics is imported here. Weights exported with a fixed input size see every picture in that size.
    """

    def detect(picture: np.ndarray) -> DetectionArrays:
        side = -(-round(max(picture.shape[:2]) * scale) // 32) * 32
        bgr = np.ascontiguousarray(picture[..., ::-1])
        found = model.predict(bgr, imgsz=side, conf=confidence, verbose=False)[0].boxes
        boxes, scores, labels = (np.asarray(part.cpu(), np.float64) for part in (found.xyxy, found.conf, found.cls))
        return boxes.reshape(-1, 4), scores.reshape(-1), labels.reshape(-1).astype(int)

    return PictureDetector(detect)


def from_onnxruntime(session: Any, scale: float = 1.0, confidence: float = 0.25, nms: float = 0.45) -> PictureDetector:
    """A session of ONNX Runtime with the output of the YOLO family, (1, 4 + classes, anchors).

    >>> import onnxruntime
    >>> session = onnxruntime.InferenceSession("config/detector/demo.onnx", providers=["CPUExecutionProvider"])
    >>> boxes, scores, labels = from_onnxruntime(session).detect(np.full((96, 128, 3), 114, np.uint8))
    >>> len(boxes) == len(scores) == len(labels)
    True
    """
    entry = session.get_inputs()[0]
    dtype = np.float16 if entry.type == "tensor(float16)" else np.float32
    fixed = tuple(entry.shape[2:]) if all(isinstance(side, int) for side in entry.shape[2:]) else None

    def detect(picture: np.ndarray) -> DetectionArrays:
        height, width = fixed or (-(-round(side * scale) // 32) * 32 for side in picture.shape[:2])
        seen, ratio, corner = _letterbox(picture, (width, height))
        raw = session.run(None, {entry.name: seen.astype(dtype)})[0][0].T.astype(np.float64)
        scores, labels = raw[:, 4:].max(axis=1), raw[:, 4:].argmax(axis=1)
        rows = np.flatnonzero(scores >= confidence)
        middles, sides = raw[rows, :2], raw[rows, 2:4]
        low = (middles - sides / 2 - corner) / ratio
        lists = np.concatenate([low, sides / ratio], axis=1)
        kept = cv2.dnn.NMSBoxes(lists.tolist(), scores[rows].tolist(), 0.0, nms) if len(rows) else ()
        best = np.array(kept, np.int64).reshape(-1)
        return np.concatenate([low, low + sides / ratio], axis=1)[best], scores[rows][best], labels[rows][best]

    return PictureDetector(detect, fixed)


def _letterbox(picture: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, float, tuple[int, int]]:
    """A picture as (1, 3, H, W) float32 in 0..1, scaled to fit `size` (width, height) and centred on grey.

    Also its scale, and the corner (x, y) where it begins.
    """
    height, width = picture.shape[:2]
    ratio = min(size[0] / width, size[1] / height)
    new = round(width * ratio), round(height * ratio)
    left, top = (size[0] - new[0]) // 2, (size[1] - new[1]) // 2
    scaled = picture if new == (width, height) else cv2.resize(picture, new, interpolation=cv2.INTER_LINEAR)
    canvas = np.full((size[1], size[0], 3), 114, np.uint8)
    canvas[top : top + new[1], left : left + new[0]] = scaled
    return cv2.dnn.blobFromImage(canvas, 1 / 255), ratio, (left, top)


def _unpack(found: Any) -> DetectionArrays:
    classes = np.asarray(found.classes)
    labels = classes.argmax(axis=1) if classes.ndim == 2 and len(classes) else classes.reshape(-1)[: len(found.scores)]
    boxes = np.asarray(found.boxes, np.float64).reshape(-1, 4)
    return boxes, np.asarray(found.scores, np.float64), labels.astype(int)
