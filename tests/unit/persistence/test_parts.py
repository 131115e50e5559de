"""Parts of the persistence sets: files of base clips, tensors, painting, companions, rows and the tracklets' model."""

import numpy as np
import pytest
import torch

from framewright.persistence import draw, summary
from framewright.persistence.base import render_base_clips
from framewright.persistence.base_files import find_files, locate_clip
from framewright.persistence.crowd import draw_companions
from framewright.persistence.rows import list_rows
from framewright.persistence.shard import Account, augment_shard
from framewright.persistence.specs import BaseSpec, Variant
from framewright.persistence.store import Clips, write_clips
from framewright.persistence.tensors import Saver, load
from framewright.persistence.tracklet_classifier import TrackletClassifier, TrackletConfig, compute_loss
from framewright.persistence.tracklets import CHANNELS, SIDE
from framewright.study.record import write_record


def test_files_of_base_clips_are_found_in_any_of_the_documented_places(tmp_path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips/traj_00003.pt").touch()
    (tmp_path / "labels/traj_00003.json").touch()
    tensor, labels = locate_clip(tmp_path / "clips", 3)
    assert tensor.name == "traj_00003.pt" and tmp_path / "labels/traj_00003.json" in labels
    assert find_files(str(tmp_path / "clips"), range(2, 5)) == [str(tensor), str(tmp_path / "labels/traj_00003.json")]
    assert find_files(None, range(5)) == []


@pytest.mark.parametrize("as_float", [False, True])
def test_a_tensor_comes_back_as_it_was(as_float, tmp_path):
    video = np.random.default_rng(0).integers(0, 256, (4, 3, 8, 8), dtype=np.uint8)
    Saver().save(tmp_path / "a.pt", video, as_float=as_float)
    stored = torch.load(tmp_path / "a.pt")
    assert stored.dtype == (torch.float32 if as_float else torch.uint8)
    assert np.array_equal(load(tmp_path / "a.pt"), video)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        pytest.param({"a": 1}, "not a tensor but dict", id="no tensor"),
        pytest.param(torch.zeros(3, 8, 8), "its shape is", id="three axes"),
        pytest.param(torch.full((2, 3, 8, 8), 2.0), "not all within 0 and 1", id="too bright"),
    ],
)
def test_what_is_no_video_is_refused(what, words, tmp_path):
    torch.save(what, tmp_path / "a.pt")
    with pytest.raises(ValueError, match=words):
        load(tmp_path / "a.pt")


def test_a_flat_disc_is_painted_where_it_is_and_nowhere_else():
    video = np.zeros((2, 3, 16, 16), np.uint8)
    stains = draw.find_stains(np.array([[[8.0, 5.0, 3.0]]]), "flat", 16)
    draw.paint(video, np.array([1]), stains, [255, 0, 0])
    assert not video[0].any() and not video[1, 1:].any()
    rows, columns = np.nonzero(video[1, 0])
    assert abs(columns.mean() - 8) < 0.6 and abs(rows.mean() - 5) < 0.6
    assert len(rows) == pytest.approx(np.pi * 9, rel=0.25) and set(video[1, 0].ravel()) == {0, 255}


def test_noise_is_that_of_its_seed_and_of_the_strength_asked_for():
    grey = np.full((4, 3, 32, 32), 128, np.uint8)
    noisy, again, other = (draw.add_noise(grey, 5.0, [seed]) for seed in (1, 1, 2))
    assert np.array_equal(noisy, again) and not np.array_equal(noisy, other)
    assert (noisy.astype(float) - 128).std() == pytest.approx(5, rel=0.05) and (grey == 128).all()


def test_frames_laid_out_share_their_memory():
    video = np.zeros((2, 3, 4, 5), np.uint8)
    draw.flatten_frames(video)[1, 2, 7] = 9
    assert video[1, 2, 1, 2] == 9


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("arm")
    write_clips(folder / "b", "traj", "0", "hdf5", render_base_clips(BaseSpec(frames=8, size=32), 0, range(6)))
    made = augment_shard(Clips(folder / "b", "traj"), Variant(per_video=1), "default", 0, Account())
    write_clips(folder / "d", "augmented_traj", "0", "hdf5", made)
    return Clips(folder / "d", "augmented_traj")


def test_there_is_a_row_for_each_clip(clips):
    rows = list(list_rows({"default": ("dataset/", clips)}))
    assert [row["item"] for row in rows] == [f"default/{number:05d}" for number in clips.numbers]
    for place, row in enumerate(rows):
        metadata = clips.metadata(place)
        assert row["transient_frames"] == len(metadata["transient_frames"]) and row["split"] == metadata["split"]
        assert row["path"] == "dataset/" + clips.file(place)


@pytest.mark.slow
def test_companions_are_a_function_of_the_seed_and_the_clip(clips):
    variant = Variant(min_companions=2, max_companions=4)
    first, again, other = (draw_companions(variant, clips.metadata(0), seed, 0) for seed in (0, 0, 1))
    assert repr(first) == repr(again) != repr(other) and 2 <= len(first) <= 4


def test_the_summary_has_a_line_for_each_arm(tmp_path):
    figures = {name: k / 3 for k, name in enumerate(summary.COLUMNS[1:])}
    write_record(tmp_path / "GENERATION_SUMMARY.json", {"statistics": figures})
    text = summary.make_summary({"default": summary.read_statistics(tmp_path)})
    header, row = (line.split("\t") for line in text.splitlines())
    assert header == list(summary.COLUMNS) and row[0] == "default" and float(row[2]) == pytest.approx(1 / 3, rel=1e-5)
    assert "default" in summary.make_summary_page(text)


def test_tracklets_are_judged_one_by_one_and_a_right_answer_costs_less():
    torch.manual_seed(0)
    model = TrackletClassifier(TrackletConfig(size=32)).eval()
    video = torch.randint(0, 256, (3, 5, CHANNELS, SIDE, SIDE), dtype=torch.uint8)
    with torch.no_grad():
        together, alone = model(video)["persistent"], model(video[1:2])["persistent"]
    assert together.shape == (3, 1) and torch.allclose(together[1], alone[0], atol=1e-5)
    outputs = {"persistent": torch.tensor([[3.0]])}
    right, wrong = (compute_loss(outputs, {"persistent": torch.tensor([label])}) for label in (1.0, 0.0))
    assert right < 0.1 < wrong
