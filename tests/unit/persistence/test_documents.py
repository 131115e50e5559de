"""Lines, boxes and pictures of clips made by hand: what is said of them, and where marks are."""

import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import torch

from framewright.persistence import settings
from framewright.persistence.arm_folder import _progress
from framewright.persistence.base_folder import _check_metadata, _complete_metadata, _find_discs
from framewright.persistence.dataset import GRID, mark_cells, mirror
from framewright.persistence.objects import list_objects
from framewright.persistence.preview import _steps, choose_clips
from framewright.persistence.settings import SPHERES
from framewright.persistence.shard import Account
from framewright.persistence.specs import BaseSpec, Variant, build_variant
from framewright.persistence.splits import choose_split
from framewright.persistence.strips import EDGE, MARK, STILL, TEXT, draw_strip, mark_transients
from framewright.persistence.tensors import load
from framewright.study.config import fill, read_schema

SECTION = fill({}, read_schema(Path(__file__).parents[3] / "config/schemas"))["persistence"]
DETAIL = {"start_frame": 1, "pixels": [[[8, 8, 2]], [[40, 8, 3], [42, 8, 3]]], "visible_area": [5, 0]}


# ---- settings


def test_the_librarys_defaults_are_those_of_the_configuration():
    base = settings.base_settings(SECTION, 0, "0000")
    assert base["spec"] == asdict(BaseSpec())
    chosen = settings.variant_settings(SECTION["default"])
    assert build_variant(chosen) == Variant()


def test_a_step_of_spheres_has_as_many_tracklets_as_clips_have_spheres():
    train = {"epochs": {"objects": 3}, "batch": 2, "learning_rate": 0.1, "gpus": 0}
    found = settings.training_settings({"train": train}, 0, "objects")
    assert found["training"]["batch"] == 2 * SPHERES and found["shape"] == {}


@pytest.mark.parametrize(("samples", "size", "shards"), [(6, 2, 3), (7, 2, 4), (1, 5, 1), (0, 5, 0)])
def test_shards_are_as_few_as_hold_all_clips(samples, size, shards):
    section = {"samples": samples, "shard_size": size}
    assert len(settings.list_shards(section)) == shards
    assert sum(len(settings.number_clips(section, shard)) for shard in settings.list_shards(section)) == samples


def test_a_base_shard_has_the_numbers_of_its_clips():
    section = SECTION | {"samples": 5, "shard_size": 2}
    found = settings.base_settings(section, 7, "0001")
    assert (found["first"], found["stop"], found["seed"]) == (2, 4, 7)


def test_a_split_is_where_the_digest_of_its_source_lies():
    assert [choose_split(0, source) for source in range(12)] == [choose_split(0, source) for source in range(12)]
    assert choose_split(0, 1, (1.0, 0.0)) == "train" and choose_split(0, 1, (0.0, 1.0)) == "val"
    assert choose_split(0, 1, (0.0, 0.0)) == "test"
    splits = [choose_split(3, source, (0.5, 0.25)) for source in range(2000)]
    shares = [splits.count(name) / 2000 for name in ("train", "val", "test")]
    assert shares == pytest.approx([0.5, 0.25, 0.25], abs=0.03)


# ---- accounts


def test_progress_counts_up_from_shard_to_shard_and_ends_with_what_was_lost():
    accounts = [Account(clips=3, transients=7, ended=86400.0), Account(clips=2, transients=5, ended=86460.0)]
    stamps = [datetime.fromtimestamp(account.ended).strftime("%Y-%m-%d %H:%M:%S") for account in accounts]
    assert list(_progress(accounts, [(4, "missing", "gone")], 6)) == [
        f"[{stamps[0]}] 3/6 samples, 7 transients in the last 3\n",
        f"[{stamps[1]}] 5/6 samples, 5 transients in the last 2\n",
        f"[{stamps[1]}] sample 4: missing, gone\n",
    ]
    assert time.localtime(accounts[0].ended).tm_year in (1970, 1969)


# ---- boxes and cells


def test_a_box_holds_all_pixels_of_its_disc_and_ends_at_the_picture():
    metadata = {
        "resolution": [16, 16],
        "pixels": [[8.0, 5.0, 2.0], [1.0, 15.0, 2.0], [8.0, 5.0, 2.0]],
        "visible_area": [13, 7, 0],
        "companions": [{"pixels": [[4, 4, 1]] * 3, "visible_area": [0, 5, 5]}],
        "transient_details": [DETAIL | {"pixels": [[[3, 3, 1], [5, 3, 1]], [[0, 0, 1]]], "visible_area": [4, 1]}],
    }
    sphere, companion, transient = list_objects(metadata)
    assert sphere.frames == [0, 1] and sphere.boxes == [[6, 3, 11, 8], [0, 13, 4, 16]]
    assert sphere.visible_area == [13, 7] and companion.frames == [1, 2] and companion.boxes[0] == [3, 3, 6, 6]
    assert transient.frames == [1, 2] and transient.boxes == [[3, 2, 6, 5], [0, 0, 2, 2]]
    assert [one.persistent for one in (sphere, companion, transient)] == [True, True, False]


def test_cells_are_marked_as_far_as_the_square_around_a_transient_reaches():
    details = [{"start_frame": 1, "pixels": [[[8, 20, 3]], [[61, 2, 4], [63, 2, 4]]]}]
    cells = mark_cells(details, 4, 64)
    assert cells.shape == (4, GRID, GRID) == (4, 16, 16) and not cells[[0, 3]].any()
    assert np.argwhere(cells[1]).tolist() == [[row, column] for row in (4, 5) for column in (1, 2)]
    assert np.argwhere(cells[2]).tolist() == [[row, column] for row in (0, 1) for column in (14, 15)]


def test_in_a_mirror_left_and_right_alone_are_exchanged():
    batch = {
        "video": torch.arange(3 * 2 * 2).view(1, 1, 3, 2, 2),
        "cells": torch.arange(4.0).view(1, 1, 2, 2),
        "positions": torch.tensor([[[0.5, 0.25, 0.125]]]),
    }
    found = mirror(batch)
    assert found["positions"].tolist() == [[[-0.5, 0.25, 0.125]]] and found["cells"].tolist() == [[[[1, 0], [3, 2]]]]
    assert found["video"][0, 0, 0].tolist() == [[1, 0], [3, 2]]


# ---- base clips of others


def bright(size=16):
    video = np.zeros((4, 3, size, size), np.uint8)
    video[0, 1, 3:6, 4:11], video[1, 0, 2:9, 7], video[2, 2, 15, 15] = 200, 1, 9
    return video


def test_a_disc_is_where_the_bright_pixels_of_a_frame_are():
    assert _find_discs(bright()) == [[7, 4, 3], [7, 5, 3], [15, 15, 0], [-99, -99, 0]]


@pytest.mark.parametrize(("share", "taken"), [(0.75, True), (0.76, False)])
def test_a_clip_is_taken_where_enough_frames_show_something(share, taken):
    if taken:
        found = _complete_metadata({"class": "Linear"}, bright(), 5, 0, share)
        assert found["visible_area"] == [21, 7, 1, 0] and found["source"] == 5 and found["taken"] is True
        assert found["num_frames"] == 4 and found["num_cameras"] == 1 and found["split"] == choose_split(0, 5)
    else:
        with pytest.raises(ValueError, match="out of view in 1 of 4 frames"):
            _complete_metadata({"class": "Linear"}, bright(), 5, 0, share)


@pytest.mark.parametrize(
    ("more", "shape"),
    [
        ({"num_frames": 5}, (4, 3, 16, 16)),
        ({"resolution": [16, 17]}, (4, 3, 16, 16)),
        ({}, (4, 3, 16, 8)),
        ({"positions": [[0, 0, 0]] * 3}, (4, 3, 16, 16)),
    ],
)
def test_metadata_that_does_not_fit_its_video_is_refused(more, shape):
    good = {"class": "Linear", "num_frames": 4, "resolution": [16, 16], "positions": [[0, 0, 0]] * 4}
    assert _check_metadata(good, np.zeros((4, 3, 16, 16))) == good
    with pytest.raises(ValueError):
        _check_metadata({"class": "Linear"} | more, np.zeros(shape))


def test_a_tensor_of_one_clip_in_a_batch_is_that_clip(tmp_path):
    video = torch.tensor([0.0, 0.5, 1.0]).repeat(2 * 3 * 4 * 2).view(1, 2, 3, 4, 6)
    torch.save(video, tmp_path / "a.pt")
    found = load(tmp_path / "a.pt")
    assert found.shape == (2, 3, 4, 6) and sorted(set(found.ravel().tolist())) == [0, 128, 255]
    torch.save(video.repeat(2, 1, 1, 1, 1), tmp_path / "b.pt")
    with pytest.raises(ValueError, match="its shape is"):
        load(tmp_path / "b.pt")
    torch.save(-video[0], tmp_path / "c.pt")
    with pytest.raises(ValueError, match="not all within"):
        load(tmp_path / "c.pt")


# ---- pictures


def test_visible_transients_are_circled_at_their_place_and_age():
    video = np.zeros((4, 3, 64, 64), np.uint8)
    drawn = mark_transients(video, {"transient_details": [DETAIL]}, 4)
    assert [bool(frame.any()) for frame in drawn] == [False, True, False, False]
    rows, columns = np.nonzero(drawn[1].any(axis=2))
    assert (rows.min() + rows.max()) / 2 == (columns.min() + columns.max()) / 2 == 34  # (8 + .5) * 4
    assert abs(np.ptp(rows) / 2 - 18) <= 1.5 and drawn[1].shape == (256, 256, 3)  # (2 + 2.5) * 4
    seen = mark_transients(video, {"transient_details": [DETAIL | {"visible_area": [0, 5]}]}, 1)
    rows, columns = np.nonzero(seen[2].any(axis=2))
    assert not seen[1].any() and abs((columns.min() + columns.max()) / 2 - 41.5) <= 0.5


@pytest.mark.parametrize(("frames", "rows"), [(16, 1), (17, 2), (3, 1)])
def test_a_strip_has_sixteen_frames_in_a_row(frames, rows):
    metadata = {"transient_details": [], "frame_labels": [1] * (frames - 1) + [0]}
    sheet = draw_strip(np.zeros((frames, 3, 8, 8), np.uint8), metadata, "a")
    side = 8 + 2 * EDGE
    assert sheet.shape == (TEXT + rows * side, 16 * side, 3)
    last = divmod(frames - 1, 16)
    corner = sheet[TEXT + last[0] * side, last[1] * side].tolist()
    assert corner == list(MARK) and sheet[TEXT, 0].tolist() == list(STILL) and sheet[TEXT + 4, 4].tolist() == [0, 0, 0]


def test_steps_are_between_the_middles_of_blurred_discs():
    assert _steps([[[0, 0, 2], [2, 0, 2]], [[4, 4, 2], [4, 4, 2]], [[4, 4, 9], [4, 4, 1]]]).tolist() == [5, 0]


def test_of_each_class_the_first_clips_are_shown():
    kinds = ["Linear", "Linear", "Circular", "Linear", "Helical", "Circular", "Parabolic", "Helical", "Parabolic"]

    class Some(list):
        def metadata(self, place):
            return {"class": self[place]}

    assert choose_clips(Some(kinds), 8) == [0, 1, 2, 4, 5, 6, 7, 8]
    assert choose_clips(Some(kinds), 7) == choose_clips(Some(kinds), 1) == [0, 2, 4, 6]
    assert choose_clips(Some(kinds[:3]), 8) == [0, 1, 2]
