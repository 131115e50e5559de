"""Two digits that bounce, five frames given, ten predicted, no class told: all figures of it can be had."""

import math

import pytest
import torch
import yaml
from house import ROOT

from framewright.study.config import complete
from framewright.videomnist import judge_training, settings
from framewright.videomnist.clip_spec import SPLITS, ClipSpec
from framewright.videomnist.codes import batches_for
from framewright.videomnist.digits import load_embedded
from framewright.videomnist.judgement_page import judgement_page, write_distances
from framewright.videomnist.judging import JudgePlan, judge, measure_bits
from framewright.videomnist.model_training import make_gpt
from framewright.videomnist.shard import write_shard
from framewright.videomnist.store import GREY, Shape, merge
from framewright.videomnist.vqvae import Vqvae, VqvaeConfig


@pytest.fixture(scope="module")
def section() -> dict:
    """The preset like stochastic Moving MNIST, with the digits that come with scikit-learn."""
    chosen = yaml.safe_load((ROOT / "config/scale/moving-mnist.yaml").read_text())["videomnist"]
    return complete({"videomnist": chosen | {"digits": "scikit-learn"}}, ROOT / "config/schemas")[0]["videomnist"]


@pytest.fixture(scope="module")
def clips(section, tmp_path_factory):
    """Clips as the workflow draws them, but few."""
    path = tmp_path_factory.mktemp("clips") / "clips.h5"
    spec, digits, parts = ClipSpec(**settings.clip_settings(section)), load_embedded(), {}
    for split, count in zip(SPLITS, (60, 40), strict=True):
        parts[split] = [path.with_suffix(f".{split}")]
        write_shard(parts[split][0], digits[split], spec, 0, split, range(count), (GREY,))
    merge(path, GREY, parts, {"motion_types": list(spec.motions)}, Shape(15, 64))
    return path


@pytest.fixture(scope="module")
def models(section):
    """A small VQ-VAE, and the prior of its codes that foretells from five given frames; neither has learnt."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = settings.vqvae_settings(section, 0)["model"]
    model |= {"n_codes": 32, "embedding_dim": 8, "n_hiddens": 8, "downsample": tuple(model["downsample"])}
    vqvae = Vqvae(VqvaeConfig(**model)).eval()
    return vqvae, settings.gpt_settings(section, 0)["model"] | {"hidden_dim": 24, "heads": 2, "layers": 1}


@pytest.mark.slow
@pytest.mark.parametrize("given", [0, 2])
def test_a_prior_that_has_not_learnt_needs_all_bits_of_each_code(clips, models, given):
    """Its codes are equally likely: log2(32) = 5 bits each, whether it is told of frames or not."""
    vqvae, sizes = models
    gpt = make_gpt(vqvae, sizes | {"cond_frames": given}, 0).eval()
    torch.nn.init.zeros_(gpt.fc_out.weight)
    found = measure_bits(vqvae, gpt, batches_for(vqvae.config, clips, "test"), 0)
    assert found["bits_a_code"] == pytest.approx(5) and found["bits_a_video"] == pytest.approx(5 * gpt.config.length)
    assert found["value"] == pytest.approx(5 * gpt.config.length / (vqvae.config.frames * vqvae.config.size**2))


@pytest.mark.slow
def test_models_of_two_digits_are_judged_by_what_they_foretell(section, clips, tmp_path, monkeypatch):
    monkeypatch.setattr(judge_training, "STEPS", 3)
    monkeypatch.setattr(judge_training, "PATH_STEPS", 3)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = settings.vqvae_settings(section, 0)["model"]
    model |= {"n_codes": 32, "embedding_dim": 8, "n_hiddens": 8, "downsample": tuple(model["downsample"])}
    vqvae = Vqvae(VqvaeConfig(**model)).eval()
    sizes = settings.gpt_settings(section, 0)["model"] | {"hidden_dim": 24, "heads": 2, "layers": 1}
    gpt = make_gpt(vqvae, sizes, 0).eval()
    plan = settings.judge_settings(section, 0)["plan"] | {"clips": 60, "samples": 20, "seeds": 3}
    found = judge(vqvae, gpt, clips, JudgePlan(**plan), 0)
    ahead = found["prediction"]
    assert (ahead["given"], ahead["predicted"], ahead["clips"]) == (5, 10, 40)
    assert all(math.isfinite(figure["value"]) for way in ahead["ways"].values() for figure in way.values())
    assert found["agreement"]["samples_digit"] is None
    page = judgement_page(found)
    assert "5 frames are given and 10 predicted" in page and "no class" in page
    write_distances(tmp_path / "d.png", found)
    assert (tmp_path / "d.png").stat().st_size > 1000
