"""Rows of patches say what patches are, and what people see of them."""

from pathlib import Path

import numpy as np
import pytest
from make_patches import plan, row, write_files

from framewright.patches import bucket, card, preview, rows
from framewright.patches.row_columns import COLUMNS
from framewright.report.picture import write_png
from framewright.study.declared import Declared
from framewright.study.rows import COMMON, write_rows


@pytest.fixture
def served(tmp_path) -> Path:
    """Rows of three patches of two films, of which one may not be used for training."""
    made = [rows.make_row(row("b", 1)), rows.make_row(row("a", 2)), rows.make_row(row("kept-out", 0))]
    declared = {name: Declared(name, training=name != "kept-out") for name in ("a", "b", "kept-out")}
    write_rows(tmp_path / "0-of-1.parquet", COLUMNS, made, declared)
    return tmp_path / "0-of-1.parquet"


def test_a_row_has_every_column_and_is_its_patch(served):
    made = rows.make_row(row("a", 2))
    assert {*COLUMNS} <= {*made, *COMMON}
    assert rows.as_patch(made) == row("a", 2)
    assert list(rows.read_patch_rows([served])) == [row("a", 2), row("b", 1)]  # by film, and served alone


def test_the_index_has_the_cards_columns(served):
    found = list(card.list_index_rows([served]))
    assert len(found) == 2 and all({*card.DATASET.columns} <= {*one} for one in found)
    assert found[0]["colour"] == row("a", 2).chain


def test_accounts_are_plain_values_of_the_plans():
    made = plan("a", {"general": 3})
    [account] = bucket.list_accounts([made])
    assert bucket.FilmAccount(**account) == bucket.FilmAccount("a", {"general": 3}, True)
    assert list(bucket.list_rows([])) == []


def test_a_sheet_shows_pairs_and_there_is_none_without(tmp_path):
    patches = [row("a", number) for number in range(2)]
    for patch in patches:
        write_files(tmp_path, patch)
    sheet = preview.draw_pairs(tmp_path, patches)
    assert sheet.shape[1:] == (1920, 3) and sheet.dtype == np.uint8 and sheet.std() > 1
    assert preview.draw_pairs(tmp_path, []) is None


def test_rejected_windows_are_shown_under_their_reasons(tmp_path):
    folder = tmp_path / "a/0/rejects"
    folder.mkdir(parents=True)
    write_png(folder / "dark-0.png", np.full((40, 280, 3), 30, np.uint8))
    assert preview.draw_rejects([tmp_path / "a/0"]).shape[1] == 1920
    assert preview.draw_rejects([tmp_path / "b"]) is None and preview.draw_bright([]) is None
