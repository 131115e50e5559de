"""Samples in the gallery: as many of each label, each with the place in the picture that it is about."""

import numpy as np
import pandas as pd
import pytest

from framewright.flexpatch.gallery import GALLERY, list_items
from framewright.flexpatch.posters import choose_posters, crop_sample
from framewright.flexpatch.row_columns import COLUMNS
from framewright.flexpatch.rows import ROW_COLUMNS, STATE
from framewright.report.gallery.posters import decode_poster, list_posters, read_all_posters, write_posters
from framewright.study.rows import write_rows


def test_rare_labels_are_seen_whole():
    samples = pd.DataFrame({"frame": range(1000), "track": 1, "iou_label": ["low"] * 990 + ["high"] * 10})
    chosen = choose_posters("street", samples)
    assert len(chosen) == 300 and {f"street-{frame}-1" for frame in range(990, 1000)} <= chosen


@pytest.mark.parametrize(
    ("box", "size"),
    [
        pytest.param((20, 20, 40, 30), (40, 20), id="inside"),
        pytest.param((-10, 0, 10, 10), (40, 20), id="across the border"),
        pytest.param((500, 500, 520, 510), (40, 20), id="outside"),
        pytest.param((20, 20, 20, 20), (2, 2), id="of no size"),
    ],
)
def test_a_poster_shows_the_box_and_as_much_around_it(box, size):
    picture = np.full((90, 160, 3), 200, np.uint8)
    shown = decode_poster(crop_sample(picture, box))
    assert shown.shape == (size[1], size[0], 3)
    assert (shown.mean() > 50) == (box[0] < 160)


def test_samples_with_a_poster_are_there_with_their_features(tmp_path):
    known = {name: 0 if column.kind != "text" else "" for name, column in COLUMNS.items() if name != "state"}
    rows = [
        known | {"video": "street", "frame": 3, "track": track, "iou_label": "high", "ncc": 0.25, STATE: "gone"}
        | {"item": f"3-{track}", "state": "kept"}
        for track in (1, 2)
    ]  # fmt: skip
    write_rows(tmp_path / "rows.parquet", ROW_COLUMNS, rows, {})
    write_posters(tmp_path / "street.npz", {"street-3-2": crop_sample(np.full((9, 16, 3), 99, np.uint8), (0, 0, 4, 4))})
    posters = read_all_posters([tmp_path / "street.npz"])
    (item,) = list_items([tmp_path / "rows.parquet"], posters)
    assert (item["id"], item["label"], item["object"], item["ncc"]) == ("street-3-2", "high", "gone", 0.25)
    assert {field.name for field in GALLERY.fields} <= item.keys()
    assert [poster.shape for poster in list_posters([item], posters)] == [(8, 8, 3)]
