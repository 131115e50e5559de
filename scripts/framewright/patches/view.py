"""What is seen of a film: any part of its frames as 8-bit pictures for ordinary screens, in the size it is cut from.

    view = make_view(probe, Rendering(frame="fullhd", peak=1000))
    patch = view.crop(frame, (100, 200, 640, 740))

SDR in its size is the decoded frame, its chroma interpolated exactly where the file places it. Larger frames are
scaled first; PQ and HLG are then tone-mapped. Only the part that is asked for is computed, to the same pixels as the
whole.
"""

from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np

from framewright.patches.formats import Box
from framewright.patches.scale import find_source, scale_part, scale_region
from framewright.patches.tone import LUMA, Tone, tone_map
from framewright.video.frame import Frame, Shape
from framewright.video.probe import Probe

FULLHD = (1920, 1080)
GREY_WIDTH = 320  # of the pictures that windows are checked on
BAND = 256  # rows that a whole grey picture is computed in at a time
MATRICES = {"bt2020nc": "bt2020", "bt2020c": "bt2020", "bt709": "bt709", "smpte170m": "bt601", "bt470bg": "bt601"}


@dataclass(frozen=True)
class Rendering:
    """What the configuration says of how films are rendered.

    `frame` is fullhd or native; `untagged` the kind of films without colour tags; `interlaced` says what is done with
    interlaced ones; `curve`, `peak` (nits, or None for the film's) and `desat` are those of tone mapping.
    """

    frame: str = "fullhd"
    untagged: str = "SDR"
    curve: str = "mobius"
    peak: float | None = 1000
    desat: float = 0
    interlaced: str = "reject"  # or deinterlace


@dataclass(frozen=True)
class View:
    """How frames are turned into pictures; everything in it is plain, so that it can be written down and read back."""

    size: tuple[int, int]  # (width, height) of the upright pictures
    kind: str  # SDR, PQ or HLG
    forced: bool = False  # the kind is the user's word, not the file's
    matrix: str = "bt709"
    full_range: bool = False
    tone: Tone | None = None  # None for SDR
    fields: str = ""  # tff or bff where frames are deinterlaced, by the order of their fields

    @property
    def chain(self) -> str:
        """The steps in one line, for the manifest."""
        steps = [f"{self.kind}{' (as told)' * self.forced}", "x".join(map(str, self.size))]
        if self.fields:
            steps.insert(1, f"deinterlaced by bwdif, {self.fields}")
        if tone := self.tone:
            steps.append(f"{tone.primaries} to bt709, {tone.curve} peak={tone.peak:g} desat={tone.desat:g}, gamma 2.4")
        return "; ".join(steps)

    def crop(self, frame: Frame, box: Box) -> np.ndarray:
        """(y2 - y1, x2 - x1, 3) uint8 RGB: the part `box` (x1, y1, x2, y2) of the picture of a frame."""
        if self.tone:
            return tone_map(self._signal(frame, box), self.tone)
        displayed = frame.shape.displayed
        if displayed == self.size:
            return frame.rgb_part(box)
        source = frame.rgb_part(find_source(displayed, self.size, box))
        planes = [scale_region(source[..., channel], displayed, self.size, box) for channel in range(3)]
        return np.rint(np.clip(cv2.merge(planes), 0, 255)).astype(np.uint8)

    def whole_grey(self, frame: Frame) -> np.ndarray:
        """(H, W) uint8 grey values of all of the picture, computed in bands: it takes the memory of one of them."""
        width, height = self.size
        bands = ((0, top, width, min(height, top + BAND)) for top in range(0, height, BAND))
        return np.vstack([cv2.cvtColor(self.crop(frame, band), cv2.COLOR_RGB2GRAY) for band in bands])

    def whole(self, frame: Frame) -> np.ndarray:
        """(H, W, 3) uint8 RGB: all of the picture."""
        return self.crop(frame, (0, 0, *self.size))

    def grey(self, frame: Frame) -> np.ndarray:
        """(h, w) uint8 grey values, 0..255, of the picture at `GREY_WIDTH` or less: what checks look at."""
        width = min(GREY_WIDTH, self.size[0])
        size = width, max(1, round(self.size[1] * width / self.size[0]))
        if self.tone:
            planes = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in self._planes(frame)]
            return cv2.cvtColor(tone_map(self._rgb(planes, frame), self.tone), cv2.COLOR_RGB2GRAY)
        luma = frame.gray(*size)
        return luma if self._is_full(frame) else cv2.convertScaleAbs(luma, alpha=255 / 219, beta=-16 * 255 / 219)

    def luma(self, frame: Frame) -> np.ndarray:
        """(H, W) uint8 luma of the picture, 0..255 between the signal's black and white: not tone-mapped."""
        luma = frame.gray(*self.size)
        return luma if self._is_full(frame) else cv2.convertScaleAbs(luma, alpha=255 / 219, beta=-16 * 255 / 219)

    def _signal(self, frame: Frame, box: Box) -> np.ndarray:
        """(3, h, w) float32 R'G'B' of a part of the picture, 0..1 as far as it is in gamut."""
        luma, *chroma = self._planes(frame)
        planes = [scale_part(luma, self.size, box)]
        planes += [scale_part(plane, self.size, box, _siting(frame.shape, luma, plane)) for plane in chroma]
        return self._rgb(planes, frame)

    def _planes(self, frame: Frame) -> list[np.ndarray]:
        return [frame.shape.turn(plane) for plane in frame.planes]

    def _rgb(self, planes: list[np.ndarray], frame: Frame) -> np.ndarray:
        """R'G'B' of planes of Y, Cb, Cr code values, or of Y alone."""
        bits = frame.picture.format.components[0].bits if frame.planes[0].dtype == np.uint16 else 8
        black, white, swing = (0, 2**bits - 1, 2**bits - 1)
        if not self._is_full(frame):
            black, white, swing = (value << (bits - 8) for value in (16, 235, 224))
        luma = (planes[0].astype(np.float32) - black) / np.float32(white - black)
        if len(planes) == 1:
            return np.stack([luma] * 3)
        blue_off, red_off = ((chroma.astype(np.float32) - (1 << bits - 1)) / np.float32(swing) for chroma in planes[1:])
        red_part, green_part, blue_part = LUMA[self.matrix]
        red = luma + np.float32(2 * (1 - red_part)) * red_off
        blue = luma + np.float32(2 * (1 - blue_part)) * blue_off
        green = (luma - np.float32(red_part) * red - np.float32(blue_part) * blue) / np.float32(green_part)
        return np.stack([red, green, blue])

    def _is_full(self, frame: Frame) -> bool:
        return self.full_range or frame.picture.format.name.startswith("yuvj")


def make_view(probe: Probe, rendering: Rendering, fields: str = "") -> View:
    """How a film is rendered, from its probe and the configuration; `fields` is its order where it is deinterlaced."""
    colour, size = probe.colour, probe.displayed_size
    if rendering.frame == "fullhd":
        size = fit_size(size)
    told = colour.kind == "unknown"
    kind = rendering.untagged if told else colour.kind
    bright = kind != "SDR"
    matrix = MATRICES.get(colour.matrix, "bt2020" if bright else "bt709")
    primaries = colour.primaries if colour.primaries != "unknown" else "bt2020"
    peak = float(rendering.peak or colour.peak or 1000)
    tone = Tone(kind, primaries, rendering.curve, peak, float(rendering.desat)) if bright else None
    return View(size, kind, told or colour.forced, matrix, colour.range == "pc", tone, fields)


def fit_size(size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) scaled down, if need be, until the long side fits 1920 and the short side 1080."""
    share = min(1.0, FULLHD[0] / max(size), FULLHD[1] / min(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def dump_view(view: View) -> dict[str, Any]:
    """The view as values that JSON holds."""
    return asdict(view)


def load_view(values: dict[str, Any]) -> View:
    """The view that `dump_view` wrote down."""
    tone = values["tone"] and Tone(**values["tone"])
    return View(**values | {"size": tuple(values["size"]), "tone": tone})


def _siting(shape: Shape, luma: np.ndarray, chroma: np.ndarray) -> tuple[float, float]:
    """How far chroma lies right and down, in its samples, of where it would lie evenly: of subsampled video it is
    beside every second column's left pixel, in the stored picture."""
    stored_wide = luma.shape[::-1] if shape.rotation in (90, 270) else luma.shape
    small = chroma.shape[::-1] if shape.rotation in (90, 270) else chroma.shape
    off = -0.25 if small[1] * 2 <= stored_wide[1] + 1 else 0.0
    off = -off if shape.mirrored else off
    return {0: (off, 0.0), 90: (0.0, off), 180: (-off, 0.0), 270: (0.0, -off)}[shape.rotation]
