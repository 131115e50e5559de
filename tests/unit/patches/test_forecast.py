"""What a run will take is said before it starts."""

import json
from pathlib import Path

import pytest

from framewright.patches.forecast import count_frames, count_pixels, estimate_bytes, forecast
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
    films = {"one": {"general": 9000, "space": 12000}, "two": {"toon": 9000}, "three": {}}
    general, space, toon, total, hours = forecast(films, CATEGORIES, 4, dict.fromkeys(films, 10**6))
    assert general.split()[:5] == ["general", "9,000", "patches", "27,000", "images"]
    assert space.split()[:5] == ["space", "12,000", "patches", "36,000", "images"]
    assert toon.split()[1] == "9,000" and total.split()[:5] == ["all", "30,000", "patches", "90,000", "images"]
    size = sum(estimate_bytes(CATEGORIES)[name] * count for own in films.values() for name, count in own.items())
    assert f"{size / 1e9:,.1f} GB, 2 films" in total
    alone, together = (float(word) for word in hours.replace(",", "").split() if word[0].isdigit() and "." in word)
    assert alone / together == pytest.approx(4, rel=0.05) and "the 4 that" in hours


def test_short_films_are_said_to_give_less_of_all_alike(tmp_path):
    films = {"short": {"general": 18, "space": 24, "toon": 18}, "long": {"toon": 60}, "unprobed": {"toon": 6}}
    lines = forecast(films, CATEGORIES, 1, {"short": 18 * 7 + 6, "long": 60 * 7})
    assert "6 patches" in lines[0] and "12 fewer than wanted" in lines[0]
    assert lines[4] == "short is too short for 60 windows and gives 18, all shares alike: 6 general, 7 space, 5 toon"
    broken = forecast({"broken": {"toon": 6}}, CATEGORIES, 1, {"broken": 0})
    assert "broken can't be used, or has no seven frames: none of its 6 windows" in broken
    assert lines[5].startswith("1 of 3 films are not probed yet")
    record = {"video": "a", "status": "ok", "frames": 250, "duration": 10.0, "use": [5.0, 10.0]}
    (tmp_path / "a.json").write_text(json.dumps(record))
    (tmp_path / "b.json").write_text(json.dumps({"video": "b", "status": "rejected", "reason": "no"}))
    probes = {name: str(tmp_path / f"{name}.json") for name in "abc"}
    assert count_frames(probes) == {"a": 125, "b": 0}


def test_the_documented_dataset_is_of_the_documented_size():
    counts = {"general": 80_000, "space": 55_000, "toon": 30_000}
    size = sum(estimate_bytes(CATEGORIES)[name] * count for name, count in counts.items()) / 1e9
    assert 300 < size < 450  # 146, 195 and 35 GB were claimed, which is 376
