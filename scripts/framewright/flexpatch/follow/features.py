"""The features that say how well an object is being followed, and the definition that they are computed by.

Five are documented: FEATURES. The runtime has more at hand, EXTRA:

    age         frames for which nothing has confirmed the track
    unexamined  frames since the detector last examined its place
    misses      examinations without success since its last detection
    kept        share of its points that agreed with their way back
    overlap     largest overlap (intersection over union) with another track
    speed       length of its velocity over the mean of its sides, per frame
    side        mean of its sides, over the frame's height
    outside     share of its box outside the frame

A model fits one definition only: `Definition` names it in every table and model, and `check_definition` refuses
another.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from framewright.boxes import clip, compute_areas, compute_iou
from framewright.errors import UserError

FEATURES = ("min_eig", "ncc", "accel", "flow_std", "confidence")
EXTRA = ("age", "unexamined", "misses", "kept", "overlap", "speed", "side", "outside")
RUNTIME_FEATURES = (*FEATURES, *EXTRA)
# What enters a matrix for a feature that a track does not have yet: the value of a track that was just detected.
UNKNOWN = (0.0, 1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Definition:
    """What the features mean. Another `version` of the same name is another definition."""

    name: str
    version: int

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


FRAMEWRIGHT = Definition("framewright", 2)  # as framewright.flexpatch.follow.follower computes them
COMPAT = Definition("compat", 2)  # as trtutils computes them: framewright.flexpatch.follow.compat
DEFINITIONS = {definition.name: definition for definition in (FRAMEWRIGHT, COMPAT)}


class Featured(Protocol):
    """Whatever has the five features; not-a-number stands for one that it does not have yet."""

    min_eig: float
    ncc: float
    accel: float
    flow_std: float

    @property
    def confidence(self) -> float:
        """The score of its last detection."""
        ...


def feature_matrix(tracks: Iterable[Featured]) -> np.ndarray:
    """(N, 5) float32 in the order of FEATURES, with the value of UNKNOWN for a missing feature."""
    rows = [[getattr(track, name) for name in FEATURES] for track in tracks]
    matrix = np.array(rows, np.float32).reshape(-1, len(FEATURES))
    return np.where(np.isnan(matrix), np.array(UNKNOWN, np.float32), matrix)


class Followed(Featured, Protocol):
    """A track with all that the runtime's features are computed from."""

    box: np.ndarray
    age: int
    unexamined: int
    misses: int
    kept: float
    velocity: np.ndarray | None


def runtime_matrix(tracks: Sequence[Followed], frame_size: tuple[int, int]) -> np.ndarray:
    """(N, 13) float32 in the order of RUNTIME_FEATURES, of all tracks in a frame of `frame_size` (width, height)."""
    if not len(tracks):
        return np.zeros((0, len(RUNTIME_FEATURES)), np.float32)
    boxes = np.array([track.box for track in tracks], float).reshape(-1, 4)
    state = np.array([(track.age, track.unexamined, track.misses, track.kept) for track in tracks], float)
    speeds = np.array([0.0 if track.velocity is None else math.hypot(*track.velocity) for track in tracks])
    sides = np.maximum((boxes[:, 2:] - boxes[:, :2]).mean(axis=1), 1.0)
    overlaps = compute_iou(boxes, boxes)
    np.fill_diagonal(overlaps, 0.0)
    outside = 1 - compute_areas(clip(boxes, frame_size)) / np.maximum(compute_areas(boxes), 1.0)
    columns = overlaps.max(axis=1), speeds / sides, sides / frame_size[1], outside
    extra = np.column_stack([np.where(np.isnan(state), 1.0, state), *columns])
    return np.concatenate([feature_matrix(tracks), extra.astype(np.float32)], axis=1)


def definition_record(definition: Definition) -> dict[str, Any]:
    """The definition and the order of the features, as stored beside tables and models."""
    return {"features": list(FEATURES), "definition": asdict(definition)}


def read_definition(record: Mapping[str, Any], where: object) -> Definition:
    """The definition that a record names, in a file `where`."""
    try:
        if tuple(record["features"]) != FEATURES:
            raise UserError(f"{where}: its features are {', '.join(record['features'])}, not {', '.join(FEATURES)}")
        return Definition(str(record["definition"]["name"]), int(record["definition"]["version"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{where}: does not say by which definition its features were computed") from error


def check_definition(found: Definition, wanted: Definition, where: object) -> None:
    """UserError where features computed by one definition would meet a model, or a table, of another."""
    if found != wanted:
        raise UserError(
            f"{where}: its features are of the definition {found}, but {wanted} is wanted here; "
            f"make it again with features of {wanted}"
        )
