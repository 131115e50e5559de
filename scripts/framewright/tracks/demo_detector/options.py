"""What can be chosen for the training of the demo's detector."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How it is trained: number of pictures, their side in pixels, epochs, the seed, and pictures it is rated on."""

    pictures: int = 1600
    size: int = 192
    epochs: int = 40
    seed: int = 0
    held_out: int = 200
