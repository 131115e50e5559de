import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from framewright.report.gallery.posters import encode_poster, write_posters
from framewright.report.gallery.write import write_gallery
from framewright.study.rows import write_rows
from framewright.tracks.gallery import GALLERY, choose_tracks, list_items, list_members, list_posters
from framewright.tracks.row_columns import COLUMNS


def row(video: str, item: str, state: str = "kept") -> dict:
    known = {"start": 1.0, "end": 4.5, "name": "car", "score": 0.8125, "quality": 0.5, "motion_q90": None}
    path = f"tracks_mp4/Streets/ab/{item}.mp4" if state == "kept" else ""
    return {"video": video, "item": item, "state": state, "path": path} | known


@pytest.fixture
def rows(tmp_path):
    parts = {"0-of-2": [row("alley", "t1"), row("alley", "t2", "short")], "1-of-2": [row("square", "t3")]}
    for name, part in parts.items():
        write_rows(tmp_path / f"{name}.parquet", COLUMNS, part, {})
    return sorted(tmp_path.glob("*-of-2.parquet"))


def test_what_was_dropped_is_as_browsable_as_what_was_kept(rows):
    chosen = choose_tracks(rows, {}, 10, seed=0)
    items = {item["id"]: item for item in list_items(rows, chosen, {"t3": "CB1"})}
    assert [items[name]["reason"] for name in ("t1", "t2", "t3")] == ["", "short", ""]
    assert (items["t1"]["clip"], items["t2"]["clip"]) == ("tracks_mp4/Streets/ab/t1.mp4", None)
    assert (items["t1"]["seconds"], items["t1"]["score"], items["t1"]["motion_q90"]) == (3.5, 0.812, None)
    assert (items["t3"]["subset"], items["t1"]["subset"]) == ("CB1", "")
    assert all({field.name for field in GALLERY.fields} <= item.keys() for item in items.values())


def test_a_track_is_named_by_the_first_subset_that_has_it(tmp_path):
    for name, tids in {"CB1": ["a"], "CB2": ["a", "b"]}.items():
        pq.write_table(pa.table({"track": tids, "video": tids}), tmp_path / f"{name}.parquet")
    assert list_members({name: tmp_path / f"{name}.parquet" for name in ("CB1", "CB2")}) == {"a": "CB1", "b": "CB2"}


def test_posters_are_those_of_the_tracks(rows, tmp_path):
    red = encode_poster(np.full((9, 16, 3), (250, 0, 0), np.uint8))
    write_posters(tmp_path / "alley.npz", {"t1": red})
    items = list(list_items(rows, choose_tracks(rows, {}, 10, seed=0), {}))
    posters = list(list_posters(items, {"alley": tmp_path / "alley.npz"}))
    assert posters[0].shape == (9, 16, 3) and posters[0][0, 0, 0] > 240
    assert posters[1:] == [None, None]
    (tmp_path / "gallery").mkdir()
    assert write_gallery(tmp_path / "gallery", GALLERY, items, posters) == 3
