from collections import Counter, namedtuple
from pathlib import Path

import numpy as np
import pytest

from framewright.patches import formats
from framewright.patches.allotment import Limits, allot, name_parts, shrink_counts
from framewright.patches.plan import Part, Window, choose_next_place, plan
from framewright.patches.settings import choose_splits, count_windows, read_categories
from framewright.patches.splits import choose_split
from framewright.study import config

Row = namedtuple("Row", "split group")
ROOT = Path(__file__).parents[3]
SETTINGS = config.complete({}, ROOT / "config/schemas")[0]["patches"]
CATEGORIES = read_categories(SETTINGS)


@pytest.mark.parametrize(
    ("name", "width", "height", "folder", "suffix"),
    [
        ("small_540", 540, 540, "Patches", ""),
        ("medium_169", 720, 405, "Patches_Medium169", "_med169"),
        ("large_720", 720, 720, "Patches_Large", "_large"),
        ("xlarge_1440", 1440, 810, "Patches_XLarge169", "_xl169"),
        ("fullhd_1920", 1920, 1080, "Patches_FullHD", "_fullhd"),
    ],
)
def test_formats_are_as_documented_width_before_height(name, width, height, folder, suffix):
    own = next(own for category in CATEGORIES.values() for own in category.formats if own.name == name)
    assert (own.width, own.height, own.folder, own.suffix) == (width, height, folder, suffix)
    assert own.width % formats.SCALE == own.height % formats.SCALE == 0


def test_distributions_are_as_documented():
    used = {name: {own.name: share for own, share in category.shares if share} for name, category in CATEGORIES.items()}
    assert used == {
        "general": {"small_540": 0.45, "medium_169": 0.35, "large_720": 0.2},
        "space": {"small_540": 0.3, "xlarge_1440": 0.45, "fullhd_1920": 0.25},
        "toon": {"small_540": 0.65, "medium_169": 0.35},
    }


def test_documented_folders_are_there_even_where_a_share_is_nothing():
    folders = formats.list_folders(CATEGORIES, [])
    assert "Universal/Mastermodell/Learn/Patches_FullHD" in folders
    assert "Universal/Mastermodell/Learn/Patches_XLarge169" in folders
    assert formats.list_by_hand(CATEGORIES, [])[1] == "Space/SpaceModel/Learn/Val/GT"


def test_weights_weigh():
    counts = count_windows(SETTINGS, {"avatar": {"general": 0.3, "space": 0.4, "toon": 0.3}})
    assert counts == {"avatar": {"general": 900, "space": 1200, "toon": 900}}


def test_another_film_changes_nothing_for_the_first():
    one = count_windows(SETTINGS, {"a": {"general": 0.7}})
    both = count_windows(SETTINGS, {"b": {"general": 1.0}, "a": {"general": 0.7}})
    assert one["a"] == both["a"]


def test_a_target_cuts_all_films_alike():
    films = {f"film{k}": {"general": 1.0, "toon": 0.5} for k in range(116)}
    general = SETTINGS["categories"]["general"] | {"target": 80000}
    settings = SETTINGS | {"categories": SETTINGS["categories"] | {"general": general}}
    counts = count_windows(settings, films)
    assert sum(own["general"] for own in counts.values()) == 80000
    assert {own["general"] for own in counts.values()} == {689, 690}
    assert {own["toon"] for own in counts.values()} == {1500}


def test_the_disk_is_never_overdrawn():
    limits = Limits(3000, dict.fromkeys(CATEGORIES), 1.5e9, dict.fromkeys(CATEGORIES, 1e6))
    counts = allot({"a": {"general": 1.0}, "b": {"toon": 1.0}}, limits)
    total = sum(count for film in counts.values() for count in film.values())
    assert 1498 <= total <= 1500


def test_names_differ_where_titles_differ_only_in_punctuation():
    assert formats.name_patch("Star_Wars", 7, "_xl169") == "patch_Star_Wars_idx7_xl169.png"
    assert formats.name_patch("a-b", 0, "") != formats.name_patch("a_b", 0, "")


def test_held_out_films_follow_their_names_alone():
    names = [f"film{k}" for k in range(1000)]
    held = {name for name in names if choose_split(name, None, None, 0.1) == "val"}
    assert 60 < len(held) < 140
    assert held < {name for name in names if choose_split(name, None, None, 0.2) == "val"}
    assert choose_split("film1", "test", None, 0) == "test"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"categories": {"a": {"path": "A", "formats": {"small_540": 0.5}}}},
            "config: patches.categories.a.formats: the shares sum to 0.5; they must sum to 1",
        ),
        (
            {"categories": {"a": {"path": "A", "formats": {"tiny": 1}}}},
            "config: patches.categories.a.formats.tiny: no such format; known: "
            "small_540, medium_169, large_720, xlarge_1440, fullhd_1920",
        ),
        (
            {"categories": {k: {"path": "A", "formats": {"small_540": 1}} for k in "ab"}},
            "config: patches.categories.b.path = A: lies within that of a, or around it",
        ),
        (
            {"formats": {"small_540": {"width": 541, "height": 540, "folder": "P"}}},
            "config: patches.formats.small_540.width = 541: 541 is not a multiple of 3",
        ),
    ],
    ids=["shares that don't sum to 1", "an unknown format", "one folder for two", "no third of a pixel"],
)
def test_contradictions_are_said(change, line):
    assert line in config.complete({"patches": change}, ROOT / "config/schemas")[1]


def test_a_fourth_category_needs_no_code():
    own = {"path": "Other/Model", "formats": {"small_540": 1}}
    categories = SETTINGS["categories"] | {"other": own}
    completed, said = config.complete({"patches": {"categories": categories}}, ROOT / "config/schemas")
    assert said == []
    assert read_categories(completed["patches"])["other"].root == "Other/Model/Learn"


def test_editions_of_one_film_are_in_one_split():
    for group in map(str, range(50)):
        assert len({choose_split(name, None, group, 0.5) for name in ("cut", "restored", "extended")}) == 1
    rows = {name: Row(None, "nosferatu") for name in ("one", "two")} | {"three": Row("test", "nosferatu")}
    assert set(choose_splits(SETTINGS, rows).values()) == {"test"}


# ---- windows ---------------------------------------------------------------------------------------------------------


def frames_of(parts: list[Part]) -> list[int]:
    return [frame for part in parts for own in part.windows for frame in range(own.first, own.first + 7)]


@pytest.mark.parametrize("frames", [7, 70, 132, 1000, 260_000])
def test_windows_share_no_frame_and_lie_in_their_part(frames):
    parts, lost = plan({"general": 30, "space": 40, "toon": 30}, frames, 50, 0, "film")
    taken = frames_of(parts)
    assert len(taken) == len(set(taken)) == 7 * (100 - len(lost))
    assert len(lost) == max(0, 100 - frames // 7)
    assert len(parts) == 2
    for part in parts:
        assert all(part.start <= own.first and own.first + 7 <= part.end for own in part.windows)


@pytest.mark.parametrize("room", [0, 1, 3, 7, 18, 41, 59, 60])
def test_a_short_film_starves_no_category(room):
    counts = {"general": 18, "space": 24, "toon": 18}
    shrunk = shrink_counts(counts, room)
    assert sum(shrunk.values()) == room
    assert all(abs(shrunk[name] - count * room / 60) < 1 for name, count in counts.items())
    parts, lost = plan(counts, 7 * room + 3, 25, 0, "film")
    assert Counter(own.category for part in parts for own in part.windows) == Counter(shrunk)
    assert len(lost) == 60 - room


def test_windows_and_categories_are_spread_over_the_film():
    parts, _ = plan({"general": 900, "space": 1200, "toon": 900}, 200_000, 50, 0, "film")
    windows = [own for part in parts for own in part.windows]
    for tenth in range(10):
        here = Counter(own.category for own in windows if own.first * 10 // 200_000 == tenth)
        assert here["general"] == pytest.approx(90, abs=2)
        assert here["space"] == pytest.approx(120, abs=2)


def test_the_number_of_parts_is_known_before_the_film_is():
    counts = {"general": 30, "toon": 21}
    for frames in (0, 5, 100, 10_000):
        assert len(plan(counts, frames, 25, 0, "film")[0]) == len(name_parts(counts, 25)) == 3


def test_another_seed_gives_other_places_and_the_same_seed_the_same():
    first, again, other = (plan({"general": 20}, 5000, 50, seed, "film")[0] for seed in (0, 0, 1))
    assert first == again != other


def test_a_retry_finds_the_free_place_nearest_to_where_it_should_be_and_none_when_all_is_taken():
    part, window = Part(100, 200, ()), Window("general", 0, 110)
    taken = np.ones(100, bool)
    assert choose_next_place(part, taken, window, 1, 24, 0, "film") == -1
    taken[40:47] = False
    assert choose_next_place(part, taken, window, 1, 24, 0, "film") == 140
    taken[:] = False
    place = choose_next_place(part, taken, window, 1, 24, 0, "film")
    assert 110 + 12 <= place <= 110 + 36
    assert place == choose_next_place(part, taken, window, 1, 24, 0, "film")
