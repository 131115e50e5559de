import hashlib

import numpy as np
import pytest

from framewright.report.gallery.choose import choose_items
from framewright.report.gallery.posters import decode_poster, encode_poster, read_posters, write_posters


@pytest.mark.parametrize(("shape", "small"), [((720, 1280), (90, 160)), ((1000, 10), (160, 2)), ((40, 60), (40, 60))])
def test_a_poster_keeps_its_shape_and_is_never_enlarged(shape, small):
    poster = decode_poster(encode_poster(np.full((*shape, 3), (200, 30, 60), np.uint8)))
    assert poster.shape == (*small, 3)
    assert np.abs(poster.mean(axis=(0, 1)) - (200, 30, 60)).max() < 6


def test_posters_are_read_by_name_and_have_the_same_bytes_each_time(tmp_path):
    posters = {f"track {number}": encode_poster(np.full((9, 16, 3), number, np.uint8)) for number in (7, 200)}
    digests = set()
    for name in ("a.npz", "b.npz"):
        write_posters(tmp_path / name, posters)
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert read_posters(tmp_path / "a.npz") == posters
    assert len(digests) == 1


def test_no_posters_are_a_file_too(tmp_path):
    write_posters(tmp_path / "none.npz", {})
    assert read_posters(tmp_path / "none.npz") == {}


ITEMS = [(f"k{number}", "kept") for number in range(100)] + [(f"s{number}", "short") for number in range(3)]


def test_rare_reasons_are_seen_whole():
    chosen = choose_items(ITEMS, (), 20, seed=0)
    assert len(chosen) == 20
    assert {"s0", "s1", "s2"} <= chosen


def test_members_of_subsets_come_first():
    assert choose_items(ITEMS, {"k5", "k6"}, 2, seed=0) == {"k5", "k6"}
    assert len(choose_items(ITEMS, {"k5", "k6", "k7"}, 2, seed=0) - {"k5", "k6", "k7"}) == 0


def test_a_larger_gallery_holds_a_smaller_one_whatever_the_order():
    small, large = (choose_items(ITEMS, {"k1"}, size, seed=3) for size in (10, 40))
    assert small <= large
    assert choose_items(ITEMS[::-1], {"k1"}, 10, seed=3) == small
    assert choose_items(ITEMS, {"k1"}, 10, seed=4) != small


def test_all_are_chosen_where_there_is_room_and_none_where_there_is_none():
    assert choose_items(ITEMS, (), 1000, seed=0) == {name for name, _ in ITEMS}
    assert choose_items(ITEMS, {"k1"}, 0, seed=0) == frozenset()
