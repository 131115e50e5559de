"""How a model learns: the same way each time on one thread, and on from where a killed run left off."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from framewright.errors import UserError
from framewright.optimizers import AdamW
from framewright.persistence.attention import Attention
from framewright.persistence.dataset import PersistenceClips
from framewright.persistence.frame_classifier import FrameClassifier
from framewright.persistence.multitask import Multitask
from framewright.persistence.specs import TrainingSpec
from framewright.persistence.tracklet_classifier import TrackletClassifier
from framewright.persistence.tracklets import TrackletClips
from framewright.study.job import whole
from framewright.study.progress import Progress, report_nothing

Model = Attention | FrameClassifier | Multitask | TrackletClassifier
Data = PersistenceClips | TrackletClips
Loss = Callable[[dict[str, torch.Tensor], dict[str, torch.Tensor]], torch.Tensor]
SETTLING, SETTLING_BATCH, SETTLING_RATE = 300, 256, 0.01  # steps and clips a step in which conclusions are learnt


def train(
    model: Model,
    loss: Loss,
    data: Data,
    settings: TrainingSpec,
    seed: int,
    progress: str | Path,
    digest: str,
    report: Progress = report_nothing,
) -> list[float]:
    """Train a model in place; the mean loss of each epoch.

    After each epoch all that is needed to go on is in the file `progress`, taken up where `digest` is the same. In the
    end, the small part that draws conclusions learns on by itself, from what the eye has come to see.
    """
    device = choose_device(settings)
    model.to(device)
    optimizer = AdamW(model.parameters(), lr=settings.learning_rate)
    steps = settings.epochs * -(-len(data) // settings.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=steps)
    parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
    history = _resume(progress, digest, parts)
    for epoch in report(range(len(history), settings.epochs), unit="epochs"):
        rng, total = np.random.default_rng([seed, epoch]), 0.0
        order = rng.permutation(len(data)).tolist()
        for first in report(range(0, len(order), settings.batch), unit="steps"):
            batch = data.batch(order[first : first + settings.batch])
            batch = data.augment(batch) if rng.random() < 0.5 else batch
            total += _step(loss, model, optimizer, {key: value.to(device) for key, value in batch.items()})
            schedule.step()
        history.append(total / len(data))
        _keep(progress, digest, parts, history)
    _settle(model, loss, data, seed, device)
    model.cpu().eval()
    return history


def choose_device(settings: TrainingSpec) -> torch.device:
    """The GPU where one was asked for, else the processor."""
    if settings.gpus and not torch.cuda.is_available():
        raise UserError("persistence.train.gpus asks for a GPU and PyTorch finds none; set it to 0")
    return torch.device("cuda" if settings.gpus else "cpu")


def run_eye(model: Model, data: Data, device: torch.device) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """What the model's eye says of all clips, and their labels: small tensors on `device`, clips first."""
    outputs, labels = [], []
    with torch.no_grad():
        for position in range(len(data)):
            item = data.batch([position])
            outputs.append(model.see(item.pop("video").to(device)))
            labels.append(item)
    return _join(outputs), {key: value.to(device) for key, value in _join(labels).items()}


def _settle(model: Model, loss: Loss, data: Data, seed: int, device: torch.device) -> None:
    """Let the part that draws conclusions learn on, from what the eye sees: many steps cost little, for it is small."""
    seen, labels = run_eye(model, data, device)
    optimizer = AdamW(model.conclusion.parameters(), lr=SETTLING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, SETTLING_RATE, total_steps=SETTLING)
    rng = np.random.default_rng([seed, len(data)])
    for _ in range(SETTLING):
        chosen = torch.from_numpy(rng.permutation(len(data))[:SETTLING_BATCH]).to(device)
        part = {key: value[chosen] for key, value in seen.items()}
        error = loss(model.conclude(part, data.frames), {key: value[chosen] for key, value in labels.items()})
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        schedule.step()


def _step(loss: Loss, model: Model, optimizer: torch.optim.Optimizer, batch: dict[str, torch.Tensor]) -> float:
    error = loss(model(batch["video"]), batch)
    optimizer.zero_grad()
    error.backward()
    optimizer.step()
    return error.item() * len(batch["video"])


def _join(parts: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    return {key: torch.cat([part[key] for part in parts]) for key in parts[0]}


def _keep(progress: str | Path, digest: str, parts: dict[str, Any], history: list[float]) -> None:
    packed = io.BytesIO()
    torch.save({"digest": digest, "history": history} | {key: part.state_dict() for key, part in parts.items()}, packed)
    with whole(progress) as path:
        path.write_bytes(packed.getbuffer())


def _resume(progress: str | Path, digest: str, parts: dict[str, Any]) -> list[float]:
    """The losses of the epochs that are already behind, the parts being as they were then."""
    try:
        kept = torch.load(progress, weights_only=True)
    except FileNotFoundError:
        return []
    if kept["digest"] != digest:
        return []
    for key, part in parts.items():
        part.load_state_dict(kept[key])
    return kept["history"]
