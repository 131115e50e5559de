"""The options of the stage that trains a tree."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TreeSettings:
    """How the tree is grown. The defaults are the documented ones, and weights that give each label the same weight."""

    max_depth: int = 5
    min_samples_split: int = 10
    random_state: int = 42
    balanced: bool = True


@dataclass(frozen=True)
class Splitting:
    """What is held out: see framewright.flexpatch.tree.split.split_samples."""

    by: str = "auto"
    share: float = 0.3
    gap: float = 2.0
