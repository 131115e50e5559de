"""VQ-VAE and VideoGPT beside a plain implementation of the same sizes; vq and fsq at equal steps; the gate by seed.

    python tests/bench/bench_videogpt.py speed        # CPU seconds a training step and a sampled video, ours and plain
    python tests/bench/bench_videogpt.py quantizers   # vq and fsq with equal training steps
    python tests/bench/bench_videogpt.py gate [times] # agreement over three seeds, at so many times the demo's steps

The plain implementation has no cache, no fused attention, and encodes latents in each step. All on one thread.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from framewright.study.config import complete
from framewright.videomnist import settings
from framewright.videomnist.clip_spec import SPLITS, ClipSpec
from framewright.videomnist.codes import code_vectors
from framewright.videomnist.digits import load_embedded
from framewright.videomnist.gpt import CausalAttention, Gpt, GptConfig
from framewright.videomnist.model_training import train_vqvae
from framewright.videomnist.sampling import SamplingPlan, draw_numbers, sample_codes
from framewright.videomnist.shard import write_shard
from framewright.videomnist.store import GREY, Shape, merge
from framewright.videomnist.training import TrainingPlan
from framewright.videomnist.vqvae import Vqvae, VqvaeConfig

ROOT = Path(__file__).parents[2]
SPEC = ClipSpec(64, 0.1, 17, ("bounce", "circular", "linear"), (2, 5), 10)
STEPS, PLACES = 4, 24  # that are timed
TRAINING, SAMPLING = 1.3, 8.0  # targets


class PlainAttention(CausalAttention):
    """The same with its weights in memory, and a mask."""

    def forward(self, h, turn=None, cache=None, layer=0):
        q, k, v = (each(h).unflatten(-1, (self.config.heads, -1)).transpose(1, 2) for each in self._projections())
        scores = q @ k.mT / q.shape[-1] ** 0.5
        mask = torch.tril(torch.ones(scores.shape[-2:]))
        mixed = F.softmax(scores.masked_fill(mask == 0, -torch.inf), dim=-1) @ v
        return self.fc(mixed.transpose(1, 2).flatten(-2))


def speed() -> int:
    """At 1,024 codes a video: 4 x 16 x 16, downsample 4 4 4, VideoGPT's modules in small."""
    torch.manual_seed(0)
    config = VqvaeConfig(16, 64, 1, 64, 512, 32, 1, (4, 4, 4))
    vqvae = Vqvae(config).eval().requires_grad_(False)
    sizes = GptConfig(config.latent_shape, 512, 64, 128, 4, 4, 0.0, 0.0, classes=10)
    ours = Gpt(sizes, code_vectors(vqvae))
    plain = Gpt(sizes, code_vectors(vqvae))
    plain.load_state_dict(ours.state_dict())
    for block in plain.attn_stack.attn_nets:
        attention = PlainAttention(sizes)
        attention.load_state_dict(block.attn.state_dict())
        block.attn = attention
    video, labels = torch.rand(4, 1, 16, 64, 64) - 0.5, torch.arange(4)
    codes = vqvae.encode(video).flatten(1)
    train = {
        "ours": min(cpu(step, ours, codes, labels) for _ in range(STEPS)),
        "plain": min(cpu(lambda: step(plain, vqvae.encode(video).flatten(1), labels)) for _ in range(STEPS)),
    }
    assert torch.allclose(ours(codes, labels), plain(codes, labels), atol=1e-4)
    numbers, length = draw_numbers(0, range(4), sizes.length), sizes.length
    with torch.no_grad():
        sample = {"ours": cpu(sample_codes, ours, labels, numbers, SamplingPlan())}
        sample["plain"] = min(cpu(plain, codes, labels) for _ in range(PLACES)) * length
    print(f"{'CPU seconds, batch of 4, 1,024 codes':40}{'ours':>10}{'plain':>10}{'ratio':>8}{'target':>8}")
    missed = False
    for what, found, target in (("a training step", train, TRAINING), ("sampling, a video", sample, SAMPLING)):
        ratio = found["plain"] / found["ours"]
        missed |= ratio < target
        each = 4 if what.startswith("sampling") else 1
        print(f"{what:40}{found['ours'] / each:10.3f}{found['plain'] / each:10.3f}{ratio:8.2f}{target:8.1f}")
    print(f"(plain sampling is one whole forward pass, the best of {PLACES}, times {length:,} codes)")
    return int(missed)


def step(gpt: Gpt, codes: torch.Tensor, labels: torch.Tensor) -> None:
    """One forward and one backward pass."""
    F.cross_entropy(gpt(codes, labels).flatten(0, 1), codes.flatten()).backward()
    gpt.zero_grad()


def cpu(work, *arguments) -> float:
    """Processor seconds that a call takes."""
    began = time.process_time()
    work(*arguments)
    return time.process_time() - began


def draw_clips(path: Path, train: int, test: int, seed: int = 0) -> None:
    """Clips as the workflow draws them."""
    digits, parts = load_embedded(), {}
    for split, count in zip(SPLITS, (train, test), strict=True):
        parts[split] = [path.with_suffix(f".{split}")]
        write_shard(parts[split][0], digits[split], SPEC, seed, split, range(count), (GREY,))
    merge(path, GREY, parts, {"motion_types": list(SPEC.motions)}, Shape(16, 64))


def quantizers(steps: int = 150) -> int:
    """vq, fitted and by descent, and fsq: equal sizes, equal steps."""
    section = complete({}, ROOT / "config/schemas")[0]["videomnist"]
    chosen = settings.vqvae_settings(section, 0)
    base = VqvaeConfig(**chosen["model"] | {"downsample": tuple(chosen["model"]["downsample"])})
    plan = replace(TrainingPlan(**chosen["plan"]), max_steps=steps, validate_every=steps)
    with tempfile.TemporaryDirectory() as name:
        clips = Path(name) / "clips.h5"
        draw_clips(clips, 3000, 200)
        for quantizer in ("vq", "fsq"):
            config = replace(base, quantizer=quantizer, n_res_layers=max(1, base.n_res_layers))
            began = time.process_time()
            _, trained, about = train_vqvae(clips, config, plan, 0, Path(name) / f"{quantizer}.pt", "d")
            row = trained.history[-1]
            psnr = -10 * np.log10(row["loss"] * about["variance"])
            spent = time.process_time() - began
            print(
                f"{quantizer}: {steps} steps, {spent:.0f} CPU-s, error {row['loss']:.3f} of the variance, "
                f"PSNR {psnr:.1f} dB, {row['codes']:.0f} of {config.n_codes} codes in use, "
                f"perplexity {row['perplexity']:.0f}"
            )
    return 0


def gate(times: float = 1) -> int:
    """The workflow itself, for three seeds: agreement of reconstructions and of samples."""
    section = complete({}, ROOT / "config/schemas")[0]["videomnist"]
    steps = {
        stage: round(times * settings.PRESETS["framewright"][stage]["max_steps"]) for stage in ("vqvae", "videogpt")
    }
    keys = {stage: {"max_steps": count} for stage, count in steps.items()}
    found = []
    assert section["training"]["preset"] == "framewright"
    for seed in range(3):
        with tempfile.TemporaryDirectory() as name:
            said = ["--config", f"seed={seed}", f"videomnist={json.dumps(keys)}", "--", "videomnist_judge"]
            command = [
                sys.executable,
                "-m",
                "snakemake",
                "-c1",
                "-s",
                str(ROOT / "Snakefile"),
                "--directory",
                name,
                *said,
            ]
            subprocess.run(command, check=True, capture_output=True)
            models = Path(name) / "results/videomnist/models"
            judged = json.loads((models / "judgement/judgement.json").read_text())
            spent = sum(
                float(path.read_text().splitlines()[1].split("\t")[9])
                for path in Path(name).glob("benchmarks/videomnist_*.tsv")
            )
            row = [judged["agreement"][f"{what}_digit"]["value"] for what in ("reconstructions", "samples")]
            found.append(row)
            print(f"seed {seed}: reconstructions {row[0]:.1%}, samples {row[1]:.1%}, {spent:.0f} CPU-s", flush=True)
    least = np.array(found).min(axis=0)
    print(f"the least of three seeds: reconstructions {least[0]:.1%} (aim 90 %), samples {least[1]:.1%} (aim 60 %)")
    return int(least[0] < 0.9 or least[1] < 0.6)


if __name__ == "__main__":
    torch.set_num_threads(1)
    asked, *more = sys.argv[1:] or ["speed"]
    sys.exit({"speed": speed, "quantizers": quantizers, "gate": gate}[asked](*map(float, more)))
