"""Motion in a clip: how fast its pixels move, and how much of that is the camera's and how much the object's.

Flow is measured between two frames 1/16 s apart, four times a second. A clip follows its object, so that its pixels
alone do not say what moves: where its window lay in the video's frame is added, the camera's motion is taken away, and
what remains is the object's motion.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from framewright.errors import UserError

QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
STEP = 1 / 16  # seconds between the frames of a pair, and the unit of time of all speeds
PAIRS = 4  # a second
BATCH = 2.0  # seconds whose pixels are pooled
SHORT = 360  # pixels of the short side that speeds are given for
SIDE = 144  # pixels of the short side of the pictures that are compared
TEXTURED = 12.0  # grey values by which a pixel differs from its neighbours where its motion can be seen
FEWEST = 40  # pixels with texture around an object that say how the camera moved
INNER, OUTER = 0.7, 1.0  # half axes of the ellipses in the window within which the object, and beyond which the camera


@dataclass(frozen=True, eq=False)
class Flow:
    """What measures flow: `run` gives (h, w, 2) float32 from one picture to the next, both (h, w) uint8, or (h, w, 3)
    RGB where it sees `colour`. Their short side is at most `side`, their sides are multiples of `multiple`."""

    run: Callable[[np.ndarray, np.ndarray], np.ndarray]
    side: int = SIDE
    multiple: int = 1
    colour: bool = False


@dataclass(frozen=True, eq=False)
class PairMotion:
    """The motion from one frame of a clip to the next, per 1/16 s.

    `speeds` (h, w) float32 of all pixels, in pixels of a clip whose short side is 360; `object` in the same unit;
    `camera` in pixels of the video's frame, its short side being 360. Not-a-number is what could not be seen.
    """

    time: float  # seconds in the clip
    speeds: np.ndarray
    object: float
    camera: float


def open_flow(backend: str, weights: str | Path | None) -> Flow:
    """`dis`, or the model in a file: `raft`, as ONNX or TorchScript."""
    if backend == "dis":
        return make_dis_flow()
    if weights is None:
        raise UserError("tracks.metrics.motion.backend is raft, but there are no weights; name a file")
    model = load_pair(Path(weights))

    def run(before: np.ndarray, after: np.ndarray) -> np.ndarray:
        one, other = (
            np.ascontiguousarray((p[None] / np.float32(127.5) - 1).transpose(0, 3, 1, 2)) for p in (before, after)
        )
        found = np.asarray(model(one, other), np.float32)
        if found.shape != (1, 2, *before.shape[:2]):
            raise UserError(f"{weights}: it gives {found.shape} for two pictures of {before.shape}, not (1, 2, H, W)")
        return found[0].transpose(1, 2, 0)

    return Flow(run, SHORT, 8, colour=True)


def load_pair(path: Path) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A model that takes two (1, 3, H, W) float32 pictures in -1..1; of several outputs the last one counts."""
    if path.suffix == ".onnx":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base class
            raise UserError(f"{path}: not a model that onnxruntime reads ({error}); export it again") from error
        names = [entry.name for entry in session.get_inputs()]
        return lambda one, other: session.run(None, dict(zip(names, (one, other), strict=True)))[-1]
    import torch

    torch.set_num_threads(1)
    try:
        module = torch.jit.load(str(path), map_location="cpu").eval()
    except (RuntimeError, ValueError) as error:
        raise UserError(f"{path}: neither named .onnx nor a TorchScript file; export it again") from error

    def run(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            found = module(torch.from_numpy(one), torch.from_numpy(other))
        return (found[-1] if isinstance(found, list | tuple) else found).numpy()

    return run


def make_dis_flow() -> Flow:
    """Dense inverse search, OpenCV's."""
    flow: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    flow.setFinestScale(1)

    def run(before: np.ndarray, after: np.ndarray) -> np.ndarray:
        return flow.calc(np.ascontiguousarray(before), np.ascontiguousarray(after), None)

    return Flow(run)


def pair_motion(
    before: np.ndarray,
    after: np.ndarray,
    times: tuple[float, float],
    windows: tuple[np.ndarray, np.ndarray],
    size: tuple[int, int],
    flow: Flow,
    known: np.ndarray | None = None,
) -> PairMotion:
    """The motion between two pictures of a clip, as the flow sees them, shown at `times` in seconds.

    `windows` are where they lay in the video's frame, x1, y1, x2, y2, and `size` is the frame's (width, height).
    `known` (6,) is the camera's motion between them, in the frame's pixels, where the whole frame has told it. Without
    it, what lies around the object tells: the corners of the window, which must show some background.
    """
    moved = flow.run(before, after)
    height, width = before.shape[:2]
    rate = STEP / (times[1] - times[0])
    speeds = np.hypot(moved[..., 0], moved[..., 1]) * np.float32(rate * SHORT / min(height, width))
    object_motion, camera = _apart(before, moved, windows, known)
    clip_scale = min(height, width) / min(windows[0][2:] - windows[0][:2])  # pixels here for one of the frame's
    return PairMotion(
        times[0],
        speeds,
        object_motion * rate * clip_scale * SHORT / min(height, width),
        camera * rate * SHORT / min(size),
    )


def _apart(
    picture: np.ndarray, moved: np.ndarray, windows: tuple[np.ndarray, np.ndarray], known: np.ndarray | None
) -> tuple[float, float]:
    """How far the object and the camera moved, in pixels of the video's frame; not-a-number where nothing says so."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    across, down = 2 * x / width - 1, 2 * y / height - 1
    radius = np.hypot(across, down)
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    visible = _texture(grey) >= TEXTURED
    around, inside = visible & (radius > OUTER), visible & (radius < INNER)
    if known is None and around.sum() < FEWEST:
        return float("nan"), float("nan")
    (left, top, right, bottom), (left2, top2, right2, bottom2) = windows
    step, step2 = (
        ((right - left) / width, (bottom - top) / height),
        ((right2 - left2) / width, (bottom2 - top2) / height),
    )
    start = np.stack([left + x * step[0], top + y * step[1]], axis=-1)
    end = np.stack([left2 + (x + moved[..., 0]) * step2[0], top2 + (y + moved[..., 1]) * step2[1]], axis=-1)
    shift = end - start
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    model = _similarity(start[around] - middle, shift[around]) if known is None else _around(known, middle)
    camera = float(np.hypot(*model[:2]))
    if inside.sum() < FEWEST:
        return float("nan"), camera
    rest = shift[inside] - _predicted(model, start[inside] - middle)
    return float(np.median(np.hypot(rest[:, 0], rest[:, 1]))), camera


def _similarity(points: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """(4,) shift in x and y, growth and turn that explain most shifts (N, 2) of points (N, 2): what fits badly is left
    out, twice."""
    kept = np.ones(len(points), bool)
    model = np.array([*np.median(shifts, axis=0), 0.0, 0.0])
    for _ in range(3):
        rest = np.hypot(*(shifts - _predicted(model, points)).T)
        kept = rest <= max(2 * float(np.median(rest)), 1e-3)
        model = np.linalg.lstsq(_equations(points[kept]), shifts[kept].ravel(), rcond=None)[0]
    return model


def _around(motion: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """(4,) a camera's motion (6,) as a shift at a point, growth and turn about it."""
    a, b, c, d, e, f = motion.tolist()
    x, y = middle.tolist()
    return np.array([a * x + b * y + c - x, d * x + e * y + f - y, (a + e) / 2 - 1, (d - b) / 2])


def _equations(points: np.ndarray) -> np.ndarray:
    x, y = points.T
    one, zero = np.ones_like(x), np.zeros_like(x)
    return np.stack([np.stack([one, zero, x, -y], -1), np.stack([zero, one, y, x], -1)], 1).reshape(-1, 4)


def _predicted(model: np.ndarray, points: np.ndarray) -> np.ndarray:
    x, y = points.T
    return np.stack([model[0] + model[2] * x - model[3] * y, model[1] + model[2] * y + model[3] * x], axis=-1)


def _texture(picture: np.ndarray) -> np.ndarray:
    """(h, w) float32: how much each pixel differs from its neighbours, the larger of both directions."""
    across, down = (cv2.Sobel(picture, cv2.CV_32F, *way, ksize=3, scale=0.25) for way in ((1, 0), (0, 1)))
    return np.maximum(np.abs(across), np.abs(down))


def pool_batches(pairs: Sequence[PairMotion]) -> np.ndarray:
    """(B, 7) float32 quantiles of the speeds of all pixels of each two seconds, as TrackVerse keeps them."""
    rows = []
    numbers = [int(pair.time // BATCH) for pair in pairs]
    for number in sorted(set(numbers)):
        pooled = np.concatenate(
            [pair.speeds.ravel() for pair, pair_number in zip(pairs, numbers, strict=True) if pair_number == number]
        )
        rows.append(np.quantile(pooled, QUANTILES))
    return np.array(rows, np.float32).reshape(-1, len(QUANTILES))


def over_time(speeds: Sequence[float]) -> np.ndarray:
    """(7,) float32 quantiles of the speeds of a clip's pairs, without those not seen; not-a-number where none is."""
    known = np.array([speed for speed in speeds if not np.isnan(speed)])
    found = np.quantile(known, QUANTILES) if len(known) else np.full(len(QUANTILES), np.nan)
    return found.astype(np.float32)
