"""Clips stand in rows; a folder of an arm that the study no longer has is refused."""

from types import SimpleNamespace

import pytest

from framewright.errors import UserError
from framewright.persistence.card import DATASET, list_index_rows
from framewright.persistence.dataset import PersistenceClips
from framewright.persistence.row_columns import COLUMNS
from framewright.persistence.rows import list_rows
from framewright.study.rows import write_rows

METADATA = {"source": 7, "split": "val", "class": "Linear", "num_frames": 5, "num_transients": 1, "persistent": True}
CLIPS = SimpleNamespace(
    numbers=[3],
    metadata=lambda place: METADATA | {"transient_frames": [1, 2]},
    file=lambda place: "augmented_traj_00003.pt",
)


@pytest.fixture
def results(tmp_path):
    (tmp_path / "rows").mkdir()
    arms = {"default": ("dataset/", CLIPS), "crowd": ("variants/crowd/dataset/", CLIPS)}
    assert write_rows(tmp_path / "rows/all.parquet", COLUMNS, list_rows(arms), {}) == 2
    return tmp_path


def test_the_index_of_the_card_is_that_of_the_rows(results):
    crowd, default = list_index_rows([results / "rows/all.parquet"])
    assert list(crowd) == list(DATASET.columns) and (crowd["clip"], default["clip"]) == ("crowd/00003", "default/00003")
    assert (default["path"], default["split"], default["transient_frames"]) == (
        *("dataset/augmented_traj_00003.pt", "val", 2),
    )


def test_an_arm_that_left_the_configuration_is_served_no_more(results):
    (results / "variants/old/dataset").mkdir(parents=True)
    with pytest.raises(UserError, match="no row of its study names its clips"):
        PersistenceClips(results / "variants/old/dataset")
