"""Each moving digit of the gallery plays, under the number that its file knows it by."""

import h5py
import numpy as np
import pytest
from documented import write_digits

from framewright.report.gallery.write import write_gallery
from framewright.study.rows import write_rows
from framewright.video.stream import open_video
from framewright.videomnist.gallery import GALLERY, list_generated, list_items, write_films, write_generated_films
from framewright.videomnist.row_columns import COLUMNS, DIGITS


def row(split: str, place: int) -> dict:
    measured = {"speed": 2.5, "margin": 3, "ink": 0.987654, "mean_step": None, "motion": "bounce"}
    known = {"video": "", "item": f"{split} {place}", "state": "kept", "path": DIGITS, "split": split}
    return dict.fromkeys(COLUMNS) | known | measured | {"place": place, "digit": place % 10}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits") / "videomnist"
    write_digits(folder)
    film = row("train", 0) | {"item": "film", "path": "converted.h5"}
    rows = [film, *(row(split, place) for split in ("train", "test") for place in range(10))]
    write_rows(folder / "rows.parquet", COLUMNS, rows, {})
    return folder


def test_every_digit_has_a_film_of_its_frames(study):
    items = list_items([study / "rows.parquet"], 100, seed=0)
    assert len(items) == 20 and all({field.name for field in GALLERY.fields} <= item.keys() for item in items)
    assert (items[0]["id"], items[0]["ink"], items[0]["mean_step"]) == ("test-00000", 0.988, None)

    (study / "gallery").mkdir()
    films = write_films(study / "gallery", study / "videomnist.h5", items, rate=10)
    assert write_gallery(study / "gallery", GALLERY, items, films) == 20
    chosen = next(item for item in items if item["id"] == "test-00007")
    with h5py.File(study / "videomnist.h5") as file, open_video(study / chosen["film"]) as video:
        stored = file["test_data"][7 * 16 : 8 * 16].astype(int)
        shown = np.stack([frame.rgb[::2, ::2, 0] for frame in video.frames()]).astype(int)
    assert shown.shape == stored.shape
    assert np.abs(shown - stored).mean() < 5


def test_of_many_digits_each_has_its_share(study):
    items = list_items([study / "rows.parquet"], 10, seed=0)
    assert sorted(item["digit"] for item in items) == [str(digit) for digit in range(10)]


def test_generated_digits_stand_beside_those_of_the_dataset(tmp_path):
    videos = np.random.default_rng(0).integers(0, 256, (3, 16, 32, 32), np.uint8)
    np.savez_compressed(tmp_path / "samples.npz", videos=videos, labels=np.array([7, 0, -1]))
    items = list_generated(tmp_path / "samples.npz")
    assert [(item["id"], item["digit"], item["origin"]) for item in items] == [
        ("generated-00000", "7", "generated"),
        ("generated-00001", "0", "generated"),
        ("generated-00002", "any", "generated"),
    ]
    assert all({field.name for field in GALLERY.fields} <= item.keys() for item in items)
    assert {item["split"] for item in items} == {"none"}
    (tmp_path / "gallery").mkdir()
    films = write_generated_films(tmp_path / "gallery", tmp_path / "samples.npz", rate=10)
    assert write_gallery(tmp_path / "gallery", GALLERY, items, films) == 3
    with open_video(tmp_path / items[1]["film"]) as video:
        assert len(list(video.frames())) == 16
