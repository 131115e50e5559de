"""An order of tracks that depends on the tracks alone: on their values, their ids and a seed, never on their file.

Subsets are prefixes of such orders. That is why they nest, and why shuffled input gives the same subset.
"""

import hashlib
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

HEX = re.compile("^[0-9a-f]{32}$")
NIBBLE = np.full(256, 255, np.uint8)
NIBBLE[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)


def id_numbers(tids: Sequence[str] | pa.Array | pa.ChunkedArray) -> np.ndarray:
    """(N, 2) uint64 of track ids, high half first: an md5 as it reads, any other id as its md5.

    Numbers of md5 ids are in the order of their texts.
    """
    array = tids if isinstance(tids, pa.Array | pa.ChunkedArray) else pa.array(tids, pa.string())
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], pa.string())
    array = array.cast(pa.large_string())
    if not len(array):
        return np.zeros((0, 2), np.uint64)
    lengths = pc.binary_length(array)
    if pc.min_max(lengths).as_py() == {"min": 32, "max": 32}:
        offset = int(np.frombuffer(array.buffers()[1], np.int64)[array.offset])
        digits = NIBBLE[np.frombuffer(array.buffers()[2], np.uint8)[offset : offset + 32 * len(array)]]
        if digits.max() < 16:
            packed = (digits[0::2] << 4) | digits[1::2]
            return packed.view(">u8").astype(np.uint64).reshape(-1, 2)
    texts = (text if HEX.match(text) else _md5(text) for text in array.to_pylist())
    return np.array([(int(text[:16], 16), int(text[16:], 16)) for text in texts], np.uint64)


def hash_ids(numbers: np.ndarray, seed: int, purpose: str) -> np.ndarray:
    """(N,) uint64, as good as random, for each id ((N, 2) uint64): a function of the id, the seed and the purpose."""
    key = int(_md5(f"{seed}/{purpose}")[:16], 16)
    return _mixed(_mixed(numbers[:, 0] ^ np.uint64(key)) ^ numbers[:, 1])


def draw_uniforms(numbers: np.ndarray, seed: int, purpose: str) -> np.ndarray:
    """(N,) float64 between 0 and 1, both excluded, from `hash_ids`."""
    return ((hash_ids(numbers, seed, purpose) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def by_id(numbers: np.ndarray, videos: np.ndarray | None = None) -> np.ndarray:
    """(N,) places of tracks in the order of their ids; tracks of one id in the order of their videos' codes."""
    keys = (numbers[:, 1], numbers[:, 0])
    return np.lexsort(keys if videos is None else (videos, *keys))


def by_class(order: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The same places, those of one class together, classes by their codes (N,), each class in the order before."""
    codes = classes[order]
    # numpy sorts 16 bits by radix: ten times as fast
    return order[np.argsort(codes.astype(np.uint16) if codes.max(initial=0) < 1 << 16 else codes, kind="stable")]


def by_value(order: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The same places, the largest value (N,) first; equal values in the order before."""
    return order[np.argsort(-values[order], kind="stable")]


def draw_keys(values: np.ndarray, temperature: float, uniforms: np.ndarray) -> np.ndarray:
    """(N,) float64 keys whose largest K are a draw of K without replacement with p = softmax(value / temperature).

    Temperature 0 leaves the values, infinity leaves chance alone (Gumbel's noise, from `uniforms`).
    """
    if temperature == 0:
        return values.astype(np.float64)
    gumbel = -np.log(-np.log(uniforms))
    return gumbel if np.isinf(temperature) else values / temperature + gumbel


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64: each bit of the result depends on each bit of the number."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
