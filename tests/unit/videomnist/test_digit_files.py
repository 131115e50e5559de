"""The HDF5 files: as documented, as VideoGPT's loader wants them, checked, and read from PyTorch."""

import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import matplotlib
import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from framewright.errors import UserError
from framewright.video.encode import Writer
from framewright.video.stream import open_video
from framewright.videomnist import class_videos, preview, videogpt_loader
from framewright.videomnist.class_folders import find_class_folders, find_videos
from framewright.videomnist.clip_spec import ClipSpec
from framewright.videomnist.contract import _check_motions, check_files, read_records
from framewright.videomnist.dataset import MovingDigits
from framewright.videomnist.digits import Digits, load_embedded
from framewright.videomnist.shard import write_shard
from framewright.videomnist.store import GREY, RGB, PartWriter, Shape, merge

SPEC = ClipSpec(64, 0.1, 2.5, 9, ("bounce", "circular", "spiral"), (2, 5), 10)
SHAPE = Shape(8, 64)
ABOUT = {"n_classes": 10, "motion_types": list(SPEC.motions), "digits": "test", "seed": 0, "fps": 10}
TRAIN, TEST = 60, 20


@pytest.fixture(scope="module")
def digits() -> dict[str, Digits]:
    return load_embedded()


@pytest.fixture(scope="module")
def made(tmp_path_factory, digits) -> Path:
    """Shards of both splits and both files, in one folder."""
    folder = tmp_path_factory.mktemp("made")
    for split, first, stop in (("train", 0, 40), ("train", 40, TRAIN), ("test", 0, TEST)):
        write_shard(folder / f"{split}-{first:02}.h5", digits[split], SPEC, 0, split, range(first, stop))
    join(folder)
    return folder


def join(folder: Path) -> None:
    parts = {split: sorted(folder.glob(f"{split}-*.h5")) for split in ("train", "test")}
    merge(folder / "videomnist.h5", GREY, parts, ABOUT, SHAPE)
    merge(folder / "videomnist-videogpt.h5", RGB, parts, ABOUT, SHAPE)


def broken(folder: Path, digits) -> dict[str, str]:
    """The broken promises of the files in a folder."""
    made = {split: read_records(sorted(folder.glob(f"{split}-*.h5"))) for split in ("train", "test")}
    found = check_files(folder / "videomnist.h5", folder / "videomnist-videogpt.h5", made, digits, SPEC)
    return {own.name: own.detail for own in found if not own.ok}


def test_the_documented_file_is_as_documented(made):
    with h5py.File(made / "videomnist.h5") as file:
        for split, count in (("train", TRAIN), ("test", TEST)):
            assert (file[f"{split}_data"].shape, file[f"{split}_data"].dtype) == ((count * 8, 64, 64), np.uint8)
            assert file[f"{split}_idx"][()].tolist() == [*range(0, count * 8, 8)]
            assert file[f"{split}_labels"][()].tolist() == [*range(10)] * (count // 10)
            assert file[f"{split}_data"].chunks == (8, 64, 64)  # a video is read without any other
            assert file[f"{split}_trajectory"].shape == (count, 9, 4)
            assert file[f"{split}_motion"].shape == file[f"{split}_source"].shape == file[f"{split}_speed"].shape
        own = {"sequence_length": 8, "resolution": 64, "train_videos": TRAIN, "test_videos": TEST}
        assert {name: value for name, value in file.attrs.items() if name != "motion_types"} == {
            name: value for name, value in (ABOUT | own).items() if name != "motion_types"
        }
        assert list(file.attrs["motion_types"]) == ABOUT["motion_types"]


def test_videogpts_loader_reads_its_file_and_not_the_documented_one(made):
    """The origin's own file fails its own loader: three dimensions, and no frame more than asked for."""
    assert videogpt_loader.find_faults(made / "videomnist-videogpt.h5") == []
    assert [fault.split(":")[0] for fault in videogpt_loader.find_faults(made / "videomnist.h5")] == [
        "train",
        "train",
        "test",
        "test",
    ]
    clip = videogpt_loader.read(made / "videomnist-videogpt.h5", "test", 7)
    assert (clip.shape, clip.dtype) == ((3, 8, 64, 64), np.float32)
    assert (clip.min(), clip.max()) == (-0.5, pytest.approx(0.5, abs=0.1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda file: file.pop("test_idx"), "no test_idx"),
        (lambda file: change(file, "train_idx", lambda idx: idx + 1), "train: its first video begins at frame 1"),
        (
            lambda file: change(file, "train_data", lambda data: data[:-1]),
            "train: a video has 8 frames; with seq",
        ),
        (lambda file: change(file, "train_data", lambda data: data[..., :1]), "train: data is uint8 (540, 64, 64, 1)"),
        (lambda file: change(file, "train_data", lambda data: data / 255), "train: data is float64"),
        (lambda file: change(file, "train_idx", lambda idx: idx[:0]), "train: no videos"),
        (lambda file: change(file, "train_idx", lambda idx: idx[:, None]), "train: idx is int64 (60, 1)"),
    ],
)
def test_each_rule_of_the_loader_is_enforced(made, tmp_path, change, said):
    path = shutil.copy(made / "videomnist-videogpt.h5", tmp_path)
    with h5py.File(path, "a") as file:
        change(file)
    assert videogpt_loader.find_faults(path)[0].startswith(said)


def change(file, name, how):
    data = how(file[name][()])
    del file[name]
    file[name] = data


def test_both_files_show_the_same_and_the_last_frame_is_the_true_next_one(made):
    with h5py.File(made / "videomnist.h5") as grey, h5py.File(made / "videomnist-videogpt.h5") as rgb:
        short, long = grey["train_data"][()].reshape(-1, 8, 64, 64), rgb["train_data"][()].reshape(-1, 9, 64, 64, 3)
        assert (long == long[..., :1]).all() and (long[:, :8, ..., 0] == short).all()
        centre = [
            (np.indices((64, 64)) * frame).sum((1, 2)) / frame.sum() for frame in long[:, 8, ..., 0].astype(float)
        ]
        assert np.array(centre)[:, ::-1] == pytest.approx(rgb["train_trajectory"][:, 8, :2], abs=0.5)


def test_how_the_set_is_cut_into_shards_changes_no_byte(made, tmp_path, digits):
    for split, count in (("train", TRAIN), ("test", TEST)):
        write_shard(tmp_path / f"{split}-00.h5", digits[split], SPEC, 0, split, range(count))
    join(tmp_path)
    for name in ("videomnist.h5", "videomnist-videogpt.h5"):
        assert (tmp_path / name).read_bytes() == (made / name).read_bytes()


def test_growing_the_set_leaves_earlier_videos_as_they_were(made, tmp_path, digits):
    write_shard(tmp_path / "more.h5", digits["train"], SPEC, 0, "train", range(TRAIN + 50))
    with h5py.File(tmp_path / "more.h5") as more, h5py.File(made / "videomnist.h5") as file:
        assert (more["grey"][: TRAIN * 8] == file["train_data"][()]).all()
        for name in ("labels", "trajectory", "source", "motion", "speed"):
            assert (more[name][:TRAIN] == file[f"train_{name}"][()]).all()


def test_several_digits_of_a_video_are_all_named(tmp_path, digits):
    style = replace(SPEC, digits=2)
    for split, count in (("train", TRAIN), ("test", TEST)):
        write_shard(tmp_path / f"{split}-00.h5", digits[split], style, 0, split, range(count))
    join(tmp_path)
    assert broken(tmp_path, digits) == {}
    with h5py.File(tmp_path / "videomnist.h5") as file:
        assert file["train_digits"].shape == file["train_source"].shape == (TRAIN, 2)
        assert file["train_trajectory"].shape == (TRAIN, 2, 9, 4)
        assert np.array_equal(file["train_digits"][:, 0], file["train_labels"][()])
        labels = dict(zip(digits["train"].index, digits["train"].labels, strict=True))
        assert [[labels[index] for index in pair] for pair in file["train_source"][()]] == file["train_digits"][
            ()
        ].tolist()
        height, width, _ = preview.draw_montage(file).shape
        assert height * 16 <= width * 9


def test_the_contract_holds(made, digits):
    assert broken(made, digits) == {}


DAMAGE = {
    "a resolution that its frames do not have": (
        "videomnist.h5",
        lambda file: file.attrs.modify("resolution", 128),
        {"the documented file is as documented"},
    ),
    "another video's pixels": (
        "videomnist.h5",
        lambda file: file["train_data"].write_direct(np.zeros((8, 64, 64), np.uint8), dest_sel=np.s_[:8]),
        {"what was measured is what both files hold", "decoded videos agree in both files"},
    ),
    "a colour": (
        "videomnist-videogpt.h5",
        lambda file: file["test_data"].write_direct(np.full((9, 64, 64, 1), 7, np.uint8), dest_sel=np.s_[:9, :, :, :1]),
        {"what was measured is what both files hold", "decoded videos agree in both files"},
    ),
    "a wrong label": (
        "train-00.h5",
        lambda file: file["labels"].write_direct(np.array([3]), dest_sel=np.s_[5:6]),
        {"the documented file is as documented", "each digit is shown equally often"},
    ),
    "a video twice": (
        "train-00.h5",
        lambda file: file["digest"].write_direct(file["digest"][:1], dest_sel=np.s_[1:2]),
        {"no two videos are alike", "what was measured is what both files hold"},
    ),
    "a picture of the other split": (
        "train-00.h5",
        lambda file: file["source"].write_direct(np.array([5]), dest_sel=np.s_[0:1]),
        {"train and test show different pictures", "the documented file is as documented"},
    ),
    **{
        f"a frame with {what}": (
            "test-00.h5",
            lambda file, place=place, value=value: file["measured"].write_direct(
                np.array([[value]], np.float32), dest_sel=np.s_[3:4, place : place + 1]
            ),
            {promise},
        )
        for place, what, value, promise in [
            (0, "too little margin", 4, "5 pixels of margin are kept"),
            (1, "too few pixels", 99, "100 pixels are not black"),
            (2, "lost ink", 0.9, "all ink is visible"),
            (3, "the digit elsewhere", 0.6, "digits are where the trajectory says"),
            (4, "a jump", 6, "no step is longer than its video's speed"),
            (6, "a digit that stays", 1.5, "no digit stays within 6 pixels"),
        ]
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_broken_promise_is_named(made, tmp_path, digits, damage):
    folder = shutil.copytree(made, tmp_path / "made")
    name, harm, promises = DAMAGE[damage]
    with h5py.File(folder / name, "a") as file:
        harm(file)
    assert broken(folder, digits).keys() == promises


def test_a_motion_that_is_slower_than_stated_breaks_the_contract(made, digits):
    records = {split: read_records(sorted(made.glob(f"{split}-*.h5"))) for split in ("train", "test")}
    for record in records.values():
        record.columns["motion"][:] = 1
        record.measures.mean_step[:] *= 0.94 / np.mean(record.measures.mean_step / record.columns["speed"])
    slow, still = _check_motions(records, SPEC)
    assert not slow.ok and "circular 0.9" in slow.detail and "over 80 videos" in slow.detail and still.ok


def test_parts_of_another_definition_or_seed_are_refused(made, tmp_path):
    parts = {"train": [made / "train-00.h5", tmp_path / "other.h5"], "test": [made / "test-00.h5"]}
    with PartWriter(tmp_path / "other.h5", SHAPE, class_videos.COLUMNS, definition="seed 1") as part:
        part.add(np.zeros((9, 64, 64), np.uint8), labels=1, film="x/y.mp4", start=0.0)
    with pytest.raises(UserError, match=r"other\.h5: drawn by another definition or seed \(seed 1, not none\)"):
        merge(tmp_path / "all.h5", GREY, parts, {}, SHAPE)


def test_a_picture_in_both_splits_breaks_the_contract(made, digits):
    train = digits["train"]
    again = replace(digits["test"], images=np.concatenate([train.images[:1], digits["test"].images[1:]]))
    assert broken(made, {"train": train, "test": again}) == {
        "train and test show different pictures": "test picture 5 is in both"
    }


@pytest.mark.slow
def test_the_guides_quality_control_runs_unchanged(made, tmp_path, monkeypatch):
    """Its lines are the guide's own, but for the folder that they stand in."""
    (tmp_path / "datasets/videomnist").mkdir(parents=True)
    shutil.copy(made / "videomnist.h5", tmp_path / "datasets/videomnist")
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with h5py.File("datasets/videomnist/videomnist.h5", "r") as f:
        frames = f["train_data"][:16]
        labels = f["train_labels"][0]

    fig, axes = plt.subplots(2, 8, figsize=(16, 4))
    for i, frame in enumerate(frames):
        axes[i // 8, i % 8].imshow(frame, cmap="gray")
        axes[i // 8, i % 8].set_title(f"Frame {i}")
        axes[i // 8, i % 8].axis("off")
    plt.suptitle(f"Digit {labels} - Bouncing Motion")
    plt.tight_layout()
    plt.show()
    assert fig._suptitle.get_text() == "Digit 0 - Bouncing Motion"
    assert all(axis.images[0].get_array().max() > 100 for axis in axes.flat)
    plt.close(fig)


def test_digits_come_to_pytorch_as_bytes_or_as_videogpts_loader_gives_them(made):
    path = made / "videomnist-videogpt.h5"
    digits = MovingDigits(path, "test")
    assert len(digits) == TEST
    item, last = digits[3], digits[-1]
    assert item["video"].dtype == torch.uint8 and item["video"].shape == (8, 3, 64, 64) and item["label"] == 3
    assert torch.equal(last["video"], digits[TEST - 1]["video"])
    theirs = MovingDigits(path, "test", range=(-0.5, 0.5), order="CTHW")[3]["video"]
    assert theirs.dtype == torch.float32
    assert np.allclose(theirs.numpy(), videogpt_loader.read(path, "test", 3), atol=1e-6)
    assert MovingDigits(made / "videomnist.h5")[0]["video"].shape == (8, 1, 64, 64)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"length": 10}, "video 0 of train has 9 frames, not 10"),
        ({"split": "val"}, "it has no split val; its data sets are "),
        ({"order": "THWC"}, "order = 'THWC': must be TCHW or CTHW"),
    ],
)
def test_what_cannot_be_read_gets_one_line(made, arguments, line):
    with pytest.raises(UserError, match=line):
        MovingDigits(made / "videomnist-videogpt.h5", **arguments)


def test_an_index_beyond_the_last_ends_an_iteration(made):
    assert len([*MovingDigits(made / "videomnist.h5", "test")]) == TEST


def test_cuts_are_seeded_for_training_and_fixed_for_evaluation(made):
    def cuts(split, seed=0, epoch=0):
        digits = MovingDigits(made / "videomnist-videogpt.h5", split, length=4, seed=seed)
        digits.set_epoch(epoch)
        return [digits._choose_cut(index) for index in range(len(digits))]

    assert cuts("train") == cuts("train")
    assert set(cuts("train")) == {0, 1, 2, 3, 4, 5}
    assert cuts("train") != cuts("train", seed=1) and cuts("train") != cuts("train", epoch=1)
    assert set(cuts("test")) == {0}


@pytest.mark.slow
@pytest.mark.parametrize("context", ["fork", "spawn"])
def test_workers_may_be_forked_and_spawned(made, context):
    digits = MovingDigits(made / "videomnist-videogpt.h5", length=4, seed=5)
    alone = torch.stack([digits[index]["video"] for index in range(len(digits))])  # the file is open here now
    batches = DataLoader(digits, batch_size=7, num_workers=2, multiprocessing_context=context)
    assert torch.equal(torch.cat([batch["video"] for batch in batches]), alone)


@pytest.mark.slow
def test_samples_are_there_under_their_documented_names(made, tmp_path):
    settings = {"formats": ["gif", "mp4"], "fps": 15, "create_comparison": True, "num_per_class": 3, "min_width": 128}
    assert preview.write_samples(tmp_path / "samples", made / "videomnist.h5", num_samples=20, **settings) == 20
    names = {path.relative_to(tmp_path / "samples").as_posix() for path in (tmp_path / "samples").rglob("*.*")}
    assert names == {
        *(f"digit_{n // 2}_video_{n:03}.{form}" for n in range(20) for form in ("gif", "mp4")),
        *(f"class_comparisons/digit_{digit}_comparison.gif" for digit in range(10)),
        *("videomnist_montage.png", "dataset_stats.txt"),
    }
    picture = Image.open(tmp_path / "samples/digit_4_video_008.gif")
    assert (picture.size, picture.n_frames, picture.info["loop"]) == ((128, 128), 8, 0)
    shown = 0
    for frame in range(8):
        picture.seek(frame)
        shown += picture.info["duration"]
    assert shown == pytest.approx(8 / 15 * 1000, abs=5)
    assert Image.open(tmp_path / "samples/class_comparisons/digit_1_comparison.gif").size == (128 * 3 + 16, 128)
    with open_video(tmp_path / "samples/digit_0_video_000.mp4") as video, h5py.File(made / "videomnist.h5") as file:
        frames = [frame.rgb[..., 0] for frame in video.frames()]
        assert len(frames) == 8 and video.timeline.rate()[0] == 15
        assert np.abs(np.stack(frames)[:, ::2, ::2].astype(int) - file["train_data"][:8]).mean() < 3
    assert "train: 60 videos, 480 frames" in (tmp_path / "samples/dataset_stats.txt").read_text()


@pytest.mark.slow
def test_class_folders_come_back_as_files_that_load(made, tmp_path):
    """There as VideoGPT wants classes, and back through the rule's own converter: the same videos, but for coding."""
    for split, count in (("train", TRAIN), ("test", TEST)):
        folder = tmp_path / "classes" / split
        assert class_videos.write_classes(folder, made / "videomnist-videogpt.h5", split, fps=10) == count
    for name, folder in find_class_folders(str(tmp_path / "classes")).items():
        label = int(name.split("-")[1])
        items = class_videos.convert(
            tmp_path / f"{name}.h5", find_videos(folder), label, SHAPE, seconds=60, mebibytes=1024
        )
        assert [item.reason for item in items] == [""] * len(items)
    parts = {split: sorted(tmp_path.glob(f"{split}-*.h5")) for split in ("train", "test")}
    about = {"n_classes": 10}
    assert merge(tmp_path / "converted-videogpt.h5", RGB, parts, about, SHAPE) == {"train": TRAIN, "test": TEST}
    assert videogpt_loader.find_faults(tmp_path / "converted-videogpt.h5") == []
    with h5py.File(tmp_path / "converted-videogpt.h5") as back, h5py.File(made / "videomnist-videogpt.h5") as file:
        assert back["train_labels"][()].tolist() == sorted(file["train_labels"][()])
        assert back["train_film"].asstr()[0] == "0/video_000000.mp4"
        assert np.abs(back["train_data"][:9].astype(int) - file["train_data"][:9]).mean() < 2


@pytest.mark.slow
def test_films_are_cut_into_clips_and_bad_ones_are_named(tmp_path):
    folder = tmp_path / "train" / "blue"
    folder.mkdir(parents=True)
    for name, frames, size in (("long", 21, (160, 90)), ("short", 8, (64, 64)), ("tall", 9, (48, 120))):
        with Writer(folder / f"{name}.mp4", size, 25) as writer:
            for _ in range(frames):
                writer.add(np.full((size[1], size[0], 3), (20, 40, 220), np.uint8))
    (folder / "broken.avi").write_bytes(b"no video at all")
    (folder / "notes.txt").write_text("not looked at")
    found = find_videos(folder)
    items = class_videos.convert(tmp_path / "part.h5", found, 4, SHAPE, seconds=60, mebibytes=1024)
    assert {item.item: item.reason for item in items} == {
        **{"train/blue/broken.avi": "unreadable", "train/blue/long.mp4": ""},
        **{"train/blue/short.mp4": "short", "train/blue/tall.mp4": ""},
    }
    with h5py.File(tmp_path / "part.h5") as file:
        assert file["film"].asstr()[()].tolist() == ["blue/long.mp4", "blue/long.mp4", "blue/tall.mp4"]
        assert file["start"][()] == pytest.approx([0, 9 / 25, 0])
        assert file["rgb"].shape == (27, 64, 64, 3) and file["grey"].shape == (24, 64, 64)
        assert np.abs(file["rgb"][0, 30, 30].astype(int) - (20, 40, 220)).max() < 6


def test_classes_are_numbered_over_both_splits(tmp_path):
    for name in ("train/b", "train/a", "test/b", "test/c", "other/d"):
        (tmp_path / name).mkdir(parents=True)
    assert [*find_class_folders(str(tmp_path))] == ["train-00000", "train-00001", "test-00001", "test-00002"]
    assert find_class_folders(None) == {}


def test_an_empty_class_gives_an_empty_part(tmp_path):
    assert class_videos.convert(tmp_path / "part.h5", [], 0, SHAPE, seconds=60, mebibytes=1024) == []
    with PartWriter(tmp_path / "full.h5", SHAPE, class_videos.COLUMNS) as part:
        part.add(np.zeros((9, 64, 64), np.uint8), labels=1, film="x/y.mp4", start=0.0)
    parts = {"train": [tmp_path / "part.h5", tmp_path / "full.h5"], "test": [tmp_path / "part.h5"]}
    assert merge(tmp_path / "both.h5", GREY, parts, {}, SHAPE) == {"train": 1, "test": 0}
