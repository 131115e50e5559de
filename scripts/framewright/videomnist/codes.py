"""The codes of clips: computed once by a trained VQ-VAE, kept in one file, read by the training of VideoGPT."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from framewright.errors import UserError
from framewright.study.progress import Progress, report_nothing
from framewright.videomnist.clip_spec import SPLITS
from framewright.videomnist.model_clips import ClipBatches
from framewright.videomnist.vqvae import Vqvae, VqvaeConfig


@dataclass(frozen=True, eq=False)
class Codes:
    """The codes of a split, in the order of its clips."""

    codes: np.ndarray  # (n, L) uint16
    labels: np.ndarray  # (n,) int64


def batches_for(config: VqvaeConfig, clips: str | Path, split: str, batch: int = 1, seed: int = 0) -> ClipBatches:
    """The clips of a split as this VQ-VAE wants them."""
    return ClipBatches(clips, split, batch, config.frames, config.size, config.channels, seed)


@torch.no_grad()
def encode_clips(
    model: Vqvae, clips: str | Path, split: str, device: torch.device, progress: Progress = report_nothing
) -> Codes:
    """The codes of all clips of a split."""
    batches = batches_for(model.config, clips, split)
    model.to(device)
    parts = progress(batches.parts(), unit=f"parts of {split}")
    found = [model.encode(batches.take(part)["video"].to(device)).flatten(1).cpu() for part in parts]
    return Codes(torch.cat(found).numpy().astype(np.uint16), batches.clips.labels)


def write_codes(path: Path, codes: Mapping[str, Codes]) -> None:
    """Write all splits into one .npz file; the same codes give the same bytes."""
    arrays = {f"{split}_{name}": getattr(part, name) for split, part in codes.items() for name in ("codes", "labels")}
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def read_codes(path: str | Path) -> dict[str, Codes]:
    """All splits, as `write_codes` wrote them."""
    with np.load(path) as file:
        return {split: Codes(file[f"{split}_codes"], file[f"{split}_labels"]) for split in SPLITS}


def code_vectors(model: Vqvae) -> torch.Tensor:
    """(n_codes, dim): the vector of each code; of principal components in units of their spread."""
    codes = torch.arange(model.config.n_codes)
    vectors = model.codebook.vectors(codes.view(1, -1, 1, 1))[0, :, :, 0, 0].T.contiguous()
    return vectors / vectors.std() if model.config.fitted else vectors


def check_codes(codes: Codes, model: Vqvae) -> None:
    """Refuse codes that another VQ-VAE made."""
    length = int(np.prod(model.config.latent_shape))
    if codes.codes.shape[1] != length:
        raise UserError(f"the codes of a clip are {codes.codes.shape[1]}, not {length}: another VQ-VAE made them")
