"""The demo scenes by name, and how one becomes a video file with its truth."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from framewright.errors import UserError
from framewright.scenes.cuts import cuts
from framewright.scenes.faces import faces
from framewright.scenes.film import film
from framewright.scenes.hdr import hdr
from framewright.scenes.names import NAMES
from framewright.scenes.scene import Scene, record
from framewright.scenes.street import street
from framewright.study.progress import Progress, silent
from framewright.truth import NOTHING, write_truth
from framewright.video.encode import Writer


def scene(name: str) -> Scene:
    """The demo scene of that name, the same at every call."""
    match name:
        case "street":
            return street(np.random.default_rng(1), 18.0, mood="golden")
        case "cuts":
            return cuts()
        case "film":
            return film(np.random.default_rng(2))
        case "faces":
            return faces(np.random.default_rng(6))
        case "hdr":
            return hdr(np.random.default_rng(3))
        case "broken":  # off in the middle of the header, as a download that was not finished
            return replace(street(np.random.default_rng(4), 2.0, (320, 180)), kept_bytes=1000)
    raise UserError(f"demo:{name}: no such scene; known: {', '.join(sorted(NAMES))}")


def render(video: Path, scene: Scene, truth: Path, progress: Progress = silent) -> int:
    """Write a scene to `video` (mp4, whatever its name) and what is true of it to `truth` (JSON); its frames."""
    with Writer(video, scene.size, scene.rate, **scene.encoding) as writer:
        known = record(scene, writer.add, progress)
    if scene.kept_bytes:
        os.truncate(video, scene.kept_bytes)
        known = NOTHING
    write_truth(truth, known)
    return known.frames
