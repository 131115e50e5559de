"""The keys of the models: presets, what can't be, and what is named instead."""

from pathlib import Path

import pytest
import yaml

from framewright.study.config import complete
from framewright.videomnist import settings
from framewright.videomnist.gpt import GptConfig
from framewright.videomnist.judging import JudgePlan
from framewright.videomnist.quantizer import LEVELS
from framewright.videomnist.sampling import SamplingPlan
from framewright.videomnist.training import TrainingPlan
from framewright.videomnist.vqvae import VqvaeConfig

SCHEMAS = Path(__file__).parents[3] / "config/schemas"
ORIGINS = {"training": {"preset": "videogpt"}}


def completed(**keys) -> tuple[dict, list[str]]:
    filled, faults = complete({"videomnist": keys}, SCHEMAS)
    return filled["videomnist"], faults


@pytest.mark.parametrize("preset", settings.PRESETS)
def test_each_preset_is_valid_and_makes_models_and_plans(preset):
    section, faults = completed(training={"preset": preset})
    assert faults == []
    vqvae, gpt = settings.vqvae_settings(section, 0), settings.gpt_settings(section, 0)
    config = VqvaeConfig(**vqvae["model"])
    assert TrainingPlan(**vqvae["plan"]).max_steps > 0 and TrainingPlan(**gpt["plan"]).max_steps > 0
    assert GptConfig(config.latent_shape, config.n_codes, config.dim, **gpt["model"]).classes == 10
    judge, made = settings.judge_settings(section, 0), settings.generate_settings(section, 0)
    assert JudgePlan(**judge["plan"]).sampling == SamplingPlan(
        **{key: made[key] for key in ("temperature", "top_k", "top_p", "guidance")}
    )


def test_the_guides_training_commands_are_valid():
    """--embedding_dim 256 --n_codes 512 --n_hiddens 128 --n_res_layers 2 --downsample 2 4 4 --batch_size 32, and
    --hidden_dim 256 --heads 4 --layers 6 --batch_size 16, which VideoGPT itself refuses."""
    vqvae = {"embedding_dim": 256, "n_codes": 512, "n_hiddens": 128, "n_res_layers": 2}
    vqvae |= {"downsample": [2, 4, 4], "batch_size": 32}
    gpt = {"hidden_dim": 256, "heads": 4, "layers": 6, "batch_size": 16}
    training = {"resolution": 64, "sequence_length": 16}
    section, faults = completed(training=training, vqvae=vqvae, videogpt=gpt)
    assert faults == []
    assert settings.vqvae_settings(section, 0)["model"]["n_codes"] == 512
    _, faults = completed(training={"preset": "videogpt"}, vqvae=vqvae, videogpt=gpt)
    assert len(faults) == 1 and "252 and 264" in faults[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"vqvae": {"downsample": [3, 16, 16]}}, "3 must be a number that divides 16 frames; the nearest is 2"),
        ({"vqvae": {"downsample": [4, 16, 24]}}, "24 must be a number that divides 64 pixels; the nearest is 16"),
        (ORIGINS | {"vqvae": {"downsample": [2, 2, 2]}}, "one of them must be 4 or more; the nearest is [2, 2, 4]"),
        ({"vqvae": {"downsample": [1, 1, 1]}}, "leaves more than 16,384 codes a video"),
        ({"vqvae": {"quantizer": "fsq", "n_codes": 1000}}, "fsq has 64, 512, 2048 or 4096; the nearest is 512"),
        (ORIGINS | {"vqvae": {"quantizer": "fsq"}}, "the preset videogpt has vq alone"),
        ({"vqvae": {"n_hiddens": 7}}, "must be even; the nearest is 8"),
        ({"videogpt": {"hidden_dim": 130}}, "needs a multiple of 8; the nearest are 128 and 136"),
        (ORIGINS | {"videogpt": {"positions": "rope"}}, "the preset videogpt has axial alone"),
        ({"videogpt": {"n_cond_frames": 3}}, "must be a multiple of 2, the frames of a code, and at most 14"),
        ({"videogpt": {"n_cond_frames": 16}}, "and at most 14; the nearest is 14"),
        (ORIGINS | {"videogpt": {"n_cond_frames": 16}}, "must be at most 15; the nearest is 15"),
        ({"videogpt": {"class_cond": False}, "generate": {"class": 3}}, "knows classes with class_cond alone"),
        ({"training": {"precision": 16}}, "half precision needs a GPU"),
        ({"training": {"gpus": 2}}, "must be at most 1"),
        ({"training": {"sequence_length": 32}}, "the clips have 16 frames; the nearest is 16"),
        ({"training": {"data_path": "absent.h5"}}, "no such file"),
        ({"generate": {"ckpt": "absent.pt"}}, "no such file"),
        ({"videogpt": {"vqvae": "absent.pt"}}, "no such file"),
    ],
)
def test_what_cant_be_is_refused_with_the_nearest_that_can(keys, said):
    _, faults = completed(**keys)
    assert any(said in line for line in faults), faults


def test_two_digits_of_stochastic_moving_mnist_are_a_preset():
    """Two digits that bounce, 64 x 64 pixels, 5 frames given and 10 predicted, as others report."""
    chosen = yaml.safe_load((SCHEMAS.parent / "scale/moving-mnist.yaml").read_text())["videomnist"]
    section, faults = completed(**chosen)
    assert faults == []
    assert (section["digits_per_video"], section["image_size"], section["sequence_length"]) == (2, 64, 15)
    assert settings.generate_settings(section, 0)["cond_frames"] == 5
    config = VqvaeConfig(**settings.vqvae_settings(section, 0)["model"])
    assert config.latent_shape == (3, 8, 8) and settings.gpt_settings(section, 0)["model"]["classes"] == 0


def test_the_numbers_of_fsq_codes_are_those_of_the_quantizer():
    assert tuple(LEVELS) == settings.LEVELS


def test_other_samples_train_nothing_anew():
    """`generate` reaches no setting of a training rule."""
    one, other = (completed(generate=keys)[0] for keys in ({}, {"n": 64, "class": 3, "temperature": 0.5}))
    for of in (settings.vqvae_settings, settings.gpt_settings):
        assert of(one, 0) == of(other, 0)
    assert settings.codes_settings(one) == settings.codes_settings(other)
    assert settings.generate_settings(one, 0) != settings.generate_settings(other, 0)
