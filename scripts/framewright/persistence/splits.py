"""Which part of the study a trajectory belongs to: decided by itself alone, so that growing a set moves nothing."""

import hashlib

SPLITS = ("train", "val", "test")


def choose_split(seed: int, source: int, shares: tuple[float, float] = (0.7, 0.1)) -> str:
    """The split of a source trajectory: `shares` of all go to train and val, the rest to test.

    Every view and every variant of a source lies in the split of the source.
    """
    digest = hashlib.sha256(f"persistence {seed} {source}".encode()).digest()
    place = int.from_bytes(digest[:8]) / 2**64
    return "train" if place < shares[0] else "val" if place < sum(shares) else "test"
