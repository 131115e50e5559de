import json
import multiprocessing
import os
import signal
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from framewright.errors import UserError
from framewright.persistence import attention, multitask
from framewright.persistence.audit import audit_arm
from framewright.persistence.base import render_base_clips
from framewright.persistence.baselines import answer_clips, find_threshold
from framewright.persistence.bound import Oracle, compute_bayes_bound
from framewright.persistence.charts import make_evaluation_page, write_attention, write_curves
from framewright.persistence.contract import check_possible
from framewright.persistence.dataset import PersistenceClips, mark_cells, mirror
from framewright.persistence.evaluate import decide, evaluate, exit_early, find_beaten
from framewright.persistence.frame_classifier import FrameClassifier, FrameClassifierConfig
from framewright.persistence.models import MODELS, TrainedModel, learn, read_model, write_model
from framewright.persistence.scores import compute_calibration_error, fit_temperature, score_answers, score_kinds
from framewright.persistence.settings import training_settings
from framewright.persistence.shard import Account, augment_shard
from framewright.persistence.specs import BaseSpec, TrainingSpec, Variant
from framewright.persistence.store import Clips, write_clips
from framewright.persistence.tracklets import CHANNELS, SIDE, TrackletClips, crop_tracklet, link_blobs
from framewright.persistence.training import choose_device
from framewright.persistence.transients import draw_lives

STEM = "augmented_traj"
TINY = BaseSpec(frames=8, size=32)
FEW = Variant(per_video=1, max_duration=2)
QUICK = {"epochs": 2, "batch": 8, "learning_rate": 0.01}


def arm(folder, variant=FEW, base=TINY, count=80):
    """Clips with transients, as the workflow makes them."""
    folder.mkdir(exist_ok=True)
    write_clips(folder / "b", "traj", "0000", "hdf5", render_base_clips(base, 0, range(count)))
    clips = augment_shard(Clips(folder / "b", "traj"), variant, "default", 0, Account())
    write_clips(folder / "d", STEM, "0000", "hdf5", clips)
    return Clips(folder / "d", STEM)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return arm(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def documented(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    hard = Variant(colour=(255, 255, 255))
    return {
        "default": (arm(folder / "default", Variant(), BaseSpec(), 120), Variant()),
        "same colour": (arm(folder / "same", hard, BaseSpec(), 120), hard),
    }


def taught(clips, task, folder, shape=None, **more):
    torch.set_num_threads(1)
    return learn(clips, task, shape or {}, TrainingSpec(**QUICK | more), 0, folder / "progress.pt", "code")


# ---- the bound


@pytest.mark.slow
def test_the_bound_agrees_with_what_was_published():
    oracle = Oracle(Variant(), 32)
    bound = compute_bayes_bound(oracle, np.random.default_rng(0))
    np.testing.assert_allclose(bound[:4], [0.565, 0.595, 0.617, 0.634], atol=0.003)
    np.testing.assert_allclose(bound[[7, 15]], [0.671, 0.77], atol=0.012)  # published from counts, which say less
    assert bound[-1] == 1 and (np.diff(bound) > -0.002).all()
    assert abs(oracle.chances[0, 1:, 0, 0].mean() - 0.528) < 0.003


LAWS = {
    "as documented": (Variant(), 32),
    "lives of up to eight frames": (Variant(max_duration=8), 32),
    "many": (Variant(per_video=5), 40),
    "few in short clips": (FEW, 8),
}


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "frames"), LAWS.values(), ids=LAWS)
def test_what_the_oracle_calls_likely_comes_true_as_often(variant, frames):
    rng, most, clips = np.random.default_rng(1), 2 * variant.per_video, 10_000
    firsts, durations = (part.reshape(clips, most) for part in draw_lives(variant, frames, clips * most, rng))
    there = np.arange(most) < rng.integers(1, most, clips, endpoint=True)[:, None]
    times = np.arange(frames)
    shown = (times >= firsts[..., None]) & (times < (firsts + durations)[..., None]) & there[..., None]
    persistent = shown.any(axis=1).sum(axis=1) / frames < 0.2
    judged = Oracle(variant, frames).judge(firsts, durations, there)
    for seen in (1, 2, frames // 4, frames // 2, frames - 2):
        assert compute_calibration_error(judged[:, seen - 1], persistent) < 0.025
        assert abs(judged[:, seen - 1].mean() - persistent.mean()) < 0.016
    np.testing.assert_array_equal(judged[:, -1] > 0.5, persistent)


@pytest.mark.slow
def test_who_knows_the_end_is_caught_beating_the_bound_and_who_counts_is_not():
    clips, rng = 400, np.random.default_rng(2)
    oracle = Oracle(Variant(), 32)
    bound = compute_bayes_bound(oracle, rng).tolist()
    firsts, durations = (part.reshape(clips, 6) for part in draw_lives(Variant(), 32, clips * 6, rng))
    there = np.arange(6) < rng.integers(1, 6, clips, endpoint=True)[:, None]
    judged = oracle.judge(firsts, durations, there)
    persistent = judged[:, -1] > 0.5
    honest = (judged > 0.5) == persistent[:, None]
    assert find_beaten(honest.mean(axis=0).tolist(), bound, clips) == []
    assert find_beaten([1.0] * 32, bound, clips)[:8] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_model_that_beats_the_bound_breaks_the_contract(tmp_path):
    (tmp_path / "good.json").write_text(json.dumps({"default": {"beats_the_bound": []}, "untaught": {}}))
    (tmp_path / "bad.json").write_text(json.dumps({"default": {"beats_the_bound": [3, 4]}}))
    good, bad = check_possible([tmp_path / "good.json", tmp_path / "bad.json"])
    assert good.ok and not bad.ok and "after [3, 4] frames" in bad.detail


# ---- baselines


@pytest.mark.slow
def test_counting_colour_solves_the_default_arm_and_says_nothing_of_the_hard_one(documented):
    easy, hard = (evaluate(clips, variant, audit_arm(clips), {}, {}, 0.9, 0) for clips, variant in documented.values())
    assert easy["frames"]["colour"]["accuracy"] == 1 and easy["clip"]["colour"]["accuracy"] == 1
    assert easy["frames"]["constant"]["balanced_accuracy"] == 0.5
    for part in ("frames", "clip"):
        assert hard[part]["colour"]["accuracy"] == hard[part]["constant"]["accuracy"] < 0.9
        assert hard[part]["colour"]["balanced_accuracy"] == 0.5
    for found in (easy, hard):
        curves = [found["clip"][name]["curve"] for name in ("colour", "area", "constant")]
        assert all(find_beaten(curve, found["clip"]["bound"], found["clips"]["test"]) == [] for curve in curves)
        assert found["clip"]["oracle"]["curve"][-1] == 1


THRESHOLDS = {
    "a clean cut": ([0, 1, 5, 9], [False, False, True, True], 3.0),
    "never is best": ([5, 5, 5, 9], [False, False, False, False], float("inf")),
    "always is best": ([1, 2, 3, 4], [True, True, True, True], 0.0),
    "nothing to see": ([0, 0, 0], [False, True, False], float("inf")),
}


@pytest.mark.parametrize(("measure", "true", "expected"), THRESHOLDS.values(), ids=THRESHOLDS)
def test_a_threshold_is_the_best_there_is(measure, true, expected):
    assert find_threshold(np.array(measure), np.array(true)) == expected


def test_counting_waits_for_what_it_has_not_seen():
    train = np.array([[1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]], bool)
    persistent = np.array([False, True, False, True])
    answers = answer_clips(train, persistent, train)
    assert answers[:, -1].tolist() == [False, True, False, True]
    assert answers[2, 0]  # nothing has shown yet


# ---- scores


def test_scores_are_those_of_the_books():
    said, true = np.array([1, 1, 0, 0, 0, 0, 0, 1]), np.array([1, 0, 0, 0, 0, 0, 1, 1])
    found = score_answers(said, true)
    assert found["accuracy"] == 0.75 and found["precision"] == found["recall"] == round(2 / 3, 6)
    assert found["f1"] == round(2 / 3, 6) and found["balanced_accuracy"] == round((2 / 3 + 4 / 5) / 2, 6)
    kinds = score_kinds(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), ("a", "b", "never"))
    assert kinds["accuracy"] == 0.75 and kinds["recall"] == {"a": round(2 / 3, 6), "b": 1.0}


def test_a_temperature_makes_boasting_chances_true():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20_000)
    true = rng.random(20_000) < 1 / (1 + np.exp(-logits))
    assert abs(fit_temperature(3 * logits, true) - 3) < 0.15
    assert (
        compute_calibration_error(1 / (1 + np.exp(-logits)), true)
        < 0.015
        < compute_calibration_error(np.full(20_000, 0.9), true)
    )


def test_an_early_exit_is_what_was_decided_then_and_counts_real_frames():
    chances = np.array([[0.5, 0.95, 0.1, 0.1], [0.4, 0.45, 0.3, 0.2], [0.02, 0.9, 0.9, 0.99]])
    answers, frames = exit_early(chances, 0.9)
    assert answers.tolist() == [True, False, False] and frames.tolist() == [2, 4, 1]


# ---- data


def test_labels_are_read_lazily_and_fit_the_clip(tiny):
    data = PersistenceClips(tiny, "train")
    item, metadata = data[3], tiny.metadata(data.places[3])
    assert metadata["split"] == "train" and item["video"].dtype == torch.uint8
    assert item["clean"].tolist() == metadata["frame_labels"] and bool(item["persistent"]) == metadata["persistent"]
    np.testing.assert_allclose(item["positions"], metadata["positions"], atol=1e-6)
    parts = {
        split: {tiny.metadata(p)["source"] for p in PersistenceClips(tiny, split).places} for split in ("train", "test")
    }
    assert not parts["train"] & parts["test"]
    for own in metadata["transient_details"]:
        x, y, _ = own["pixels"][0][0]
        assert item["cells"][own["start_frame"], min(int(y / 2), 15), min(int(x / 2), 15)] == 1


def test_a_mirror_shows_the_same_scene(tiny):
    batch = PersistenceClips(tiny, "train").batch([0, 1])
    other = mirror(batch)
    np.testing.assert_array_equal(mirror(other)["video"], batch["video"])
    np.testing.assert_array_equal(other["positions"][..., 0], -batch["positions"][..., 0])
    np.testing.assert_array_equal(other["cells"].flip(3), batch["cells"])


def test_views_from_aside_have_positions_as_the_camera_sees_them(tmp_path):
    clips = arm(tmp_path / "views", base=replace(TINY, cameras=2), count=160)
    first, second = (clips.metadata(place) for place in (0, 1))
    assert first["positions"] == second["positions"]
    data = PersistenceClips(clips, first["split"])
    front, back = (data[data.places.index(place)]["positions"] for place in (0, 1))
    np.testing.assert_allclose(back[:, 0], -front[:, 0], atol=1e-6)  # it stands on the other side


class Edited(Clips):
    """Clips whose metadata says something else."""

    def __init__(self, clips, **said):
        self.__dict__.update(vars(clips))
        self.said = said

    def metadata(self, position):
        return super().metadata(position) | {key: own(position) for key, own in self.said.items()}


FAULTS = {
    "a source in two splits": ({"source": lambda place: 7}, "a leak"),
    "one class alone": ({"persistent": lambda place: True}, "of one class"),
    "clips of several lengths": ({"num_frames": lambda place: 8 + place % 2}, "can't be learnt from together"),
}


@pytest.mark.parametrize(("said", "words"), FAULTS.values(), ids=FAULTS)
def test_what_would_teach_nothing_is_refused(tiny, said, words):
    with pytest.raises(UserError, match=words):
        PersistenceClips(Edited(tiny, **said), "train")


# ---- losses


def test_positions_count_in_persistent_frames_alone():
    clean, true = torch.tensor([[1.0, 0.0, 1.0]]), torch.zeros(1, 3, 3)
    off_in_transient = torch.tensor([[[0.0] * 3, [5.0] * 3, [0.0] * 3]])
    assert multitask.position_error(off_in_transient, true, clean) == 0
    assert multitask.position_error(off_in_transient.roll(1, dims=1), true, clean) > 1
    unknown = torch.full((1, 3, 3), float("nan"))
    assert multitask.position_error(true, unknown, clean) == 0


def test_a_path_is_bridged_where_transients_draw_the_eye_away():
    way = torch.tensor([[[0.0, 0.0], [9.0, 9.0], [2.0, 4.0], [3.0, 6.0], [9.0, -9.0]]])
    clean = torch.tensor([[True, False, True, True, False]])
    expected = [[0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [3.0, 6.0]]
    assert multitask.bridge(way, clean)[0].tolist() == expected
    assert torch.equal(multitask.bridge(way, ~clean | clean), way)
    assert torch.equal(multitask.bridge(way, clean & ~clean), way)  # nothing is known: left as it is


def test_attention_on_transients_costs():
    cells = torch.from_numpy(mark_cells([{"start_frame": 0, "pixels": [[[8, 8, 2]]]}], 1, 64))[None]
    where = torch.zeros(1, 1, 16, 16)
    on, beside = where.clone(), where.clone()
    on[0, 0, 2, 2], beside[0, 0, 10, 10] = 1, 1
    assert attention.on_transients(on, cells) == 1 and attention.on_transients(beside, cells) == 0
    batch = {"clean": torch.zeros(1, 1), "cells": cells, "positions": torch.zeros(1, 1, 3), "kind": torch.tensor([0])}
    costs = [
        attention.compute_loss({"attention": own, "places": torch.zeros(1, 1, 2), "kind": torch.zeros(1, 4)}, batch)
        for own in (on, beside)
    ]
    assert costs[0] > costs[1] + 5


# ---- tracklets


def test_blobs_are_linked_through_a_crossing_and_a_gap():
    video = np.zeros((9, 3, 64, 64), np.uint8)
    for time in range(9):
        video[time, :, 10:14, 4 + 6 * time : 8 + 6 * time] = 255  # rightwards
        if time != 4:  # unseen for a frame
            video[time, :, 40:44, 54 - 6 * time : 58 - 6 * time] = 255
    video[3:5, :, 25:29, 30:34] = 255  # a transient
    found = link_blobs(video)
    assert [(one.frames[0], len(one.frames)) for one in found] == [(0, 9), (0, 8), (3, 2)]
    assert found[0].places[-1] == (53.5, 11.5) and found[1].places[-1] == (7.5, 41.5)
    crops = crop_tracklet(video, found[2])
    assert crops.shape == (9, CHANNELS, SIDE, SIDE) and not crops[[0, 5]].any()
    assert crops[3, 0].sum() == 16 * 255 and crops[3, 3].min() == 255


def test_tracklets_are_labelled_by_the_spheres_that_they_follow(tiny):
    data = TrackletClips(tiny, "train")
    lengths = np.array(data.lengths)
    assert (lengths[data.persistent.numpy() == 0] <= FEW.max_duration + 1).mean() > 0.95
    assert 0.2 < data.persistent.mean() < 0.8
    batch = data.batch([0, 1])
    twice = data.augment(data.augment(batch))
    assert torch.equal(twice["video"], batch["video"])


@pytest.mark.slow
def test_the_encoder_of_crops_is_stored_with_the_model(tiny, tmp_path):
    """The origin's was random, and made anew for training and for validation: two feature spaces."""
    trained = taught(tiny, "objects", tmp_path, epochs=3)
    assert trained.losses[-1] < trained.losses[0]
    write_model(tmp_path / "model.pt", trained)
    kept = torch.load(tmp_path / "model.pt", weights_only=True)
    assert any(key.startswith("encode.") for key in kept["model"])
    video = TrackletClips(tiny, "test").video[:3]
    assert torch.equal(read_model(tmp_path / "model.pt").model(video)["persistent"], trained.model(video)["persistent"])


# ---- training


@pytest.mark.slow
@pytest.mark.parametrize("encoder", ["cnn", "transformer"])
def test_both_encoders_learn_and_know_nothing_of_frames_to_come(tiny, tmp_path, encoder):
    trained = taught(tiny, "persistence", tmp_path, {"encoder": encoder}, epochs=3)
    assert trained.losses[-1] < 0.95 * trained.losses[0] and trained.config["encoder"] == encoder
    data = PersistenceClips(tiny, "test")
    video = data[0]["video"]
    with torch.no_grad():
        whole = trained.model(video[None])["persistent"]
        part = trained.model.conclude(trained.model.see(video[None, :3]), len(video))["persistent"]
    np.testing.assert_allclose(part, whole[:, :3], atol=1e-5)
    for sure in (0.5, 0.8, 1.0):
        chances = 1 / (1 + np.exp(-whole.numpy() / trained.temperatures["persistent"]))
        answers, frames = exit_early(chances, sure)
        assert decide(trained, video.numpy(), sure) == (answers[0], frames[0])


class Dying(Clips):
    """Clips of which only so many videos can be read: then the process is killed."""

    def __init__(self, clips, left):
        self.__dict__.update(vars(clips))
        self._open = None
        self.left = left

    def __getitem__(self, position):
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getitem__(position)


@pytest.mark.slow
@pytest.mark.parametrize("task", [task for task in MODELS if task != "objects"])  # it learns within seconds
def test_a_killed_training_goes_on_to_the_same_bytes(tiny, tmp_path, task):
    at_once, resumed = Dying(tiny, 10_000), Dying(tiny, 10_000)
    write_model(tmp_path / "whole.pt", taught(at_once, task, tmp_path / "whole"))
    killed = multiprocessing.get_context("fork").Process(target=taught, args=(Dying(tiny, 80), task, tmp_path))
    killed.start()
    killed.join(120)
    assert killed.exitcode == -signal.SIGKILL
    assert len(torch.load(tmp_path / "progress.pt")["history"]) == 1
    write_model(tmp_path / "resumed.pt", taught(resumed, task, tmp_path))
    assert (tmp_path / "resumed.pt").read_bytes() == (tmp_path / "whole.pt").read_bytes()
    assert resumed.left > at_once.left  # the first epoch was not done again


@pytest.mark.slow
def test_progress_with_other_clips_or_settings_is_not_taken_up(tiny, tmp_path):
    first = taught(tiny, "multitask", tmp_path, epochs=1)
    other = taught(tiny, "multitask", tmp_path, epochs=1, learning_rate=0.02)
    assert len(other.losses) == 1 and other.losses != first.losses


def test_a_model_is_one_file_and_damage_is_told(tiny, tmp_path):
    trained = TrainedModel(
        "persistence",
        vars(FrameClassifierConfig(size=32)),
        FrameClassifier(FrameClassifierConfig(size=32)),
        [1.0],
        {"clean": 2.0},
    )
    write_model(tmp_path / "model.pt", trained)
    again = read_model(tmp_path / "model.pt")
    video = PersistenceClips(tiny, "test")[0]["video"][None]
    assert torch.equal(again.model(video)["clean"], trained.model.eval()(video)["clean"])
    assert again.temperatures == {"clean": 2.0} and again.losses == [1.0]
    (tmp_path / "model.pt").write_bytes((tmp_path / "model.pt").read_bytes()[:500])
    with pytest.raises(UserError, match="is no model of ours"):
        read_model(tmp_path / "model.pt")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU: it would be used")
def test_a_gpu_that_is_not_there_is_told():
    assert choose_device(TrainingSpec(1, 1, 0.1)).type == "cpu"
    with pytest.raises(UserError, match="set it to 0"):
        choose_device(TrainingSpec(1, 1, 0.1, gpus=1))


def test_a_task_has_its_epochs_and_the_classifier_alone_an_encoder():
    train = {"encoder": "transformer", "epochs": {"persistence": 3, "attention": 5}, "batch": 2}
    section = {"train": train | {"learning_rate": 0.1, "gpus": 0, "early_exit": 0.9}}
    attention = training_settings(section, 7, "attention")
    assert attention["training"] == {"epochs": 5, "batch": 2, "learning_rate": 0.1, "gpus": 0}
    assert attention["shape"] == {} and attention["seed"] == 7
    assert training_settings(section, 7, "persistence")["shape"] == {"encoder": "transformer"}


# ---- the evaluation


@pytest.mark.slow
def test_the_evaluation_says_everything_of_an_arm_and_can_be_looked_at(tiny, tmp_path):
    models = {task: taught(tiny, task, tmp_path / task, epochs=1) for task in MODELS}
    found = evaluate(tiny, FEW, audit_arm(tiny), models, {"elsewhere": models["persistence"]}, 0.9, 0)
    assert json.loads(json.dumps(found)) == found
    assert found["frames"]["model of elsewhere"] == found["frames"]["model"]
    assert {"accuracy", "balanced_accuracy", "f1", "calibration_error"} <= found["frames"]["model"].keys()
    assert len(found["clip"]["model"]["curve"]) == len(found["clip"]["bound"]) == TINY.frames
    early = found["clip"]["model"]["early_exit"]
    assert early["share_of_frames"] == pytest.approx(early["mean_frames"] / TINY.frames, abs=1e-4)
    assert found["beats_the_bound"] == [] and set(found["multitask"]["position_error"]) == {*"xyz"}
    assert found["attention"]["share_on_transients"] + found["attention"]["share_on_the_sphere"] <= 1
    text = make_evaluation_page({"default": found}, 0.9)
    assert "A baseline is as good as the model here" in text and "frames: " in found["baseline_wins"][0]
    assert set(found["objects"]) == {"constant", "lifetime", "colour", "model"}
    assert "Spheres one by one" in text and "lifetime" in text and "identity oracle" in text
    assert "early exit" in text and "Of the attention in frames with transients" in text
    for name, write in (("a", write_curves), ("b", write_curves)):
        write(tmp_path / f"{name}.png", {"default": found})
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    write_attention(tmp_path / "attention.png", {"default": tiny}, {"default": models})
    assert (tmp_path / "attention.png").stat().st_size > 5000


def test_frames_and_their_attention_can_be_looked_at(tiny, tmp_path):
    """Frames stand as they are, in colour, each above a map of its attention of the same width."""
    untaught = attention.Attention(attention.AttentionConfig(size=TINY.size)).eval()
    model = TrainedModel("attention", {}, untaught, [], {})
    write_attention(tmp_path / "attention.png", {"default": tiny}, {"default": {"attention": model}})
    picture = cv2.imread(str(tmp_path / "attention.png"))
    assert picture.shape[1] == 1680 and np.ptp(picture.astype(int), axis=2).max() > 60
    write_attention(tmp_path / "none.png", {"default": tiny}, {"default": {}})
    assert cv2.imread(str(tmp_path / "none.png")).shape[1] != 1680
