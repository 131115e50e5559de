"""Videos as tensors in the range that a model expects."""

import torch


def in_range(video: torch.Tensor, range: tuple[float, float] | None) -> torch.Tensor:
    """A uint8 tensor as it is, or as float32 with 0 at the low end of `range` and 255 at the high end.

    >>> in_range(torch.tensor([0, 255], dtype=torch.uint8), (-0.5, 0.5))
    tensor([-0.5000,  0.5000])
    """
    if range is None:
        return video
    low, high = range
    return video.float().mul_((high - low) / 255).add_(low)
