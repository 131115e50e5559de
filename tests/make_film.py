"""Films for tests of patches: a camera that moves over pictures with detail of all sizes, as nature has it."""

from pathlib import Path

import cv2
import numpy as np

from framewright.video.encode import Writer
from framewright.video.examine import probe
from framewright.video.probe import Probe, as_probe


def texture(seed: int = 0, width: int = 600, height: int = 400) -> np.ndarray:
    """A grey (height, width) uint8 picture."""
    rng = np.random.default_rng(seed)
    layers = []
    for grain in (1, 2, 4, 8, 16, 32, 64):
        noise = rng.standard_normal((height // grain + 2, width // grain + 2))
        layers.append(cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) * grain**0.8)
    picture = sum(layers)
    return np.clip(128 + 45 * picture / picture.std(), 0, 255).astype(np.uint8)


def make_film(path: Path, shots: list[np.ndarray], frames: int, size: tuple[int, int], gop: int = 24) -> Path:
    """A film with `frames` frames of each shot, a picture larger than `size` (width, height) by the camera's way."""
    with Writer(path, size, 24, crf=16, preset="veryfast", gop=gop) as writer:
        for shot in shots:
            for number in range(frames):
                x, y = number, number // 2
                writer.add(cv2.applyColorMap(shot[y : y + size[1], x : x + size[0]], cv2.COLORMAP_TWILIGHT))
    return path


def probe_film(film: Path, use: list[float] | None = None) -> Probe:
    """The record of a film, as a job reads it; all of it is in use unless (start, end) seconds are given."""
    record = probe(film) | {"video": "film", "use": use}
    if record["status"] == "ok":
        record["use"] = use or [record["start"], record["start"] + record["duration"]]
        record["colour"]["forced"] = False
    return as_probe(record)
