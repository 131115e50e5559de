"""Each clip of the gallery plays with its transients, under its variant and its number."""

import numpy as np
import pytest
from documented import write_trajectories

from framewright.persistence.gallery import GALLERY, list_items, write_films
from framewright.persistence.row_columns import COLUMNS
from framewright.persistence.rows import list_rows
from framewright.persistence.store import Clips
from framewright.report.gallery.write import write_gallery
from framewright.study.rows import write_rows
from framewright.video.stream import open_video


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips") / "persistence"
    write_trajectories(folder)
    arms = {name: Clips(folder / "dataset", "augmented_traj") for name in ("default", "crowd")}
    rows = list_rows({name: (f"{name}/", clips) for name, clips in arms.items()})
    write_rows(folder / "rows.parquet", COLUMNS, rows, {})
    return folder, arms


@pytest.mark.slow
def test_every_clip_has_a_film_of_its_frames(study):
    folder, arms = study
    items = list_items([folder / "rows.parquet"], 1000, seed=0)
    assert len(items) == sum(map(len, arms.values()))
    assert all({field.name for field in GALLERY.fields} <= item.keys() for item in items)

    (folder / "gallery").mkdir()
    films = write_films(folder / "gallery", arms, items)
    assert write_gallery(folder / "gallery", GALLERY, items, films) == len(items)
    clips, item = arms["crowd"], items[0]
    place = clips.numbers.index(item["index"])
    plain = [t for t, label in enumerate(clips.metadata(place)["frame_labels"]) if label == 1]
    with open_video(folder / item["film"]) as video:
        shown = np.stack([frame.rgb for frame in video.frames()])
    assert len(shown) == len(clips.video(place))
    zoom = shown.shape[1] // clips.video(place).shape[2]
    stored = clips.video(place)[plain].transpose(0, 2, 3, 1).astype(int)
    assert np.abs(shown[plain][:, ::zoom, ::zoom].astype(int) - stored).mean() < 6


def test_variants_share_the_gallery(study):
    folder, _ = study
    items = list_items([folder / "rows.parquet"], 2, seed=0)
    assert [item["variant"] for item in items] == ["crowd", "default"]


def test_an_item_is_labelled_by_whether_its_clip_has_transients(study):
    folder, arms = study
    items = list_items([folder / "rows.parquet"], 1000, seed=0)
    for item in items:
        clips = arms[item["variant"]]
        persistent = clips.metadata(clips.numbers.index(item["index"]))["persistent"]
        assert item["label"] == ("persistent" if persistent else "transient")
    assert {item["label"] for item in items} == {"persistent", "transient"}
