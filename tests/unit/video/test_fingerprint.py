"""Hashes tell which films show the same: exact on hand-made pictures, and at the limits of what is alike."""

import numpy as np
import pytest

from framewright.video import fingerprint
from framewright.video.fingerprint import find_duplicates, hash_picture


def test_a_bit_says_whether_it_gets_brighter_rightwards():
    rising = np.tile(np.arange(9, dtype=np.uint8) * 20, (8, 1))
    assert hash_picture(rising) == "f" * 16
    assert hash_picture(rising[:, ::-1]) == hash_picture(np.full((8, 9), 7, np.uint8)) == "0" * 16
    steps = np.tile(np.array([0, 9, 0, 9, 9, 9, 0, 1, 0], np.uint8), (8, 1))
    steps[1:] = 5
    assert hash_picture(steps) == "a2" + "0" * 14


@pytest.mark.parametrize(("ones", "tells"), [(5, False), (6, True), (58, True), (59, False), (0, False), (64, False)])
def test_a_hash_of_nearly_equal_bits_tells_nothing(ones, tells):
    digest = f"{(1 << ones) - 1:016x}"
    films = {"a": [digest] * 3, "b": [digest] * 3}
    assert find_duplicates(films) == ({("a", "b"): 3} if tells else {})


def hashes(count, seed=0):
    rng = np.random.default_rng(seed)
    return [f"{int(rng.integers(1 << 62, 1 << 63)) ^ (number << 7):016x}" for number in range(count)]


@pytest.mark.parametrize(
    ("shared", "length", "found"), [(2, 10, 0), (3, 10, 3), (3, 60, 3), (3, 61, 0), (4, 61, 4), (5, 100, 5)]
)
def test_films_are_a_pair_from_three_windows_and_a_twentieth_of_the_shorter_one_on(shared, length, found):
    common = hashes(shared, 1)
    films = {"a": common + hashes(length - shared, 2), "b": common + hashes(2 * length - shared, 3)}
    assert find_duplicates(films) == ({("a", "b"): found} if found else {})


@pytest.mark.parametrize(
    ("flipped", "alike"),
    [((), True), ((1, 20, 40), True), ((1, 2, 3), True), ((1, 20, 40, 60), False), ((1, 2, 3, 4), False)],
)
def test_windows_are_alike_that_differ_in_fewer_bits_than_there_are_bands(flipped, alike):
    one = hashes(4, 5)
    other = [f"{int(digest, 16) ^ sum(1 << bit for bit in flipped):016x}" for digest in one]
    assert find_duplicates({"a": one, "b": other}) == ({("a", "b"): 4} if alike else {})


def test_a_window_counts_once_however_often_another_film_shows_it():
    one = hashes(1, 6)
    assert find_duplicates({"a": one * 5, "b": one + hashes(9, 7)}) == {}
    three = hashes(3, 8)
    films = {"b": three * 2, "a": three, "c": hashes(5, 9), "none": []}
    assert find_duplicates(films) == {("b", "a"): 3}
    assert find_duplicates({"a": three * 2}) == {} and find_duplicates({}) == {}


def test_bands_lie_side_by_side_and_cover_all_bits():
    assert 64 % fingerprint.BAND == 0
    one = hashes(3, 10)
    for band in range(0, 64, fingerprint.BAND):  # alike in one band alone by three differing bits in the others
        bits = [place + 3 for place in range(0, 64, fingerprint.BAND) if place != band]
        other = [f"{int(digest, 16) ^ sum(1 << bit for bit in bits):016x}" for digest in one]
        assert find_duplicates({"a": one, "b": other}) == {("a", "b"): 3}


def test_pairs_are_found_wherever_their_bits_stand_among_those_of_others():
    low = [f"{0x0111_0111_0111_0111 + number * 0x0002_0002_0002_0002:016x}" for number in range(3)]
    high = [f"{0xE777_E777_E777_E777 + number * 0x0100_0100_0100_0100:016x}" for number in range(3)]
    others = [f"{0x8333_8333_8333_8333 + number * 0x1001_1001_1001_1001:016x}" for number in range(5)]
    for common in (low, high):
        assert find_duplicates({"a": common + others[:2], "b": common + others[2:]}) == {("a", "b"): 3}
