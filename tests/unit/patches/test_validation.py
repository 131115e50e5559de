"""Pictures picked for validation: their small copies, and what gives them away as seen in training."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from make_film import texture
from make_patches import CATEGORIES, FRAME, SEEN, row

from framewright.patches.contract import check_dataset
from framewright.patches.dataset import PatchPairs
from framewright.patches.stack import encode_png
from framewright.patches.validation import find_faults, make_stacks
from framewright.video.fingerprint import find_duplicates, hash_picture

FRESH = texture(3, 96, 72)


def rgb(grey: np.ndarray) -> bytes:
    return encode_png(np.dstack([grey] * 3))


@pytest.fixture
def dataset(tmp_path) -> Path:
    for folder in ("Tiny/GT", "Val/GT"):
        (tmp_path / "G/Learn" / folder).mkdir(parents=True)
    (tmp_path / row("film").gt).write_bytes(rgb(SEEN))
    return tmp_path


def test_small_copies_are_made_and_load(dataset):
    (dataset / "G/Learn/Val/GT/mine.png").write_bytes(rgb(FRESH))
    assert list(find_faults(dataset, CATEGORIES, [row("film")])) == []
    for kind in ("LR", "LR_7frames"):
        assert make_stacks(dataset, CATEGORIES["general"], "bicubic", kind, dataset / "G/Learn/Val" / kind) == 1
    assert PatchPairs(dataset / "G/Learn/Val")[0]["lr_stack"].shape == (5, 3, 24, 32)
    assert PatchPairs(dataset / "G/Learn/Val", frames=7)[0]["lr_stack"].shape == (7, 3, 24, 32)


def worse(grey: np.ndarray) -> np.ndarray:
    """A near duplicate: darker, softer, with noise."""
    noise = np.random.default_rng(0).normal(0, 3, grey.shape)
    return np.clip(cv2.GaussianBlur(grey, (0, 0), 1) * 0.9 + noise, 0, 255).astype(np.uint8)


PICKED = {
    "a patch of training": (rgb(SEEN), "the same as G/Learn/Tiny/GT/film_0.png, of film at 0.12 s"),
    "a near duplicate of it": (rgb(worse(SEEN)), "the same as G/Learn/Tiny/GT/film_0.png"),
    "a frame that is trained with": (rgb(FRAME), "a frame that is trained with, of film at 0.12 s"),
    "another size": (rgb(texture(4, 90, 72)), "90x72; loaders want one size here, 96x72"),
    "no picture": (b"not a picture", "no PNG that can be read"),
}


@pytest.mark.parametrize(("content", "line"), PICKED.values(), ids=PICKED)
def test_leaks_and_what_cannot_be_used_get_a_line_each(dataset, content, line):
    (dataset / "G/Learn/Val/GT/fine.png").write_bytes(rgb(FRESH))
    (dataset / "G/Learn/Val/GT/mine.png").write_bytes(content)
    (said,) = find_faults(dataset, CATEGORIES, [row("film")])
    assert said.startswith("G/Learn/Val/GT/mine.png: ") and line in said


def test_what_is_held_out_may_be_picked(dataset):
    (dataset / "G/Learn/Val/GT/mine.png").write_bytes(rgb(SEEN))
    assert list(find_faults(dataset, CATEGORIES, [row("film", split="val")])) == []


def film(seed: int, windows: int = 20) -> list[np.ndarray]:
    return [texture(100 * seed + number, 160, 90) for number in range(windows)]


def test_films_that_show_the_same_are_found_and_others_are_not():
    one, copy = film(1), [worse(frame) for frame in film(1)[:8]] + film(2)
    found = find_duplicates(
        {
            "one": list(map(hash_picture, one)),
            "copy": list(map(hash_picture, copy)),
            "other": list(map(hash_picture, film(3))),
        }
    )
    assert list(found) == [("one", "copy")]
    assert 5 <= found["one", "copy"] <= 8


def test_one_film_under_two_names_must_be_in_one_split():
    def read_rows(video, split):
        return [row(video, number, split, frame=frame) for number, frame in enumerate(film(1))]

    def found(patches):
        return {own.name: own for own in check_dataset(Path("none"), patches, [], {}, None, CATEGORIES)}

    name = "films that are held out show nothing that is trained with"
    leak, same = (
        found(read_rows("a", "train") + read_rows("b", "val"))[name],
        found(read_rows("a", "train") + read_rows("b", "train"))[name],
    )
    assert not leak.ok and leak.detail == "a and b are alike in 20 windows"
    assert same.ok and same.detail == "a and b are alike in 20 windows"


def test_black_and_plain_pictures_make_no_two_films_the_same():
    ramp = np.tile(np.arange(96, dtype=np.uint8), (72, 1))
    plain = [hash_picture(picture) for picture in (np.zeros((72, 96), np.uint8), ramp, ramp[:, ::-1])] * 9
    assert find_duplicates({"one": plain, "two": plain}) == {}
