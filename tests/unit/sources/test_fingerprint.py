"""A fingerprint tells other bytes from the same ones, and costs 1 MB of reading at any size."""

import os
from pathlib import Path

import pytest

from framewright.sources import fingerprint as module
from framewright.sources.fingerprint import BLOCK, BLOCKS, take_fingerprint

SIZE = 40 * BLOCK


@pytest.fixture
def film(tmp_path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * (SIZE // 256))
    return path


def change(path: Path, place: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(b"\xff\xfe")


@pytest.mark.parametrize("place", [0, 5, SIZE - 2, (SIZE - BLOCK) // (BLOCKS - 1) + 7])
def test_a_changed_byte_in_a_sampled_block_is_seen(film, place):
    before = take_fingerprint(film)
    change(film, place)
    assert take_fingerprint(film) != before


def test_another_size_is_seen(film):
    before = take_fingerprint(film)
    with film.open("ab") as file:
        file.write(b"\0")
    assert take_fingerprint(film) != before


def test_an_edit_of_equal_size_between_the_blocks_is_missed_as_the_documents_say(film):
    before = take_fingerprint(film)
    change(film, BLOCK + 100)
    assert take_fingerprint(film) == before


def test_touching_moving_and_copying_change_nothing(film, tmp_path):
    before = take_fingerprint(film)
    os.utime(film)
    assert take_fingerprint(film) == before
    film.rename(tmp_path / "other.mp4")
    assert take_fingerprint(tmp_path / "other.mp4") == before


def test_a_film_is_read_once_while_nobody_touches_it(film, tmp_path, monkeypatch):
    notes = str(tmp_path / "notes.tsv")
    first = take_fingerprint(film, notes)
    monkeypatch.setattr(module, "_of_file", lambda path, size: "read again")
    assert take_fingerprint(film, notes) == first
    module._known.cache_clear()
    assert take_fingerprint(film, notes) == first
    os.utime(film)
    assert take_fingerprint(film, notes) == "read again"


def test_no_more_than_a_megabyte_is_read(tmp_path):
    path = tmp_path / "long.mp4"
    with path.open("wb") as file:
        file.truncate(10**9)
    starts = module._starts(10**9)
    assert (len(starts), starts[0], starts[-1]) == (BLOCKS, 0, 10**9 - BLOCK)
    assert take_fingerprint(path).startswith("1000000000-")


def test_a_folder_is_its_files(tmp_path):
    folder = tmp_path / "walk"
    (folder / "img1").mkdir(parents=True)
    for number in range(40):
        (folder / f"img1/{number}.jpg").write_bytes(bytes([number]))
    (folder / "seqinfo.ini").write_text("[Sequence]")
    before = take_fingerprint(folder)
    (folder / "seqinfo.ini").write_text("[sequence]")
    assert take_fingerprint(folder) != before
    (folder / "seqinfo.ini").write_text("[Sequence]")
    assert take_fingerprint(folder) == before
    (folder / "img1/41.jpg").write_bytes(b"x")
    assert take_fingerprint(folder) != before


def test_what_is_not_there_has_none(tmp_path):
    assert take_fingerprint(tmp_path / "nothing") == ""


def test_every_film_is_noted_and_the_folder_of_the_notes_is_made_once(tmp_path):
    notes = tmp_path / "a/b/notes.tsv"
    for name in ("one.mp4", "two.mp4"):
        (tmp_path / name).write_bytes(name.encode() * 1000)
        take_fingerprint(tmp_path / name, notes)
    assert [line.split("\t")[0] for line in notes.read_text().splitlines()] == [
        str(tmp_path / name) for name in ("one.mp4", "two.mp4")
    ]
