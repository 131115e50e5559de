"""How the models of moving digits are trained: the same way each time, and on from where a killed run left off.

    trained = train(model, loss, batches, validate, TrainingRun(plan, seed, progress_file, digest))

A step's batch, dropout and learning rate follow from the seed and its number alone, so that a run that was killed and
resumed makes the same losses and the same weights as one that was not. `progress_file` lies beside the outputs.
"""

import copy
import io
import math
from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from framewright.errors import UserError
from framewright.optimizers import Adam, AdamW, Eager
from framewright.study.job import whole
from framewright.study.progress import Progress, report_nothing

Batch = dict[str, torch.Tensor]
Row = dict[str, Any]  # what is recorded of a step: its number, losses, codes in use
Say = Callable[[str], None]
WARMUP = 30  # steps until the learning rate is reached
ORTHOGONALIZE = (3.4445, -4.7750, 2.0315)  # Muon's polynomial
MUON_RATE = 10  # times the learning rate: what Muon's steps of unit size are scaled by


class Batches(Sized, Protocol):
    """All batches of a training run, by the number of the step."""

    def __getitem__(self, step: int) -> Batch: ...


@dataclass(frozen=True)
class TrainingPlan:
    """How long and how fast a model learns, and on what."""

    max_steps: int
    batch_size: int
    learning_rate: float
    schedule: str = "constant"  # or cosine, linear: to 0 at the last step; these two begin with a warm-up
    optimizer: str = "adam"  # or muon: for the matrices of blocks, AdamW for all else
    precision: str = "32"  # or bf16, 16: of matrix products
    validate_every: int = 100
    num_workers: int = 0
    gpus: int = 0

    @property
    def device(self) -> torch.device:
        """The GPU where one is asked for, else the processor."""
        return device_of(self.gpus)


def ignore(line: str) -> None:
    """Say nothing: the default of the library."""


@dataclass(frozen=True)
class TrainingRun:
    """One training of a model: how, from which seed, where it is kept to go on after a kill, and who is told of it."""

    plan: TrainingPlan
    seed: int
    progress_file: Path
    digest: str  # of all that decides the outcome: what another training left behind is not taken up
    progress: Progress = report_nothing
    say: Say = ignore  # of each validation
    note: Say = ignore  # of each step, for whoever asks how far it has come


@dataclass
class Trained:
    """What training leaves: a row for each validation, the weights of the best one, and those of the last step."""

    history: list[Row] = field(default_factory=list)
    best: dict[str, torch.Tensor] = field(default_factory=dict)
    last: dict[str, torch.Tensor] = field(default_factory=dict)

    def metrics(self, model: nn.Module) -> dict[str, Any]:
        """What a record tells of the training."""
        best = min(self.history, key=lambda row: row["loss"])
        parameters = sum(parameter.numel() for parameter in model.parameters())
        return {"parameters": parameters, "best": best, "history": self.history}


def device_of(gpus: int) -> torch.device:
    """The GPU where one is asked for, else the processor."""
    if gpus and not torch.cuda.is_available():
        raise UserError("videomnist.training.gpus asks for a GPU and PyTorch finds none; set it to 0")
    return torch.device("cuda" if gpus else "cpu")


def train(
    model: nn.Module,
    loss: Callable[[Batch], tuple[torch.Tensor, Row]],
    batches: Batches,
    validate: Callable[[], Row],
    run: TrainingRun,
) -> Trained:
    """Train a model in place, to the last step; afterwards it holds its best weights.

    `loss` gives what to minimize, and what to record. `validate` gives a row with `loss`; the lowest is the best. All
    that is needed to go on is kept in the run's `progress_file`, and taken up where the `digest` is the same.
    """
    plan, device = run.plan, run.plan.device
    model.to(device)
    optimizers = make_optimizers(model, plan)
    trained, begin = _resume(run, model, optimizers)
    if plan.gpus:  # on a processor compiling takes longer than it saves
        model.compile()
    scaler = torch.amp.GradScaler("cuda", enabled=plan.precision == "16")
    sums: Row = {}
    steps = run.progress(range(begin, plan.max_steps), unit="steps")
    for step, batch in zip(steps, _load(batches, plan, begin), strict=True):
        torch.manual_seed(step_seed(run.seed, step))
        model.train()
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * rate_at(step, plan)
        with torch.autocast(device.type, _dtype(plan.precision), enabled=plan.precision != "32"):
            error, row = loss({key: value.to(device) for key, value in batch.items()})
        scaler.scale(error).backward()
        for optimizer in optimizers:
            scaler.step(optimizer)
            optimizer.zero_grad()
        scaler.update()
        sums = {key: sums.get(key, 0.0) + float(value) for key, value in row.items()}
        run.note(describe_step(row))
        if (step + 1) % plan.validate_every == 0 or step + 1 == plan.max_steps:
            count = (step % plan.validate_every) + 1
            model.eval()
            found = validate()
            learnt = {f"train_{key}": value / count for key, value in sums.items()}
            trained.history.append({"step": step + 1} | learnt | found)
            sums = {}
            if found["loss"] <= min(row["loss"] for row in trained.history):
                trained.best = _state(model)
            run.say(describe(trained.history[-1]))
            _keep(run, step + 1, model, optimizers, trained)
    trained.last = _state(model)
    model.load_state_dict(trained.best)
    model.eval()
    return trained


def describe(row: Row) -> str:
    """A validation in words."""
    parts = [f"step {row['step']:,.0f}: loss {row['train_loss']:.4f} in training, {row['loss']:.4f} on test clips"]
    if "codes" in row:
        parts.append(f"{row['codes']:,.0f} codes in use, perplexity {row['perplexity']:.0f}")
    return ", ".join(parts)


def describe_step(row: Row) -> str:
    """A training step in words."""
    in_use = f", {row['codes']:,.0f} codes in use" if "codes" in row else ""
    return f"loss {float(row['loss']):.4f}{in_use}"


def step_seed(seed: int, step: int) -> int:
    """The seed of everything random in a step."""
    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0] >> 1)


def rate_at(step: int, plan: TrainingPlan) -> float:
    """The part of the learning rate with which a step is made."""
    if plan.schedule == "constant":
        return 1.0
    left = 1 - step / plan.max_steps
    if plan.schedule == "cosine":
        return 0.5 * (1 - math.cos(math.pi * left))
    return min(1.0, (step + 1) / WARMUP) * left


class Muon(Eager):
    """Momentum whose matrices are made orthogonal, nearly: each direction learns equally fast.

    For matrices within a network; what reads its input or makes its output learns better otherwise.
    """

    def __init__(self, matrices: Sequence[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # no closure is ever called
        """Move each matrix by its rate, whatever the size of its gradient."""
        for group in self.param_groups:
            for matrix in group["params"]:
                state = self.state[matrix]
                moving = state.setdefault("moving", torch.zeros_like(matrix))
                moving.mul_(group["momentum"]).add_(matrix.grad)
                change = orthogonalize(matrix.grad + group["momentum"] * moving)
                high, wide = matrix.shape
                matrix.mul_(1 - 0.01 * group["lr"]).sub_(change, alpha=group["lr"] * max(1.0, high / wide) ** 0.5)


def orthogonalize(matrix: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """The matrix with singular values near 1, by Newton and Schulz's iteration."""
    one, three, five = ORTHOGONALIZE
    x = matrix / (matrix.norm() + 1e-7)
    high, wide = x.shape
    x = x.T if high > wide else x
    for _ in range(steps):
        square = x @ x.T
        x = one * x + (three * square + five * square @ square) @ x
    return x.T if high > wide else x


def make_optimizers(model: nn.Module, plan: TrainingPlan) -> list[torch.optim.Optimizer]:
    """Adam as VideoGPT has it; or Muon for the matrices of attention blocks, with AdamW for all else."""
    fused = bool(plan.gpus)
    if plan.optimizer == "adam":
        made: list[torch.optim.Optimizer] = [Adam(model.parameters(), plan.learning_rate, fused=fused)]
    else:
        inner = [
            parameter
            for name, parameter in model.named_parameters()
            if parameter.ndim == 2 and "attn_nets" in name and "norm" not in name
        ]
        known = {id(parameter) for parameter in inner}
        outer = [parameter for parameter in model.parameters() if id(parameter) not in known]
        made = [AdamW(outer, plan.learning_rate, (0.9, 0.95), weight_decay=0.01, fused=fused)]
        made += [Muon(inner, MUON_RATE * plan.learning_rate)] if inner else []
    for optimizer in made:
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return made


class _Steps(Dataset[Batch]):
    """The batches from a step on, as a loader wants them."""

    def __init__(self, batches: Batches, begin: int, end: int) -> None:
        self._batches, self._begin, self._end = batches, begin, end

    def __len__(self) -> int:
        return self._end - self._begin

    def __getitem__(self, place: int) -> Batch:
        return self._batches[self._begin + place]


def _load(batches: Batches, plan: TrainingPlan, begin: int) -> Iterator[Batch]:
    steps = _Steps(batches, begin, plan.max_steps)
    return iter(DataLoader(steps, batch_size=None, num_workers=plan.num_workers, pin_memory=bool(plan.gpus)))


def _dtype(precision: str) -> torch.dtype:
    return torch.float16 if precision == "16" else torch.bfloat16


def _state(model: nn.Module) -> dict[str, torch.Tensor]:
    return {key: value.detach().cpu().clone() for key, value in model.state_dict().items()}


def _keep(
    run: TrainingRun, step: int, model: nn.Module, optimizers: Sequence[torch.optim.Optimizer], trained: Trained
) -> None:
    kept = {
        "digest": run.digest,
        "step": step,
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "history": trained.history,
        "best": trained.best,
    }
    packed = io.BytesIO()
    torch.save(kept, packed)
    with whole(run.progress_file) as path:
        path.write_bytes(packed.getbuffer())


def _resume(run: TrainingRun, model: nn.Module, optimizers: Sequence[torch.optim.Optimizer]) -> tuple[Trained, int]:
    """What a killed run had got to, and the next step; the model and its optimizers are as they were then."""
    try:
        kept = torch.load(run.progress_file, map_location=run.plan.device, weights_only=True)
    except FileNotFoundError:
        return Trained(), 0
    if kept["digest"] != run.digest:
        return Trained(), 0
    model.load_state_dict(kept["model"])
    for optimizer, state in zip(optimizers, kept["optimizers"], strict=True):
        optimizer.load_state_dict(copy.deepcopy(state))
    best = {key: value.cpu() for key, value in kept["best"].items()}
    return Trained(kept["history"], best), kept["step"]


def codes_in_use(codes: torch.Tensor, n_codes: int) -> Row:
    """Of all codes that were seen: how many differ, and as how many equally frequent ones they count."""
    counts = torch.bincount(codes.flatten(), minlength=n_codes).double()
    part = counts / counts.sum()
    entropy = -(part * part.clamp(min=1e-12).log()).sum()
    return {"codes": float((counts > 0).sum()), "perplexity": float(entropy.exp())}
