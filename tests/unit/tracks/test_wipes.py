"""Wipes are transitions of their own, with their range; what passes by or pans is none."""

from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np
import pytest
from make_shots import LOOKS, make_shots
from skimage import data

from framewright.tracks.segments.find import scan_video
from framewright.tracks.segments.transitions import TransitionDetector

RATE, WIDE, HIGH = 25, 64, 36
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "retina", "immunohistochemistry")
SHAPES = ("left", "up", "diagonal", "iris", "clock", "doors")


def order(shape: str) -> np.ndarray:
    """When each place changes, (h, w, 1) from 0 to 1."""
    x, y = np.meshgrid(np.linspace(0, 1, WIDE), np.linspace(0, 1, HIGH))
    when = {
        "left": 1 - x,
        "up": 1 - y,
        "diagonal": (x + y) / 2,
        "iris": np.hypot(x - 0.5, y - 0.5) / 0.71,
        "clock": (np.arctan2(y - 0.5, x - 0.5) + np.pi) / (2 * np.pi),
        "doors": np.abs(x - 0.5) * 2,
    }[shape]
    return when[..., None]


class Shot:
    """A photograph that a camera moves over, as small pictures (h, w, 3) uint8 Y, U, V."""

    def __init__(self, name: str, seed: int, speed: float = 0.06, noise: float = 0.7) -> None:
        """`speed` in places a frame, `noise` in grey values."""
        self.values, self.noise = np.random.default_rng(seed), noise
        picture = cv2.resize(getattr(data, name)(), (96, 64), interpolation=cv2.INTER_AREA)
        self.still = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV)
        self.at, self.move = self.values.uniform(4, 20, 2), self.values.normal(0, speed, 2)

    def picture(self, frame: int) -> np.ndarray:
        x, y = self.at + self.move * frame
        seen = cv2.warpAffine(
            self.still, np.array([[1, 0, -x], [0, 1, -y]]), (WIDE, HIGH), borderMode=cv2.BORDER_REFLECT
        )
        return np.clip(seen + self.values.normal(0, self.noise, seen.shape), 0, 255)


def two_shots(seed: int, **how: float) -> tuple[Shot, Shot]:
    names = np.random.default_rng(seed).choice(PHOTOS, 2, replace=False)
    return Shot(str(names[0]), 2 * seed, **how), Shot(str(names[1]), 2 * seed + 1, **how)


def wiped(seed: int, shape: str, frames: int, soft: float = 0.05, **how: float) -> Iterator[np.ndarray]:
    """A film in which one shot is wiped over another, from frame 50 on."""
    (one, other), when = two_shots(seed, **how), order(shape)
    for frame in range(100 + frames):
        share = min(1.0, max(0.0, (frame - 49) / (frames + 1)))
        mask = np.clip((share * (1 + soft) - when) / soft, 0, 1)
        yield np.round(one.picture(frame) * (1 - mask) + other.picture(frame) * mask).astype(np.uint8)


def found(pictures) -> list[tuple[str, int, int]]:
    """The cuts in pictures as (kind, first, last frame)."""
    detector = TransitionDetector()
    for number, small in enumerate(pictures):
        detector.add_small(Fraction(number, RATE), small)
    return [(cut.kind, round(cut.start * RATE), round(cut.end * RATE)) for cut in detector.finish()]


@pytest.mark.slow
@pytest.mark.parametrize("frames", [12, 20, 32])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_wipe_is_found_with_its_range(shape, frames):
    for seed in (1, 3):
        own = found(wiped(seed, shape, frames))
        assert [kind for kind, _, _ in own] == ["wipe"], (seed, own)
        ((_, first, last),) = own
        assert abs(first - 50) <= 9 and abs(last - 50 - frames) <= 9, (seed, own)


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_a_wipe_between_moving_and_noisy_shots_with_a_soft_border_is_found(shape):
    for seed in (1, 3):
        own = found(wiped(seed, shape, 20, soft=0.1, speed=0.2, noise=2.0))
        assert [kind for kind, _, _ in own] == ["wipe"], (seed, own)


@pytest.mark.slow
@pytest.mark.parametrize("look", ["noisy", "held pictures", "slow motion"])
def test_pans_shakes_and_passers_are_no_wipes(tmp_path, look):
    """Where a wipe's border could be longer, the first two of these films had some where none is."""
    known = make_shots(tmp_path / "film.mp4", 7000 + list(LOOKS).index(look), LOOKS[look], 16, RATE)
    joins = [change for change in known if change.kind in ("cut", "dissolve", "fade")]
    cuts = scan_video(tmp_path / "film.mp4", (0.0, 1e6), TransitionDetector()).cuts
    for cut in cuts:
        first, last = cut.start * RATE - 6, cut.end * RATE + 6
        assert any(join.start <= last and first <= join.end for join in joins), cut


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dissolve", "fade"])
def test_fades_and_dissolves_between_the_same_shots_are_told_apart_and_are_no_wipes(kind):
    for seed in (1, 2):
        (one, other), pictures = two_shots(seed), []
        for frame in range(116):
            share = min(1.0, max(0.0, (frame - 49) / 17))
            first, second = one.picture(frame), other.picture(frame)
            if kind == "dissolve":
                mixed = first * (1 - share) + second * share
            else:
                black = np.array([16.0, 128, 128])
                mixed = black + ((first if share < 0.5 else second) - black) * abs(2 * share - 1)
            pictures.append(np.round(mixed).astype(np.uint8))
        ((own, start, end),) = found(pictures)
        assert own == kind and start < 58 < end, (seed, own, start, end)


def test_something_large_that_comes_before_a_fixed_camera_and_stays_is_no_wipe():
    """A lorry drives into the picture and stops over most of it."""
    for seed in (1, 2):
        (one, other), pictures = two_shots(seed), []
        one.move = np.zeros(2)
        for frame in range(120):
            picture = one.picture(frame)
            left = round(WIDE * (1 - 0.7 * min(1.0, max(0.0, (frame - 50) / 20))))
            if left < WIDE:
                picture[6:, left:] = other.picture(0)[6:, : WIDE - left]
            pictures.append(np.round(picture).astype(np.uint8))
        assert "wipe" not in {kind for kind, _, _ in found(pictures)}, seed


def test_a_pan_to_another_place_is_no_wipe():
    for seed in (1, 2):
        values = np.random.default_rng(seed)
        wide = cv2.resize(values.integers(20, 235, (6, 60, 3), np.uint8), (640, HIGH), interpolation=cv2.INTER_CUBIC)
        starts = [round(6 * min(max(0, k - 40), 30)) for k in range(110)]
        assert "wipe" not in {
            kind for kind, _, _ in found(np.ascontiguousarray(wide[:, at : at + WIDE]) for at in starts)
        }
