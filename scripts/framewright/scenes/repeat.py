"""A part of another film, uploaded a second time: cropped, enlarged to its old size, and encoded anew with more loss.

It holds near duplicates of what is in the other film, for the search for them.
"""

from dataclasses import replace

import cv2
import numpy as np

from framewright.scenes.scene import Drawn, Scene

CROPPED = 0.03  # of the frame, at each side


def make_repeat(scene: Scene, frames: int) -> Scene:
    """The first `frames` frames of a scene whose objects and faces are unknown, each side cropped by CROPPED."""
    width, height = scene.size
    left, top = round(CROPPED * width), round(CROPPED * height)

    def draw(frame: int) -> Drawn:
        cropped = scene.draw(frame).picture[top : height - top, left : width - left]
        return Drawn(np.ascontiguousarray(cv2.resize(cropped, scene.size, interpolation=cv2.INTER_CUBIC)))

    inside = tuple(transition for transition in scene.transitions if transition.end < frames)
    return replace(
        scene, frames=frames, draw=draw, transitions=inside, encoding={"crf": 30, "gop": 100, "preset": "fast"}
    )
