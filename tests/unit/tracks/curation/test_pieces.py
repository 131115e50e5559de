"""Lines that are compressed alone, and joined to a file that every gzip reads."""

import gzip
import zlib

import numpy as np
import pytest

from framewright.tracks.curation.pieces import compress_line, joined_check, line_of, write_gzip


def lines(count: int) -> list[bytes]:
    rng = np.random.default_rng(count)
    return [b'{"x": "' + bytes(rng.integers(97, 101, int(size))) + b'"}\n' for size in rng.integers(0, 9000, count)]


@pytest.mark.parametrize("count", [0, 1, 2, 57])
def test_any_choice_of_lines_is_a_gzip_file_of_one_member(count, tmp_path):
    texts = lines(60)
    chosen = np.random.default_rng(1).permutation(60)[:count]
    made = [compress_line(texts[k]) for k in chosen]
    checks = np.array([check for _, check in made], np.uint32)
    lengths = np.array([len(texts[k]) for k in chosen], np.int64)
    write_gzip(tmp_path / "x.gz", [data for data, _ in made], checks, lengths)
    packed = (tmp_path / "x.gz").read_bytes()
    assert gzip.decompress(packed) == b"".join(texts[k] for k in chosen)
    reader = zlib.decompressobj(wbits=31)
    reader.decompress(packed)
    assert reader.eof and not reader.unused_data
    assert all(line_of(data) == texts[k] for (data, _), k in zip(made, chosen, strict=True))


def test_checks_join_over_more_than_4_gigabytes():
    assert joined_check(np.array([5], np.uint32), np.array([3])) == 5
    zeros = zlib.crc32(bytes(1 << 20))
    whole = 0
    for _ in range(64):
        whole = zlib.crc32(bytes(1 << 20), whole)
    assert joined_check(np.full(64, zeros, np.uint32), np.full(64, 1 << 20)) == whole
    assert joined_check(np.array([1, 2], np.uint32), np.array([1, 1 << 40])) != 3
