"""The documented tensors: float32 (T, C, H, W) in 0..1, where every value is a whole number of 255ths."""

import io
from pathlib import Path

import numpy as np
import torch


def save(path: str | Path, video: np.ndarray, *, as_float: bool) -> None:
    """Save a (T, C, H, W) uint8 video as a tensor, for `torch.load(..., weights_only=True)`."""
    tensor = torch.from_numpy(video.copy() if not video.flags.writeable else video)
    # Into memory first: PyTorch writes the file's name into what it saves to a path, and it is slower.
    packed = io.BytesIO()
    torch.save(tensor.float().div_(255) if as_float else tensor.clone(), packed)
    Path(path).write_bytes(packed.getbuffer())


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
