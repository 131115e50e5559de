import json
import math
import subprocess
import sys
import zipfile
import zlib
from dataclasses import replace
from itertools import islice

import h5py
import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from framewright.persistence import settings
from framewright.persistence.arm_folder import STEM, link_shards, recount, write_documents
from framewright.persistence.audit import audit_arm, check_audits, measure_split
from framewright.persistence.augment import augment, draw_scene, redraw
from framewright.persistence.base import Clip, PackedClip, render_base_clips, to_compact_json
from framewright.persistence.base_folder import read_base_folder
from framewright.persistence.camera import is_whole
from framewright.persistence.contract import check_arm, find_leaks
from framewright.persistence.objects import list_objects, write_objects
from framewright.persistence.outcomes import list_outcomes
from framewright.persistence.packed import pack
from framewright.persistence.paths import TYPES, compute_short_paths
from framewright.persistence.shard import Account, augment_shard, make_base_shard
from framewright.persistence.specs import BaseSpec, Variant
from framewright.persistence.splits import choose_split
from framewright.persistence.store import STORAGES, Clips, write_clips

BASE = BaseSpec()
WHITE = (255, 255, 255)
ARMS = {
    "default": Variant(),
    "same colour": Variant(colour=WHITE),
    "dense": Variant(per_video=8),
    "long-lived": Variant(max_duration=8),
    "large": Variant(sphere_radius=0.1),
    "lit and smooth": Variant(shading="lambert"),
    "behind and before": Variant(depth=True, colour=WHITE),
    "noisy": Variant(noise=5.0),
    "blurred": Variant(blur=0.5),
    "apart": Variant(apart=True),
}
CROWD = Variant(colour=WHITE, max_duration=8, min_companions=1, max_companions=3)
VIEWS = {
    "as documented": BASE,
    "lit spheres": replace(BASE, shading="lambert"),
    "pinhole": replace(BASE, projection="pinhole"),
    "four pinholes on a ring": replace(BASE, projection="pinhole", cameras=4, camera_height=2.0),
    "small and short": replace(BASE, size=32, frames=8),
}


def made(variant, count=40, base=BASE, seed=0):
    return [augment(clip, variant, "arm", seed) for clip in render_base_clips(base, seed, range(count))]


def through_json(metadata):
    return json.loads(json.dumps(metadata))


# ---- the base set


@pytest.mark.slow
@pytest.mark.parametrize("base", VIEWS.values(), ids=VIEWS)
def test_the_sphere_is_in_view_in_every_frame_whole(base):
    for clip in render_base_clips(base, 3, range(40)):
        assert clip.video.shape == (base.frames, 3, base.size, base.size) and clip.video.dtype == np.uint8
        assert is_whole(clip.metadata["pixels"], base.size).all() and min(clip.metadata["visible_area"]) >= 13
        assert clip.metadata["visible_area"] == [int(frame.any(axis=0).sum()) for frame in clip.video]


@pytest.mark.parametrize("base", VIEWS.values(), ids=VIEWS)
def test_a_base_clip_is_redrawn_from_its_json(base):
    for clip in render_base_clips(base, 3, range(8)):
        np.testing.assert_array_equal(redraw(through_json(clip.metadata)), clip.video)


def test_a_clip_is_a_function_of_seed_and_number_alone():
    many, one = list(render_base_clips(BASE, 5, range(20))), next(render_base_clips(BASE, 5, range(13, 14)))
    np.testing.assert_array_equal(many[13].video, one.video)
    assert many[13].metadata == one.metadata
    assert (next(render_base_clips(BASE, 6, range(13, 14))).video != one.video).any()
    for left, right in zip(made(ARMS["noisy"], 5), made(ARMS["noisy"], 3), strict=False):
        np.testing.assert_array_equal(left.video, right.video)


def test_views_of_a_trajectory_share_path_and_split():
    clips = list(render_base_clips(VIEWS["four pinholes on a ring"], 0, range(8)))
    assert [clip.metadata["source"] for clip in clips] == [0] * 4 + [1] * 4
    assert all(clip.metadata["positions"] == clips[0].metadata["positions"] for clip in clips[:4])
    assert len({json.dumps(clip.metadata["pixels"]) for clip in clips[:4]}) == 4


def test_splits_follow_the_source_and_keep_their_shares():
    splits = [choose_split(0, source) for source in range(4000)]
    assert splits[:100] == [choose_split(0, source) for source in range(100)]
    shares = [splits.count(name) / 4000 for name in ("train", "val", "test")]
    np.testing.assert_allclose(shares, (0.7, 0.1, 0.2), atol=0.025)


# ---- transients


@pytest.mark.parametrize("kind", TYPES)
def test_a_transient_starts_where_its_metadata_says(kind):
    start, velocity = np.array([[0.1, 0.2, 0.3]]), np.array([[0.05, -0.05, 0.1]])
    path = compute_short_paths(np.array([TYPES.index(kind)]), start, velocity, np.array([3]), np.zeros(1))
    np.testing.assert_array_equal(path, start)


def test_paths_are_as_documented():
    ages, n = np.arange(3.0), 3

    def path(kind):
        start = np.tile([0.1, 0.2, 0.3], (n, 1))
        return compute_short_paths(np.full(n, TYPES.index(kind)), start, np.full((n, 3), 0.05), np.full(n, n), ages)

    np.testing.assert_allclose(path("linear")[2], [0.2, 0.3, 0.4])
    np.testing.assert_allclose(path("parabolic")[2], [0.15, 0.2 + 0.05 - 0.5, 0.35])
    turned = [0.1 + 0.3 * (math.cos(1) - 1), 0.2 + 0.3 * math.sin(1), 0.3]
    np.testing.assert_allclose(path("circular")[2], turned)
    turned = [0.1 + 0.2 * (math.cos(1) - 1), 0.2 + 0.2 * math.sin(1), 0.4]
    np.testing.assert_allclose(path("helical")[2], turned)


@pytest.mark.slow
def test_the_default_arm_is_as_documented():
    clips = made(Variant(), 300)
    details = [own for clip in clips for own in clip.metadata["transient_details"]]
    counts = [clip.metadata["num_transients"] for clip in clips]
    assert {*counts} == {1, 2, 3, 4, 5, 6} and abs(np.mean(counts) - 3.5) < 0.4
    assert {own["duration"] for own in details} == {1, 2, 3}
    assert {own["trajectory_type"] for own in details} == {*TYPES}
    assert np.abs([own["start_position"] for own in details]).max() <= 0.8
    colours = {tuple(pixel) for clip in clips[:50] for pixel in np.moveaxis(clip.video, 1, -1).reshape(-1, 3)[::7]}
    assert colours == {(0, 0, 0), WHITE, (230, 77, 77)}
    assert clips[0].metadata["transient_colour"] == [230, 77, 77]
    assert abs(np.mean([clip.metadata["persistent"] for clip in clips]) - 0.528) < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("variant", [*ARMS.values(), CROWD], ids=[*ARMS, "crowd"])
def test_every_frame_is_redrawn_from_the_json_bit_for_bit(variant):
    for clip in made(variant, 12):
        np.testing.assert_array_equal(redraw(through_json(clip.metadata)), clip.video)


@pytest.mark.slow
@pytest.mark.parametrize("variant", [v for v in ARMS.values() if not v.noise], ids=[n for n in ARMS if n != "noisy"])
def test_a_frame_is_listed_exactly_where_its_pixels_changed(variant):
    for base, clip in zip(render_base_clips(BASE, 0, range(40)), made(variant, 40), strict=True):
        changed = (clip.video != base.video).any(axis=(1, 2, 3))
        assert clip.metadata["transient_frames"] == np.flatnonzero(changed).tolist()
        assert clip.metadata["frame_labels"] == (~changed).astype(int).tolist()
        area = np.zeros(32, int)
        for own in clip.metadata["transient_details"]:
            area[own["start_frame"] :][: own["duration"]] += own["visible_area"]
        assert area.tolist() == (clip.video != base.video).any(axis=1).sum(axis=(1, 2)).tolist()


@pytest.mark.slow
def test_what_is_clipped_to_the_edge_is_still_drawn():
    edge = [own for clip in made(Variant(), 400) for own in clip.metadata["transient_details"]]
    edge = [own for own in edge if np.abs(np.array(own["positions"])[:, :2]).max() == 1]
    assert edge and all(min(own["visible_area"]) > 0 for own in edge if own["duration"] > 1)


def test_apart_means_that_no_transient_touches_the_sphere():
    for base, clip in zip(render_base_clips(BASE, 0, range(60)), made(ARMS["apart"], 60), strict=True):
        hidden = np.array(base.metadata["visible_area"]) - clip.metadata["visible_area"]
        assert not hidden.any()
    assert any(clip.metadata["visible_area"] != b.metadata["visible_area"] for clip, b in zip(
        made(Variant(), 60), render_base_clips(BASE, 0, range(60)), strict=True))  # fmt: skip


def test_arms_share_transients_and_differ_in_looks():
    plain, hard = made(Variant(), 10), made(ARMS["same colour"], 10)
    for left, right in zip(plain, hard, strict=True):
        keys = ("start_frame", "duration", "trajectory_type", "positions")
        assert [[own[key] for key in keys] for own in left.metadata["transient_details"]] == [
            [own[key] for key in keys] for own in right.metadata["transient_details"]
        ]
        assert set(np.unique(right.video)) <= {0, 255}


# ---- files


def dataset(folder, storage="pt", count=12, variant=None, lost=()):
    folder.mkdir(exist_ok=True)
    write_clips(
        folder / "b",
        "traj",
        "0000",
        "hdf5",
        (c for c in render_base_clips(BASE, 0, range(count)) if c.index not in lost),
    )
    account, base = Account(began=1.0, ended=3.0), Account(lost=[(index, "missing", "gone") for index in lost])
    clips = augment_shard(Clips(folder / "b", "traj"), variant or Variant(), "default", 0, account)
    write_clips(folder / "s", STEM, "0000", storage, clips)
    link_shards(folder / "dataset", [folder / "s"])
    write_documents(folder / "dataset", [base], [account], count, {"seed": 0})
    return folder / "dataset"


@pytest.mark.parametrize("storage", STORAGES)
def test_every_storage_gives_the_same_clips_back(tmp_path, storage):
    clips = made(ARMS["noisy"], 6)
    write_clips(tmp_path / "a", STEM, "0000", storage, iter(clips))
    write_clips(tmp_path / "b", STEM, "0000", storage, iter(clips))
    read = Clips(tmp_path / "a", STEM)
    assert read.numbers == list(range(6))
    for mine, theirs in zip(clips, read, strict=True):
        np.testing.assert_array_equal(mine.video, theirs.video)
        assert through_json(mine.metadata) == theirs.metadata
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("storage", STORAGES)
def test_a_clip_made_from_a_shard_is_the_one_made_from_its_base_clip(tmp_path, storage):
    for mine, theirs in zip(made(Variant(), 40), Clips(dataset(tmp_path, storage, 40), STEM), strict=True):
        np.testing.assert_array_equal(mine.video, theirs.video)
        assert json.dumps(mine.metadata | {"variant": "default"}) == json.dumps(theirs.metadata)


@pytest.mark.parametrize("more", [{}, {"num_transients": 99}], ids=["our own", "with a key of an arm"])
def test_text_that_comes_with_a_clip_is_its_metadata(tmp_path, more):
    clips = (replace(clip, metadata=clip.metadata | more) for clip in render_base_clips(BASE, 0, range(6)))
    write_clips(tmp_path / "b", "traj", "0000", "hdf5", clips)
    for base in Clips(tmp_path / "b", "traj"):
        clip = augment(base, Variant(), "arm", 0)
        assert isinstance(clip, Clip if more else PackedClip)
        assert more or clip.text == to_compact_json(clip.metadata)
        assert clip.known.items() <= clip.metadata.items()
        assert clip.metadata["num_transients"] == len(clip.metadata["transient_details"])


@pytest.mark.slow
@pytest.mark.parametrize("variant", ARMS.values(), ids=ARMS)
def test_clips_that_are_made_together_from_a_shard_are_those_made_alone(tmp_path, variant):
    write_clips(tmp_path / "b", "traj", "0000", "hdf5", render_base_clips(BASE, 0, range(12)))
    together = augment_shard(Clips(tmp_path / "b", "traj"), variant, "arm", 0, Account())
    for mine, theirs in zip(together, made(variant, 12), strict=True):
        np.testing.assert_array_equal(mine.video, theirs.video)
        assert to_compact_json(mine.metadata) == to_compact_json(theirs.metadata)


@pytest.mark.parametrize("numbers", [[0], [31], [3, 4, 5, 17], list(range(32)), []], ids=str)
def test_frames_of_a_packed_video_are_read_and_replaced_by_themselves(numbers):
    before, after = (clip.video for clip in render_base_clips(BASE, 0, range(2)))
    packed = pack(before)
    np.testing.assert_array_equal(packed.frames(numbers), before[numbers])
    expected = before.copy()
    expected[numbers] = after[numbers]
    found = packed.replaced(numbers, before[numbers], after[numbers])
    assert zlib.decompress(found.stream) == expected.tobytes()
    np.testing.assert_array_equal(found.video(), expected)


def test_a_damaged_byte_is_noticed_wherever_it_is(tmp_path):
    write_clips(tmp_path / "b", "traj", "0000", "hdf5", render_base_clips(BASE, 0, range(4)))
    with h5py.File(tmp_path / "b" / "traj-0000.h5", "a") as shard:
        for row in range(3):
            stream = bytearray(shard["video"].id.read_direct_chunk((row, 0, 0, 0, 0))[1])
            stream[[2, len(stream) // 2, -1][row]] ^= 1
            shard["video"].id.write_direct_chunk((row, 0, 0, 0, 0), bytes(stream))
    account = Account()
    clips = augment_shard(Clips(tmp_path / "b", "traj"), Variant(), "default", 0, account)
    assert [clip.index for clip in clips] == [3] and [index for index, _, _ in account.lost] == [0, 1, 2]


def test_shards_can_be_read_by_plain_h5py(tmp_path):
    clips = made(Variant(), 3)
    write_clips(tmp_path / "a", STEM, "0007", "hdf5", iter(clips))
    with h5py.File(tmp_path / "a" / "augmented_traj-0007.h5") as shard:
        np.testing.assert_array_equal(shard["video"][1], clips[1].video)
        assert json.loads(shard["metadata"][2])["source_sample_idx"] == 2
    assert (tmp_path / "a" / "augmented_traj-0007.h5").stat().st_size < 40_000


def test_clips_of_several_shards_are_read_in_the_order_of_their_numbers(tmp_path):
    clips = made(Variant(), 6)
    for shard, part in {"0001": clips[3:], "0000": clips[:3]}.items():
        write_clips(tmp_path / shard, STEM, shard, "hdf5", iter(part))
    link_shards(tmp_path / "all", [tmp_path / "0001", tmp_path / "0000"])
    read = Clips(tmp_path / "all", STEM)
    assert [read[position].metadata["source_sample_idx"] for position in (0, 5, 2, 3)] == [0, 5, 2, 3]
    np.testing.assert_array_equal(read.video(4), clips[4].video)


def test_no_clips_are_an_empty_folder(tmp_path):
    for storage in STORAGES:
        write_clips(tmp_path / storage, STEM, "0000", storage, iter(()))
        assert len(Clips(tmp_path / storage, STEM)) == 0


USAGE = """
import torch
import json
from pathlib import Path

# Load augmented sample
sample_idx = 7
video = torch.load(f'augmented_traj_{sample_idx:05d}.pt')
with open(f'augmented_traj_{sample_idx:05d}.json', 'r') as f:
    metadata = json.load(f)

print(f"Video shape: {video.shape}")
print(f"Trajectory class: {metadata['class']}")
print(f"Number of transients: {metadata['num_transients']}")
print(f"Frames with transients: {metadata['transient_frames']}")

# Iterate through frames
for frame_idx in range(len(video)):
    is_transient_frame = frame_idx in metadata['transient_frames']
    if is_transient_frame:
        print(f"Frame {frame_idx}: HAS TRANSIENT")
    else:
        print(f"Frame {frame_idx}: clean")
"""


@pytest.mark.slow
def test_the_usage_example_of_the_document_runs(tmp_path):
    folder = dataset(tmp_path)
    said = subprocess.run([sys.executable, "-c", USAGE], cwd=folder, capture_output=True, text=True, check=True).stdout
    metadata = json.loads((folder / "augmented_traj_00007.json").read_text())
    assert said.startswith("Video shape: torch.Size([32, 3, 64, 64])")
    assert said.count("HAS TRANSIENT") == len(metadata["transient_frames"])


def test_tensors_are_documented_ones(tmp_path):
    folder = dataset(tmp_path)
    video = torch.load(folder / "augmented_traj_00003.pt", weights_only=True)
    assert video.dtype == torch.float32 and video.shape == (32, 3, 64, 64)
    assert video.min() >= 0 and video.max() == 1
    assert torch.equal((video * 255).round() / 255, video)
    assert zipfile.ZipFile(folder / "augmented_traj_00003.pt").testzip() is None
    assert (folder / "augmented_traj_00003.pt").stat().st_size < 1_600_000
    keys = list(json.loads((folder / "augmented_traj_00003.json").read_text()))
    documented = ["num_transients", "transient_frames", "transient_details", "augmented", "source_sample_idx"]
    assert [key for key in keys if key in documented] == documented


def test_the_summary_has_the_documented_statistics_and_counts_files(tmp_path):
    folder = dataset(tmp_path, lost=(2,))
    summary = json.loads((folder / "GENERATION_SUMMARY.json").read_text())
    said, true = summary["statistics"], recount(folder)
    assert said["total_processed"] == true["total_processed"] == 11 and said["errors"] == 1
    assert said["total_transients_added"] == true["total_transients_added"]
    assert said["average_transients_per_video"] == true["total_transients_added"] / 11
    assert said["processing_time_minutes"] == round(2 / 60, 4) and said["average_rate_samples_per_second"] == 5.5
    assert summary["elapsed_time_minutes"] == said["processing_time_minutes"]
    assert said["success_rate"] == 11 / 12 and summary["completed"] is False
    assert summary["lost"] == [{"index": 2, "reason": "missing", "detail": "gone"}]
    checkpoint = json.loads((folder / "checkpoint.json").read_text())
    assert checkpoint["last_completed_idx"] == 11 and checkpoint["total_samples"] == 12
    assert "sample 2: missing" in (folder / "PROGRESS.txt").read_text()
    (folder / "augmented_traj_00000.pt").unlink()
    assert recount(folder)["total_processed"] == 10


# ---- folders of others


def given(folder, count=4):
    write_clips(folder, "traj", "0000", "pt", render_base_clips(BASE, 0, range(count)))
    return folder


def test_a_folder_of_base_clips_is_taken_in_wherever_its_labels_lie(tmp_path):
    folder = given(tmp_path / "set")
    for name, place in (("traj_00001", folder / "labels"), ("traj_00002", tmp_path / "labels")):
        place.mkdir()
        (folder / f"{name}.json").rename(place / f"{name}.json")
    clips = list(read_base_folder(folder, 0, 0.5, range(4)))
    for clip, own in zip(clips, render_base_clips(BASE, 0, range(4)), strict=True):
        np.testing.assert_array_equal(clip.video, own.video)
        assert clip.metadata["class"] == own.metadata["class"]
    again = augment(clips[1], Variant(), "default", 0)
    np.testing.assert_array_equal(redraw(through_json(again.metadata), clips[1].video), again.video)


def damage_tensor(folder):
    (folder / "traj_00001.pt").write_bytes(b"PK\3\4 no tensor")


def shorten(folder):
    torch.save(torch.zeros(16, 3, 64, 64), folder / "traj_00001.pt")


def leave_range(folder):
    torch.save(torch.full((32, 3, 64, 64), 7.0), folder / "traj_00001.pt")


def turn_axes(folder):
    torch.save(torch.zeros(32, 64, 64, 3), folder / "traj_00001.pt")


def hide(folder):
    torch.save(torch.zeros(32, 3, 64, 64), folder / "traj_00001.pt")


DAMAGES = {
    "gone": (lambda folder: (folder / "traj_00001.pt").unlink(), "missing", "is not there"),
    "no labels": (lambda folder: (folder / "traj_00001.json").unlink(), "unlabelled", "neither beside it"),
    "not a tensor": (damage_tensor, "damaged", "not a tensor"),
    "JSON cut short": (lambda folder: (folder / "traj_00001.json").write_text("{"), "damaged", "Expecting"),
    "another length than its JSON says": (shorten, "damaged", "16 frames"),
    "values out of range": (leave_range, "damaged", "within 0 and 1"),
    "axes in another order": (turn_axes, "damaged", "not (T, 3, H, W)"),
    "sphere out of view": (hide, "damaged", "out of view in 32 of 32"),
    "unknown class": (
        lambda folder: (folder / "traj_00001.json").write_text('{"class": "Zigzag"}'),
        "damaged",
        "class",
    ),
}


@pytest.mark.parametrize(("damage", "reason", "words"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_sample_is_recorded_and_skipped(tmp_path, damage, reason, words):
    damage(given(tmp_path / "set"))
    account = Account()
    clips = list(make_base_shard(BASE, str(tmp_path / "set"), 0.5, 0, range(4), account))
    assert [clip.index for clip in clips] == [0, 2, 3] and account.clips == 3
    [(index, word, detail)] = account.lost
    assert (index, word) == (1, reason) and words in detail
    items = [item for item in list_outcomes(4, [account], {"default": [Account()]}) if item.reason]
    assert [(item.stage, item.item, item.reason) for item in items] == [("base", "traj_00001", reason)]


@pytest.mark.parametrize("storage", ["pt", "hdf5"])
def test_a_base_clip_that_was_damaged_by_hand_is_recorded_and_skipped(tmp_path, storage):
    write_clips(tmp_path / "b", "traj", "0000", storage, render_base_clips(BASE, 0, range(4)))
    if storage == "pt":
        damage_tensor(tmp_path / "b")
    else:
        with h5py.File(tmp_path / "b" / "traj-0000.h5", "a") as shard:
            shard["video"].id.write_direct_chunk((1, 0, 0, 0, 0), b"damaged")
    account = Account()
    clips = augment_shard(Clips(tmp_path / "b", "traj"), Variant(), "default", 0, account)
    assert [clip.index for clip in clips] == [0, 2, 3]
    assert [(index, word) for index, word, _ in account.lost] == [(1, "damaged")]


# ---- the contract


def promises(folder, lost=(), most=0.5):
    return check_arm("default", folder, Clips(folder.parent / "b", "traj"), lost, 12, most, 3)


def relabel(folder):
    path = folder / "augmented_traj_00004.json"
    metadata = json.loads(path.read_text())
    path.unlink()
    path.write_text(json.dumps(metadata | {"transient_frames": [], "split": "elsewhere"}))


def repaint(folder):
    path = folder / "augmented_traj_00004.pt"
    video = torch.load(path)
    video[0, 0, 0, 0] = 1
    path.unlink()
    torch.save(video, path)


BREACHES = {
    "a clip is gone": (
        lambda f: (f / "augmented_traj_00004.pt").unlink(),
        {"is there or recorded", "agrees with a recount"},
    ),
    "labels are edited": (relabel, {"is listed exactly", "agrees with a recount", "in the split"}),
    "a pixel is edited": (repaint, {"bit for bit"}),
}


def test_a_dataset_keeps_its_promises(tmp_path):
    assert [own for own in promises(dataset(tmp_path, lost=(2,)), lost=(2,)) if not own.ok] == []


@pytest.mark.parametrize(("breach", "named"), BREACHES.values(), ids=BREACHES)
def test_a_broken_promise_is_found(tmp_path, breach, named):
    folder = dataset(tmp_path)
    breach(folder)
    broken = [own.name for own in promises(folder) if not own.ok]
    assert len(broken) == len(named) and all(any(part in name for name in broken) for part in named)


def test_too_many_lost_clips_break_the_contract(tmp_path):
    broken = [own.name for own in promises(dataset(tmp_path, lost=(2, 3)), lost=(2, 3), most=0.1) if not own.ok]
    assert broken == ["default: not more clips are lost than persistence.max_lost allows"]


def test_a_source_in_two_splits_is_a_leak(tmp_path):
    folder = dataset(tmp_path)
    assert find_leaks({"a": Clips(folder, STEM), "b": Clips(folder, STEM)}).ok
    (tmp_path / "other").mkdir()
    for path in islice(sorted(folder.glob("*.json")), 3):
        (tmp_path / "other" / path.name).write_text(path.read_text().replace('"split": "t', '"split": "v'))
        (tmp_path / "other" / path.with_suffix(".pt").name).touch()
    assert not find_leaks({"a": Clips(folder, STEM), "b": Clips(tmp_path / "other", STEM)}).ok


SECTION = {"samples": 5, "shard_size": 2, "variants": {}}
ARM = {"min_duration": 1, "max_duration": 3, "min_companions": 0, "max_companions": 0}
SECTION["default"] = ARM


def test_shards_hold_all_clips_once():
    assert [settings.number_clips(SECTION, shard) for shard in settings.list_shards(SECTION)] == [
        range(2),
        range(2, 4),
        range(4, 5),
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"variants": {"default": SECTION["default"]}}, "variants.default: the default arm has this name"),
        ({"variants": {"a": ARM | {"min_duration": 4}}}, "variants.a.min_duration = 4: must be at most"),
        (
            {"default": ARM | {"min_duration": 2, "max_duration": 1}},
            "default.min_duration = 2: must be at most persistence.def",
        ),
        ({"variants": {"a": ARM | {"min_companions": 1}}}, "variants.a.min_companions = 1: must be at most"),
    ],
    ids=["a variant named default", "a variant's durations", "the default arm's durations", "companions"],
)
def test_what_the_schema_cannot_see_is_said(changes, line):
    assert settings.find_faults(SECTION) == []
    [found] = settings.find_faults(SECTION | changes)
    assert found.startswith(f"config: persistence.{line}")


# ---- a crowd: spheres that persist beside the real one


@pytest.mark.slow
def test_companions_persist_cross_leave_and_return():
    returns = 0
    for clip in made(CROWD, 60):
        companions = clip.metadata["companions"]
        assert 1 <= len(companions) <= 3
        for one in companions:
            seen = np.array(one["visible_area"]) > 0
            assert seen.sum() >= 12  # longer than the longest transient, which lives for 8
            returns += np.count_nonzero(np.diff(seen.astype(int)) == 1) + seen[0] > 1
    assert returns > 40  # straight lines can not


def test_a_crowd_is_redrawn_from_its_json_and_its_frames_are_listed_where_pixels_changed():
    for base, clip in zip(render_base_clips(BASE, 0, range(20)), made(CROWD, 20), strict=True):
        metadata = through_json(clip.metadata)
        np.testing.assert_array_equal(redraw(metadata), clip.video)
        scene = draw_scene(metadata, base.video)
        changed = (clip.video != scene).any(axis=(1, 2, 3))
        assert clip.metadata["transient_frames"] == np.flatnonzero(changed).tolist()
        assert (scene != base.video).any() and min(clip.metadata["visible_area"]) >= 0


def test_all_cameras_see_the_same_crowd():
    views = replace(BASE, projection="pinhole", cameras=2)
    one, other = made(CROWD, 2, views)
    assert [own["positions"] for own in one.metadata["companions"]] == [
        own["positions"] for own in other.metadata["companions"]
    ]


@pytest.mark.parametrize("variant", [Variant(), CROWD], ids=["default", "crowd"])
def test_objects_have_boxes_around_their_pixels_in_every_frame(variant):
    for clip in made(variant, 12):
        found = list_objects(through_json(clip.metadata))
        roles = [one.role for one in found]
        assert roles[0] == "sphere" and roles.count("transient") == clip.metadata["num_transients"]
        inside = np.zeros((32, 64, 64), bool)
        for one in found:
            assert one.persistent == (one.role != "transient") and len(one.frames) == len(one.boxes)
            for time, (left, top, right, bottom) in zip(one.frames, one.boxes, strict=True):
                assert 0 <= left < right <= 64 and 0 <= top < bottom <= 64
                inside[time, int(top) : math.ceil(bottom), int(left) : math.ceil(right)] = True
        assert not (clip.video.any(axis=1) & ~inside).any()  # no pixel of a sphere is outside all boxes


def test_the_table_of_objects_has_a_row_for_each_sphere(tmp_path):
    write_clips(tmp_path / "d", STEM, "0000", "hdf5", iter(made(CROWD, 6)))
    number = write_objects(tmp_path / "objects.parquet", Clips(tmp_path / "d", STEM))
    rows = pq.read_table(tmp_path / "objects.parquet").to_pylist()
    assert len(rows) == number > 6 * 3
    assert {row["role"] for row in rows} == {"sphere", "companion", "transient"}
    assert all(len(row["boxes"]) == len(row["frames"]) == len(row["visible_area"]) for row in rows)


def audited(folder, variant, count=250):
    write_clips(folder / "d", STEM, "0000", "hdf5", iter(made(variant, count)))
    return audit_arm(Clips(folder / "d", STEM))


@pytest.mark.slow
def test_a_crowd_can_not_be_gamed_by_one_frame_and_the_hard_arm_can(tmp_path):
    """Two blobs or more give a transient away in the same-colour arm; in the crowd nothing of one frame does."""
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    hard, crowd = audited(tmp_path / "a", ARMS["same colour"]), audited(tmp_path / "b", CROWD)
    assert hard["frames"]["blobs"]["accuracy"] > 0.97 and hard["clip"]["blobs"]["accuracy"] > 0.95
    assert set(crowd["frames"]) == {"constant", "colour", "area", "blobs", "one_frame"}
    assert max(figures["accuracy"] for figures in crowd["frames"].values()) <= 0.75
    assert hard["oracle"]["accuracy"] >= 0.95 and crowd["oracle"]["accuracy"] >= 0.95
    [kept] = check_audits({"crowd": crowd}, ["crowd"])
    assert kept.ok and "best baseline" in kept.detail and "identity oracle" in kept.detail
    [broken] = check_audits({"same": hard}, ["same"])
    assert not broken.ok and "is right in 0.9" in broken.detail


def test_an_audit_measures_the_clips_of_the_split_that_it_is_asked_for(tmp_path):
    write_clips(tmp_path / "d", STEM, "0000", "hdf5", iter(made(CROWD, 12)))
    clips = Clips(tmp_path / "d", STEM)
    splits = [clips.metadata(place)["split"] for place in range(12)]
    counts = {split: len(measure_split(clips, split)["persistent"]) for split in set(splits)}
    assert counts == {split: splits.count(split) for split in counts} and len(set(counts.values())) > 1


def test_an_audit_of_few_clips_concludes_nothing(tmp_path):
    [found] = check_audits({"crowd": audited(tmp_path, CROWD, 6)}, ["crowd"])
    assert found.ok and "too few to tell" in found.detail


def reseed(folder):
    path = folder / "augmented_traj_00004.json"
    metadata = json.loads(path.read_text())
    path.unlink()
    path.write_text(json.dumps(metadata | {"seed": 99}))


def test_clips_of_another_seed_or_definition_are_refused(tmp_path):
    folder = dataset(tmp_path)
    assert not [own for own in promises(folder) if not own.ok]
    reseed(folder)
    [found] = [own for own in promises(folder) if "one definition" in own.name]
    assert not found.ok and "seed 99" in found.detail
