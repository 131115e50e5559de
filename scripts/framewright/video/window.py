"""A few pictures of a clip by torchcodec, where it is installed and its FFmpeg can be loaded.

It gives the pictures that PyAV gives: `tracks.dataset` takes either. Its libraries often can't be loaded, which shows
when the first file is opened and not when it is imported.
"""

import importlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from framewright.errors import UserError

DECODERS = ("auto", "pyav", "torchcodec")
NEAR = 1e-6  # seconds
UNLOADED = "Could not load libtorchcodec"


@cache
def find_decoder_class() -> Any:
    """torchcodec's VideoDecoder; None where torchcodec is not installed or what it needs can't be loaded."""
    try:
        found = importlib.import_module("torchcodec.decoders").VideoDecoder
    except (ImportError, OSError, RuntimeError):
        return None
    try:
        found(b"no film")
    except Exception as error:  # it refuses these bytes, or says that it could not be loaded
        return None if UNLOADED in str(error) else found
    return found


def choose_decoder(asked: str) -> str:
    """`pyav` or `torchcodec`, by what was asked for and what works here; UserError where that does not."""
    if asked not in DECODERS:
        raise UserError(f"decoder = {asked!r}: must be one of {', '.join(DECODERS)}")
    if asked == "torchcodec" and find_decoder_class() is None:
        raise UserError("decoder = 'torchcodec': it can't be loaded here; install FFmpeg's libraries, or take 'auto'")
    return "pyav" if asked == "pyav" or find_decoder_class() is None else "torchcodec"


def read_with_torchcodec(
    path: Path | str, instants: Sequence[float], size: tuple[int, int] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The pictures that are shown at these instants (seconds, ascending): times, (T,), and (T, H, W, 3) uint8 RGB.

    Beyond the end it is the last one. With `size` (width, height) pictures are resized.
    """
    decoder = find_decoder_class()(str(path), dimension_order="NHWC", num_ffmpeg_threads=1)
    about = decoder.metadata
    last = about.end_stream_seconds - NEAR
    wanted = [min(max(instant + NEAR, about.begin_stream_seconds), last) for instant in instants]
    batch = decoder.get_frames_played_at(seconds=wanted)
    pictures = batch.data.numpy()
    if size is not None:
        pictures = np.stack([cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in pictures])
    return batch.pts_seconds.numpy(), pictures
