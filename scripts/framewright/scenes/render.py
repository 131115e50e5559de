"""The demo scenes by name, and how one becomes a video file with its truth."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from framewright.errors import UserError
from framewright.scenes.cuts import DEMO, make_cuts
from framewright.scenes.faces import make_faces
from framewright.scenes.film import make_film
from framewright.scenes.hdr import make_hdr
from framewright.scenes.names import NAMES
from framewright.scenes.repeat import make_repeat
from framewright.scenes.scene import Scene, record
from framewright.scenes.street import make_street
from framewright.study.progress import Progress, report_nothing
from framewright.truth import NOTHING, write_truth
from framewright.video.encode import Writer


def make_scene(name: str) -> Scene:
    """The demo scene of that name, the same at every call."""
    match name:
        case "street":
            return make_street(np.random.default_rng(1), 18.0, mood="golden")
        case "cuts":
            return make_cuts()
        case "repeat":
            return make_repeat(make_cuts(), DEMO[0].frames)
        case "film":
            return make_film(np.random.default_rng(2))
        case "faces":
            return make_faces(np.random.default_rng(6))
        case "hdr":
            return make_hdr(np.random.default_rng(3))
        case "broken":  # off in the middle of the header, as a download that was not finished
            return replace(make_street(np.random.default_rng(4), 2.0, (320, 180)), kept_bytes=1000)
    raise UserError(f"demo:{name}: no such scene; known: {', '.join(sorted(NAMES))}")


def render(video: Path, scene: Scene, truth: Path, progress: Progress = report_nothing) -> int:
    """Write a scene to `video` (mp4, whatever its name) and what is true of it to `truth` (JSON); its frames."""
    with Writer(video, scene.size, scene.rate, **scene.encoding) as writer:
        known = record(scene, writer.add, progress)
    if scene.kept_bytes:
        os.truncate(video, scene.kept_bytes)
        known = NOTHING
    write_truth(truth, known)
    return known.frames
