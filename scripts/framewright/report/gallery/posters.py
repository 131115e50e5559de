"""Posters: small pictures of items, written by the jobs that decode them anyway, one file for each video."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

LONG_SIDE = 160  # pixels
QUALITY = 85  # of its JPEG


def encode_poster(picture: np.ndarray) -> bytes:
    """A picture (H, W, 3) uint8 RGB as a small JPEG, its longer side at most 160 pixels.

    >>> encode_poster(np.zeros((720, 1280, 3), np.uint8))[:2].hex()
    'ffd8'
    """
    height, width = picture.shape[:2]
    scale = min(1.0, LONG_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    return cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def decode_poster(poster: bytes) -> np.ndarray:
    """(h, w, 3) uint8 RGB."""
    picture = cv2.imdecode(np.frombuffer(poster, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"a poster of {len(poster)} bytes is no picture")
    return picture[:, :, ::-1]


def write_posters(path: str | Path, posters: Mapping[str, bytes]) -> None:
    """Write posters by the names of their items; `numpy.load` reads the file."""
    ends = np.cumsum([len(poster) for poster in posters.values()], dtype=np.int64)
    pixels = np.frombuffer(b"".join(posters.values()), np.uint8)
    with Path(path).open("wb") as file:
        np.savez(file, item=np.array(list(posters), "U"), end=ends, jpeg=pixels)


def read_posters(path: str | Path) -> dict[str, bytes]:
    """The posters of a file by the names of their items."""
    with np.load(path) as file:
        names, ends, jpeg = file["item"], file["end"], file["jpeg"].tobytes()
    starts = [0, *ends][:-1]
    return {str(name): jpeg[start:end] for name, start, end in zip(names, starts, ends, strict=True)}


def read_all_posters(paths: Iterable[str | Path]) -> dict[str, bytes]:
    """The posters of several files by the names of their items."""
    return {name: poster for path in paths for name, poster in read_posters(path).items()}


def list_posters(items: Iterable[Mapping[str, Any]], posters: Mapping[str, bytes]) -> Iterator[np.ndarray | None]:
    """The poster of each item, by its `id`; None where there is none."""
    for item in items:
        poster = posters.get(item["id"])
        yield None if poster is None else decode_poster(poster)
