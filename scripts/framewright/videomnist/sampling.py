"""Draw new videos from a trained VideoGPT, code by code, each from a separate generator.

A video is a function of (seed, its number, its class), however many are drawn beside it.
"""

from dataclasses import dataclass

import numpy as np
import torch

from framewright.rng import make_generator
from framewright.videomnist.gpt import NO_CLASS, Gpt


@dataclass(frozen=True)
class SamplingPlan:
    """How the next code is chosen from what the transformer says of it."""

    temperature: float = 1.0  # below 1 likely codes become likelier
    top_k: int = 0  # only so many of the likeliest; 0: all
    top_p: float = 1.0  # only the likeliest that together have this probability
    guidance: float = 1.0  # above 1 what the class makes likelier becomes likelier still


def draw_numbers(seed: int, numbers: range, length: int) -> torch.Tensor:
    """(n, length) float64 from 0 to 1: the random numbers of each video."""
    rows = [make_generator(seed, "videomnist_generate", number).random(length) for number in numbers]
    return torch.from_numpy(np.stack(rows))


@torch.no_grad()
def sample_codes(
    gpt: Gpt,
    labels: torch.Tensor | None,
    numbers: torch.Tensor,
    plan: SamplingPlan,
    prefix: torch.Tensor | None = None,
    frames: torch.Tensor | None = None,
) -> torch.Tensor:
    """(B, L) int64 codes of new videos, chosen by `numbers` (B, L).

    `prefix` (B, p) int64 are codes that are given rather than chosen; `frames` (B, 3, n, S, S) what the transformer was
    trained to be told.
    """
    told = labels
    guided = plan.guidance != 1 and labels is not None
    if guided and labels is not None:  # one half of the batch knows the class, the other does not
        told = torch.cat([labels, torch.full_like(labels, NO_CLASS)])
        frames = None if frames is None else torch.cat([frames, frames])
    cache = gpt.start(len(numbers) * (1 + guided), frames)
    codes = torch.zeros(numbers.shape, dtype=torch.int64, device=gpt.fc_in.weight.device)
    given = 0 if prefix is None else prefix.shape[1]
    last: torch.Tensor | None = None
    for place in range(numbers.shape[1]):
        logits = gpt.step(last, told, cache)
        if guided:
            with_class, without = logits.chunk(2)
            logits = without + plan.guidance * (with_class - without)
        if prefix is not None and place < given:
            codes[:, place] = prefix[:, place]
        else:
            codes[:, place] = choose(logits, numbers[:, place], plan)
        last = torch.cat([codes[:, place]] * (1 + guided))
    return codes


def choose(logits: torch.Tensor, number: torch.Tensor, plan: SamplingPlan) -> torch.Tensor:
    """(B,) int64: the code at which the cumulative probability passes `number` (B,) from 0 to 1."""
    total = compute_probabilities(logits, plan).cumsum(1)
    place = (total <= number.to(total)[:, None] * total[:, -1:]).sum(1)
    return place.clamp(max=logits.shape[1] - 1)


def compute_probabilities(logits: torch.Tensor, plan: SamplingPlan) -> torch.Tensor:
    """(B, n_codes) float64 that sum to 1, after temperature, top-k and top-p."""
    logits = logits.double() / plan.temperature
    if plan.top_k:
        least = logits.topk(min(plan.top_k, logits.shape[1]), dim=1).values[:, -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    found = logits.softmax(1)
    if plan.top_p < 1:
        ordered = sort_rows(found)
        before = ordered.cumsum(1) - ordered  # the probability of all likelier ones
        least = ordered.masked_fill(before >= plan.top_p, torch.inf).amin(1, keepdim=True)
        found = found.masked_fill(found < least, 0)
    return found / found.sum(1, keepdim=True)


def sort_rows(values: torch.Tensor) -> torch.Tensor:
    """(B, n) of each row's values, the greatest first. NumPy sorts them on a processor in a sixth of PyTorch's time."""
    if values.device.type == "cpu":
        return torch.from_numpy(np.sort(values.numpy(), axis=1)).flip(1)
    return values.sort(dim=1, descending=True).values
