"""The documented table loads with its types and its splits."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

from framewright.errors import UserError
from framewright.flexpatch import load_samples
from framewright.flexpatch.dataset import TYPES
from framewright.flexpatch.follow.features import FRAMEWRIGHT, definition_record
from framewright.flexpatch.rows import ROW_COLUMNS, list_rows, read_sample_rows
from framewright.flexpatch.samples.columns import COLUMNS, Sample, write_samples
from framewright.flexpatch.tree.options import Splitting
from framewright.study.declared import Declared
from framewright.study.rows import write_rows


@pytest.fixture
def folder(tmp_path):
    """The rows of two videos, and of one that is not for training; and the side file."""
    for video in ("007", "b", "hidden"):
        with (tmp_path / f"{video}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for frame in range(50):
                features = [0.1, 0.9, 0.5, 0.2, 0.8, ("high", "low")[frame % 2]]
                where = [video, frame, frame / 10, 0, 3, "there", 0.4, frame % 10, 0]
                writer.writerow([*features, *where, 0, 1.0, 0.0, 0.1, 0.2, 0.0, 1, 2, 30, 40])
    tables = [tmp_path / f"{video}.csv" for video in ("007", "b", "hidden")]
    (tmp_path / "rows").mkdir()
    declared = {"hidden": Declared("hidden", training=False)}
    write_rows(tmp_path / "rows/0-of-1.parquet", ROW_COLUMNS, list_rows(tables), declared)
    side = definition_record(FRAMEWRIGHT) | {"truth": {"007": "annotations", "b": "detector"}}
    (tmp_path / "training_data.json").write_text(json.dumps(side))
    return tmp_path


def test_rows_and_the_documented_table_say_the_same(folder):
    samples = list(read_sample_rows([folder / "rows/0-of-1.parquet"]))
    assert write_samples(folder / "training_data.csv", (Sample(**row) for row in samples)) == 100
    lines = [(folder / f"{video}.csv").read_text().splitlines() for video in ("007", "b")]
    again = (folder / "training_data.csv").read_text().splitlines()
    numbers = [
        [line.replace(".0,", ",").replace(",1.0", ",1") for line in part] for part in (lines[0] + lines[1][1:], again)
    ]
    assert numbers[0] == numbers[1]


def test_columns_have_their_types_and_names_that_look_like_numbers_stay_names(folder):
    samples = load_samples(folder)
    assert len(samples) == 100 and samples.features.shape == (100, 5) and samples.features.dtype == np.float32
    assert set(samples.labels) == {"high", "low"} and set(samples.table["video"]) == {"007", "b"}
    for name, kind in TYPES.items():
        column = samples.table[name]
        assert pd.api.types.is_string_dtype(column) if kind == "str" else str(column.dtype) == kind
    assert samples.definition == FRAMEWRIGHT and samples.truth["b"] == "detector"


def test_splits_are_by_time_with_a_gap_or_by_the_tables_column(folder):
    samples = load_samples(folder)
    train, held_out = samples.split(Splitting(gap=0.5))
    for video in ("007", "b"):
        last = train.table.loc[train.table["video"] == video, "time"].max()
        first = held_out.table.loc[held_out.table["video"] == video, "time"].min()
        assert first - last >= 0.5
    train, held_out = samples.split(Splitting(by="video"), {"b": "val"})
    assert set(train.table["video"]) == {"007"} and set(held_out.table["video"]) == {"b"}


def test_a_folder_without_its_side_file_is_refused(folder):
    (folder / "training_data.json").unlink()
    with pytest.raises(UserError, match=r"training_data\.json"):
        load_samples(folder)
