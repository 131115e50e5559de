"""The documented tensors: float32 (T, C, H, W) in 0..1, where every value is a whole number of 255ths."""

import io
from pathlib import Path

import numpy as np
import torch


class Saver:
    """Saves videos as tensors, one after the other, through the same memory.

    Fresh memory for each is most of what saving costs: the system clears it page by page.
    """

    def __init__(self) -> None:
        self._floats = torch.empty(0)
        self._packed = io.BytesIO()

    def save(self, path: str | Path, video: np.ndarray, *, as_float: bool) -> None:
        """Save a (T, C, H, W) uint8 video as a tensor, for `torch.load(..., weights_only=True)`."""
        # PyTorch writes the whole memory that a tensor is a part of, and can't hold what must not be written to.
        own = video if video.base is None and video.flags.writeable and video.flags.c_contiguous else video.copy()
        tensor = torch.from_numpy(own)
        if as_float:
            if self._floats.shape != tensor.shape:
                self._floats = torch.empty(tensor.shape)
            tensor = torch.div(tensor, 255, out=self._floats)
        # Into memory first: PyTorch writes the file's name into what it saves to a path, and it is slower.
        self._packed.seek(0)
        torch.save(tensor, self._packed)
        with Path(path).open("wb", buffering=0) as file:
            file.write(self._packed.getbuffer()[: self._packed.tell()])


def load(path: str | Path) -> np.ndarray:
    """The (T, C, H, W) uint8 video in a file; what is not a tensor of such a shape and range is a ValueError."""
    try:
        tensor = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file makes PyTorch raise whatever it stumbles over
        raise ValueError(f"not a tensor: {' '.join(str(error).split())[:120]}") from error
    if not isinstance(tensor, torch.Tensor):
        raise ValueError(f"not a tensor but {type(tensor).__name__}")
    if tensor.ndim == 5 and len(tensor) == 1:
        tensor = tensor[0]
    if tensor.ndim != 4 or tensor.shape[1] != 3:
        raise ValueError(f"its shape is {tuple(tensor.shape)}, not (T, 3, H, W)")
    if tensor.dtype == torch.uint8:
        return tensor.contiguous().numpy()
    if not tensor.is_floating_point() or not bool(((tensor >= 0) & (tensor <= 1)).all()):
        raise ValueError(f"{tensor.dtype} values are not all within 0 and 1")
    return tensor.float().mul(255).round_().byte().contiguous().numpy()
