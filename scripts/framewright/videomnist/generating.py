"""New videos by class, and continuations of real ones, as arrays."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from framewright.errors import UserError
from framewright.study.progress import Progress, report_nothing
from framewright.videomnist.codes import batches_for
from framewright.videomnist.gpt import Gpt
from framewright.videomnist.model_clips import ClipBatches
from framewright.videomnist.sampling import SamplingPlan, draw_numbers, sample_codes
from framewright.videomnist.vqvae import Vqvae

BATCH = 50  # videos that are sampled together
CONTINUED = 10  # clips that are continued: the first of each class
NUMBERED = 1_000_000  # continuations have random numbers from here on


@dataclass(frozen=True, eq=False)
class Generated:
    """New videos (n, T, S, S) uint8 with the class (n,) that each was asked to show; -1 where none was."""

    videos: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, eq=False)
class Continued:
    """Real clips (n, T, S, S) uint8, and what was predicted from their first frames."""

    real: np.ndarray
    predicted: np.ndarray
    labels: np.ndarray


def generate(
    vqvae: Vqvae,
    gpt: Gpt,
    clips: str | Path,
    count: int,
    digit: int | None,
    plan: SamplingPlan,
    seed: int,
    progress: Progress = report_nothing,
) -> Generated:
    """New videos of one digit, or of each in turn; a model that wants first frames gets those of test clips."""
    if gpt.config.shape != vqvae.config.latent_shape or gpt.config.n_codes != vqvae.config.n_codes:
        raise UserError("VideoGPT and VQ-VAE were not trained together: their codes differ; give both, or neither")
    labels = np.arange(count) % 10 if digit is None else np.full(count, digit)
    device = gpt.fc_in.weight.device
    videos = []
    for first in progress(range(0, count, BATCH), unit="parts of the samples"):
        numbers = range(first, min(first + BATCH, count))
        told = torch.from_numpy(labels[numbers.start : numbers.stop]).to(device) if gpt.config.classes else None
        frames = _first_frames(vqvae, gpt, clips, np.array(numbers)) if gpt.config.cond_frames else None
        codes = sample_codes(gpt, told, draw_numbers(seed, numbers, gpt.config.length).to(device), plan, frames=frames)
        videos.append(decode_codes(vqvae, codes))
    return Generated(np.concatenate(videos), labels if gpt.config.classes else np.full(count, -1))


def continue_clips(
    vqvae: Vqvae,
    gpt: Gpt,
    clips: str | Path,
    frames: int,
    plan: SamplingPlan,
    seed: int,
) -> Continued:
    """The first test clip of each digit, and how it goes on after its first frames."""
    batches = batches_for(vqvae.config, clips, "test")
    labels = batches.clips.labels
    places = np.array([np.flatnonzero(labels == digit)[0] for digit in np.unique(labels)[:CONTINUED]])
    return predict_clips(vqvae, gpt, batches, places, frames, plan, seed)


def count_given(vqvae: Vqvae, gpt: Gpt, frames: int) -> int:
    """How many first frames are given: those that the model was trained with, else as many codes as `frames` fill."""
    return gpt.config.cond_frames or frames // vqvae.config.downsample[0] * vqvae.config.downsample[0]


def predict_clips(
    vqvae: Vqvae, gpt: Gpt, batches: ClipBatches, places: np.ndarray, frames: int, plan: SamplingPlan, seed: int
) -> Continued:
    """These clips, and how each goes on after its first frames.

    A model that is told frames as pictures gets as many as it was trained with; else the codes of `frames` are given.
    """
    device = gpt.fc_in.weight.device
    batch = batches.take(places)
    video, told = batch["video"].to(device), batch["label"].to(device) if gpt.config.classes else None
    numbers = draw_numbers(seed, range(NUMBERED, NUMBERED + len(places)), gpt.config.length).to(device)
    if gpt.config.cond_frames:
        codes = sample_codes(gpt, told, numbers, plan, frames=repeat_channels(video[:, :, : gpt.config.cond_frames]))
    else:
        _, high, wide = vqvae.config.latent_shape
        with torch.no_grad():
            prefix = vqvae.encode(video).flatten(1)[:, : frames // vqvae.config.downsample[0] * high * wide]
        codes = sample_codes(gpt, told, numbers, plan, prefix=prefix)
    return Continued(as_grey(video), decode_codes(vqvae, codes), batches.clips.labels[places])


@torch.no_grad()
def decode_codes(vqvae: Vqvae, codes: torch.Tensor) -> np.ndarray:
    """(n, T, S, S) uint8 videos of codes (n, L)."""
    return as_grey(vqvae.decode(codes.view(-1, *vqvae.config.latent_shape)))


def as_grey(video: torch.Tensor) -> np.ndarray:
    """(n, T, S, S) uint8 of videos (n, C, T, S, S) from -0.5 to 0.5; what is beyond is clipped."""
    grey = (video.float().mean(1) + 0.5).clamp(0, 1) * 255
    return grey.round().to(torch.uint8).cpu().numpy()


def _first_frames(vqvae: Vqvae, gpt: Gpt, clips: str | Path, places: np.ndarray) -> torch.Tensor:
    batches = batches_for(vqvae.config, clips, "test")
    video = batches.take(places % len(batches))["video"][:, :, : gpt.config.cond_frames]
    return repeat_channels(video).to(gpt.fc_in.weight.device)


def repeat_channels(video: torch.Tensor) -> torch.Tensor:
    """Videos with three channels, as the frame encoder wants them."""
    return video if video.shape[1] == 3 else video.expand(-1, 3, -1, -1, -1)
