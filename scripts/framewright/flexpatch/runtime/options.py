"""The options of the runtime."""

from dataclasses import dataclass
from typing import Any

MODELS = ("pretrained", "trained", "none")  # what ranks tracks: the shipped model, the study's tree, or fixed bounds
PACKINGS = {"need": None, "area": True, "turns": False}  # and the argument `use_ratio_packing` of FlexPatch


@dataclass(frozen=True)
class RuntimeSettings:
    """Cluster sides as shares of the frame's sides, and the arguments of `FlexPatch` with the same names.

    `patch` is the side of a patch for new objects as a share of the cluster's shorter side, `model` one of MODELS, and
    `packing` one of PACKINGS.
    """

    width: float = 0.5
    height: float = 0.5
    every: int = 1
    budget: float | None = None
    zoom: float = 1.0
    model: str = "pretrained"
    packing: str = "need"
    max_age: int = 10
    tf_ratio: float = 0.75
    padding_ratio: float = 1.0
    patch: float = 1.0
    cell: int = 8

    def arguments(self) -> dict[str, Any]:
        """The arguments of `FlexPatch` that do not depend on the frame."""
        return {
            "cell_size": (self.cell, self.cell),
            "max_age": self.max_age,
            "tf_ratio": self.tf_ratio,
            "use_ratio_packing": PACKINGS[self.packing],
            "every": self.every,
            "budget": self.budget,
            "zoom": self.zoom,
            "padding_ratio": self.padding_ratio,
        }
