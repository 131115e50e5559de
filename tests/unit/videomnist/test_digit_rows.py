"""Moving digits and converted films stand in rows; a file that no row names is refused."""

import pytest

from framewright.errors import UserError
from framewright.study.funnel import Item
from framewright.study.rows import read_rows, write_rows
from framewright.videomnist.dataset import MovingDigits, require_served
from framewright.videomnist.outcomes import list_film_rows
from framewright.videomnist.row_columns import COLUMNS, CONVERTED, DIGITS


def test_converted_films_have_rows_and_those_that_could_not_be_used_a_reason(tmp_path):
    items = [Item("films", "", "a.mp4"), Item("films", "", "b.mp4", "unusable", "damaged")]
    assert write_rows(tmp_path / "all.parquet", COLUMNS, list_film_rows({"train-3": items}), {}) == 1
    rows = read_rows([tmp_path / "all.parquet"], ["item", "path", "state", "split"], kept=False).to_pylist()
    assert [(row["item"], row["state"]) for row in rows] == [
        *(("converted train-3 a.mp4", "kept"), ("converted train-3 b.mp4", "unusable")),
    ]
    assert {(row["path"], row["split"]) for row in rows} == {(CONVERTED, "train")}


def test_a_file_of_an_earlier_configuration_is_served_no_more(tmp_path):
    (tmp_path / "rows").mkdir()
    rows = [{"video": "", "item": "train-000000", "state": "kept", "path": DIGITS, "split": "train"}]
    write_rows(tmp_path / "rows/all.parquet", COLUMNS, rows, {})
    for name in (CONVERTED, "converted-videogpt.h5"):
        with pytest.raises(UserError, match="no row of its study names it"):
            MovingDigits(tmp_path / name)


def test_the_clips_of_a_model_are_in_no_rows_and_open(tmp_path):
    (tmp_path / "rows").mkdir()
    write_rows(tmp_path / "rows/all.parquet", COLUMNS, [], {})
    (tmp_path / "models").mkdir()
    require_served(tmp_path / "models/clips.h5")
    with pytest.raises(UserError, match="no row of its study names it"):
        require_served(tmp_path / "clips.h5")
