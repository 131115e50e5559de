"""The options of the runtime."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RuntimeSettings:
    """Cluster sides as shares of the frame's sides, and the arguments of `FlexPatch` with the same names.

    `patch` is the side of a patch for new objects as a share of the cluster's shorter side.
    """

    width: float
    height: float
    every: int
    max_age: int = 10
    tf_ratio: float = 0.75
    use_ratio_packing: bool = False
    padding_ratio: float = 1.0
    patch: float = 1.0
    cell: int = 8
