"""Samples open in `datasets.load_dataset`, typed and split as the tree's training splits them."""

import pandas as pd
import pytest
from documented import write_tree
from loading import load

from framewright.flexpatch.dataset import load_samples
from framewright.flexpatch.row_columns import COLUMNS
from framewright.flexpatch.rows import ROW_COLUMNS
from framewright.flexpatch.tables import write_tables
from framewright.flexpatch.tree.options import Splitting
from framewright.study.rows import write_rows


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    write_tree(folder / "study")
    rows = [folder / "study/rows/0-of-1.parquet"]
    return folder, write_tables(folder / "tables", rows, Splitting(gap=1.0), {})


def test_both_tables_are_those_of_the_training(made):
    folder, counts = made
    opened = load(folder / "tables", folder / "cache")
    parts = dict(zip(("train", "test"), load_samples(folder / "study").split(Splitting(gap=1.0)), strict=True))
    assert counts == {name: len(part) for name, part in parts.items()} and min(counts.values()) > 0
    for name, part in parts.items():
        table = opened[name].to_pandas()
        features = opened[name].features
        for column in ("iou_label", "state"):
            table[column] = features[column].int2str(table[column].tolist())
        pd.testing.assert_frame_equal(table, part.table, check_dtype=False)


def test_columns_are_typed_and_labels_know_their_names(made):
    folder, _ = made
    features = load(folder / "tables", folder / "cache", split="train").features
    assert list(features) == list(COLUMNS)
    assert features["iou_label"].names == ["high", "medium", "low"] and features["state"].names == ["there", "gone"]
    assert (features["frame"].dtype, features["ncc"].dtype, features["video"].dtype) == ("int64", "float64", "string")


def test_a_study_without_samples_has_empty_tables(tmp_path):
    write_rows(tmp_path / "rows.parquet", ROW_COLUMNS, [], {})
    assert write_tables(tmp_path / "tables", [tmp_path / "rows.parquet"], Splitting(), {}) == {"train": 0, "test": 0}
