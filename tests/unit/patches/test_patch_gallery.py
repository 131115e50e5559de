import numpy as np

from framewright.patches.attempts import POSTERS, Attempt, name_attempt, write_attempts
from framewright.patches.gallery import GALLERY, choose_patches, list_items
from framewright.patches.row_columns import COLUMNS
from framewright.report.gallery.posters import encode_poster, list_posters, read_all_posters, write_posters
from framewright.study.rows import write_rows

TRIED = [
    Attempt("general", 0, 0, "43/24", "scene"),
    Attempt("general", 0, 1, "5/2", ""),
    Attempt("toon", 3, 0, "7", "flat"),
]
SCORES = dict.fromkeys([name for name in COLUMNS if name.startswith("window_")], 0.5)


def row(video: str) -> dict:
    known = {"category": "general", "index": 0, "attempt": 1, "seconds": 2.5, "format": "small_540", "split": "train"}
    place = {"gt": "U/GT/a.png", "lr_5frames": "U/LR_5frames/a.png"}
    return (
        {"video": video, "item": f"general/{video}", "state": "kept", "path": "dataset/U/GT/a.png"}
        | known
        | place
        | SCORES
    )


def test_patches_and_rejected_places_of_films_that_may_be_shown_are_there(tmp_path):
    write_rows(tmp_path / "rows.parquet", COLUMNS, [row("film"), row("secret")], {})
    (tmp_path / "0").mkdir()
    write_attempts(tmp_path / "0/attempts.tsv", TRIED)
    grey = encode_poster(np.full((9, 16, 3), 99, np.uint8))
    write_posters(tmp_path / "0" / POSTERS, {name_attempt("film", TRIED[1]): grey})

    items = list_items([tmp_path / "rows.parquet"], [("film", tmp_path / "0")], {"film"})
    assert [(item["id"], item["reason"], item["seconds"]) for item in items] == [
        ("film general 0 1", "", 2.5),
        ("film general 0 0", "scene", 1.79),
        ("film toon 3 0", "flat", 7.0),
    ]
    assert items[0]["small"] == "dataset/U/LR_5frames/a.png"
    assert all({field.name for field in GALLERY.fields} <= item.keys() for item in items)
    posters = list(list_posters(items, read_all_posters([tmp_path / "0" / POSTERS])))
    assert posters[0].shape == (9, 16, 3) and posters[1:] == [None, None]
    assert len(choose_patches(items, 2, seed=0)) == 2
