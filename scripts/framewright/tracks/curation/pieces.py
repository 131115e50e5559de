"""Lines compressed one by one, so that any choice of them becomes one gzip file without compressing anything again.

A piece is a line as raw deflate that ends on a byte and refers to nothing before it. A gzip file is a header, pieces in
any order, and the checksum of all, which follows from those of the pieces.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from isal import isal_zlib

LEVEL = 3
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # no name, no time
END = b"\x03\x00"  # the last block, which is empty
POLYNOMIAL = 0xEDB88320


def compress_line(line: bytes) -> tuple[bytes, int]:
    """The line, compressed, and its CRC-32."""
    packer = isal_zlib.compressobj(LEVEL, wbits=-15)
    return packer.compress(line) + packer.flush(isal_zlib.Z_FULL_FLUSH), isal_zlib.crc32(line)


def line_of(data: bytes) -> bytes:
    """The line that a piece holds."""
    return isal_zlib.decompressobj(wbits=-15).decompress(data)


def write_gzip(path: str | Path, pieces: Iterable[bytes], checks: np.ndarray, lengths: np.ndarray) -> None:
    """Write pieces as one gzip file of one member; `checks` (N,) uint32 and `lengths` (N,) are those of the lines."""
    with Path(path).open("wb") as file:
        file.write(HEADER)
        file.writelines(pieces)
        file.write(END + struct.pack("<II", joined_check(checks, lengths), int(lengths.sum()) % (1 << 32)))


def joined_check(checks: np.ndarray, lengths: np.ndarray) -> int:
    """The CRC-32 of all lines after each other, from theirs.

    The CRC of a text before others is moved on by as many bytes as follow; the sum over GF(2) of all is the whole's.
    """
    if not len(checks):
        return 0
    following = lengths.astype(np.int64)[::-1].cumsum()[::-1] - lengths
    moved = checks.astype(np.uint32)
    for power, matrix in zip(range(int(following.max()).bit_length()), _zeros(), strict=False):
        rows = (following >> power & 1).astype(bool)
        moved[rows] = _apply(matrix, moved[rows])
    return int(np.bitwise_xor.reduce(moved))


def _zeros() -> Iterator[np.ndarray]:
    """(32,) uint32: what each bit of a CRC becomes by 1, 2, 4, 8 ... bytes of zeros."""
    bit = np.concatenate([[POLYNOMIAL], 1 << np.arange(31)]).astype(np.uint32)  # one bit of zeros
    matrix = bit
    for _ in range(3):
        matrix = _apply(matrix, matrix)
    while True:
        yield matrix
        matrix = _apply(matrix, matrix)


def _apply(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The product of a matrix over GF(2), its columns (32,) uint32, with each value (N,) uint32."""
    out = np.zeros_like(values)
    for bit in range(32):
        out ^= np.where(values >> np.uint32(bit) & np.uint32(1), matrix[bit], np.uint32(0))
    return out
