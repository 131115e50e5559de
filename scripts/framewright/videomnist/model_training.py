"""The two trainings of VideoGPT: first a VQ-VAE on clips, then a transformer on their codes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import Dataset

from framewright.errors import UserError
from framewright.study.manifest import sha256_of
from framewright.videomnist.codes import Codes, batches_for, check_codes, code_vectors
from framewright.videomnist.gpt import NO_CLASS, Gpt, GptConfig
from framewright.videomnist.model_clips import ClipBatches, compute_variance
from framewright.videomnist.training import Batch, Row, Trained, TrainingRun, codes_in_use, step_seed, train
from framewright.videomnist.vqvae import Vqvae, VqvaeConfig

FITTED_ON = 6000  # clips whose patches a fitted encoder is found from
VALIDATED_ON = 100  # test clips by which the best step is chosen
UNTOLD = 0.1  # part of the videos whose class is not told while learning, so that samples can be guided
FIRST_VQVAE, FIRST_GPT = 2**32 - 1, 2**32 - 2  # in place of a step's number: the seeds of first weights


def train_vqvae(
    clips: str | Path,
    config: VqvaeConfig,
    run: TrainingRun,
) -> tuple[Vqvae, Trained, dict[str, float]]:
    """A VQ-VAE trained on a file of clips, how that went, and figures about the clips.

    Its loss is the mean squared error divided by the variance of the training set's pixels: 1 for grey everywhere.
    """
    learn, test = (batches_for(config, clips, split, run.plan.batch_size, run.seed) for split in ("train", "test"))
    spread = compute_variance(learn)
    torch.manual_seed(step_seed(run.seed, FIRST_VQVAE))
    model = Vqvae(config)
    if config.fitted:
        parts = run.progress(learn.parts(FITTED_ON), unit="parts of the clips to fit")
        model.fit(learn.take(part)["video"] for part in parts)

    def loss(batch: Batch) -> tuple[torch.Tensor, Row]:
        video, quantized = model(batch["video"])
        error = F.mse_loss(video.float(), batch["video"]) / spread
        return error + quantized.loss, {"loss": error.detach(), "codes": len(quantized.codes.unique())}

    @torch.no_grad()
    def validate() -> Row:
        total, count, seen = 0.0, 0, []
        for part in test.parts(VALIDATED_ON):
            video = test.take(part)["video"].to(run.plan.device)
            codes = model.encode(video)
            total += float(F.mse_loss(model.decode(codes).float(), video, reduction="sum"))
            count += video.numel()
            seen.append(codes.cpu())
        return {"loss": total / count / spread} | codes_in_use(torch.cat(seen), config.n_codes)

    trained = train(model, loss, learn, validate, run)
    return model.cpu(), trained, {"variance": spread}


def make_gpt(vqvae: Vqvae, sizes: Mapping[str, Any], seed: int) -> Gpt:
    """A transformer of these sizes for a VQ-VAE's codes, with its first weights."""
    config = vqvae.config
    vectors = code_vectors(vqvae)
    raster: dict[str, Any] = {"shape": config.latent_shape, "n_codes": config.n_codes, "code_dim": vectors.shape[1]}
    torch.manual_seed(step_seed(seed, FIRST_GPT))
    return Gpt(GptConfig(**raster, size=config.size, **sizes), vectors)


def train_gpt(
    model: Gpt,
    codes: Mapping[str, Codes],
    clips: str | Path,
    vqvae: Vqvae,
    run: TrainingRun,
) -> Trained:
    """Train a VideoGPT on codes, in place; how that went. Its loss is in nats a code, and ln(n_codes) at first.

    `clips` is the file that the codes were made from: first frames that are told as pictures come from there.
    """
    config, plan = model.config, run.plan
    for part in codes.values():
        check_codes(part, vqvae)
        if config.classes and not 0 <= part.labels.min() <= part.labels.max() < config.classes:
            raise UserError(f"a clip's label is {part.labels.max()}; 0 to {config.classes - 1} can be told")
    batches: dict[str, CodeBatches | FramedBatches] = {}
    for split, part in codes.items():
        untold = UNTOLD if config.neighbours and split == "train" else 0.0
        batches[split] = CodeBatches(part, plan.batch_size, run.seed, untold)
        if config.cond_frames:
            framed = batches_for(vqvae.config, clips, split)
            batches[split] = FramedBatches(
                CodeBatches(part, plan.batch_size, run.seed, untold), framed, config.cond_frames
            )

    def loss(batch: Batch) -> tuple[torch.Tensor, Row]:
        logits = model(batch["codes"], batch["label"], batch.get("frames"))
        error = F.cross_entropy(logits.flatten(0, 1).float(), batch["codes"].flatten())
        return error, {"loss": error.detach()}

    rounds = max(1, min(VALIDATED_ON, len(batches["test"])) // plan.batch_size)

    @torch.no_grad()
    def validate() -> Row:
        drawn = ({key: value.to(plan.device) for key, value in batches["test"][step].items()} for step in range(rounds))
        return {"loss": float(np.mean([float(loss(batch)[1]["loss"]) for batch in drawn]))}

    trained = train(model, loss, batches["train"], validate, run)
    model.cpu()
    return trained


class CodeBatches(Dataset[Batch]):
    """Batch `step`: `codes` (B, L) int64 and `label` (B,) int64, some of them untold; drawn from (seed, step)."""

    def __init__(self, codes: Codes, batch: int, seed: int, untold: float) -> None:
        self.codes, self.batch, self.seed, self.untold = codes, batch, seed, untold

    def __len__(self) -> int:
        return len(self.codes.codes)

    def __getitem__(self, step: int) -> Batch:
        rng = np.random.default_rng([self.seed, step])
        places = rng.integers(0, len(self), self.batch)
        labels = np.where(rng.random(self.batch) < self.untold, NO_CLASS, self.codes.labels[places])
        codes = self.codes.codes[places].astype(np.int64)
        return {"codes": torch.from_numpy(codes), "label": torch.from_numpy(labels), "place": torch.from_numpy(places)}


class FramedBatches(Dataset[Batch]):
    """CodeBatches with the first frames of the clips, as `frames` (B, 3, n, S, S)."""

    def __init__(self, codes: CodeBatches, clips: ClipBatches, frames: int) -> None:
        self.codes, self.clips, self.frames = codes, clips, frames

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, step: int) -> Batch:
        batch = self.codes[step]
        video = self.clips.take(batch["place"].numpy())["video"]
        return batch | {"frames": video[:, :, : self.frames].clone()}


def digest_of(code: str, settings: Mapping[str, Any], inputs: Sequence[str]) -> str:
    """What a training follows from: a killed run goes on only where all of it is the same."""
    told = json.dumps([code, settings, [sha256_of(path) for path in inputs]], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
