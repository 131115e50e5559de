"""Every dataset of the pipelines for PyTorch, behind one door and in one protocol.

>>> from framewright import datasets
>>> "PatchPairs" in dir(datasets)
True

An item is a dictionary. Videos are (T, C, H, W) tensors in it, uint8 RGB or grey unless `range=` asks for float32, such
as `range=(0, 1)`. `set_epoch` chooses the random parts of an epoch, the same for the same seed, whatever the workers.
What can't be used is a `framewright.errors.UserError` that names the remedy. A class is imported when it is asked for.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import lazy_loader

Range = tuple[float, float]
DATASETS = {
    "tracks.dataset": ["TrackClips"],
    "patches.dataset": ["PatchPairs"],
    "videomnist.dataset": ["MovingDigits"],
    "persistence.dataset": ["PersistenceClips"],
    "flexpatch.dataset": ["load_samples"],
}

__getattr__, __dir__, __all__ = lazy_loader.attach("framewright", submod_attrs=DATASETS)


class VideoDataset(Protocol):
    """What every dataset of videos here is: a map-style PyTorch dataset that may draw anew in each epoch."""

    range: Range | None  # None: uint8; (low, high): float32 with black at low and white at high

    def __len__(self) -> int:
        """How many items there are."""
        ...

    def __getitem__(self, index: int) -> Mapping[str, Any]:
        """An item by its place."""
        ...

    def set_epoch(self, epoch: int) -> None:
        """Draw what is random as in this epoch; call it before each, as with a DistributedSampler."""
        ...
