"""SDR is what the decoder gives, its chroma interpolated where the file places it: against an independent reference."""

from pathlib import Path

import av
import numpy as np
import pytest

from framewright.patches.view import View
from framewright.video.stream import open_video

SIZE = WIDTH, HEIGHT = 320, 240
# How far right and down of a luma pixel chroma lies, in luma pixels, by the number that H.264 has for it.
SITINGS = {"left": (0, 0.0, 0.5), "centre": (1, 0.5, 0.5), "top left": (2, 0.0, 0.0)}
LUMA = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114)}
LEAST = 55  # dB; rounding to 8 bits alone gives 59


def film(path: Path, siting: int, matrix: str, rotation: int = 0) -> Path:
    """Two frames, losslessly coded, whose planes are blocks of random values: sharp edges of luma and of chroma."""
    rng = np.random.default_rng(0)
    tags = f"chromaloc={siting}:colormatrix={matrix}:colorprim={matrix}:transfer={matrix}"
    with av.open(str(path), "w") as file:
        options = {"qp": "0", "preset": "ultrafast", "x264-params": tags}
        stream = file.add_stream("libx264", rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        if rotation:
            stream.set_display_rotation(-rotation)
        for number in range(2):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            for plane in frame.planes:
                blocks = rng.integers(60, 200, (plane.height // 9 + 1, plane.width // 7 + 1)).astype(np.uint8)
                rows = np.zeros((plane.height, plane.line_size), np.uint8)
                rows[:, : plane.width] = np.kron(blocks, np.ones((9, 7), np.uint8))[: plane.height, : plane.width]
                plane.update(rows.tobytes())
            frame.pts = number
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def enlarged(chroma: np.ndarray, size: int, offset: float, axis: int) -> np.ndarray:
    """Chroma at `size` places along an axis, in double precision, by the cubic kernel with a = -0.6."""
    place = (np.arange(size) - offset) / 2
    base = np.floor(place).astype(int)
    total = np.zeros(1)
    for tap in range(-1, 3):
        away = np.abs(place - base - tap)
        near, far = 1.4 * away**3 - 2.4 * away**2 + 1, -0.6 * (away**3 - 5 * away**2 + 8 * away - 4)
        weight = np.where(away <= 1, near, np.where(away < 2, far, 0))
        samples = np.take(chroma, np.clip(base + tap, 0, chroma.shape[axis] - 1), axis)
        total = total + samples * np.expand_dims(weight, 1 - axis)
    return total


def reference(planes: tuple[np.ndarray, ...], siting: str, matrix: str) -> np.ndarray:
    """(H, W, 3) RGB, 0..255, in double precision."""
    _, right, down = SITINGS[siting]
    luma, *chroma = (plane.astype(float) for plane in planes)
    blue, red = ((enlarged(enlarged(own, HEIGHT, down, 0), WIDTH, right, 1) - 128) / 224 for own in chroma)
    luma = (luma - 16) / 219
    of_red, of_blue = LUMA[matrix]
    red, blue = luma + 2 * (1 - of_red) * red, luma + 2 * (1 - of_blue) * blue
    green = (luma - of_red * red - of_blue * blue) / (1 - of_red - of_blue)
    return np.clip(255 * np.stack([red, green, blue], axis=-1), 0, 255)


def decibels(picture: np.ndarray, truth: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((picture - truth) ** 2)))


@pytest.mark.parametrize("matrix", LUMA)
@pytest.mark.parametrize("siting", SITINGS)
def test_chroma_edges_are_where_the_file_says_and_exact(tmp_path, siting, matrix):
    path, (x1, y1, x2, y2) = film(tmp_path / "film.mp4", SITINGS[siting][0], matrix), (31, 17, 211, 197)
    with open_video(path) as video:
        frame = next(video.frames())
        patch = View(SIZE, "SDR").crop(frame, (x1, y1, x2, y2))
        truth = reference(frame.planes, siting, matrix)[y1:y2, x1:x2]
        assert decibels(patch, truth) >= LEAST
        assert decibels(frame.rgb[y1:y2, x1:x2], truth) < 40  # the fast way, which others take
        others = (reference(frame.planes, other, matrix)[y1:y2, x1:x2] for other in SITINGS if other != siting)
        assert all(decibels(patch, other) < 40 for other in others)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("size", [SIZE, (200, 150)], ids=["in its size", "scaled down"])
def test_a_part_of_a_turned_film_is_part_of_the_whole(tmp_path, rotation, size):
    path = film(tmp_path / "film.mp4", 0, "bt709", rotation)
    upright = size[::-1] if rotation in (90, 270) else size
    with open_video(path) as video:
        assert video.shape.rotation == rotation
        frame, view = next(video.frames()), View(upright, "SDR")
        whole = view.whole(frame)
        assert whole.shape == (*upright[::-1], 3)
        assert np.array_equal(view.crop(frame, (13, 21, 103, 111)), whole[21:111, 13:103])
        assert np.abs(whole.mean(axis=(0, 1)) - frame.rgb.mean(axis=(0, 1))).max() < 3
