"""Trainings of the models: on from where they were killed, the same each time, and judged by what damage does."""

import hashlib
import math
import re
import subprocess
import sys

import h5py
import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from framewright.errors import UserError
from framewright.videomnist.checkpoints import read_gpt, read_vqvae, write_gpt, write_vqvae
from framewright.videomnist.codes import encode_clips, read_codes, write_codes
from framewright.videomnist.distances import Control, bootstrap, compute_mmd, measure_nearest, mmd_by_class
from framewright.videomnist.generating import continue_clips, generate
from framewright.videomnist.judge_network import follow
from framewright.videomnist.judge_training import track_clips
from framewright.videomnist.judging import DAMAGES, compute_psnr, compute_ssim, measure_smoothness
from framewright.videomnist.model_clips import ClipBatches, compute_variance
from framewright.videomnist.model_training import CodeBatches, digest_of, make_gpt, train_gpt, train_vqvae
from framewright.videomnist.sampling import SamplingPlan
from framewright.videomnist.training import TrainingPlan, TrainingRun, codes_in_use, orthogonalize, rate_at
from framewright.videomnist.vqvae import VqvaeConfig

torch.set_num_threads(1)  # several waiting for each other on a busy machine take longer than one

FRAMES, SIZE = 4, 16
GPT = {"hidden_dim": 12, "heads": 2, "layers": 1, "dropout": 0.1, "attn_dropout": 0.0, "classes": 10}
RECIPES = {
    "framewright": ({"stem": "patch", "channels": 1}, {"positions": "rope", "neighbours": True}, "muon"),
    "videogpt": ({"stem": "strided", "channels": 3}, {"positions": "axial"}, "adam"),
}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Twenty clips of each split: squares that move."""
    path = tmp_path_factory.mktemp("clips") / "clips.h5"
    rng = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        for split in ("train", "test"):
            data = np.zeros((20, FRAMES, SIZE, SIZE), np.uint8)
            for clip in data:
                left, top = rng.integers(0, SIZE - 8, 2)
                for time, frame in enumerate(clip):
                    frame[top : top + 5, left + time : left + time + 5] = 255
            file[f"{split}_data"] = data.reshape(-1, SIZE, SIZE)
            file[f"{split}_idx"] = np.arange(20) * FRAMES
            file[f"{split}_labels"] = np.arange(20) % 10
        file.attrs["sequence_length"] = FRAMES
    return path


def config_of(recipe: str) -> VqvaeConfig:
    sizes = {"frames": FRAMES, "size": SIZE, "n_codes": 16, "n_hiddens": 8, "n_res_layers": 1, "embedding_dim": 8}
    return VqvaeConfig(**sizes, downsample=(2, 4, 4), **RECIPES[recipe][0])


def plan_of(recipe: str, **changes) -> TrainingPlan:
    usual = {"max_steps": 6, "batch_size": 4, "learning_rate": 1e-3, "optimizer": RECIPES[recipe][2]}
    return TrainingPlan(**(usual | {"validate_every": 2} | changes))


class Killed(Exception):
    """Stands for the end of a process."""


def kill_after(validations: int):
    left = [validations]

    def say(_: str) -> None:
        left[0] -= 1
        if not left[0]:
            raise Killed

    return say


def sha256(weights: dict[str, torch.Tensor]) -> str:
    digest = hashlib.sha256()
    for name, value in weights.items():
        digest.update(name.encode() + value.numpy().tobytes())
    return digest.hexdigest()


@pytest.fixture(scope="module", params=RECIPES)
def trained(request, clips, tmp_path_factory):
    """Both models of a recipe, trained at once, with their files."""
    folder, recipe = tmp_path_factory.mktemp("models"), request.param
    torch.set_num_threads(1)
    vqvae, how, about = train_vqvae(clips, config_of(recipe), TrainingRun(plan_of(recipe), 0, folder / "a.pt", "d"))
    codes = {split: encode_clips(vqvae, clips, split, torch.device("cpu")) for split in ("train", "test")}
    gpt = make_gpt(vqvae, GPT | RECIPES[recipe][1], 0)
    gpt_how = train_gpt(gpt, codes, clips, vqvae, TrainingRun(plan_of(recipe), 0, folder / "b.pt", "d"))
    return recipe, folder, vqvae, how, about, codes, gpt, gpt_how


@pytest.mark.slow
def test_a_vqvae_that_was_killed_goes_on_to_the_same_weights(trained, clips, tmp_path):
    recipe, _, _, whole, *_ = trained
    config, plan = config_of(recipe), plan_of(recipe)
    with pytest.raises(Killed):
        train_vqvae(clips, config, TrainingRun(plan, 0, tmp_path / "p.pt", "d", say=kill_after(2)))
    # `say` comes before the file is kept: what was done after the first validation is done again.
    _, again, _ = train_vqvae(clips, config, TrainingRun(plan, 0, tmp_path / "p.pt", "d"))
    assert again.history == whole.history
    assert sha256(again.best) == sha256(whole.best) and sha256(again.last) == sha256(whole.last)


def test_a_gpt_that_was_killed_goes_on_to_the_same_weights(trained, clips, tmp_path):
    recipe, _, vqvae, _, _, codes, _, whole = trained
    sizes, plan = GPT | RECIPES[recipe][1], plan_of(recipe)
    with pytest.raises(Killed):
        train_gpt(
            make_gpt(vqvae, sizes, 0),
            codes,
            clips,
            vqvae,
            TrainingRun(plan, 0, tmp_path / "p.pt", "d", say=kill_after(3)),
        )
    again = train_gpt(make_gpt(vqvae, sizes, 0), codes, clips, vqvae, TrainingRun(plan, 0, tmp_path / "p.pt", "d"))
    assert again.history == whole.history
    assert sha256(again.best) == sha256(whole.best) and sha256(again.last) == sha256(whole.last)


def test_what_another_training_left_behind_is_not_taken_up(trained, clips, tmp_path):
    recipe, _, vqvae, _, _, codes, _, whole = trained
    sizes, plan = GPT | RECIPES[recipe][1], plan_of(recipe)
    other = plan_of(recipe, max_steps=2)
    train_gpt(make_gpt(vqvae, sizes, 1), codes, clips, vqvae, TrainingRun(other, 1, tmp_path / "p.pt", "other"))
    again = train_gpt(make_gpt(vqvae, sizes, 0), codes, clips, vqvae, TrainingRun(plan, 0, tmp_path / "p.pt", "d"))
    assert again.history == whole.history


@pytest.mark.slow
def test_workers_change_nothing(trained, clips, tmp_path):
    recipe, _, _, whole, *_ = trained
    plan = plan_of(recipe, num_workers=2)
    _, again, _ = train_vqvae(clips, config_of(recipe), TrainingRun(plan, 0, tmp_path / "p.pt", "d"))
    assert again.history == whole.history


class Listener:
    """Stands for the log of a job: the units of its loops, and what is noted of each step."""

    def __init__(self) -> None:
        self.units, self.notes = [], []

    def __call__(self, items, total=None, unit="items", size=len):
        self.units.append(unit)
        return iter(items)


def test_every_step_says_its_loss_and_its_codes(trained, clips, tmp_path):
    recipe, _, vqvae, _, _, codes, _, _ = trained
    heard, plan = Listener(), plan_of(recipe)
    run = TrainingRun(plan, 0, tmp_path / "v.pt", "d", heard, note=heard.notes.append)
    train_vqvae(clips, config_of(recipe), run)
    fit = ["parts of the clips to fit"] if recipe == "framewright" else []
    assert heard.units == [*fit, "steps"] and len(heard.notes) == plan.max_steps
    assert re.fullmatch(r"loss \d+\.\d{4}, \d+ codes in use", heard.notes[-1])
    run = TrainingRun(plan, 0, tmp_path / "g.pt", "d", heard, note=heard.notes.append)
    train_gpt(make_gpt(vqvae, GPT | RECIPES[recipe][1], 0), codes, clips, vqvae, run)
    assert heard.units == [*fit, "steps", "steps"] and re.fullmatch(r"loss \d+\.\d{4}", heard.notes[-1])


def test_codes_samples_and_judgement_say_how_far_they_are(trained, clips):
    _, _, vqvae, _, _, _, gpt, _ = trained
    heard = Listener()
    encode_clips(vqvae, clips, "test", torch.device("cpu"), heard)
    generate(vqvae, gpt.eval(), clips, 2, None, SamplingPlan(), 0, heard)
    assert heard.units == ["parts of test", "parts of the samples"]
    motions, speeds = np.zeros(20, np.int64), np.zeros(20, np.float32)
    batches = ClipBatches(clips, "train", 4, FRAMES, SIZE, 1, 0)
    track_clips(batches, motions, speeds, 20, heard)
    assert heard.units[2:] == ["parts of the judge's clips"]


MEMORY = """
import re, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from framewright.videomnist.model_training import train_vqvae
from framewright.videomnist.training import TrainingPlan, TrainingRun
from framewright.videomnist.vqvae import VqvaeConfig
config = VqvaeConfig(4, 32, 1, 8, 16, 4, 0, (2, 8, 8), "vq", "strided")
plan = TrainingPlan(int(sys.argv[2]), 8, 1e-3, validate_every=20)
train_vqvae(sys.argv[1], config, TrainingRun(plan, 0, Path(sys.argv[1] + ".pt"), "d"))
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
def test_memory_grows_neither_with_the_steps_nor_with_the_clips(tmp_path):
    """Five times the steps on forty times the clips, all pixels of which are 64 MB as bytes: less than 12 MB more."""
    peaks = []
    for count, steps in ((400, 20), (16_000, 100)):
        path = tmp_path / f"{count}.h5"
        with h5py.File(path, "w") as file:
            for split, here in (("train", count), ("test", 40)):
                data = file.create_dataset(f"{split}_data", (here * 4, 32, 32), np.uint8, chunks=(4, 32, 32))
                data[:] = np.random.default_rng(0).integers(0, 256, (here * 4, 32, 32), np.uint8)
                file[f"{split}_idx"], file[f"{split}_labels"] = np.arange(here) * 4, np.arange(here) % 10
            file.attrs["sequence_length"] = 4
        command = [sys.executable, "-c", MEMORY, str(path), str(steps)]
        peaks.append(int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) / 1000)
    assert peaks[1] < peaks[0] + 12, peaks


def test_losses_are_in_their_units(trained, clips):
    """A reconstruction loss near 1 is as good as grey; the first of the transformer is ln(n_codes)."""
    _, _, _, how, about, _, _, gpt_how = trained
    batches = ClipBatches(clips, "train", 4, FRAMES, SIZE, 1, 0)
    pixels = batches.take(np.arange(20))["video"]
    assert about["variance"] == pytest.approx(pixels.double().var(correction=0).item())
    assert compute_variance(batches) == about["variance"]
    assert 0 < how.history[-1]["loss"] < 3
    assert gpt_how.history[0]["train_loss"] == pytest.approx(math.log(16), abs=0.1)


def test_the_best_weights_are_those_of_the_lowest_loss(trained):
    _, _, _, how, *_ = trained
    best = min(how.history, key=lambda row: row["loss"])
    assert how.metrics(torch.nn.Linear(1, 1))["best"] == best
    assert (sha256(how.best) == sha256(how.last)) == (best["step"] == how.history[-1]["step"])


def test_models_come_back_from_their_files(trained, tmp_path, clips):
    _, _, vqvae, how, about, codes, gpt, gpt_how = trained
    write_vqvae(tmp_path / "v.pt", vqvae.config, how.best, about)
    write_gpt(tmp_path / "g.pt", gpt.config, gpt_how.best, gpt.vectors, {})
    write_codes(tmp_path / "c.npz", codes)
    assert (read_codes(tmp_path / "c.npz")["train"].codes == codes["train"].codes).all()
    again, _ = read_vqvae(tmp_path / "v.pt")
    assert (encode_clips(again, clips, "test", torch.device("cpu")).codes == codes["test"].codes).all()
    other, _ = read_gpt(tmp_path / "g.pt")
    plan = SamplingPlan(temperature=0.9)
    one, same = (generate(vqvae, model, clips, 4, None, plan, 0) for model in (gpt.eval(), other))
    assert (one.videos == same.videos).all() and one.videos.shape == (4, FRAMES, SIZE, SIZE)
    assert (generate(vqvae, other, clips, 4, 7, plan, 0).labels == 7).all()
    with pytest.raises(UserError, match="holds a vqvae; a videogpt is wanted"):
        read_gpt(tmp_path / "v.pt")
    (tmp_path / "v.pt").write_bytes(b"broken")
    with pytest.raises(UserError, match="no model of ours"):
        read_vqvae(tmp_path / "v.pt")


def test_continuations_begin_with_what_was_given(trained, clips):
    _, _, vqvae, _, _, _, gpt, _ = trained
    continued = continue_clips(vqvae, gpt.eval(), clips, 2, SamplingPlan(), 0)
    assert continued.real.shape == continued.predicted.shape == (10, FRAMES, SIZE, SIZE)
    assert continued.labels.tolist() == list(range(10))


def test_a_clip_that_cant_be_used_is_refused(clips, tmp_path):
    with pytest.raises(UserError, match="has 4 frames, not 5"):
        ClipBatches(clips, "train", 2, 5, SIZE, 1, 0)
    (tmp_path / "text.h5").write_text("no")
    with pytest.raises(UserError, match="documented layout"):
        ClipBatches(tmp_path / "text.h5", "train", 2, 4, SIZE, 1, 0)


def test_batches_follow_from_the_step_and_the_seed(clips, trained):
    batches = [ClipBatches(clips, "train", 3, FRAMES, SIZE, 3, seed) for seed in (0, 0, 1)]
    assert torch.equal(batches[0][5]["video"], batches[1][5]["video"])
    assert not torch.equal(batches[0][5]["label"], batches[0][6]["label"])
    assert not torch.equal(batches[0][5]["label"], batches[2][5]["label"])
    assert batches[0][5]["video"].shape == (3, 3, FRAMES, SIZE, SIZE)
    smaller = ClipBatches(clips, "train", 3, FRAMES, 8, 1, 0)[5]["video"]
    assert smaller.shape == (3, 1, FRAMES, 8, 8) and -0.51 < smaller.min() < smaller.max() < 0.51
    codes = trained[5]["train"]
    untold = np.mean([(CodeBatches(codes, 50, 0, 0.3)[step]["label"] == -1).float().mean() for step in range(40)])
    assert untold == pytest.approx(0.3, abs=0.05)


def test_rates_and_directions():
    linear = TrainingPlan(100, 1, 1.0, schedule="linear")
    assert rate_at(0, linear) == pytest.approx(1 / 30) and rate_at(50, linear) == 0.5 and rate_at(99, linear) < 0.02
    cosine = TrainingPlan(100, 1, 1.0, schedule="cosine")
    assert [rate_at(step, cosine) for step in (0, 50)] == pytest.approx([1, 0.5])
    values = torch.linalg.svdvals(orthogonalize(torch.randn(8, 20, generator=torch.Generator().manual_seed(0))))
    assert values.min() > 0.6 and values.max() < 1.3


def test_a_digest_changes_with_everything_that_decides(clips, tmp_path):
    (tmp_path / "other").write_text("x")
    digests = [
        digest_of("code", {"a": 1}, [clips]),
        digest_of("other", {"a": 1}, [clips]),
        digest_of("code", {"a": 2}, [clips]),
        digest_of("code", {"a": 1}, [str(tmp_path / "other")]),
    ]
    assert len(set(digests)) == 4


def test_codes_in_use():
    found = codes_in_use(torch.tensor([0, 0, 1, 1]), 16)
    assert found["codes"] == 2 and found["perplexity"] == pytest.approx(2)


# ---- measures -------------------------------------------------------------------------------------------------------


def test_likeness_of_pictures_is_scikit_images_own():
    rng = np.random.default_rng(0)
    one = rng.integers(0, 256, (64, 64)).astype(np.uint8)
    other = np.clip(one + rng.normal(0, 20, one.shape), 0, 255).astype(np.uint8)
    theirs = structural_similarity(one, other, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    assert compute_ssim(one, other) == pytest.approx(theirs, abs=5e-3)
    assert compute_ssim(one, one) == pytest.approx(1)
    videos = np.stack([one, one])[None]
    assert compute_psnr(videos, np.clip(videos.astype(int) + 5, 0, 255))[0] == pytest.approx(
        20 * np.log10(255 / 5), abs=0.2
    )


def test_the_path_of_a_square_that_moves_steadily():
    video = np.zeros((1, 6, 64, 64), np.uint8)
    for time in range(6):
        video[0, time, 10:19, 10 + 3 * time : 19 + 3 * time] = 255
    step, change = measure_smoothness(video)
    assert step[0] == pytest.approx(3, abs=1e-3) and change[0] == pytest.approx(0, abs=1e-3)
    track, cuts = follow(torch.from_numpy(video).float() / 255)
    assert track[0, 0, 0].item() == pytest.approx(2 * 14 / 63 - 1, abs=1e-4)
    assert cuts.shape == (1, 6, 16, 16) and (cuts[0, 0] - cuts[0, 5]).abs().max() < 1e-6  # where it is does not matter


def test_the_distance_is_zero_on_average_for_alike_and_large_for_others():
    rng = np.random.default_rng(0)
    alike = [compute_mmd(*rng.normal(0, 1, (2, 100, 8))) for _ in range(30)]
    assert abs(np.mean(alike)) < 2.5 * np.std(alike) / np.sqrt(30)
    assert compute_mmd(rng.normal(0, 1, (100, 8)), rng.normal(1, 1, (100, 8))) > 20 * np.std(alike)
    labels = np.arange(100) % 2
    rows = rng.normal(0, 0.1, (2, 100, 8)) + 3 * labels[:, None]
    same, swapped = (mmd_by_class(rows[0], labels, rows[1], of) for of in (labels, 1 - labels))
    assert 0.5 < swapped < 2 and abs(same) < 0.01


@pytest.mark.parametrize(("distances", "passes"), [((1.0, 1.2, 1.1), True), ((0.2, 0.1, 0.3), False)])
def test_a_control_passes_three_times_the_spread_above_its_floor(distances, passes):
    assert Control("x", distances, (0.0, 0.1, 0.2)).passes is passes


def test_damages_are_what_they_say():
    videos, rng = np.arange(2 * 6).reshape(2, 6, 1, 1).astype(np.uint8), np.random.default_rng(0)
    shuffled = DAMAGES["frames shuffled in time"](videos, rng)
    assert (np.sort(shuffled, axis=1) == videos).all() and (shuffled != videos).any()
    assert DAMAGES["first frame repeated"](videos, rng)[1].flatten().tolist() == [6] * 6


def test_intervals_hold_the_mean_and_neighbours_are_the_nearest():
    value, low, high = bootstrap(np.arange(100.0), 0)
    assert value == 49.5 and low < 45 and high > 54 and low > 40
    rng = np.random.default_rng(0)
    one, others = rng.random((3, 2, 4)), rng.random((5, 2, 4))
    slow = [min(np.sqrt(((row - other) ** 2).mean()) for other in others) for row in one]
    assert measure_nearest(one, others) == pytest.approx(slow)
    assert measure_nearest(others[2:3], others)[0] == pytest.approx(0, abs=1e-6)
