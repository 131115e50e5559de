"""Tables open in `datasets.load_dataset` with the classes, lists and splits that they were written with."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from loading import load

from framewright.exports.features import add_features, name_classes, write_table
from framewright.exports.head import compose_fence, compose_head

TABLE = pa.table(
    {
        "label": pa.array([1, 0, None], pa.int64()),
        "states": pa.array([[0, 1], [], None], pa.list_(pa.int64())),
        "boxes": pa.array([[[0, 1, 2, 3]], [], None], pa.list_(pa.list_(pa.float32(), 4))),
        "score": pa.array([0.5, 0.25, None]),
        "name": pa.array(["dog", "cat", None]),
        "kept": pa.array([True, False, None]),
    }
)
CLASSES = {"label": ["cat", "dog"], "states": ["clean", "transient"]}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    (folder / "data").mkdir()
    for split in ("train", "test"):
        write_table(folder / f"data/{split}.parquet", TABLE, CLASSES)
    return load(folder / "data", folder / "cache")


@pytest.mark.slow
def test_classes_know_their_names_and_lists_their_items(opened):
    import datasets

    features = opened["train"].features
    assert features["label"] == datasets.ClassLabel(names=["cat", "dog"])
    assert features["states"] == datasets.List(datasets.ClassLabel(names=["clean", "transient"]))
    assert features["boxes"] == datasets.List(datasets.List(datasets.Value("float32"), length=4))
    assert [str(features[name].dtype) for name in ("score", "name", "kept")] == ["float64", "string", "bool"]


def test_the_rows_are_those_that_were_written_in_each_split(opened):
    assert set(opened) == {"train", "test"}
    assert opened["test"].to_list() == TABLE.to_pylist()


@pytest.mark.parametrize(
    ("pairs", "names"),
    [
        pytest.param([], [], id="nothing is known"),
        pytest.param([(1, "dog"), (1, "dog")], ["class 0", "dog"], id="a number that no item has"),
        pytest.param([(0, "bat"), (1, "bat")], ["bat", "bat (1)"], id="two classes of one name"),
        pytest.param([(None, None), (-1, "?"), (0, None)], ["class 0"], id="items without a class or a name"),
    ],
)
def test_every_number_has_one_name(pairs, names):
    assert name_classes(pairs) == names


def test_the_same_table_gives_the_same_bytes_and_other_readers_see_plain_columns(tmp_path):
    for name in ("one", "two"):
        write_table(tmp_path / name, TABLE, CLASSES)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert pq.read_table(tmp_path / "one").to_pylist() == TABLE.to_pylist()
    assert add_features(TABLE.schema, {}).names == TABLE.column_names


def test_a_head_says_which_files_each_split_has():
    head = compose_head({"train": ["a.parquet", "**/*.mp4"]}, metadata_filenames=["a.parquet"])
    assert head.startswith("---\n") and head.endswith("---\n")
    (config,) = yaml.safe_load(head.strip("-\n"))["configs"]
    assert config["data_files"] == [{"split": "train", "path": ["a.parquet", "**/*.mp4"]}]
    assert config["metadata_filenames"] == ["a.parquet"]
    assert compose_fence({"licence": "CC0-1.0"}) == "---\nlicence: CC0-1.0\n---\n"
