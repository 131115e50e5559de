"""What a scene is: pictures drawn one at a time, each with what is to be seen in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from framewright.study.progress import Progress, report_nothing
from framewright.truth import Boxes, Object, Transition, Truth

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Mark:
    """One thing in one picture: its identity, class, box (x1, y1, x2, y2: the half-covered pixels of the whole thing,
    clipped to the frame) and the fraction of its pixels, 0 to 1, that is neither hidden nor outside the frame."""

    id: int
    name: str
    box: Box
    visible: float


@dataclass(frozen=True)
class Drawn:
    """One picture, (H, W, 3) RGB, uint8 or for HDR uint16, with the objects and the faces in it."""

    picture: np.ndarray
    objects: tuple[Mark, ...] = ()
    faces: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Scene:
    """A film that can be drawn: `draw(k)` is its frame `k`, the same at any time and in any order.

    `size` is (width, height), `rate` frames per second, `encoding` what `framewright.video.encode.Writer` is told
    of it. Of a scene that shows what happens to broken films, only the first `kept_bytes` of the file are kept.
    """

    size: tuple[int, int]
    rate: Fraction
    frames: int
    draw: Callable[[int], Drawn]
    transitions: tuple[Transition, ...] = ()
    encoding: dict[str, Any] = field(default_factory=dict)
    kept_bytes: int | None = None


def record(scene: Scene, write: Callable[[np.ndarray], object], progress: Progress = report_nothing) -> Truth:
    """Draw a scene from its first frame to its last, hand every picture to `write`, and say what was in them."""
    objects: dict[int, list[tuple[int, Mark]]] = {}
    faces: dict[int, list[tuple[int, Mark]]] = {}
    for frame in progress(range(scene.frames), unit="frames"):
        drawn = scene.draw(frame)
        write(drawn.picture)
        for mark in drawn.objects:
            objects.setdefault(mark.id, []).append((frame, mark))
        for mark in drawn.faces:
            faces.setdefault(mark.id, []).append((frame, mark))
    return Truth(
        size=scene.size,
        rate=scene.rate,
        frames=scene.frames,
        transitions=scene.transitions,
        objects=tuple(Object(*_columns(seen), id=key, name=seen[0][1].name) for key, seen in sorted(objects.items())),
        faces=tuple(Boxes(*_columns(seen)) for _, seen in sorted(faces.items())),
    )


def _columns(seen: list[tuple[int, Mark]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    frames = np.array([frame for frame, _ in seen])
    return frames, np.array([mark.box for _, mark in seen]), np.array([mark.visible for _, mark in seen])
