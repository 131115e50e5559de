"""The five features that say how well an object is being followed, and the definition that they are computed by.

A model fits one definition only: `Definition` names it in every table and model, and `check_definition` refuses
another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from framewright.errors import UserError

FEATURES = ("min_eig", "ncc", "accel", "flow_std", "confidence")
# What enters a matrix for a feature that a track does not have yet: the value of a track that was just detected.
UNKNOWN = (0.0, 1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Definition:
    """What the features mean. Another `version` of the same name is another definition."""

    name: str
    version: int

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


FRAMEWRIGHT = Definition("framewright", 1)  # as framewright.flexpatch.follow.follower computes them
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
