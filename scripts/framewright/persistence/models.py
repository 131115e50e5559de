"""The models by their tasks: made, trained, calibrated, and kept in one file each."""

import hashlib
import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from framewright.errors import UserError
from framewright.persistence import attention, frame_classifier, multitask, tracklet_classifier
from framewright.persistence.dataset import PersistenceClips
from framewright.persistence.scores import fit_temperature
from framewright.persistence.specs import TrainingSpec
from framewright.persistence.store import Clips
from framewright.persistence.tracklets import TrackletClips
from framewright.persistence.training import Loss, Model, run_eye, train
from framewright.study.progress import Progress, report_nothing

MODELS: dict[str, tuple[Loss, Any, Any]] = {  # by task: the loss, the model, its config
    "persistence": (
        frame_classifier.compute_loss,
        frame_classifier.FrameClassifier,
        frame_classifier.FrameClassifierConfig,
    ),
    "multitask": (multitask.compute_loss, multitask.Multitask, multitask.MultitaskConfig),
    "attention": (attention.compute_loss, attention.Attention, attention.AttentionConfig),
    "objects": (
        tracklet_classifier.compute_loss,
        tracklet_classifier.TrackletClassifier,
        tracklet_classifier.TrackletConfig,
    ),
}


@dataclass
class TrainedModel:
    """A model that has learnt, how its losses fell, and by what its logits are divided to be chances."""

    task: str
    config: dict[str, Any]
    model: Model
    losses: list[float]
    temperatures: dict[str, float]


def learn(
    clips: Clips,
    task: str,
    shape: dict[str, Any],
    spec: TrainingSpec,
    seed: int,
    progress: str | Path,
    code: str,
    report: Progress = report_nothing,
) -> TrainedModel:
    """Train the model of a task on the clips in train and calibrate it on those in val.

    `shape` is what the model's Config takes, and `code` a digest of what computes: where it, the clips or the settings
    have changed, what is in the file `progress` is not taken up.
    """
    compute_loss, kind, config_of = MODELS[task]
    kind_of_data = TrackletClips if task == "objects" else PersistenceClips
    data, held = kind_of_data(clips, "train"), kind_of_data(clips, "val")
    config = config_of(**shape, size=clips.metadata(0)["resolution"][0])
    digest = hashlib.sha256(repr((code, task, config, spec, seed, data.digest)).encode()).hexdigest()
    torch.manual_seed(seed)
    model = kind(config)
    losses = train(model, compute_loss, data, spec, seed, progress, digest, report)
    seen, labels = run_eye(model, held, torch.device("cpu"))
    with torch.no_grad():
        outputs = model.conclude(seen, data.frames)
    warmths = {key: _fit_temperature(outputs[key], labels[key]) for key in ("clean", "persistent") if key in outputs}
    return TrainedModel(task, asdict(config), model, losses, warmths)


def write_model(path: str | Path, trained: TrainedModel) -> None:
    """Write a model into one file, for `read_model`, or `torch.load(..., weights_only=True)`: a dict."""
    kept = vars(trained) | {"model": trained.model.state_dict()}
    packed = io.BytesIO()  # PyTorch writes the file's name into what it saves to a path
    torch.save(kept, packed)
    Path(path).write_bytes(packed.getbuffer())


def read_model(path: str | Path) -> TrainedModel:
    """Read a model that `write_model` wrote, ready to be asked."""
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
        _, kind, config_of = MODELS[kept["task"]]
        model = kind(config_of(**kept["config"]))
        model.load_state_dict(kept["model"])
    except Exception as error:  # a damaged file makes PyTorch raise whatever it stumbles over
        raise UserError(f"{path}: is no model of ours ({' '.join(str(error).split())[:80]})") from error
    return TrainedModel(**(kept | {"model": model.eval()}))


def _fit_temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """That of (N, T) logits; labels are (N, T), or (N,) where one is true of a whole clip."""
    return fit_temperature(logits.numpy(), labels.view(len(labels), -1).expand_as(logits).numpy() > 0.5)
