"""A perceptual hash of pictures: 64 bits, of which those of near duplicates differ in few."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

ALIKE = 6  # bits that near duplicates differ in at most
BAND = 16  # bits: of hashes that differ in fewer bits than they have bands, one band is equal
PLAIN = 5  # bits: a hash with no more of one kind is that of a picture that shows next to nothing
FEW, SHARE = 3, 0.05  # windows, and the share of a film's, from which on alike ones are no chance


def hash_picture(grey: np.ndarray) -> str:
    """16 hexadecimal digits that tell for 8x8 places of an (H, W) uint8 picture whether it gets brighter rightwards."""
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return np.packbits(bits).tobytes().hex()


def count_differing_bits(one: str, others: np.ndarray) -> np.ndarray:
    """In how many bits a hash differs from each of others, (n,) uint64.

    >>> count_differing_bits("0" * 16, parse_hashes(["0" * 16, "0" * 15 + "7"])).tolist()
    [0, 3]
    """
    return np.bitwise_count(np.uint64(int(one, 16)) ^ others)


def parse_hashes(hashes: list[str]) -> np.ndarray:
    """Hashes as (n,) uint64."""
    return np.array([int(digest, 16) for digest in hashes], np.uint64)


def _tells(digest: str) -> bool:
    return PLAIN < int(digest, 16).bit_count() < 64 - PLAIN


def find_duplicates(hashes: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], int]:
    """The pairs of films that show the same, by the hashes of their windows: how many of each, at least, are alike.

    Hashes of nearly equal bits are left out: black and plain pictures have them, in every film.
    """
    hashes = {name: [digest for digest in digests if _tells(digest)] for name, digests in hashes.items()}
    names = list(hashes)
    film = np.repeat(np.arange(len(names)), [len(hashes[name]) for name in names])
    numbers = parse_hashes([digest for name in names for digest in hashes[name]])
    windows: dict[tuple[int, int], tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for band in range(0, 64, BAND):
        values = numbers >> np.uint64(band) & np.uint64((1 << BAND) - 1)
        order = np.argsort(values, kind="stable")
        for group in np.split(order, np.flatnonzero(np.diff(values[order])) + 1):
            for place, one in enumerate(group[:-1]):
                others = group[place + 1 :]
                near = np.bitwise_count(numbers[one] ^ numbers[others]) < 64 // BAND
                for other in others[near & (film[others] != film[one])]:
                    first, second = sorted((one, other), key=lambda window: film[window])
                    pair = windows[int(film[first]), int(film[second])]
                    pair[0].add(int(first))
                    pair[1].add(int(second))
    found = {}
    for (one, other), pair in sorted(windows.items()):
        count = min(map(len, pair))
        if count >= max(FEW, SHARE * min(len(hashes[names[one]]), len(hashes[names[other]]))):
            found[names[one], names[other]] = count
    return found
