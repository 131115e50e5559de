"""IDX files, as MNIST comes in: arrays of bytes behind a header that states their shape."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from framewright.errors import UserError

BYTES = 8  # the code for unsigned bytes in an IDX header, the only kind that MNIST has
GZIP = b"\x1f\x8b"


def read_idx(path: str | Path, axes: int) -> np.ndarray:
    """The uint8 array in an IDX file, plain or packed with gzip, which must have as many axes as said."""
    data = _unpack(Path(path))
    kind = "images" if axes == 3 else "labels"
    if len(data) < 4 + 4 * axes or data[:2] != b"\0\0":
        raise UserError(f"{path}: not an IDX file of {kind}; give the files of MNIST, plain or as .gz")
    if (data[2], data[3]) != (BYTES, axes):
        found = f"its header says type {data[2]} with {data[3]} axes, {kind} have type {BYTES} with {axes}"
        raise UserError(f"{path}: {found}; is it another file of the set?")
    shape = tuple(int(side) for side in np.frombuffer(data, ">u4", axes, offset=4))
    there, wanted = len(data) - 4 - 4 * axes, math.prod(shape)
    if there != wanted:
        raise UserError(f"{path}: {there:,} of {wanted:,} bytes after its header; fetch it again")
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def _unpack(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data[:2] == GZIP else data
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"{path}: its gzip packing is damaged or cut short; fetch it again") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); mend videomnist.digits") from error
