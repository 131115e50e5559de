"""What is known to be true of a video: its cuts, and where each object is in each frame.

One format for demo scenes, MOT folders and the table's `truth` column. Frame `k` is shown at `k / rate` seconds; boxes
are x1, y1, x2, y2 in pixels of the upright, square-pixel frame and may reach beyond its edges.
"""

import json
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from framewright.errors import UserError
from framewright.study.record import read_record


@dataclass(frozen=True)
class Transition:
    """A change of picture that is not motion in the scene.

    `start` is the first frame that belongs to it, `end` the first frame fully of what follows; a hard cut has both
    equal. `is_cut` says whether another shot follows (cut, dissolve, fade) or the same one goes on (flash, pan).
    """

    kind: str
    start: int
    end: int
    is_cut: bool


@dataclass(frozen=True, eq=False)
class Boxes:
    """One thing's place over time, in order of time.

    `frames` (N,) int64; `boxes` (N, 4) float64; `visible` (N,) float64: the fraction, 0 to 1, that is neither hidden
    nor outside the frame.
    """

    frames: np.ndarray
    boxes: np.ndarray
    visible: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "frames", np.asarray(self.frames, dtype=np.int64).reshape(-1))
        object.__setattr__(self, "boxes", np.asarray(self.boxes, dtype=np.float64).reshape(-1, 4))
        object.__setattr__(self, "visible", np.asarray(self.visible, dtype=np.float64).reshape(-1))


@dataclass(frozen=True, eq=False)
class Object(Boxes):
    """A thing with an identity: `id` is unique in the video, `name` is its class, such as "car"."""

    id: int
    name: str


@dataclass(frozen=True, eq=False)
class Truth:
    """Everything known of one video of `frames` frames, `size` (width, height) and `rate` frames per second.

    `ignore` holds regions where a detector is neither right nor wrong; `faces` the faces, a list of places for each.
    """

    size: tuple[int, int]
    rate: Fraction
    frames: int
    transitions: tuple[Transition, ...] = ()
    objects: tuple[Object, ...] = ()
    ignore: tuple[Boxes, ...] = ()
    faces: tuple[Boxes, ...] = ()


NOTHING = Truth(size=(0, 0), rate=Fraction(1), frames=0)  # of a video that could not be had or used


def to_text(truth: Truth) -> str:
    """The truth as JSON, one line per object; the same truth gives the same bytes. Boxes keep 1/1000 pixel."""
    lists = {
        "transitions": [vars(transition) for transition in truth.transitions],
        "objects": [{"id": thing.id, "class": thing.name} | _places(thing) for thing in truth.objects],
        "ignore": [_places(region) for region in truth.ignore],
        "faces": [_places(face) for face in truth.faces],
    }
    head = {
        "size": list(truth.size),
        "rate": f"{truth.rate.numerator}/{truth.rate.denominator}",
        "frames": truth.frames,
    }
    entries = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    for key, items in lists.items():
        rows = ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in items)
        entries.append(f"{json.dumps(key)}: " + (f"[\n  {rows}\n ]" if items else "[]"))
    return "{\n " + ",\n ".join(entries) + "\n}\n"


def write_truth(path: str | Path, truth: Truth) -> None:
    """Write the truth to `path`, after checking it."""
    _raise_problem(path, truth)
    Path(path).write_text(to_text(truth), encoding="utf-8")


def read_truth(path: str | Path) -> Truth:
    """The truth written in `path`; a UserError says what is wrong with a file that holds none."""
    try:
        truth = _from_json(read_record(path))
    except OSError as error:
        raise UserError(f"{path}: the annotation file cannot be read ({error.strerror})") from error
    except KeyError as error:
        raise UserError(f"{path}: the annotation file lacks the key {error.args[0]!r}") from error
    except (ValueError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise UserError(f"{path}: not an annotation file ({error})") from error
    _raise_problem(path, truth)
    return truth


def find_problem(truth: Truth) -> str | None:
    """What contradicts itself in `truth`, or None."""
    if truth.frames < 0 or truth.rate <= 0 or (truth.frames and min(truth.size) <= 0):
        return f"size {list(truth.size)}, rate {truth.rate} and frames {truth.frames} must be positive"
    for transition in truth.transitions:
        if not 0 <= transition.start <= transition.end <= truth.frames:
            return (
                f"{transition.kind} from frame {transition.start} to {transition.end} is not within 0..{truth.frames}"
            )
    counts = Counter(thing.id for thing in truth.objects)
    if twice := [identity for identity, count in counts.items() if count > 1]:
        return f"object id {twice[0]} is used twice"
    named: list[tuple[str, Boxes]] = [(f"object {thing.id}", thing) for thing in truth.objects]
    named += [(f"ignore region {i}", region) for i, region in enumerate(truth.ignore)]
    named += [(f"face {i}", face) for i, face in enumerate(truth.faces)]
    return next((f"{name}: {fault}" for name, places in named if (fault := _fault(places, truth.frames))), None)


def _fault(places: Boxes, frames: int) -> str | None:
    if not len(places.frames) == len(places.boxes) == len(places.visible):
        return f"{len(places.frames)} frames, {len(places.boxes)} boxes and {len(places.visible)} visible do not match"
    if np.any(np.diff(places.frames) <= 0):
        return "frames must ascend"
    if len(places.frames) and not 0 <= places.frames[0] <= places.frames[-1] < frames:
        return f"frames {places.frames[0]}..{places.frames[-1]} are not all within 0..{frames - 1}"
    if not np.all(np.isfinite(places.boxes)) or np.any(places.boxes[:, 2:] < places.boxes[:, :2]):
        return "boxes must be finite, as x1, y1, x2, y2 with x1 <= x2 and y1 <= y2"
    if not np.all((places.visible >= 0) & (places.visible <= 1)):
        return "visible must lie within 0..1"
    return None


def _raise_problem(path: str | Path, truth: Truth) -> None:
    if fault := find_problem(truth):
        raise UserError(f"{path}: {fault}")


def _places(places: Boxes) -> dict[str, Any]:
    return {
        "frames": places.frames.tolist(),
        "boxes": (np.round(places.boxes, 3) + 0.0).tolist(),  # + 0.0 turns -0.0 into 0.0
        "visible": (np.round(places.visible, 3) + 0.0).tolist(),
    }


def _from_json(data: dict[str, Any]) -> Truth:
    def boxes(entry: dict[str, Any]) -> tuple[Any, Any, Any]:
        return entry["frames"], entry["boxes"], entry["visible"]

    width, height = data["size"]
    return Truth(
        size=(int(width), int(height)),
        rate=Fraction(data["rate"]),
        frames=int(data["frames"]),
        transitions=tuple(
            Transition(str(entry["kind"]), int(entry["start"]), int(entry["end"]), bool(entry["is_cut"]))
            for entry in data.get("transitions", [])
        ),
        objects=tuple(
            Object(*boxes(entry), id=int(entry["id"]), name=str(entry["class"])) for entry in data.get("objects", [])
        ),
        ignore=tuple(Boxes(*boxes(entry)) for entry in data.get("ignore", [])),
        faces=tuple(Boxes(*boxes(entry)) for entry in data.get("faces", [])),
    )
