"""Finding objects with your weights: .pt, .onnx, .engine and .torchscript files of the YOLO family.

    detector = open_detector(Path("yolo.onnx"))
    for found in detector([frame.rgb for frame in video.frames(rate=Fraction(16))]):
        found.boxes, found.scores, found.classes, found.names

The only module that imports ultralytics (AGPL-3.0). It does so for every format but ONNX, which ONNX Runtime computes,
and for training. Nothing is ever fetched or installed, and weights can't run code. Numbers are the same whatever the
number of threads around.
"""

import ast
import atexit
import csv
import importlib.util
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from framewright.errors import UserError

SUFFIXES = (".pt", ".onnx", ".engine", ".torchscript")
TASKS = ("detect", "segment")  # the masks of a segmenting network are left out
SIZE = 640  # pixels of a frame's longer side, for weights that do not say what they were made for
GREY = 114  # what surrounds a frame that is too narrow or too low, as in training
MASKS = 32  # further numbers of each box in networks that segment
FINISHED = 100  # the fewest boxes of a head that gives finished ones
# boxes of heads with one for each cell of strides 8, 16 and 32, by the side of the picture
CELLS = {sum((side // stride) ** 2 for stride in (8, 16, 32)) for side in range(160, 1537, 32)}
CANDIDATES = 3000  # best boxes of a frame that are compared with each other
ENCODER = (
    "prompts need a text encoder (the package clip and its weights), which is not here; set the prompts on another "
    "machine, model.set_classes([...]); model.save(...) or model.export(...), and use what that wrote as it is"
)


@dataclass(frozen=True)
class Settings:
    """What is searched, and what counts as found."""

    size: int | None = None  # pixels of the frame's longer side as the network sees it; None is what the weights name
    confidence: float = 0.1  # least score
    nms: float = 0.7  # of two boxes that overlap more (intersection over union), whatever their classes, one is kept
    at_most: int = 300  # objects in a frame
    only: tuple[str, ...] = ()  # names of the classes to keep; empty for all
    scale: float | None = None  # pixels of the network for each of the frame's, whatever its size; goes before `size`


@dataclass(frozen=True, eq=False)
class Detections:
    """What was found in one frame, the surest first.

    `boxes` (N, 4) float32 x1, y1, x2, y2 in pixels, inside the frame; `scores` (N,) float32 in 0..1; `classes` (N, C)
    float32 in 0..1, the score of every class. A score is that of the best class, times the objectness where the network
    has one.
    """

    boxes: np.ndarray
    scores: np.ndarray
    classes: np.ndarray


@dataclass(frozen=True, eq=False)
class Network:
    """Loaded weights: `run` takes (B, 3, H, W) float32 RGB in 0..1 and gives (B, ...) float32 as the file defines it.

    H and W are multiples of `stride`, or `fixed` (height, width); B is `batch` where the file fixes it. `size` is
    what it was made for.
    """

    run: Callable[[np.ndarray], np.ndarray]
    names: tuple[str, ...]
    stride: int = 32
    size: int = SIZE
    fixed: tuple[int, int] | None = None
    batch: int | None = None


class Detector:
    """Finds objects in frames; made by `open_detector`. `names` are those of the classes, in order."""

    def __init__(self, path: Path, network: Network, settings: Settings) -> None:
        self.path, self.names, self.settings = path, network.names, settings
        self._network = network
        self._kept = _kept(path, network.names, settings.only)

    def __call__(self, frames: Sequence[np.ndarray]) -> list[Detections]:
        """What is in each of these frames, (H, W, 3) uint8 RGB, all of one size."""
        if not len(frames):
            return []
        batch, number = self._network.batch or len(frames), len(frames)
        found = []
        for first in range(0, number, batch):
            chunk = list(frames[first : first + batch])
            seen, scale, corner = fit_letterbox(
                chunk + chunk[-1:] * (batch - len(chunk)), self.shape_of(chunk[0].shape)
            )
            raw = self._network.run(seen)
            size = chunk[0].shape[1::-1]
            found += [self._found(one, scale, corner, size) for one in raw[: len(chunk)]]
        return found

    @property
    def fixed(self) -> tuple[int, int] | None:
        """(height, width) of the only input that the weights take; None where they take any."""
        return self._network.fixed

    def at_scale_of(self, frame: tuple[int, ...]) -> "Detector":
        """The same detector, which sees pictures of any shape at the scale at which it sees one of this shape (H, W).

        Weights of a fixed size see each picture as large as they can.
        """
        scale = (self.settings.size or self._network.size) / max(frame[:2])
        return Detector(self.path, self._network, replace(self.settings, scale=scale))

    def shape_of(self, frame: tuple[int, ...]) -> tuple[int, int]:
        """(height, width) of what the network gets to see of a frame of this shape."""
        if self._network.fixed:
            return self._network.fixed
        scale = self.settings.scale or (self.settings.size or self._network.size) / max(frame[:2])
        stride = self._network.stride
        height, width = (-(-round(side * scale) // stride) * stride for side in frame[:2])
        return height, width

    def _found(self, raw: np.ndarray, scale: float, corner: tuple[int, int], size: tuple[int, int]) -> Detections:
        middles, classes, objectness = self._columns(raw)
        scores = classes.max(axis=1) * objectness
        rows = np.flatnonzero((scores >= self.settings.confidence) & self._kept[classes.argmax(axis=1)])
        rows = rows[np.argsort(-scores[rows], kind="stable")[:CANDIDATES]]
        middle, half = middles[rows, :2], middles[rows, 2:] / 2
        boxes = (np.concatenate([middle - half, middle + half], axis=1) - (*corner, *corner)) / scale
        boxes = np.clip(boxes, 0, (*size, *size))
        sides = boxes[:, 2:] - boxes[:, :2]
        whole = (sides > 0).all(axis=1)
        rows, boxes, sides = rows[whole], boxes[whole], sides[whole]
        corners: Any = np.concatenate([boxes[:, :2], sides], axis=1).astype(np.float64)
        sure: Any = scores[rows].astype(np.float64)
        kept = cv2.dnn.NMSBoxes(corners, sure, 0.0, self.settings.nms) if len(rows) else ()
        best = np.asarray(kept, int).reshape(-1)[: self.settings.at_most]
        return Detections(boxes[best].astype(np.float32), scores[rows[best]], classes[rows[best]])

    def _columns(self, raw: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | float]:
        """Middles and sides (A, 4), class scores (A, C) and objectness (A,) or 1 of all boxes that a network gave."""
        count = len(self.names)
        if is_end_to_end(raw, count):
            classes = np.zeros((len(raw), count), np.float32)
            classes[np.arange(len(raw)), raw[:, 5].astype(int)] = raw[:, 4]
            return np.concatenate([(raw[:, :2] + raw[:, 2:4]) / 2, raw[:, 2:4] - raw[:, :2]], axis=1), classes, 1.0
        if raw.ndim == 2 and raw.shape[0] - 4 - count in (0, MASKS):
            return raw[:4].T, raw[4 : 4 + count].T, 1.0
        if raw.ndim == 2 and raw.shape[1] == 5 + count and len(raw) not in CELLS:
            return raw[:, :4], raw[:, 5:], raw[:, 4]
        raise UserError(_misfit(self.path, raw.shape, count))


def open_detector(
    weights: Path | str,
    settings: Settings = Settings(),
    prompts: Sequence[str] = (),
    vocabulary: Sequence[str] = (),
    device: str = "cpu",
) -> Detector:
    """The detector in `weights`, ready for `device` ("cpu", "cuda", "cuda:1"); a UserError says what is wrong with it.

    `prompts` say what open-vocabulary weights shall find, and what the classes of others are called; `vocabulary` is
    what open-vocabulary weights find where no prompts say so.

    >>> detector = open_detector("yolo.onnx", Settings(confidence=0.3))
    >>> [found] = detector([np.zeros((360, 640, 3), np.uint8)])
    >>> found.boxes.shape[1]
    4
    """
    path = Path(weights)
    if path.suffix not in SUFFIXES:
        raise UserError(f"{path}: weights end in {', '.join(SUFFIXES)}, not in {path.suffix or 'nothing'}")
    if not path.is_file():
        raise UserError(f"{path}: no such weights; nothing is fetched, give the path of a file that is here")
    try:
        network = (_onnx if path.suffix == ".onnx" else _torch)(path, device, prompts, vocabulary)
    except UserError:
        raise
    except Exception as error:  # readers of foreign files raise anything
        raise UserError(f"{path}: can't be loaded safely as a detector ({_first_line(error)})") from error
    if prompts and network.names and len(prompts) != len(network.names):
        raise UserError(f"{path}: has {len(network.names)} classes, but there are {len(prompts)} prompts")
    names = tuple(prompts) or network.names
    if not names:
        raise UserError(f"{path}: doesn't name its classes; name them in a file of prompts, one a line")
    return Detector(path, replace(network, names=names), settings)


def fit_letterbox(frames: Sequence[np.ndarray], shape: tuple[int, int]) -> tuple[np.ndarray, float, tuple[int, int]]:
    """Frames of one size as (B, 3, height, width) float32 RGB in 0..1, scaled to fit `shape` and centred on grey.

    Also the scale, and the corner (x, y) where the frame begins.
    """
    height, width = frames[0].shape[:2]
    scale = min(shape[0] / height, shape[1] / width)
    new = round(width * scale), round(height * scale)
    corner = (shape[1] - new[0]) // 2, (shape[0] - new[1]) // 2
    canvas = np.full((len(frames), *shape, 3), GREY, np.uint8)
    for place, frame in zip(canvas, frames, strict=True):
        window = place[corner[1] : corner[1] + new[1], corner[0] : corner[0] + new[0]]
        window[:] = frame if new == (width, height) else cv2.resize(frame, new, interpolation=cv2.INTER_LINEAR)
    return cv2.dnn.blobFromImages(list(canvas), 1 / 255), scale, corner


def _kept(path: Path, names: Sequence[str], only: Sequence[str]) -> np.ndarray:
    """Which classes are kept, (C,) bool."""
    for name in only:
        if name not in names:
            near = get_close_matches(name, names, 1) or names[:3]
            raise UserError(f"{path}: has no class {name!r} among its {len(names)}; did you mean {', '.join(near)}?")
    return np.array([not only or name in only for name in names])


def is_end_to_end(raw: np.ndarray, count: int) -> bool:
    """Whether a network's output has finished boxes: x1, y1, x2, y2, score and number of the best class, a row each."""
    if raw.ndim != 2 or raw.shape[1] != 6 or len(raw) < FINISHED:
        return False
    numbers = raw[:, 5]
    return bool((numbers == np.round(numbers)).all() and (numbers >= 0).all() and (numbers < count).all())


def _misfit(path: Path, shape: tuple[int, ...], count: int) -> str:
    if len(shape) == 2 and shape[1] == 5 + count:
        return (
            f"{path}: its {shape[0]} boxes are those of a head with one box for each cell, as YOLOX has, which are not "
            "in pixels; export weights of ultralytics' YOLO family, which are read without prompts"
        )
    return f"{path}: {count} classes are named, but its output is {' x '.join(map(str, shape))}; name as many as it has"


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {next(iter(str(error).strip().splitlines()), '')}"


# ---- ONNX -----------------------------------------------------------------------------------------------------------


def _onnx(path: Path, device: str, prompts: Sequence[str], vocabulary: Sequence[str]) -> Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    provider: str | tuple[str, dict[str, int]] = "CPUExecutionProvider"
    if device != "cpu":
        provider = ("CUDAExecutionProvider", {"device_id": int(device.partition(":")[2] or 0)})
        if provider[0] not in onnxruntime.get_available_providers():
            raise UserError(f"{path}: {device} is asked for, but ONNX Runtime here has no CUDA; set the device to cpu")
    session = onnxruntime.InferenceSession(str(path), options, providers=[provider])
    given = session.get_modelmeta().custom_metadata_map
    _check_task(path, given.get("task", "detect"))
    entry = session.get_inputs()[0]
    dtype = np.float16 if entry.type == "tensor(float16)" else np.float32
    batch, _, height, width = (side if isinstance(side, int) else None for side in entry.shape)

    def run(seen: np.ndarray) -> np.ndarray:
        return session.run(None, {entry.name: seen.astype(dtype, copy=False)})[0].astype(np.float32, copy=False)

    fixed = (height, width) if height and width else None
    names, size = (ast.literal_eval(given.get(key, "()")) for key in ("names", "imgsz"))
    return Network(run, _in_order(names), int(given.get("stride", 32)), max(size, default=SIZE), fixed, batch)


# ---- what ultralytics computes --------------------------------------------------------------------------------------


def _torch(path: Path, device: str, prompts: Sequence[str], vocabulary: Sequence[str]) -> Network:
    forbid_downloads()
    import torch
    from ultralytics.nn import autobackend, tasks

    tasks.SAFE_LOAD = True  # ultralytics asks the environment at its first import, which may have been another's
    if device != "cpu" and not torch.cuda.is_available():
        raise UserError(f"{path}: {device} is asked for, but PyTorch sees no CUDA; set the device to cpu")
    place = torch.device(device)
    model: Any = path
    if path.suffix == ".pt":
        model = tasks.load_checkpoint(path, device=place)[0]
        if hasattr(model, "set_classes") and (wanted := list(prompts or vocabulary)):
            _prompt(path, model, wanted)
    # a network with two heads is asked for the one that gives the scores of all classes
    options = {"end2end": False} if path.suffix == ".pt" else {}
    backend = autobackend.AutoBackend(model if options else str(path), device=place, verbose=False, **options)
    torch.set_num_threads(1)
    _check_task(path, backend.task or "detect")
    fixed, batch = None, None
    if path.suffix != ".pt" and not getattr(backend, "dynamic", False):
        fixed, batch = tuple(backend.imgsz), int(backend.batch)

    def run(seen: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            given = backend(torch.from_numpy(seen).to(place))
        return (given[0] if isinstance(given, list | tuple) else given).float().cpu().numpy()

    size = max(getattr(backend, "imgsz", None) or [SIZE])
    return Network(run, _in_order(backend.names), max(32, int(backend.stride)), size, fixed, batch)


def _prompt(path: Path, model: Any, prompts: list[str]) -> None:
    """Let open-vocabulary weights find what the prompts say."""
    if importlib.util.find_spec("clip") is None:
        raise UserError(f"{path}: {ENCODER}")
    try:
        if "YOLOE" in type(model).__name__:
            model.set_classes(prompts, model.get_text_pe(prompts))
        else:
            model.set_classes(prompts)
    except Exception as error:  # no weights of the encoder, or what it can't read
        raise UserError(f"{path}: {ENCODER} ({_first_line(error)})") from error
    model.names = dict(enumerate(prompts))


def _check_task(path: Path, task: str) -> None:
    if task not in TASKS:
        raise UserError(f"{path}: its task is {task}, not to detect objects")


def _in_order(names: Any) -> tuple[str, ...]:
    return tuple(str(name) for _, name in sorted(names.items())) if isinstance(names, dict) else tuple(map(str, names))


@cache
def forbid_downloads() -> Path:
    """Let ultralytics, from its first import on, fetch, install and run nothing; it writes to the folder returned.

    Each process has such a folder, which ends with it: parallel jobs would overwrite one another's settings.
    """
    folder = tempfile.TemporaryDirectory(prefix="ultralytics-")
    atexit.register(folder.cleanup)
    answers = {"YOLO_OFFLINE": "1", "YOLO_AUTOINSTALL": "0", "YOLO_VERBOSE": "0", "ULTRALYTICS_SAFE_LOAD": "1"}
    os.environ.update(answers, YOLO_CONFIG_DIR=folder.name)
    return Path(folder.name)


# ---- training -------------------------------------------------------------------------------------------------------


def train(network: Path, data: Path, folder: Path, size: int, epochs: int, seed: int) -> tuple[Path, list[float]]:
    """Train a network (a .yaml of ultralytics) from nothing on the pictures that the .yaml `data` names.

    On two threads, whatever the machine has, because their number decides the last bits. Returns the weights, a .pt
    under `folder`, and the mean loss of the boxes in each epoch.
    """
    forbid_downloads()
    import torch
    from ultralytics import YOLO

    torch.set_num_threads(2)
    model = YOLO(network, task="detect")
    model.train(
        data=str(data), imgsz=size, epochs=epochs, batch=8, nbs=8, seed=seed, device="cpu",
        project=str(folder), name="run", optimizer="AdamW", lr0=0.002, cos_lr=True, warmup_epochs=1,
        pretrained=False, amp=False,
        cache="ram", workers=0, mosaic=0.0, erasing=0.0, scale=0.3, translate=0.1, hsv_h=0.02, hsv_s=0.5, hsv_v=0.3,
        val=False, plots=False, verbose=False,
    )  # fmt: skip
    with (folder / "run" / "results.csv").open(newline="") as file:
        losses = [float(row["train/box_loss"]) for row in csv.DictReader(file)]
    return folder / "run" / "weights" / "last.pt", losses


def export(weights: Path, target: Path, description: str, size: int) -> None:
    """Write a .pt as ONNX for pictures of any size, best with a longer side of `size` pixels.

    It is half as large as usual, because weights are kept in 16 bits.
    """
    forbid_downloads()
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from ultralytics import YOLO

    made = YOLO(weights, task="detect").export(format="onnx", dynamic=True, simplify=False, device="cpu")
    model = onnx.load(made)
    kept = {entry.key: entry.value for entry in model.metadata_props}
    properties = {key: kept[key] for key in ("names", "stride", "task", "license", "version")}
    properties |= {"description": description, "imgsz": f"[{size}, {size}]"}
    del model.metadata_props[:]
    helper.set_model_props(model, properties)
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) >= 64:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), f"{name}.half"))
            casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, target)
