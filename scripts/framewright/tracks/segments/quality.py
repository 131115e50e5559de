"""What each frame looks like in a few numbers, and what segments are dropped for by them: all without weights.

A small picture of a frame is (36, 64, 3) uint8 Y, U, V, turned upright (64 high in a portrait).
"""

from array import array
from collections.abc import Mapping

import cv2
import numpy as np

from framewright.tracks.segments.options import Limits
from framewright.tracks.segments.segments import Segment
from framewright.video.frame import Frame

LONG, SHORT = 64, 36
DARK = 32  # luma up to this is black: video's black is 16, and compression leaves marks
STILL = 1  # grey values by which a still picture's places may change: compression breathes
SHARP_EVERY = 1  # seconds between frames whose sharpness is measured
SHARP = 240, 135  # pixels of the pictures that it is measured in; finer detail is not missed in a clip
ROUNDING = 0.15  # grey values


class FrameStats:
    """The looks of frames, added in order: 12 bytes of memory each."""

    def __init__(self) -> None:
        self.bright = array("B")  # luma that only a twentieth of the picture is beyond
        self.change = array("B")  # most that any place changed since the frame before, in grey values
        self.sides = array("B")  # four a frame: first and last lit row, first and last lit column
        self.sharp = array("f")  # 0 to 100, NaN where it was not measured
        self._before: np.ndarray | None = None

    def add(self, small: np.ndarray, sharp: float = float("nan")) -> None:
        """Take the looks of the next frame from its small picture."""
        luma = np.ascontiguousarray(small[..., 0])
        beyond = np.bincount(luma.ravel(), minlength=256)[::-1].cumsum()
        self.bright.append(255 - int(np.argmax(beyond >= luma.size // 20)))
        self.change.append(255 if self._before is None else int(cv2.norm(luma, self._before, cv2.NORM_INF)))
        self.sides.extend(find_lit_area(luma))
        self.sharp.append(sharp)
        self._before = luma

    def scores(self, first: int, last: int, shape: tuple[int, int]) -> dict[str, float | None]:
        """The scores of a segment of the frames first <= number < last, with small pictures of (rows, columns)."""
        bright, change = (np.frombuffer(values, np.uint8)[first:last] for values in (self.bright, self.change))
        sides = np.frombuffer(self.sides, np.uint8).reshape(-1, 4)[first:last]
        sharp = np.frombuffer(self.sharp, np.float32)[first:last]
        measured = sharp[~np.isnan(sharp)]
        return {
            "black": round(black_share(bright), 4),
            "frozen": round(frozen_share(change), 4),
            "sharpness": round(float(np.median(measured)), 3) if len(measured) else None,
            "picture": round(picture_share(sides, shape), 4),
        }


def small_size(width: int, height: int) -> tuple[int, int]:
    """(width, height) of the small picture of a larger one."""
    return (LONG, SHORT) if width >= height else (SHORT, LONG)


def shrink_frame(frame: Frame) -> np.ndarray:
    """The small picture of a frame, averaged over areas: halved while it can be, which is far cheaper than at once."""
    size = small_size(*frame.shape.stored)
    planes = [_shrunk(frame, plane, size) for plane in frame.planes]
    if len(planes) < 3:
        planes += [np.full_like(planes[0], 128)] * (3 - len(planes))
    return frame.shape.turn(cv2.merge(planes))


def measure_frame_sharpness(frame: Frame) -> float:
    """The sharpness of a frame, see `sharpness`; that of its luma as stored."""
    width, height = frame.shape.stored
    return measure_sharpness(_shrunk(frame, frame.planes[0], SHARP if width >= height else SHARP[::-1]))


def _shrunk(frame: Frame, plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    plane = plane[:: max(1, plane.shape[0] // (8 * size[1]))]  # rows enough: a place still has eight
    while plane.shape[1] >= 2 * size[0] and plane.shape[0] >= 2 * size[1]:
        height, width = plane.shape[0] // 2, plane.shape[1] // 2
        plane = cv2.resize(plane[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    plane = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    if plane.dtype == np.uint16:
        plane = cv2.convertScaleAbs(plane, alpha=2.0 ** (8 - frame.picture.format.components[0].bits))
    return plane


def find_lit_area(luma: np.ndarray) -> tuple[int, int, int, int]:
    """First and last row, first and last column of an (h, w) uint8 picture with something brighter than black.

    The last ones are counted from 0; of a black picture the first ones are beyond the last.
    """
    left, top, across, down = cv2.boundingRect((luma > DARK).view(np.uint8))
    return (top, top + down - 1, left, left + across - 1) if across else (255, 0, 255, 0)


def black_share(bright: np.ndarray) -> float:
    """The share of frames, 0 to 1, that are black, from the brightness (n,) of each."""
    return float((bright <= DARK).mean())


def frozen_share(change: np.ndarray) -> float:
    """The share of frames, 0 to 1, that show the same picture as the one before, from the change (n,) to each."""
    return float((change[1:] <= STILL).mean()) if len(change) > 1 else 1.0


def picture_share(sides: np.ndarray, shape: tuple[int, int]) -> float:
    """The share of a (rows, columns) frame, 0 to 1, that is left by bars around all that is ever lit; (n, 4) sides.

    Bars come in pairs of the same width: what is dark on one side alone is part of the picture.
    """
    share = 1.0
    for side, (first, last) in zip(shape, ((0, 1), (2, 3)), strict=True):
        bar = min(int(sides[:, first].min()), side - 1 - int(sides[:, last].max()))
        share *= max(0, side - 2 * bar) / side
    return share


def measure_sharpness(luma: np.ndarray) -> float:
    """How much of the steps between neighbours in an (h, w) uint8 picture a blur takes away, from 0 to 100.

    Sharp pictures lose most of them, blurred ones hardly any (Crete's measure). Steps as small as rounding makes them
    count for nothing.
    """
    shares = []
    for axis in (0, 1):
        steps = np.abs(np.diff(luma.astype(np.float32), axis=axis))
        soft = cv2.blur(luma.astype(np.float32), (9, 1) if axis else (1, 9))
        lost = np.maximum(0, steps - np.abs(np.diff(soft, axis=axis)))
        shares.append(float(lost.mean()) / (float(steps.mean()) + ROUNDING))
    return 100 * max(shares)


def apply_limits(segment: Segment, limits: Limits) -> Segment:
    """The segment, dropped where its scores are beyond the limits: what it shows is black, bars, still or blurred."""
    scores: Mapping[str, float | None] = segment.scores
    checks = (
        ("black", "black", limits.max_black, 1, "of its frames are black"),
        ("letterbox", "picture", limits.min_picture, -1, "of the frame lies within black bars"),
        ("frozen", "frozen", limits.max_frozen, 1, "of its frames are those before"),
        ("blurred", "sharpness", limits.min_sharpness, -1, "of its steps are sharp"),
    )
    for reason, name, limit, sign, what in checks:
        value = scores.get(name)
        if limit is not None and value is not None and sign * value > sign * limit:
            share = value if name == "sharpness" else 100 * value
            return segment.drop(reason, f"{share:.1f} % {what}")
    return segment
