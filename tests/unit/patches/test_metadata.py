"""Each format's folder, and each category's, opens in `datasets.load_dataset` with pairs, labels and splits."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from loading import load
from make_patches import row, write_files

from framewright.patches.metadata import check_metadata, compose_readme, read_table, write_metadata
from framewright.patches.row_columns import COLUMNS
from framewright.patches.rows import make_row
from framewright.patches.stack import decode_png
from framewright.study.rows import write_rows

ROOT, FOLDER = "G/Learn", "G/Learn/Tiny"
CATEGORIES = ["space", "general"]


@pytest.fixture
def made(tmp_path):
    """The rows of three patches, two of them to train with, and their files as documented."""
    patches = [row("a", 0), row("a", 1), row("b", 0)]
    for patch in patches:
        write_files(tmp_path / "dataset", patch)
    write_rows(tmp_path / "rows.parquet", COLUMNS, map(make_row, patches), {})
    table = read_table([tmp_path / "rows.parquet"])
    assert write_metadata(tmp_path / "dataset" / FOLDER, FOLDER, table, CATEGORIES) == 3
    return tmp_path / "dataset", patches, table


@pytest.mark.slow
def test_a_row_has_its_pair_and_both_stacks(made, tmp_path):
    dataset, patches, _ = made
    opened = load(dataset / FOLDER, tmp_path / "cache")["train"]
    assert opened.features["label"].names == CATEGORIES
    assert [Path(patch.gt).name for patch in patches] == [Path(one["gt"].filename).name for one in opened]
    for patch, one in zip(patches, opened, strict=True):
        wanted = [decode_png((dataset / name).read_bytes()) for name in patch.files.values()]
        assert all(np.array_equal(a, b) for a, b in zip(wanted, map(np.asarray, [one["gt"], *one["lr"]]), strict=True))
        assert (CATEGORIES[one["label"]], one["video"], one["split"]) == (patch.category, patch.video, patch.split)


def test_a_category_opens_with_its_splits(made, tmp_path):
    dataset, _, table = made
    held_out = dataset / ROOT / "Val"
    (dataset / FOLDER).rename(held_out)
    split = table.column("split").to_pylist()
    other = table.set_column(table.column_names.index("split"), "split", [["val"] * len(split)])
    for name in ("gt", "lr_5frames", "lr_7frames"):
        moved = [file.replace("/Tiny/", "/Val/") for file in table[name].to_pylist()]
        other = other.set_column(other.column_names.index(name), name, [moved])
    write_metadata(held_out, f"{ROOT}/Val", other, CATEGORIES)
    (dataset / FOLDER).mkdir()
    write_metadata(dataset / FOLDER, FOLDER, table.slice(0, 0), CATEGORIES)
    (dataset / ROOT / "README.md").write_text(compose_readme(ROOT, other))
    opened = load(dataset / ROOT, tmp_path / "cache")
    assert {name: len(rows) for name, rows in opened.items()} == {"val": 3}
    assert compose_readme("T/Learn", other).startswith("# T/Learn")  # nothing is there: no head that names files


@pytest.mark.slow
def test_crops_show_the_same_part_of_both(made):
    from framewright.patches.dataset import PatchPairs

    dataset, *_ = made
    whole = PatchPairs(dataset / FOLDER, frames=5)
    (_, _, height, width), size = whole[0]["lr_stack"].shape, (4, 2)
    for seed in (None, 0, 1):
        pairs = PatchPairs(dataset / FOLDER, frames=5, crop=size, seed=seed)
        sharp, small = pairs[0]["gt"], pairs[0]["lr_stack"]
        places = [
            (x, y)
            for x in range(width - 3)
            for y in range(height - 1)
            if (whole[0]["lr_stack"][:, :, y : y + 2, x : x + 4] == small).all()
        ]
        assert any((whole[0]["gt"][:, 3 * y : 3 * y + 6, 3 * x : 3 * x + 12] == sharp).all() for x, y in places)
        assert (pairs[0]["gt"] == sharp).all()


def test_a_table_that_names_other_pairs_is_found(made):
    dataset, patches, table = made
    assert check_metadata(dataset, patches, [FOLDER]).ok
    assert not check_metadata(dataset, patches[1:], [FOLDER]).ok
    assert not check_metadata(dataset, patches, [FOLDER, "T/Learn/Tiny"]).ok
    write_metadata(dataset / FOLDER, FOLDER, table.slice(1), CATEGORIES)
    assert not check_metadata(dataset, patches, [FOLDER]).ok


def test_the_table_has_the_same_bytes_each_time(made):
    dataset, _, table = made
    first = (dataset / FOLDER / "metadata.parquet").read_bytes()
    write_metadata(dataset / FOLDER, FOLDER, table, CATEGORIES)
    assert (dataset / FOLDER / "metadata.parquet").read_bytes() == first
    assert pq.read_table(dataset / FOLDER / "metadata.parquet")["seconds"].null_count == 0
