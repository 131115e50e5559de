"""A sequence of the MOT Challenge for tests, drawn with its truth."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from framewright.scenes.scene import record
from framewright.scenes.street import make_street

CLASSES = {"person": 1, "dog": 8, "cyclist": 2, "car": 3, "bus": 3}


def make_sequence(folder: Path) -> None:
    """A street as a folder of the MOT Challenge, its truth as annotations: numbers and pixels count from 1."""
    (folder / "img1").mkdir(parents=True)
    (folder / "gt").mkdir()
    numbers = iter(range(1, 1000))

    def write(picture: np.ndarray) -> None:
        cv2.imwrite(str(folder / f"img1/{next(numbers):06}.jpg"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))

    truth = record(make_street(np.random.default_rng(1), 2.0, (480, 270), Fraction(25), "golden"), write)
    rows = [
        f"{frame + 1},{thing.id},{x1 + 1:.2f},{y1 + 1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},1,{CLASSES[thing.name]},{seen}"
        for thing in truth.objects
        for frame, (x1, y1, x2, y2), seen in zip(thing.frames, thing.boxes, thing.visible, strict=True)
    ]
    (folder / "gt/gt.txt").write_text("\n".join(rows) + "\n")
    info = f"frameRate=25\nseqLength={truth.frames}\nimWidth=480\nimHeight=270\n"
    (folder / "seqinfo.ini").write_text(f"[Sequence]\nname=walk\nimDir=img1\n{info}imExt=.jpg\n")
