"""The galleries of digits and clips, made of their rows, play in a real browser."""

import pytest
from documented import write_digits, write_trajectories

from framewright.persistence import gallery as clips_gallery
from framewright.persistence.row_columns import COLUMNS as CLIP_COLUMNS
from framewright.persistence.rows import list_rows
from framewright.persistence.store import Clips
from framewright.report.gallery.write import write_gallery
from framewright.study.rows import write_rows
from framewright.videomnist import gallery as digits_gallery
from framewright.videomnist.row_columns import COLUMNS as DIGIT_COLUMNS
from framewright.videomnist.row_columns import DIGITS


def make_digits(folder):
    write_digits(folder)
    known = {"video": "", "state": "kept", "path": DIGITS, "split": "train", "motion": "bounce", "speed": 2.5}
    rows = [
        dict.fromkeys(DIGIT_COLUMNS) | known | {"item": f"train {place}", "place": place, "digit": place}
        for place in range(10)
    ]
    write_rows(folder / "rows.parquet", DIGIT_COLUMNS, rows, {})
    items = digits_gallery.list_items([folder / "rows.parquet"], 10, seed=0)
    (folder / "gallery").mkdir()
    films = digits_gallery.write_films(folder / "gallery", folder / "videomnist.h5", items, rate=10)
    return write_gallery(folder / "gallery", digits_gallery.GALLERY, items, films)


def make_clips(folder):
    write_trajectories(folder)
    arms = {"default": Clips(folder / "dataset", "augmented_traj")}
    rows = list_rows({name: (f"{name}/", clips) for name, clips in arms.items()})
    write_rows(folder / "rows.parquet", CLIP_COLUMNS, rows, {})
    items = clips_gallery.list_items([folder / "rows.parquet"], 20, seed=0)
    (folder / "gallery").mkdir()
    return write_gallery(
        folder / "gallery", clips_gallery.GALLERY, items, clips_gallery.write_films(folder / "gallery", arms, items)
    )


@pytest.mark.parametrize("make", [make_digits, make_clips])
def test_an_item_plays_under_the_pointer_and_enlarged(visit, tmp_path, make):
    count = make(tmp_path / "made")
    visited = visit(tmp_path / "made/gallery/index.html")
    page = visited.page
    page.wait_for_selector(".card")
    assert page.locator(".card").count() == count
    page.locator(".card .picture").first.hover()
    page.wait_for_function("document.querySelector('.card video')?.currentTime > 0", timeout=20_000)
    page.locator(".card .picture").first.click()
    page.wait_for_function("document.querySelector('dialog video')?.currentTime > 0", timeout=20_000)
    assert (visited.errors, visited.requests) == ([], [])
