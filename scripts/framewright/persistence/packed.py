"""Videos as zlib packs them, frame by frame: any frame can be unpacked, or replaced, without touching the others.

A stream is what every zlib reads, HDF5's filter among them. Each frame begins on a whole byte and refers to nothing
before it, until some are replaced: those that follow one another are packed together.
"""

import math
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from isal import isal_zlib

FAST = 1  # deflate's level: these pictures hardly shrink further, and reading is as fast
HEAD, END = b"\x78\x01", b"\x03\x00"  # how a stream begins, and a last block with nothing in it
CHECK = 4  # bytes of Adler-32 at its end
ADLER = 65521


class PackedVideo(NamedTuple):
    """A (T, C, H, W) uint8 video: its zlib stream; where in it frames begin and the last one ends (T + 1), empty where
    some are packed together; its `shape` (C, H, W); and its `length` T."""

    stream: bytes
    bounds: list[int]
    shape: tuple[int, ...]
    length: int

    def video(self) -> np.ndarray:
        """All of it, (T, C, H, W) uint8."""
        return self._unpacked(self.stream[len(HEAD) : -CHECK], self.length)

    def frames(self, numbers: Sequence[int]) -> np.ndarray:
        """These frames, (n, C, H, W) uint8; what is damaged is a ValueError."""
        pieces = [self.stream[self.bounds[number] : self.bounds[number + 1]] for number in numbers]
        return self._unpacked(b"".join([*pieces, END]), len(numbers))

    def _unpacked(self, pieces: bytes, number: int) -> np.ndarray:
        size = math.prod(self.shape) * number
        try:
            found = isal_zlib.decompress(pieces, -15, size)
        except zlib.error as error:
            raise ValueError(f"its pixels can't be unpacked ({error})") from error
        if len(found) != size:
            raise ValueError(f"it unpacks to {len(found)} bytes, not {size}")
        return np.frombuffer(found, np.uint8).reshape(number, *self.shape)

    def replaced(self, numbers: Sequence[int], before: np.ndarray, after: np.ndarray) -> "PackedVideo":
        """The video with these frames, ascending, which were `before`, as they are `after`: each (n, C, H, W) uint8."""
        pieces, reached = [], 0
        check = int.from_bytes(self.stream[-CHECK:], "big")
        low, high = check & 0xFFFF, check >> 16
        for first, last in _find_runs(numbers):
            begin, end = numbers[first], numbers[last] + 1
            old, new = before[first : last + 1], after[first : last + 1]
            pieces += [self.stream[reached : self.bounds[begin]], _pack_frames(new)]
            reached = self.bounds[end]
            was, now = isal_zlib.adler32(old), isal_zlib.adler32(new)
            more = (now & 0xFFFF) - (was & 0xFFFF)
            low += more
            high += (now >> 16) - (was >> 16) + (self.length - end) * old[0].size * more
        check = high % ADLER << 16 | low % ADLER
        pieces += [self.stream[reached:-CHECK], check.to_bytes(CHECK, "big")]
        return PackedVideo(b"".join(pieces), [], self.shape, self.length)


def pack(video: np.ndarray) -> PackedVideo:
    """A (T, C, H, W) uint8 video, packed; its frames are contiguous."""
    pieces = [_pack_frames(frame) for frame in video]
    bounds = np.cumsum([len(HEAD), *map(len, pieces)]).tolist()
    check = isal_zlib.adler32(video).to_bytes(CHECK, "big")
    return PackedVideo(b"".join([HEAD, *pieces, END, check]), bounds, video.shape[1:], len(video))


def _pack_frames(frames: np.ndarray) -> bytes:
    # Not isal, whose streams of the same bytes differ now and then on a busy machine; it is no faster here.
    packer = zlib.compressobj(FAST, zlib.DEFLATED, -15)
    return packer.compress(frames.tobytes()) + packer.flush(zlib.Z_FULL_FLUSH)


def _find_runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last place of those in `numbers` that follow one another."""
    first = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
            yield first, place - 1
            first = place
