"""The three models by their tasks: made, trained, calibrated, and kept in one file each."""

import hashlib
import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from framewright.errors import UserError
from framewright.persistence import attention, frame_classifier, multitask
from framewright.persistence.loader import ClipDataset
from framewright.persistence.scores import temperature
from framewright.persistence.store import Clips
from framewright.persistence.training import Settings, seen_by, train

MODELS = {
    "persistence": (frame_classifier, frame_classifier.FrameClassifier),
    "multitask": (multitask, multitask.Multitask),
    "attention": (attention, attention.Attention),
}


@dataclass
class Trained:
    """A model that has learnt, how its losses fell, and by what its logits are divided to be chances."""

    task: str
    config: dict[str, Any]
    model: nn.Module
    losses: list[float]
    temperatures: dict[str, float]


def learn(
    clips: Clips, task: str, shape: dict[str, Any], settings: dict[str, Any], seed: int, progress: str | Path, code: str
) -> Trained:
    """Train the model of a task on the clips in train and calibrate it on those in val.

    `shape` is what the model's Config takes, and `code` a digest of what computes: where it, the clips or the settings
    have changed, what is in the file `progress` is not taken up.
    """
    module, kind = MODELS[task]
    data, held = ClipDataset(clips, "train"), ClipDataset(clips, "val")
    config = module.Config(**shape, size=data[0]["video"].shape[-1])
    given = Settings(**settings)
    digest = hashlib.sha256(repr((code, task, config, given, seed, data.digest)).encode()).hexdigest()
    torch.manual_seed(seed)
    model = kind(config)
    losses = train(model, module.loss, data, given, seed, progress, digest)
    seen, labels = seen_by(model, held, torch.device("cpu"))
    with torch.no_grad():
        outputs = model.conclude(seen, labels["clean"].shape[1])
    warmths = {key: _temperature(outputs[key], labels[key]) for key in ("clean", "persistent") if key in outputs}
    return Trained(task, asdict(config), model, losses, warmths)


def write_model(path: str | Path, trained: Trained) -> None:
    """Write a model into one file, for `read_model`, or `torch.load(..., weights_only=True)`: a dict."""
    kept = vars(trained) | {"model": trained.model.state_dict()}
    packed = io.BytesIO()  # PyTorch writes the file's name into what it saves to a path
    torch.save(kept, packed)
    Path(path).write_bytes(packed.getbuffer())


def read_model(path: str | Path) -> Trained:
    """Read a model that `write_model` wrote, ready to be asked."""
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
        module, kind = MODELS[kept["task"]]
        model = kind(module.Config(**kept["config"]))
        model.load_state_dict(kept["model"])
    except Exception as error:  # a damaged file makes PyTorch raise whatever it stumbles over
        raise UserError(f"{path}: is no model of ours ({' '.join(str(error).split())[:80]})") from error
    return Trained(**(kept | {"model": model.eval()}))


def _temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """That of (N, T) logits; labels are (N, T), or (N,) where one is true of a whole clip."""
    return temperature(logits.numpy(), labels.view(len(labels), -1).expand_as(logits).numpy() > 0.5)
