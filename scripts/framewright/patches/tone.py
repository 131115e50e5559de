"""Bright light for ordinary screens: PQ and HLG signals become BT.709, 8 bits, the same on every machine.

The steps are those of FFmpeg's zscale=t=linear:npl=100:agamma=0, zscale=p=bt709, tonemap, zscale=t=bt709:agamma=0:r=pc,
with every number pinned that a version of FFmpeg, or a tag of the file, would otherwise decide. Only additions,
multiplications, square roots and tables are used, which give the same bits on every processor.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

WHITE = 100.0  # nits that are 1 in linear light
STEPS = 65535
LUMA = {"bt2020": (0.2627, 0.678, 0.0593), "bt709": (0.2126, 0.7152, 0.0722), "bt601": (0.299, 0.587, 0.114)}
TO_BT709 = {  # linear light between primaries with the same white
    "bt2020": (
        (1.6604910, -0.5876411, -0.0728499),
        (-0.1245505, 1.1328999, -0.0083494),
        (-0.0181508, -0.1005789, 1.1187297),
    ),
    "smpte432": (
        (1.2249402, -0.2249402, 0.0),
        (-0.0420570, 1.0420570, 0.0),
        (-0.0196376, -0.0786361, 1.0982736),
    ),
}


@dataclass(frozen=True)
class Tone:
    """How light becomes a picture: the `kind` of signal (PQ or HLG), its `primaries`, the `curve` (mobius, hable,
    reinhard or clip), the `peak` in nits that becomes white, and `desat`, from where on (times 100 nits) colour fades;
    0 for nowhere."""

    kind: str = "PQ"
    primaries: str = "bt2020"
    curve: str = "mobius"
    peak: float = 1000.0
    desat: float = 0.0


def tone_map(signal: np.ndarray, tone: Tone) -> np.ndarray:
    """(H, W, 3) uint8 RGB for an ordinary screen, from an R'G'B' signal (3, H, W) float32, 0..1."""
    light = _linear(signal, tone.kind)
    if tone.primaries in TO_BT709:
        light = np.stack([_mixed(light, row) for row in TO_BT709[tone.primaries]])
    if tone.desat > 0:
        light = _faded(light, tone.desat)
    peak = np.float32(tone.peak / WHITE)
    brightest = np.maximum(light.max(axis=0), np.float32(1e-6))
    light *= CURVES[tone.curve](brightest, peak) / brightest
    root = np.sqrt(np.clip(light, 0, 1, out=light))
    return np.ascontiguousarray(_screen().take(_steps(root)).transpose(1, 2, 0))


def _linear(signal: np.ndarray, kind: str) -> np.ndarray:
    """Linear light, 1 at 100 nits, of a screen that shows the signal."""
    if kind == "PQ":
        return _pq().take(_steps(signal))
    scene = _hlg().take(_steps(signal))
    luma = _mixed(scene, LUMA["bt2020"])
    # BT.2100: on a screen of 1000 nits brightness is the scene's to the power of 1.2. A table of roots is exact enough.
    scene *= _system_gamma().take(_steps(np.sqrt(np.clip(luma, 0, 1))))
    return scene


def _mixed(light: np.ndarray, weights: tuple[float, float, float]) -> np.ndarray:
    """One weighted sum of the three channels, in a fixed order."""
    red, green, blue = (np.float32(weight) for weight in weights)
    return (light[0] * red + light[1] * green) + light[2] * blue


def _faded(light: np.ndarray, desat: float) -> np.ndarray:
    luma = _mixed(light, LUMA["bt709"])
    over = np.maximum(luma - np.float32(desat), np.float32(1e-6)) / np.maximum(luma, np.float32(1e-6))
    return light * (1 - over) + luma * over


def _mobius(x: np.ndarray, peak: np.float32) -> np.ndarray:
    """Straight up to 0.3, then bending over to reach 1 at the peak."""
    j = np.float32(0.3)
    a = -j * j * (peak - 1) / (j * j - 2 * j + peak)
    b = (j * j - 2 * j * peak + peak) / np.maximum(peak - 1, np.float32(1e-6))
    return np.where(x <= j, x, (b * b + 2 * b * j + j * j) / (b - a) * (x + a) / (x + b))


def _hable(x: np.ndarray, peak: np.float32) -> np.ndarray:
    def film(x: np.ndarray | float) -> np.ndarray | float:
        return (x * (x * 0.15 + 0.05) + 0.004) / (x * (x * 0.15 + 0.5) + 0.06) - 0.02 / 0.3

    return np.asarray(film(x.astype(np.float64)) / film(float(peak))).astype(np.float32)


def _reinhard(x: np.ndarray, peak: np.float32) -> np.ndarray:
    half = np.float32(1)  # tonemap's (1 - param) / param for its usual 0.5
    return x / (x + half) * ((peak + half) / peak)


def _clip(x: np.ndarray, peak: np.float32) -> np.ndarray:
    return np.minimum(x, np.float32(1))


CURVES = {"mobius": _mobius, "hable": _hable, "reinhard": _reinhard, "clip": _clip}


def _steps(values: np.ndarray) -> np.ndarray:
    """Places in a table of 65536 steps from 0 to 1."""
    return np.rint(np.clip(values, 0, 1) * np.float32(STEPS)).astype(np.uint16)


@cache
def _pq() -> np.ndarray:
    signal = (np.arange(STEPS + 1) / STEPS) ** (4096 / (2523 * 128))
    base = np.maximum(signal - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * signal)
    return (base ** (16384 / 2610) * (10000 / WHITE)).astype(np.float32)


@cache
def _hlg() -> np.ndarray:
    """Scene light, 0 to 1."""
    signal = np.arange(STEPS + 1) / STEPS
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12).astype(np.float32)


@cache
def _system_gamma() -> np.ndarray:
    """By the root of the scene's luma: what brings its light onto a screen of 1000 nits, 1 at 100."""
    luma = (np.arange(STEPS + 1) / STEPS) ** 2
    return (1000 / WHITE * luma**0.2).astype(np.float32)


@cache
def _screen() -> np.ndarray:
    """8-bit values by the root of linear light: gamma 2.4, as screens have it."""
    return np.rint(255 * (np.arange(STEPS + 1) / STEPS) ** (2 / 2.4)).astype(np.uint8)
