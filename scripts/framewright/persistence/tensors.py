"""The documented tensors: float32 (T, C, H, W) in 0..1, where every value is a whole number of 255ths."""

import io
from pathlib import Path

import numpy as np
import torch
from isal import isal_zlib


class Saver:
    """Saves videos as tensors, one after the other.

    PyTorch's own saving takes longer than all else that is done for a video. Files of tensors of one shape and type
    differ in the numbers and their checksum alone, so PyTorch saves one, and each video is put into its like.
    """

    def __init__(self) -> None:
        self._floats = torch.empty(0)
        self._around: dict[tuple[tuple[int, ...], np.dtype], tuple[bytes, list[bytes]]] = {}

    def save(self, path: str | Path, video: np.ndarray, *, as_float: bool) -> None:
        """Save a (T, C, H, W) uint8 video as a tensor, for `torch.load(..., weights_only=True)`."""
        numbers = np.ascontiguousarray(video)
        if as_float:
            if self._floats.shape != numbers.shape:
                self._floats = torch.empty(numbers.shape)
            numbers = torch.div(torch.from_numpy(np.require(numbers, None, "W")), 255, out=self._floats).numpy()
        kind = numbers.shape, numbers.dtype
        if kind not in self._around:
            self._around[kind] = _save_around(numbers)
        before, after = self._around[kind]
        checksum = _checksum(numbers)
        with Path(path).open("wb") as file:
            file.writelines((before, numbers.data, checksum.join(after)))


def _save_around(numbers: np.ndarray) -> tuple[bytes, list[bytes]]:
    """What PyTorch writes before such numbers, and behind them: what their checksum goes between."""
    some = np.frombuffer(np.random.default_rng(0).bytes(numbers.nbytes), numbers.dtype).reshape(numbers.shape)
    packed = io.BytesIO()  # no file: PyTorch would write its name into it
    torch.save(torch.from_numpy(some.copy()), packed)
    before, after = packed.getvalue().split(some.tobytes())
    return before, after.split(_checksum(some))


def _checksum(numbers: np.ndarray) -> bytes:
    return isal_zlib.crc32(numbers).to_bytes(4, "little")


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
