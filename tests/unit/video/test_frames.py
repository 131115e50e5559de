"""How stored pictures become upright ones, what files look like from outside, hashes of pictures, and tensors."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from make_video import make_video

from framewright.video.dolby import read_dolby_vision_profile
from framewright.video.file_type import is_text, is_video
from framewright.video.fingerprint import count_differing_bits, find_duplicates, hash_picture, parse_hashes
from framewright.video.frame import Shape
from framewright.video.reader import Reader
from framewright.video.stream import open_video
from framewright.video.tensors import in_range


def test_a_turned_picture_changes_its_sides_and_wide_pixels_lose_nothing():
    assert Shape((640, 360), rotation=90).displayed == (360, 640)
    assert Shape((720, 576), Fraction(16, 15)).displayed == (768, 576)
    assert Shape((720, 576), Fraction(1, 2)).displayed == (720, 1152)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_box_is_turned_back_to_where_its_pixels_are_stored(rotation, mirrored):
    shape = Shape((8, 6), rotation=rotation, mirrored=mirrored)
    stored = np.arange(48, dtype=np.uint8).reshape(6, 8)
    upright = shape.turn(stored)
    x1, y1, x2, y2 = shape.unturn((1, 2, 4, 5))
    assert sorted(stored[y1:y2, x1:x2].ravel()) == sorted(upright[2:5, 1:4].ravel())


def test_a_pass_starts_at_the_key_frame_before_its_target(tmp_path):
    path = make_video(tmp_path / "a.mp4", range(40), size=(64, 48), rate=20)
    reader = Reader(path)
    times = [picture.pts * picture.time_base for _, picture in reader.pictures(Fraction(1))]
    reader.close()
    assert times[0] <= 1 <= times[-1] and times == sorted(times)


@pytest.mark.parametrize(
    ("head", "video", "text"),
    [
        pytest.param(b"\0\0\0\x20ftypisom", True, False, id="mp4"),
        pytest.param(b"\0\0\0\x20ftypheic", False, False, id="a photograph"),
        pytest.param(b"\x1a\x45\xdf\xa3....", True, False, id="webm"),
        pytest.param(b"RIFF\0\0\1\0AVI LIST", True, False, id="avi"),
        pytest.param(b"RIFF....WAVEfmt ", False, True, id="wav"),
        pytest.param(b"<!doctype html><html>", False, True, id="a page"),
        pytest.param(b"", False, False, id="nothing"),
        pytest.param((b"G" + bytes(187)) * 3, True, False, id="transport stream"),
    ],
)
def test_a_file_is_told_by_its_first_bytes(head, video, text):
    assert is_video(head) is video and is_text(head) is text


def test_a_plain_file_names_no_dolby_vision(tmp_path):
    assert read_dolby_vision_profile(make_video(tmp_path / "a.mp4", range(5), size=(64, 48))) is None


def test_a_hash_survives_size_and_brightness_and_tells_pictures_apart():
    rng = np.random.default_rng(0)
    coarse = rng.integers(40, 200, (9, 9)).astype(np.uint8)
    picture = np.kron(coarse, np.ones((20, 20), np.uint8))
    other = np.kron(rng.integers(40, 200, (9, 9)).astype(np.uint8), np.ones((20, 20), np.uint8))
    hashes = parse_hashes([hash_picture(picture + 20), hash_picture(picture[::2, ::2]), hash_picture(other)])
    near, half, far = count_differing_bits(hash_picture(picture), hashes)
    assert near <= 2 and half <= 6 and far > 16


def test_films_that_share_windows_are_a_pair():
    a = [f"{k:016x}" for k in (0x0123456789ABCDEF, 0xFEDCBA9876543210, 0x0F0F0F0F0F0F0F0F, 0x00FF00FF00FF00FF)]
    assert ("a", "b") in find_duplicates({"a": a, "b": a, "c": [f"{0x5555AAAA5555AAAA:016x}"] * 4})
    assert not find_duplicates({"a": a, "c": [f"{0x5555AAAA5555AAAA:016x}"] * 4})


def test_pixels_fill_the_range_asked_for():
    pixels = torch.tensor([0, 51, 255], dtype=torch.uint8)
    assert in_range(pixels, None) is pixels
    assert torch.allclose(in_range(pixels, (0, 1)), torch.tensor([0, 0.2, 1]))
    assert torch.allclose(in_range(pixels, (-1, 3)), torch.tensor([-1.0, -0.2, 3]))


@pytest.mark.parametrize("box", [(0, 0, 30, 20), (97, 61, 140, 91), (133, 50, 200, 112)])
def test_a_part_of_a_frame_has_the_size_of_its_box_and_is_that_part(tmp_path, box):
    with open_video(make_video(tmp_path / "a.mp4", range(1), size=(320, 180))) as video:
        seen = next(iter(video.frames()))
        height, width = seen.rgb.shape[:2]
        x1, y1, x2, y2 = (min(side, bound) for side, bound in zip(box, (width, height) * 2, strict=True))
        part = seen.rgb_part((x1, y1, x2, y2))
        assert part.shape == (y2 - y1, x2 - x1, 3)
        assert np.array_equal(part, seen.rgb_part((0, 0, width, height))[y1:y2, x1:x2])
