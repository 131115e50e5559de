"""Clips open in `datasets.load_dataset`: labels of each frame, boxes of each sphere, a table for each split."""

import pytest
from documented import write_trajectories
from loading import load

from framewright.persistence.arm_folder import STEM
from framewright.persistence.objects import list_objects
from framewright.persistence.row_columns import COLUMNS
from framewright.persistence.rows import list_rows
from framewright.persistence.store import Clips
from framewright.persistence.tables import CLASSES, ROLES, write_tables
from framewright.study.rows import read_rows, write_rows


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("arm")
    write_trajectories(folder)
    clips = Clips(folder / "dataset", STEM)
    write_rows(folder / "all.parquet", COLUMNS, list_rows({"default": ("dataset/", clips)}), {})
    rows = read_rows([folder / "all.parquet"]).to_pylist()
    counts = write_tables(folder / "made", rows, clips)
    return folder, clips, rows, counts


def test_each_clip_is_in_the_table_of_its_split(made):
    folder, clips, rows, counts = made
    opened = load(folder / "made", folder / "cache")
    files = {"train": "train", "val": "validation", "test": "test"}  # as `datasets` calls them
    assert {files[split]: number for split, number in counts.items()} == {name: len(of) for name, of in opened.items()}
    assert sum(counts.values()) == len(clips) == len(rows)
    assert {one["split"] for one in opened["train"]} == {"train"}


def test_labels_and_boxes_are_those_of_the_metadata(made):
    folder, clips, _, _ = made
    for one in load(folder / "made", folder / "cache", split="train"):
        metadata = clips.metadata(clips.numbers.index(one["clip"]))
        shown = [frame for frame, label in enumerate(one["frame_labels"]) if label]
        assert shown == metadata["transient_frames"] and len(one["frame_labels"]) == metadata["num_frames"]
        assert CLASSES[one["label"]] == metadata["class"] and (folder / "dataset" / one["file_name"]).is_file()
        objects = list_objects(metadata)
        assert [ROLES[role] for role in one["object_roles"]] == [thing.role for thing in objects]
        assert one["object_boxes"] == [thing.boxes for thing in objects]


def test_classes_have_their_names(made):
    import datasets

    folder, *_ = made
    features = load(folder / "made", folder / "cache", split="train").features
    assert features["label"].names == list(CLASSES)
    assert features["frame_labels"] == datasets.List(datasets.ClassLabel(names=["clean", "transient"]))


def test_the_same_rows_give_the_same_bytes(made, tmp_path):
    folder, clips, rows, counts = made
    write_tables(tmp_path / "again", rows, clips)
    for split in counts:
        assert (tmp_path / f"again/{split}.parquet").read_bytes() == (folder / f"made/{split}.parquet").read_bytes()
