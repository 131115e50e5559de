"""What the models are worth: figures of reconstructions and samples, each with an interval, beside the data's.

A figure is a dict with `value`, `low`, `high`: the mean and the interval that holds it in 95 % of resampled sets.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from framewright.errors import UserError
from framewright.study.progress import Progress, report_nothing
from framewright.videomnist.codes import batches_for
from framewright.videomnist.distances import (
    Control,
    bootstrap,
    compute_mmd,
    measure_nearest,
    mmd_by_class,
    size_curve,
    standardize_features,
)
from framewright.videomnist.generating import (
    Continued,
    as_grey,
    count_given,
    decode_codes,
    generate,
    predict_clips,
    repeat_channels,
)
from framewright.videomnist.gpt import Gpt
from framewright.videomnist.judge_network import Judgement, JudgeNetwork, follow
from framewright.videomnist.judge_training import track_clips, train_judge
from framewright.videomnist.model_clips import ClipBatches, read_motions
from framewright.videomnist.sampling import SamplingPlan
from framewright.videomnist.training import codes_in_use
from framewright.videomnist.vqvae import Vqvae

SIZES = (25, 50, 100, 200, 400, 800)  # of the distance's sample-size curve
CONTINUED = 50  # test clips whose continuation is compared with what really followed, at most
COARSE = 16  # pixels a side at which neighbours are compared
JUDGE_SEED = 7919  # added to the study's: the judge shares nothing with what it judges
SSIM_SIGMA, SSIM_ONE, SSIM_TWO = 1.5, (0.01 * 255) ** 2, (0.03 * 255) ** 2  # as Wang et al. 2004 have them


@dataclass(frozen=True)
class JudgePlan:
    """How many clips and samples are looked at, and how samples are drawn."""

    clips: int
    samples: int
    seeds: int
    temperature: float
    top_k: int
    top_p: float
    guidance: float
    cond_frames: int  # that are given to a continuation

    @property
    def sampling(self) -> SamplingPlan:
        """How samples are drawn."""
        return SamplingPlan(self.temperature, self.top_k, self.top_p, self.guidance)


@dataclass(frozen=True, eq=False)
class Looked:
    """Videos (n, T, S, S) uint8 with their labels (n,), and what the judge says of them."""

    videos: np.ndarray
    labels: np.ndarray
    judgement: Judgement

    @property
    def features(self) -> np.ndarray:
        """(n, d) features."""
        return self.judgement.features.numpy()

    def where(self, places: np.ndarray) -> "Looked":
        """Some of them."""
        return Looked(self.videos[places], self.labels[places], Judgement(*(part[places] for part in self.judgement)))


def judge(
    vqvae: Vqvae, gpt: Gpt, clips: str | Path, plan: JudgePlan, seed: int, progress: Progress = report_nothing
) -> dict[str, Any]:
    """All figures, as a record."""
    train, test = (batches_for(vqvae.config, clips, split) for split in ("train", "test"))
    network, motions = _judge_network(train, clips, plan.clips, seed, progress)
    truth = read_motions(clips, "test")
    real = _taken(test, network, max(2 * plan.samples, 100))
    figures, again = _reconstructions(vqvae, test, network, real, seed)
    made = generate(vqvae, gpt, clips, plan.samples, None, plan.sampling, seed + 1, progress)
    samples = _look(network, made.videos, made.labels)
    known = torch.from_numpy(truth[0][: len(real.labels)]) if truth else None
    return {
        "clips": {"train": len(train), "test": len(real.labels), "judge": min(plan.clips, len(train))},
        "samples": len(samples.labels),
        "motions": motions,
        "judge": _judge_figures(real, known, truth, seed),
        "reconstruction": figures,
        "prediction": _predictions(vqvae, gpt, test, again.videos, plan, seed),
        "bits_per_dimension": measure_bits(vqvae, gpt, test, seed),
        "agreement": _agreement(real, again, samples, known, seed),
        "motion_shares": _shares(motions, {"data": real, "reconstructions": again, "samples": samples}),
        "path": {
            name: _path(looked, seed)
            for name, looked in {"data": real, "reconstructions": again, "samples": samples}.items()
        },
        "distance": _distances(network, real, again, samples, plan, seed),
        "nearest": _neighbours(train, real, samples, plan.clips, seed),
    }


def compute_psnr(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(n,) decibels of videos (n, T, S, S) uint8."""
    error = ((one.astype(np.float64) - other) ** 2).mean(axis=(1, 2, 3))
    return 10 * np.log10(255**2 / np.maximum(error, 1e-9))


def compute_ssim(one: np.ndarray, other: np.ndarray) -> float:
    """The structural similarity of two frames (S, S) uint8, with a Gaussian window of 11 pixels; at most 1."""

    def blurred(picture: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(picture, (11, 11), SSIM_SIGMA, borderType=cv2.BORDER_REFLECT)

    x, y = one.astype(np.float64), other.astype(np.float64)
    mean_x, mean_y = blurred(x), blurred(y)
    spread_x, spread_y = blurred(x * x) - mean_x**2, blurred(y * y) - mean_y**2
    both = blurred(x * y) - mean_x * mean_y
    above = (2 * mean_x * mean_y + SSIM_ONE) * (2 * both + SSIM_TWO)
    return float((above / ((mean_x**2 + mean_y**2 + SSIM_ONE) * (spread_x + spread_y + SSIM_TWO)))[5:-5, 5:-5].mean())


def compare_prediction(continued: Continued, decoded: np.ndarray, given: int, seed: int) -> dict[str, Any]:
    """How near predicted frames come to the real ones, beside the last given frame repeated and the real codes decoded.

    Of the frames after `given` ones alone; one prediction of each clip, not the best of several.
    """
    real = continued.real[:, given:]
    ways = {
        "predicted": continued.predicted[:, given:],
        "last frame repeated": np.repeat(continued.real[:, given - 1 : given], real.shape[1], axis=1),
        "decoded": decoded[:, given:],
    }
    figures = {}
    for name, videos in ways.items():
        likeness = [
            float(np.mean([compute_ssim(*frames) for frames in zip(*pair, strict=True)]))
            for pair in zip(real, videos, strict=True)
        ]
        error = ((videos.astype(np.float64) - real) ** 2).mean(axis=(1, 2, 3)) / 255**2
        psnr = compute_psnr(real, videos)
        figures[name] = {
            "mse": _figure(error, seed),
            "psnr": _figure(psnr, seed),
            "ssim": _figure(np.array(likeness), seed),
        }
    return {"clips": len(real), "given": given, "predicted": real.shape[1], "ways": figures}


def measure_smoothness(videos: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of videos (n, T, S, S) uint8: the mean length (n,) of a step of the centre of mass, and of a step's change."""
    track, _ = follow(torch.from_numpy(videos).float() / 255)
    path = track[..., :2].numpy() * (videos.shape[-1] - 1) / 2
    steps = np.diff(path, axis=1)
    changes = np.diff(steps, axis=1) if steps.shape[1] > 1 else np.zeros_like(steps)
    return np.hypot(*np.moveaxis(steps, 2, 0)).mean(1), np.hypot(*np.moveaxis(changes, 2, 0)).mean(1)


DAMAGES: Mapping[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "frames shuffled in time": lambda videos, rng: np.stack([video[rng.permutation(len(video))] for video in videos]),
    "first frame repeated": lambda videos, rng: np.repeat(videos[:, :1], videos.shape[1], axis=1),
}


def _judge_network(
    train: ClipBatches, clips: str | Path, most: int, seed: int, progress: Progress
) -> tuple[JudgeNetwork, list[str]]:
    if train.clips.labels.max() > 9:
        raise UserError(f"{clips}: a label is {train.clips.labels.max()}; the judge knows the digits 0 to 9")
    found = read_motions(clips, "train")
    nothing = np.zeros(len(train), np.int64)
    motions, speeds, names = found if found else (nothing, nothing.astype(np.float32), ["unknown"])
    tracked = track_clips(train, motions, speeds, most, progress)
    return train_judge(tracked, len(names), seed + JUDGE_SEED, progress), names


def _look(network: JudgeNetwork, videos: np.ndarray, labels: np.ndarray) -> Looked:
    parts = [network(torch.from_numpy(videos[first : first + 50]).float() / 255) for first in range(0, len(videos), 50)]
    return Looked(videos, labels, Judgement(*(torch.cat(part) for part in zip(*parts, strict=True))))


def _taken(batches: ClipBatches, network: JudgeNetwork, most: int) -> Looked:
    taken = [batches.take(part) for part in batches.parts(most)]
    videos = np.concatenate([as_grey(part["video"]) for part in taken])
    return _look(network, videos, torch.cat([part["label"] for part in taken]).numpy())


@torch.no_grad()
def _reconstructions(
    vqvae: Vqvae, test: ClipBatches, network: JudgeNetwork, real: Looked, seed: int
) -> tuple[dict[str, Any], Looked]:
    device = next(vqvae.parameters()).device
    codes = [vqvae.encode(test.take(part)["video"].to(device)).cpu() for part in test.parts(len(real.videos))]
    videos = np.concatenate([decode_codes(vqvae, part.to(device)) for part in codes])
    error = ((videos.astype(np.float64) - real.videos) ** 2).mean(axis=(1, 2, 3))
    likeness = [
        np.mean([compute_ssim(*pair) for pair in zip(*pairs, strict=True)])
        for pairs in zip(real.videos, videos, strict=True)
    ]
    figures: dict[str, Any] = {
        "mse": _figure(error / 255**2, seed),
        "mse_over_variance": _figure(error / real.videos.astype(np.float64).var(), seed),
        "psnr": _figure(compute_psnr(real.videos, videos), seed),
        "ssim": _figure(np.array(likeness), seed),
    }
    used = codes_in_use(torch.cat(codes), vqvae.config.n_codes)
    return figures | {"n_codes": vqvae.config.n_codes, **used}, _look(network, videos, real.labels)


def _predictions(
    vqvae: Vqvae, gpt: Gpt, test: ClipBatches, decoded: np.ndarray, plan: JudgePlan, seed: int
) -> dict[str, Any]:
    places = np.arange(min(CONTINUED, len(decoded)))
    continued = predict_clips(vqvae, gpt, test, places, plan.cond_frames, plan.sampling, seed + 1)
    return compare_prediction(continued, decoded[places], count_given(vqvae, gpt, plan.cond_frames), seed)


@torch.no_grad()
def measure_bits(vqvae: Vqvae, gpt: Gpt, test: ClipBatches, seed: int) -> dict[str, Any]:
    """Bits that code a video, by the value of its pixels: what VideoGPT says of real codes."""
    device = gpt.fc_in.weight.device
    found = []
    for part in test.parts(200, 25):
        batch = test.take(part)
        video, labels = batch["video"].to(device), batch["label"].to(device)
        codes = vqvae.encode(video).flatten(1)
        frames = repeat_channels(video[:, :, : gpt.config.cond_frames]) if gpt.config.cond_frames else None
        logits = gpt(codes, labels, frames)
        nats = F.cross_entropy(logits.flatten(0, 1), codes.flatten(), reduction="none").view(codes.shape).sum(1)
        found.append(nats.cpu().double().numpy() / math.log(2))
    bits = np.concatenate(found)
    config = vqvae.config
    return {
        **_figure(bits / (config.frames * config.size**2), seed),
        "bits_a_video": float(bits.mean()),
        "bits_a_code": float(bits.mean() / gpt.config.length),
    }


def _judge_figures(real: Looked, known: torch.Tensor | None, truth: Any, seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {"digit": _figure(_right_digit(real), seed)}
    if known is not None:
        found["motion"] = _figure((real.judgement.motion.argmax(1) == known).double().numpy(), seed)
        off = np.abs(real.judgement.speed.numpy() - truth[1][: len(real.labels)])
        found["speed_error"] = _figure(off.astype(np.float64), seed)
    return found


def _agreement(real: Looked, again: Looked, samples: Looked, known: torch.Tensor | None, seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "reconstructions_digit": _figure(_right_digit(again), seed),
        "samples_digit": _figure(_right_digit(samples), seed) if samples.labels.min() >= 0 else None,
    }
    if known is not None:
        found["reconstructions_motion"] = _figure((again.judgement.motion.argmax(1) == known).double().numpy(), seed)
    return found


def _right_digit(looked: Looked) -> np.ndarray:
    return (looked.judgement.digit.argmax(1).numpy() == looked.labels).astype(np.float64)


def _shares(motions: list[str], looked: Mapping[str, Looked]) -> dict[str, dict[str, float]]:
    counts = {
        name: np.bincount(of.judgement.motion.argmax(1).numpy(), minlength=len(motions)) for name, of in looked.items()
    }
    return {
        name: dict(zip(motions, (count / count.sum()).round(4).tolist(), strict=True)) for name, count in counts.items()
    }


def _path(looked: Looked, seed: int) -> dict[str, Any]:
    step, change = measure_smoothness(looked.videos)
    return {"step": _figure(step, seed), "change_of_step": _figure(change, seed)}


def _distances(
    network: JudgeNetwork, real: Looked, again: Looked, samples: Looked, plan: JudgePlan, seed: int
) -> dict[str, Any]:
    """Distances to the data: of samples, of reconstructions, and of data that were damaged on purpose."""
    rng = np.random.default_rng([seed, 3])
    scale = real.features
    half = min(len(real.labels) // 2, len(samples.labels))
    draws = [rng.permutation(len(real.labels)) for _ in range(plan.seeds)]
    halves = [(places[:half], places[half : 2 * half]) for places in draws]
    data, decoded, new = (standardize_features(looked.features, scale) for looked in (real, again, samples))
    labels, asked = real.labels, samples.labels
    damaged = {name: _look(network, damage(real.videos, rng), labels) for name, damage in DAMAGES.items()}
    floor = [compute_mmd(data[one], data[other]) for one, other in halves]
    by_class = [mmd_by_class(data[one], labels[one], data[other], labels[other]) for one, other in halves]
    swapped = [mmd_by_class(data[one], labels[one], data[other], (labels[other] + 1) % 10) for one, other in halves]
    controls = [Control("classes swapped", tuple(swapped), tuple(by_class))]
    for name, looked in damaged.items():
        features = standardize_features(looked.features, scale)
        controls.append(
            Control(name, tuple(compute_mmd(data[one], features[other]) for one, other in halves), tuple(floor))
        )
    chosen = [rng.permutation(len(new))[:half] for _ in halves]
    sizes = [size for size in SIZES if size <= half]
    return {
        "n": half,
        "features": f"{scale.shape[1]} features of the judge, standardized by the data",
        "floor": _spread(floor),
        "reconstructions": _spread([compute_mmd(data[one], decoded[other]) for one, other in halves]),
        "samples": _spread(
            [compute_mmd(data[one], new[places]) for (one, _), places in zip(halves, chosen, strict=True)]
        ),
        "floor_by_class": _spread(by_class),
        "samples_by_class": _spread([mmd_by_class(data[one], labels[one], new, asked) for one, _ in halves]),
        "controls": [
            {"name": control.name, **_spread(list(control.distances)), "passes": control.passes} for control in controls
        ],
        "trusted": all(control.passes for control in controls),
        "size_curve": {
            "floor": size_curve(data[: len(data) // 2], data[len(data) // 2 :], sizes, rng),
            "samples": size_curve(data, new, sizes, rng),
        },
    }


def _neighbours(train: ClipBatches, real: Looked, samples: Looked, most: int, seed: int) -> dict[str, Any]:
    """How near samples come to a training clip, and how near held-out clips do: no nearer is no copying."""
    known = np.concatenate([_coarse(as_grey(train.take(part)["video"])) for part in train.parts(most)])
    return {
        "samples": _figure(measure_nearest(_coarse(samples.videos), known), seed),
        "held_out": _figure(measure_nearest(_coarse(real.videos[: len(samples.videos)]), known), seed),
        "training_clips": len(known),
    }


def _coarse(videos: np.ndarray) -> np.ndarray:
    """(n, T / 2, COARSE, COARSE) float32: every other frame, reduced."""
    frames = torch.from_numpy(videos[:, ::2]).float()
    return F.adaptive_avg_pool2d(frames, COARSE).numpy()


def _figure(values: np.ndarray, seed: int) -> dict[str, float]:
    return dict(zip(("value", "low", "high"), (round(each, 6) for each in bootstrap(values, seed)), strict=True))


def _spread(values: list[float]) -> dict[str, float]:
    return {"value": round(float(np.mean(values)), 6), "spread": round(float(np.std(values)), 6), "draws": len(values)}
