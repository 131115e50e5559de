"""VQ-VAE and VideoGPT beside a plain implementation of the same sizes; vq and fsq at equal steps; the gate by seed.

    python tests/bench/bench_videogpt.py speed        # CPU seconds a training step and a sampled video, ours and plain
    python tests/bench/bench_videogpt.py quantizers   # vq and fsq with equal training steps
    python tests/bench/bench_videogpt.py recipes      # the default recipe and VideoGPT's own, at equal cost
    python tests/bench/bench_videogpt.py gate [times [seeds]] # agreement, at so many times the demo's steps

The plain implementation has no cache, no fused attention, and encodes latents in each step. All on one thread.
"""

import json
import os
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
from framewright.videomnist.codes import code_vectors, encode_clips
from framewright.videomnist.digits import load_embedded
from framewright.videomnist.gpt import CausalAttention, Gpt, GptConfig
from framewright.videomnist.judging import JudgePlan, judge
from framewright.videomnist.model_training import make_gpt, train_gpt, train_vqvae
from framewright.videomnist.sampling import SamplingPlan, draw_numbers, sample_codes
from framewright.videomnist.shard import write_shard
from framewright.videomnist.store import GREY, Shape, merge
from framewright.videomnist.training import TrainingPlan, TrainingRun, ignore
from framewright.videomnist.vqvae import Vqvae, VqvaeConfig

ROOT = Path(__file__).parents[2]
SECTION = complete({}, ROOT / "config/schemas")[0]["videomnist"]
SPEC = ClipSpec(**settings.clip_settings(SECTION))
STEPS, PLACES = 4, 24  # that are timed
TRAINING, SAMPLING = 1.3, 8.0  # targets
AT_EXIT = """import atexit, os, sys, time
def note():
    with open(os.environ["CPU_SECONDS"], "a") as file:
        file.write(f"{sys.argv[0]} {time.process_time()}\\n")
atexit.register(note)
"""


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
    chosen = settings.vqvae_settings(SECTION, 0)
    base = VqvaeConfig(**chosen["model"] | {"downsample": tuple(chosen["model"]["downsample"])})
    plan = replace(TrainingPlan(**chosen["plan"]), max_steps=steps, validate_every=steps)
    with tempfile.TemporaryDirectory() as name:
        clips = Path(name) / "clips.h5"
        draw_clips(clips, 3000, 200)
        for quantizer in ("vq", "fsq"):
            config = replace(base, quantizer=quantizer, n_res_layers=max(1, base.n_res_layers))
            began = time.process_time()
            _, trained, about = train_vqvae(clips, config, TrainingRun(plan, 0, Path(name) / f"{quantizer}.pt", "d"))
            row = trained.history[-1]
            psnr = -10 * np.log10(row["loss"] * about["variance"])
            spent = time.process_time() - began
            print(
                f"{quantizer}: {steps} steps, {spent:.0f} CPU-s, error {row['loss']:.3f} of the variance, "
                f"PSNR {psnr:.1f} dB, {row['codes']:.0f} of {config.n_codes} codes in use, "
                f"perplexity {row['perplexity']:.0f}"
            )
    return 0


def recipes(seconds: float = 60) -> int:
    """The default recipe and VideoGPT's own: a VQ-VAE trained for so many CPU seconds, VideoGPT for twice as many.

    VideoGPT's own sizes are out of reach of a core: what one step of them costs is printed, and its recipe is trained
    at the smallest sizes that are of use.
    """
    small = {
        "vqvae": {"embedding_dim": 64, "n_codes": 512, "n_hiddens": 32, "n_res_layers": 1, "downsample": [4, 8, 8]},
        "videogpt": {"hidden_dim": 96, "heads": 4, "layers": 3},
    }
    small["vqvae"]["batch_size"] = 4
    ways = {
        "framewright": {"training": {"preset": "framewright"}},
        "videogpt, small": {"training": {"preset": "videogpt"}, **small},
    }
    with tempfile.TemporaryDirectory() as name:
        clips = Path(name) / "clips.h5"
        draw_clips(clips, 8000, 600)
        for way, keys in ways.items():
            section = complete({"videomnist": keys}, ROOT / "config/schemas")[0]["videomnist"]
            kept = Path(name) / way.split(",")[0]
            chosen = settings.vqvae_settings(section, 0)
            config = VqvaeConfig(**chosen["model"] | {"downsample": tuple(chosen["model"]["downsample"])})

            def first(plan, note, config=config, kept=kept):
                return train_vqvae(clips, config, TrainingRun(plan, 0, kept.with_suffix(".v"), str(plan), note=note))

            vqvae, how, _ = within(seconds, TrainingPlan(**chosen["plan"]), first)
            codes = {split: encode_clips(vqvae, clips, split, torch.device("cpu")) for split in SPLITS}
            chosen = settings.gpt_settings(section, 0)

            def second(plan, note, vqvae=vqvae, codes=codes, sizes=chosen["model"], kept=kept):
                gpt = make_gpt(vqvae, sizes, 0)
                run = TrainingRun(plan, 0, kept.with_suffix(".g"), str(plan), note=note)
                return gpt, train_gpt(gpt, codes, clips, vqvae, run)

            gpt, gpt_how = within(2 * seconds, TrainingPlan(**chosen["plan"]), second)
            found = judge(vqvae.eval(), gpt.eval(), clips, JudgePlan(**settings.judge_settings(section, 0)["plan"]), 0)
            right = [found["agreement"][f"{what}_digit"]["value"] for what in ("reconstructions", "samples")]
            quality = found["reconstruction"]
            print(
                f"{way}: {how.history[-1]['step']} and {gpt_how.history[-1]['step']} steps, "
                f"error {quality['mse_over_variance']['value']:.3f} of the variance, "
                f"PSNR {quality['psnr']['value']:.1f} dB, {quality['codes']:.0f} of {quality['n_codes']} codes in use, "
                f"reconstructions {right[0]:.1%}, samples {right[1]:.1%}",
                flush=True,
            )
        section = complete({"videomnist": {"training": {"preset": "videogpt"}}}, ROOT / "config/schemas")[0]
        chosen = settings.vqvae_settings(section["videomnist"], 0)
        model = Vqvae(VqvaeConfig(**chosen["model"] | {"downsample": tuple(chosen["model"]["downsample"])}))
        video = torch.rand(4, 3, 16, 64, 64) - 0.5
        print(f"videogpt as it is: {cpu(lambda: model(video)[0].sum().backward()):.0f} CPU-s a VQ-VAE step of 4 clips")
    return 0


def within(seconds: float, plan: TrainingPlan, work):
    """What `work(plan, note)` gives with as many steps as fit beside what comes before the first one, a fit of clusters
    among it; a step costs the median of ten."""
    began, times = time.process_time(), []
    work(replace(plan, max_steps=12, validate_every=12), lambda _: times.append(time.process_time()))
    step = float(np.median(np.diff(times[1:])))
    steps = max(20, round((seconds - (times[0] - began)) / step))
    return work(replace(plan, max_steps=steps, validate_every=steps), ignore)


def gate(times: float = 1, seeds: float = 3) -> int:
    """The workflow itself, for three seeds: agreement of reconstructions and of samples, CPU seconds of each job."""
    assert SECTION["training"]["preset"] == "framewright"
    keys = {
        stage: {"max_steps": round(times * settings.PRESETS["framewright"][stage]["max_steps"])}
        for stage in ("vqvae", "videogpt")
    }
    found = []
    for seed in range(int(seeds)):
        with tempfile.TemporaryDirectory() as name:
            spent = run_chain(Path(name), ["--config", f"seed={seed}", f"videomnist={json.dumps(keys)}"])
            judged = json.loads((Path(name) / "results/videomnist/models/judgement/judgement.json").read_text())
            row = [judged["agreement"][f"{what}_digit"]["value"] for what in ("reconstructions", "samples")]
            found.append(row)
            total, each = sum(spent.values()), ", ".join(f"{stage} {count:.0f}" for stage, count in spent.items())
            print(
                f"seed {seed}: reconstructions {row[0]:.1%}, samples {row[1]:.1%}, distance of samples "
                f"{judged['distance']['samples']['value']:.3f}, {total:.0f} CPU-s: {each}",
                flush=True,
            )
    least = np.array(found).min(axis=0)
    print(f"the least of {len(found)}: reconstructions {least[0]:.1%} (aim 90 %), samples {least[1]:.1%} (aim 60 %)")
    return int(least[0] < 0.9 or least[1] < 0.6)


def run_chain(folder: Path, chosen: list[str]) -> dict[str, float]:
    """Train, sample and judge in a study of its own: CPU seconds of each job with its imports, read when it ends."""
    (folder / "sitecustomize.py").write_text(AT_EXIT)
    command = [sys.executable, "-m", "snakemake", "-c1", "-s", str(ROOT / "Snakefile"), "--directory", str(folder)]
    environment = os.environ | {"PYTHONPATH": str(folder), "CPU_SECONDS": str(folder / "seconds")}
    command += [*chosen, "--", "videomnist_generate", "videomnist_judge"]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    spent = dict.fromkeys(("clips", "vqvae", "codes", "gpt", "generate", "judge"), 0.0)
    for line in (folder / "seconds").read_text().splitlines():
        stage, seconds = line.rsplit(maxsplit=1)
        stage = stage.removesuffix(".py").rsplit(".videomnist_")[-1]
        if stage in spent:
            spent[stage] += float(seconds)
    return spent


if __name__ == "__main__":
    torch.set_num_threads(1)
    asked, *more = sys.argv[1:] or ["speed"]
    sys.exit({"speed": speed, "quantizers": quantizers, "recipes": recipes, "gate": gate}[asked](*map(float, more)))
