"""What a run will take is said before it starts."""

from pathlib import Path

import pytest

from framewright.patches.forecast import count_pixels, estimate_bytes, forecast
from framewright.patches.settings import read_categories
from framewright.study import config

SETTINGS = config.complete({}, Path(__file__).parents[3] / "config/schemas")[0]["patches"]
CATEGORIES = read_categories(SETTINGS)
FILES = 1 + 12 / 9  # pixels of a patch's files for each sharp one: itself, and twelve small copies of a ninth


def test_all_files_of_a_patch_are_counted():
    assert count_pixels(CATEGORIES["toon"]) == pytest.approx(FILES * 540 * 540)  # both of its formats have as many
    sharp = 0.3 * 540 * 540 + 0.45 * 1440 * 810 + 0.25 * 1920 * 1080
    assert count_pixels(CATEGORIES["space"]) == pytest.approx(FILES * sharp)


def test_patches_images_disk_and_hours_are_said_for_the_cores_of_the_run():
    films = [{"general": 9000, "space": 12000}, {"toon": 9000}, {}]
    general, space, toon, total, hours = forecast(films, CATEGORIES, 4)
    assert general.split()[:5] == ["general", "9,000", "patches", "27,000", "images"]
    assert space.split()[:5] == ["space", "12,000", "patches", "36,000", "images"]
    assert toon.split()[1] == "9,000" and total.split()[:5] == ["all", "30,000", "patches", "90,000", "images"]
    size = sum(estimate_bytes(CATEGORIES)[name] * count for own in films for name, count in own.items())
    assert f"{size / 1e9:,.1f} GB, 2 films" in total
    alone, together = (float(word) for word in hours.replace(",", "").split() if word[0].isdigit() and "." in word)
    assert alone / together == pytest.approx(4, rel=0.05) and "the 4 that" in hours


def test_the_documented_dataset_is_of_the_documented_size():
    counts = {"general": 80_000, "space": 55_000, "toon": 30_000}
    size = sum(estimate_bytes(CATEGORIES)[name] * count for name, count in counts.items()) / 1e9
    assert 300 < size < 450  # 146, 195 and 35 GB were claimed, which is 376
