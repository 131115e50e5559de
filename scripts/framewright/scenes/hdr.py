"""A high dynamic range film with known light: a test card, then a planet before a bright sky of stars.

PQ, BT.2020, mastered for 0.0001 to 1000 nits, a key frame every second. What is grey on the card is grey exactly:
`PATCHES` and `RAMP` say how many nits where.
"""

from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np

from framewright.scenes import motion
from framewright.scenes.photos import load_photo
from framewright.scenes.scene import Drawn, Scene
from framewright.scenes.space import make_space
from framewright.truth import Transition
from framewright.video.colour import Colour

RATE = Fraction(24)
SIZE = (1920, 1080)
SHOT = 36
PEAK = 1000.0
GREY = 26.0
"""Nits of the card itself: 18 % of a brightness of 144."""
PATCHES = [((120 + 212 * k, 90, 300 + 212 * k, 300), nits) for k, nits in enumerate((0, 1, 5, 50, 100, 203, 500, 1000))]
"""Evenly lit areas: (x1, y1, x2, y2) in a picture of 1920x1080, and their nits."""
RAMP = (120, 380, 1784, 480)
"""Where nits rise from 0 at the left to 1000 at the right, evenly in PQ."""
WINDOW = (120, 560, 1784, 990)
PRIMARIES = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.088, 0.8956]], np.float32)
"""Linear light from BT.709 to BT.2020 primaries (ITU-R BT.2087)."""


def encode_pq(nits: np.ndarray | float) -> np.ndarray:
    """The PQ signal, 0 to 1, of light in nits (SMPTE ST 2084)."""
    light = (np.clip(nits, 0, 10000) / 10000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * light) / (1 + 2392 / 128 * light)) ** (2523 / 32)


def make_hdr(rng: np.random.Generator, size: tuple[int, int] = SIZE) -> Scene:
    """Two shots of one and a half seconds, pictures (H, W, 3) uint16."""
    shots = [_card(size), _planet(rng, size)]

    def draw(frame: int) -> Drawn:
        return Drawn(shots[frame // SHOT](frame % SHOT / (SHOT - 1)))

    light = f"master-display={PRIMARIES}:max-cll={PEAK:.0f},200:hdr10=1:repeat-headers=1:scenecut=0:open-gop=0"
    encoding = {
        "codec": "libx265",
        "crf": 17,
        "preset": "ultrafast",
        "gop": int(RATE),
        "pixel_format": "yuv420p10le",
        "colour": Colour("bt2020", "smpte2084", "bt2020nc", "tv"),
        "options": {"x265-params": light},
    }
    return Scene(size, RATE, 2 * SHOT, draw, (Transition("cut", SHOT, SHOT, True),), encoding)


def _code(nits: np.ndarray | float) -> np.ndarray:
    return np.round(encode_pq(nits) * 65535).astype(np.uint16)


def _graded(picture: np.ndarray, white: float) -> np.ndarray:
    """A BT.709 picture as PQ, BT.2020: its white at `white` nits, highlights brighter than that, up to the peak."""
    light = (np.arange(256) / 255) ** 2.4
    nits = white * light + (PEAK - white) * light**6
    linear = cv2.transform(nits.astype(np.float32)[picture], TO_BT2020)
    # PQ is costly; a table of 4096 steps, even in the fourth root of light, is finer than 10 bits
    table = _code(PEAK * (np.arange(4097) / 4096) ** 4.0)
    return table[np.round(4096 * np.clip(linear / PEAK, 0, 1) ** 0.25).astype(np.int32)]


def _scaled(box: tuple[int, int, int, int], size: tuple[int, int]) -> tuple[slice, slice]:
    x1, y1, x2, y2 = (round(side * size[k % 2] / SIZE[k % 2]) for k, side in enumerate(box))
    return slice(y1, y2), slice(x1, x2)


def _card(size: tuple[int, int]) -> Callable[[float], np.ndarray]:
    card = np.full((size[1], size[0], 3), _code(GREY), np.uint16)
    for box, nits in PATCHES:
        card[_scaled(box, size)] = _code(nits)
    ramp = _scaled(RAMP, size)
    steps = np.linspace(0, float(encode_pq(PEAK)) * 65535, ramp[1].stop - ramp[1].start)
    card[ramp] = np.round(steps).astype(np.uint16)[None, :, None]
    window = _scaled(WINDOW, size)
    wide, high = window[1].stop - window[1].start, window[0].stop - window[0].start
    pictures = [_graded(load_photo(name), 203.0) for name in ("rocket", "coffee")]

    def picture(share: float) -> np.ndarray:
        seen = card.copy()
        for number, still in enumerate(pictures):
            zoom = still.shape[1] / (wide / 2) * (0.92 - 0.05 * share)
            left = (still.shape[1] - zoom * wide / 2) * (0.2 + 0.6 * motion.ease(share))
            top = (still.shape[0] - zoom * high) * (0.75, 0.3)[number]
            matrix = np.array([[zoom, 0, left], [0, zoom, top]])
            part = cv2.warpAffine(still, matrix, (wide // 2, high), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
            x = window[1].start + number * (wide - wide // 2)
            seen[window[0], x : x + wide // 2] = part
        return seen

    return picture


def _planet(rng: np.random.Generator, size: tuple[int, int]) -> Callable[[float], np.ndarray]:
    wide = round(size[0] * 1.08), round(size[1] * 1.08)
    still = _graded(make_space(rng, wide)(0.6), 180.0)

    def picture(share: float) -> np.ndarray:
        zoom = 1.06 - 0.06 * motion.ease(share)
        left, top = (wide[0] - zoom * size[0]) * (1 - share), (wide[1] - zoom * size[1]) * 0.5
        matrix = np.array([[zoom, 0, left], [0, zoom, top]])
        return cv2.warpAffine(still, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)

    return picture
