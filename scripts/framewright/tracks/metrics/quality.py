"""How good a clip's pictures are, in a few numbers that need no model."""

from dataclasses import astuple, dataclass

import cv2
import numpy as np

from framewright.tracks.segments.quality import measure_sharpness

SIDE = 160  # pixels of the short side of the pictures that are looked at
SHARP, VIVID, EXPOSED = 50.0, 0.12, 0.12  # from which sharpness, contrast and distance from black and white are full


@dataclass(frozen=True)
class Quality:
    """The quality of a clip; means over pictures half a second apart."""

    sharpness: float  # 0 to 100, how much of the steps between pixels a blur takes away
    brightness: float  # mean luma, 0 to 1
    contrast: float  # standard deviation of the luma, 0 to 1
    bits_per_pixel: float  # of the clip's file: what compression left
    object_share: float  # mean area of the track's boxes over the frame's, 0 to 1

    @property
    def score(self) -> float:
        """The weakest of sharpness, contrast and exposure, 0 to 1."""
        exposure = min(self.brightness, 1 - self.brightness) / EXPOSED
        return float(np.clip(min(self.sharpness / SHARP, self.contrast / VIVID, exposure), 0, 1))

    def as_array(self) -> np.ndarray:
        """(6,) float32: the fields in order, and the score."""
        return np.array([*astuple(self), self.score], np.float32)


NAMES = (*Quality.__dataclass_fields__, "quality")


def picture_quality(picture: np.ndarray) -> tuple[float, float, float]:
    """Sharpness, brightness and contrast of an (H, W, 3) uint8 RGB picture."""
    scale = SIDE / min(picture.shape[:2])
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if scale < 1:
        luma = cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return measure_sharpness(luma), float(luma.mean()) / 255, float(luma.std()) / 255
