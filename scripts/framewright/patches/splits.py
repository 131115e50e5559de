"""Which films are held out from training.

The Snakefile reads this: it needs nothing but Python itself.
"""

from collections.abc import Mapping
from hashlib import sha256

from framewright.patches.formats import HELD_OUT


def choose_split(video: str, split: str | None, group: str | None, val: float) -> str:
    """train, val or test: what the table says, else a share `val` of films goes to val by their names alone.

    Editions of one film, which share a `group`, go by its name: they are in one split.
    """
    if split:
        return split
    draw = int.from_bytes(sha256(f"patches/val/{group or video}".encode()).digest()[:8], "big") / 2**64
    return "val" if draw < val else "train"


def list_held_out(splits: Mapping[str, str]) -> list[str]:
    """The folders, such as Val, that hold patches of films in these splits, by film."""
    return [folder for split, folder in HELD_OUT.items() if split in set(splits.values())]
